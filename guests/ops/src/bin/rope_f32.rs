//! Rotary position embedding, f32.
#![no_std]
#![no_main]

ops_guest::kernel!(RopeF32, backward);
