//! Limits that engines share, each with its reason.

/// Native stack that an engine sets aside for one call into a guest, in bytes.
///
/// Sealing stops a guest after [`DEPTH_LIMIT`] frame units, which count at least 8 bytes for each local and operand slot
/// and a fixed part for each frame; compiled frames hold at most a slot's worth of spill and alignment beside each of
/// those, so eight times the limit is ample. It must stay below half of the 2 MiB that Rust gives a thread.
pub const NATIVE_STACK_BYTES: usize = 1 << 20;

/// The call-depth limit that the program's own sealing uses, in frame units.
pub const DEPTH_LIMIT: u32 = 128 << 10;

/// The largest linear memory that an engine instantiates, in bytes: four times the largest profile.
pub const MEMORY_BYTES_MAX: usize = 64 << 20;

const _: () = assert!(DEPTH_LIMIT as usize * 8 <= NATIVE_STACK_BYTES);
