//! The model `conv2d` of the pack.
#![no_std]
#![no_main]

infer_guest::kernel!("conv2d");
