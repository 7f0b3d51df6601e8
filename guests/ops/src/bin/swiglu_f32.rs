//! SwiGLU, f32.
#![no_std]
#![no_main]

ops_guest::kernel!(SwigluF32, backward);
