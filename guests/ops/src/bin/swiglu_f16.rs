//! SwiGLU, f16.
#![no_std]
#![no_main]

ops_guest::kernel!(SwigluF16, backward);
