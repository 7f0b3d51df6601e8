//! Low-rank adaptation, f32.
#![no_std]
#![no_main]

ops_guest::kernel!(LoraF32, backward);
