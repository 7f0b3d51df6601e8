//! RMS normalisation, f16.
#![no_std]
#![no_main]

ops_guest::kernel!(RmsNormF16, backward);
