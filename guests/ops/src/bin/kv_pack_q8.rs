//! f32 to q8_0 blocks.
#![no_std]
#![no_main]

ops_guest::kernel!(KvPackQ8);
