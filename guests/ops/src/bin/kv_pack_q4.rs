//! f32 to q4_0 blocks.
#![no_std]
#![no_main]

ops_guest::kernel!(KvPackQ4);
