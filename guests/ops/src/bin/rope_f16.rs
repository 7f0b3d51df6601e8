//! Rotary position embedding, f16.
#![no_std]
#![no_main]

ops_guest::kernel!(RopeF16, backward);
