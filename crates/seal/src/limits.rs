//! Every limit of `seal`, with its reason. Beyond them a module is refused as too large, before memory is taken for it.

/// Bytes of a module: the largest guests known (a Python interpreter with its library) have 26 MiB.
pub const MODULE_BYTES_MAX: usize = 64 << 20;
/// Bytes of one function: engines accept at most 7,654,321 (the JavaScript embedding's limit) and sealing adds to it.
pub const FUNCTION_BYTES_MAX: usize = 1 << 20;
/// Functions in a module, imports included.
pub const FUNCTIONS_MAX: u32 = 200_000;
/// Locals of a function, parameters included: engines accept 50,000; compile time grows with locals times blocks.
pub const LOCALS_MAX: u32 = 10_000;
/// Globals of a module; each mutable one is exported and kept in a snapshot.
pub const GLOBALS_MAX: u32 = 1_000;
/// Exports of a module, before sealing.
pub const EXPORTS_MAX: u32 = 10_000;
/// Targets of one `br_table`.
pub const BRANCH_TARGETS_MAX: u32 = 20_000;
/// Nested blocks in a function: engines recurse over them.
pub const NESTING_MAX: u32 = 5_000;
/// Values that a function carries around its loops: each local once for each loop in which it is set, what loops take and blocks
/// give. Wasmtime's compiler takes about 1.8 KiB and 9 microseconds for each, hence 120 MiB; a large interpreter has a few
/// thousand.
pub const LOOP_VALUES_MAX: u64 = 1 << 16;
/// Ends of blocks in a function times its locals (and [`JOIN_LOCALS_BASE`] more): Wasmtime's compiler searches between them, and
/// takes up to 450 MiB at this limit.
pub const JOIN_LOCALS_MAX: u64 = 1 << 23;
/// What a block costs a compiler that no local is looked up in, in locals.
pub const JOIN_LOCALS_BASE: u64 = 100;
/// Data and element segments each.
pub const SEGMENTS_MAX: u32 = 100_000;
/// Entries of a table.
pub const TABLE_ENTRIES_MAX: u64 = 1_000_000;
/// Steps of the NaN analysis in one function: merges of a local's value over edges of the control flow. A function that
/// a compiler made stays below a hundredth of it.
pub const ANALYSIS_STEPS_MAX: u64 = 1 << 27;
/// Values joined in the NaN analysis of one function; each takes 16 bytes.
pub const ANALYSIS_INPUTS_MAX: usize = 1 << 22;
/// Pages of 64 KiB that a 32-bit memory can have.
pub const PAGES_MAX: u32 = 65_536;
/// Findings that are kept; more are counted only.
pub const FINDINGS_MAX: usize = 100_000;
