//! Limits of the runtime, each with its reason.

/// The longest input of a step, in bytes: twice the largest message of any profile, and far below what a journal keeps.
pub const INPUT_BYTES_MAX: usize = 4 << 20;

/// The longest output of a guest, in bytes: sixty-four times a claim.
pub const OUTPUT_BYTES_MAX: usize = 64 << 10;

/// Steps between two restore points. A restore point costs a copy of the memory, a rollback at most this many steps again;
/// `docs/decisions/0004-rollback.md` has the figures.
pub const RESTORE_STEPS_MAX: usize = 64;

/// Input bytes kept since the last restore point, so that long inputs bring the next one forward.
pub const RESTORE_INPUT_BYTES_MAX: usize = 8 << 20;

/// Cost units for each message that is not a step: configuration and keys. Ten times what the largest profile needs.
pub const SETUP_METER: i64 = 4_000_000_000;
