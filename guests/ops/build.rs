//! Tells the linker the memory of a kernel: a small minimum, which the host grows to what a call needs, and a maximum.

use std::env;

/// Bytes of stack: the low-rank adaptation keeps tiles of 10 KiB there. An overflow runs below address 0 and traps.
const STACK_BYTES: u32 = 32 << 10;

/// One page holds stack, constants and messages; the arena begins in what is left of it.
const MINIMUM_BYTES: u32 = 64 << 10;

/// Largest memory of a kernel with SIMD128, which servers run.
const MAXIMUM_BYTES_SIMD: u32 = 64 << 20;

/// Largest memory of a kernel without, which embedded devices run.
const MAXIMUM_BYTES_SCALAR: u32 = 4 << 20;

fn main() {
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    let has_simd = features.split(',').any(|feature| feature == "simd128");
    let maximum = if has_simd { MAXIMUM_BYTES_SIMD } else { MAXIMUM_BYTES_SCALAR };
    let link = |argument: String| println!("cargo:rustc-link-arg-bins={argument}");
    link("--no-entry".to_owned());
    link(format!("-zstack-size={STACK_BYTES}"));
    link(format!("--initial-memory={MINIMUM_BYTES}"));
    link(format!("--max-memory={maximum}"));
    println!("cargo:rerun-if-changed=build.rs");
}
