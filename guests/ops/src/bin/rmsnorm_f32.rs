//! RMS normalisation, f32.
#![no_std]
#![no_main]

ops_guest::kernel!(RmsNormF32, backward);
