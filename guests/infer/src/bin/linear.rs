//! The model `linear` of the pack.
#![no_std]
#![no_main]

infer_guest::kernel!("linear");
