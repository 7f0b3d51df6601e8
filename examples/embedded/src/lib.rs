//! What both programs must say alike: compiled code loads only where it was compiled for.

use wasmtime::Config;

/// The largest memory of a kernel on an embedded device.
pub const MEMORY_BYTES: u64 = 4 << 20;

/// Wasmtime for a device: no guard pages to speak of, no address space beyond what a kernel may use.
#[must_use]
pub fn config() -> Config {
    let mut config = Config::new();
    config
        .memory_reservation(MEMORY_BYTES)
        .memory_reservation_for_growth(0)
        .memory_guard_size(64 << 10)
        .max_wasm_stack(256 << 10)
        .wasm_relaxed_simd(false);
    config
}
