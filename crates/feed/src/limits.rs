//! Every limit of the feed. Foreign data can make none of them larger.

/// Bytes of one line, without its end. A row of 1,024 prices is about 10 KiB; a longer line is not a row.
pub const LINE_BYTES_MAX: u64 = 1 << 20;

/// Columns of a CSV file.
pub const COLUMNS_MAX: usize = 4096;

/// Columns of prices: every pair is correlated on every day, half a million pairs at this size.
pub const SHARES_MAX: usize = 1024;

/// Rows in the correlation window.
pub const WINDOW_MAX: usize = 4096;

/// Values of one observation: what the gate keeps of a vertex (`spec/input.md`).
pub const VALUES_MAX: usize = 4;

/// Deltas of one tick in operations mode; past it the bin is too wide for a step.
pub const DELTAS_MAX: usize = 1 << 18;

/// Edges that set mode keeps track of, four times what the largest profile holds.
pub const EDGES_MAX: usize = 1 << 18;

/// Vertices that a run file may declare; names are kept in memory, ids are not.
pub const VERTICES_MAX: u64 = 1 << 20;

/// Bytes of a vertex's name: all of [`VERTICES_MAX`] names together stay below a quarter of a gigabyte.
pub const NAME_BYTES_MAX: usize = 256;

/// Bad rows that are kept in words when `on_bad_row = "skip"`; all are counted.
pub const SKIPPED_KEPT_MAX: usize = 64;

/// Characters of foreign text that an error message repeats.
pub const FOUND_CHARS_MAX: usize = 40;

/// Raw 32.32 weights stay below this, as the sum of all weights must.
pub const WEIGHT_RAW_END: u64 = 1 << 62;
