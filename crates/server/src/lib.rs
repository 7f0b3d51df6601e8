//! Kernels over HTTP: run, upgrade, roll back, measure.
#![forbid(unsafe_code)]
