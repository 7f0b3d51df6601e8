//! q4_0 blocks to f32.
#![no_std]
#![no_main]

ops_guest::kernel!(KvUnpackQ4);
