//! What was counted in trials.

use std::ops::AddAssign;

/// Sums over ticks.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Counts {
    pub(crate) ticks: u64,
    pub(crate) deltas: u64,
    /// Work units of all phases.
    pub(crate) units: u64,
    /// Work units of searches from scratch.
    pub(crate) searched: u64,
    /// Ticks at whose end the cut was known, and hashed.
    pub(crate) fresh: u64,
    pub(crate) hashed: u64,
    /// Times that the cut was not known any more, and the most ticks that it stayed so.
    pub(crate) spells: u64,
    pub(crate) longest: u64,
    /// The greatest age of what is published, in ticks.
    pub(crate) oldest: u64,
    /// Sweeps that ended with deltas since they took off: carried over to the graph as it was by then, or followed by another.
    pub(crate) carried: u64,
    pub(crate) swept_again: u64,
    /// Equal to a static search: hashes, those of them published late, labels of all vertices, values in the statistic.
    pub(crate) hashes: u64,
    pub(crate) late: u64,
    pub(crate) views: u64,
    pub(crate) values: u64,
    /// Of the hashes: of cores that were not connected, of cores with more than one minimum cut.
    pub(crate) apart: u64,
    pub(crate) families: u64,
    /// Values equal to LEMON's.
    pub(crate) lemon: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.ticks += other.ticks;
        self.deltas += other.deltas;
        self.units += other.units;
        self.searched += other.searched;
        self.fresh += other.fresh;
        self.hashed += other.hashed;
        self.spells += other.spells;
        self.longest = self.longest.max(other.longest);
        self.oldest = self.oldest.max(other.oldest);
        self.carried += other.carried;
        self.swept_again += other.swept_again;
        self.hashes += other.hashes;
        self.late += other.late;
        self.views += other.views;
        self.values += other.values;
        self.apart += other.apart;
        self.families += other.families;
        self.lemon += other.lemon;
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} deltas in {} ticks, {} fresh", self.deltas, self.ticks, self.fresh)?;
        write!(f, " (stale {} times, {} ticks at most; ", self.spells, self.longest)?;
        write!(f, "greatest age {}); ", self.oldest)?;
        write!(f, "sweeps: {} carried over, {} swept again; ", self.carried, self.swept_again)?;
        write!(f, "equal: {} hashes ({} late, ", self.hashes, self.late)?;
        write!(f, "{} apart, {} of several cuts), ", self.apart, self.families)?;
        write!(f, "{} labels, {} values, {} LEMON", self.views, self.values, self.lemon)
    }
}
