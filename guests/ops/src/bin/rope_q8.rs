//! Rotary position embedding, q8_0.
#![no_std]
#![no_main]

ops_guest::kernel!(RopeQ8);
