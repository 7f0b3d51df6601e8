//! What a tick found: plain values, all of which enter the claim.

use codec::Digest;

use crate::evidence::Decision;
use crate::graph::DeltaRefusal;

/// The first refusals of a tick that are named one by one.
pub const REFUSALS_NAMED: usize = 8;

/// A tick's findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TickReport {
    /// Pass, fail or inconclusive.
    pub decision: Decision,
    /// Which phases are through for the graph as it is now.
    pub completed: Components,
    /// Work units used.
    pub work: WorkReport,
    /// Sizes.
    pub graph: GraphReport,
    /// The last cut that was found and hashed.
    pub cut: Option<CutReport>,
    /// The last score.
    pub score: Option<ScoreReport>,
    /// The evidence after this tick.
    pub evidence: EvidenceReport,
    /// Deltas refused in this tick.
    pub refused: Refused,
}

/// Which of the five phases are through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Components {
    /// Every delta that came is applied or refused.
    pub ingest: bool,
    /// The minimum cut of the graph as it is now is known.
    pub cut: bool,
    /// The spectral score of the graph as it is now is known.
    pub spectral: bool,
    /// No observation waits for its bets.
    pub evidence: bool,
    /// The cut is hashed.
    pub witness: bool,
}

impl Components {
    /// All five bits.
    pub const ALL: u8 = 31;

    /// As a mask: 1 ingest, 2 cut, 4 spectral, 8 evidence, 16 witness.
    #[must_use]
    pub fn mask(self) -> u8 {
        u8::from(self.ingest)
            | u8::from(self.cut) << 1
            | u8::from(self.spectral) << 2
            | u8::from(self.evidence) << 3
            | u8::from(self.witness) << 4
    }
}

/// Work units used, by phase; the units are explained at [`crate::config::ContainerEpochBudget`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkReport {
    /// The sum of the phases. Like each of them it may pass its budget by the distance between two checkpoints.
    pub total: u64,
    /// Deltas read and applied.
    pub ingest: u64,
    /// Edges and vertices scanned for the cut.
    pub cut: u64,
    /// Edges and vertices scanned for the score.
    pub spectral: u64,
    /// Bets updated.
    pub evidence: u64,
    /// Blocks hashed.
    pub witness: u64,
}

/// Sizes of the active graph, and of the core that the current flight speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GraphReport {
    /// Active vertices.
    pub vertices: u64,
    /// Edges.
    pub edges: u64,
    /// Vertices of the frozen core.
    pub core_vertices: u64,
    /// Edges of the frozen core.
    pub core_edges: u64,
    /// Accepted changes to edges since the start.
    pub version: u64,
}

/// A canonical minimum cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CutReport {
    /// The epoch of the graph that it speaks of.
    pub epoch: u64,
    /// λ, raw 32.32.
    pub value: u64,
    /// Connected components of the core.
    pub components: u32,
    /// Vertices on the smaller side.
    pub small_side: u64,
    /// Number of minimum cuts; 0 if the core is not connected or has fewer than two vertices.
    pub family: u64,
    /// The cut hash (`spec/cut.md`).
    pub hash: Digest,
}

/// A spectral score with its certified interval, each raw 32.32.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScoreReport {
    /// The epoch of the graph that it speaks of.
    pub epoch: u64,
    /// σ.
    pub score: u64,
    /// σ is at least this; 0 until the cut of the same graph is known.
    pub lower: u64,
    /// σ is at most this.
    pub upper: u64,
    /// ⌊−log2 ν2⌋, for graphs whose σ is too small for 32.32.
    pub neg_log2: u32,
}

/// The evidence after a tick. Bits are base-2 logarithms in units of 1/256, rounded down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EvidenceReport {
    /// The evidence hash (`spec/evidence.md`).
    pub hash: Digest,
    /// The statistic's value in this tick, Q0.32.
    pub statistic: Option<u32>,
    /// Evidence against "coherent".
    pub fail_bits: i32,
    /// Where it fails.
    pub fail_threshold: i32,
    /// Evidence against "incoherent".
    pub pass_bits: i32,
    /// Where it passes.
    pub pass_threshold: i32,
    /// Number of the alarm episode, from 1.
    pub episode: u32,
    /// Whether a failure is latched.
    pub latched: bool,
    /// Observations taken so far.
    pub observations: u64,
}

/// Deltas refused in one tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused {
    /// How many.
    pub count: u64,
    /// The first of them, as their number among all deltas since the start (from 0) and the reason.
    pub first: [Option<(u64, DeltaRefusal)>; REFUSALS_NAMED],
}

impl Refused {
    /// None yet.
    pub const NONE: Self = Self { count: 0, first: [None; REFUSALS_NAMED] };

    /// Adds one.
    pub fn push(&mut self, delta: u64, reason: DeltaRefusal) {
        if let Some(place) = self.first.get_mut(self.count as usize) {
            *place = Some((delta, reason));
        }
        self.count += 1;
    }

    /// Adds all of `later`, which come after those that are here.
    pub fn extend(&mut self, later: &Self) {
        let count = self.count + later.count;
        later.first.iter().flatten().for_each(|(delta, reason)| self.push(*delta, *reason));
        self.count = count;
    }
}
