//! Work units and the budget of one phase.

/// A phase's budget and what is used of it, in work units. A unit is one elementary scan: an edge looked at, a vertex
/// visited, a bet updated, 64 bytes hashed. Counting is part of the algorithm, so it is the same on every machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work {
    used: u64,
    limit: u64,
}

impl Work {
    /// Nothing used of `limit` units.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { used: 0, limit }
    }

    /// Another limit for what was used already and what comes.
    pub fn relimit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// Counts `units` as used. May pass the limit: a phase stops at the first checkpoint at or after it, and each
    /// checkpoint's distance from the next is bounded and documented where it stands.
    pub fn charge(&mut self, units: u64) {
        self.used = self.used.saturating_add(units);
    }

    /// Whether the phase must stop at this checkpoint.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.used >= self.limit
    }

    /// Units that may still be used.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    /// Units used so far.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used
    }
}

/// Whether a resumable computation is through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It stopped at a checkpoint because its work ran out; call again with new work.
    Pending,
    /// It is through: its result can be read.
    Done,
}
