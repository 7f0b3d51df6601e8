//! Low-rank adaptation, f16.
#![no_std]
#![no_main]

ops_guest::kernel!(LoraF16, backward);
