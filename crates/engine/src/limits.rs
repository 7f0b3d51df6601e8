//! Limits that engines share, each with its reason.

/// Native stack that an engine sets aside for one call into a guest, in bytes.
///
/// Sealing stops a guest after [`DEPTH_LIMIT`] frame units, which count at least 8 bytes for each local and operand slot
/// and a fixed part for each frame; compiled frames hold at most a slot's worth of spill and alignment beside each of
/// those, so eight times the limit is ample. It must stay below half of the 2 MiB that Rust gives a thread.
pub const NATIVE_STACK_BYTES: usize = 1 << 20;

/// The call-depth limit that the program's own sealing uses, in frame units.
pub const DEPTH_LIMIT: u32 = 128 << 10;

/// The largest linear memory of an instance, in bytes: four times the largest profile. A `memory.grow` beyond the module's
/// own maximum is the guest's affair and gives −1; one beyond this limit, or one for which the host has no memory, is an
/// error of the world, because another host would have answered otherwise.
pub const MEMORY_BYTES_MAX: usize = 64 << 20;

/// The most elements of a table that an engine instantiates. Tables never grow: sealing refuses what could change one.
pub const TABLE_ELEMENTS_MAX: usize = 64 << 10;

/// The most tables that an engine instantiates: compilers make one.
pub const TABLES_MAX: usize = 1;

/// Ticks of an engine's clock that a call into a kernel has unless told otherwise: 10 s at the server's tick of 10 ms, which
/// no kernel over 64 MiB needs.
pub const EPOCH_TICKS: u64 = 1_000;

const _: () = assert!(DEPTH_LIMIT as usize * 8 <= NATIVE_STACK_BYTES);
