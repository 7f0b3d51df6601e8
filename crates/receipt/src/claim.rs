//! What a gate guest says of one tick. Encoding and signing take no memory but the caller's.
//!
//! The layout is the table in `spec/receipt.md`, section "Claim": a map with the keys 1 to 13, all of them always there.
//! Quantities marked *32.32* are raw fixed-point numbers with 32 fractional bits; *bits* are base-2 logarithms in
//! units of 1/256.

mod decode;
mod encode;

use codec::Digest;
use core::fmt;

use crate::keys::PublicKey;
use crate::limits::REFUSED_LISTED_MAX;

/// The claim of one tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Number of the step, from 1.
    pub epoch: u64,
    /// Digest of the previous body; for the first step, of the genesis statement's payload.
    pub previous: Digest,
    /// Digest of the step's input bytes.
    pub input: Digest,
    /// Who signs.
    pub signer: Signer,
    /// Pass, fail or inconclusive.
    pub decision: Decision,
    /// Which phases are through.
    pub completed: Components,
    /// Work units used.
    pub work: Work,
    /// Sizes of the graph.
    pub graph: GraphSize,
    /// The last cut that was found and hashed.
    pub cut: Option<Cut>,
    /// The last score.
    pub score: Option<Score>,
    /// The evidence after the tick.
    pub evidence: Evidence,
    /// Deltas refused in the tick.
    pub refused: Refused,
}

/// Who signs, and with which key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signer {
    /// Guest or host.
    pub role: Role,
    /// The guest's witness key for [`Role::Guest`], the runtime's key for [`Role::Host`].
    pub key: PublicKey,
}

/// Who signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Role {
    /// The guest holds the witness key and signs its claim; the host signs the body.
    Guest = 0,
    /// No key enters the guest; the host's signature over the body covers the claim.
    Host = 1,
}

/// The gate's decision: on the wire `[kind, severity]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Kind 0.
    Pass,
    /// Kind 1.
    Fail {
        /// How bad, 0 to 255.
        severity: u8,
    },
    /// Kind 2.
    Inconclusive,
}

/// A set of phases, as a mask: 1 ingest, 2 cut, 4 spectral, 8 evidence, 16 witness.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Components(u8);

/// Work units used, by phase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work {
    /// All phases.
    pub total: u64,
    /// Taking in deltas.
    pub ingest: u64,
    /// Searching the minimum cut.
    pub cut: u64,
    /// Iterating the spectral score.
    pub spectral: u64,
    /// Updating the evidence.
    pub evidence: u64,
    /// Hashing.
    pub witness: u64,
}

/// Sizes of the active graph and of the core that cut and score speak of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GraphSize {
    /// Active vertices.
    pub vertices: u64,
    /// Edges.
    pub edges: u64,
    /// Vertices of the core.
    pub core_vertices: u64,
    /// Edges of the core.
    pub core_edges: u64,
    /// Accepted changes since the start.
    pub version: u64,
}

/// A canonical minimum cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    /// The epoch of the graph that it speaks of; not after the claim's.
    pub epoch: u64,
    /// λ, 32.32.
    pub value: u64,
    /// Connected components.
    pub components: u32,
    /// Vertices on the smaller side.
    pub small_side: u64,
    /// Number of minimum cuts, as the gate counts them.
    pub family: u64,
    /// The cut hash.
    pub hash: Digest,
}

/// A spectral score with its certified interval.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Score {
    /// The epoch of the graph that it speaks of; not after the claim's.
    pub epoch: u64,
    /// σ, 32.32.
    pub score: u64,
    /// σ is at least this, 32.32.
    pub lower: u64,
    /// σ is at most this, 32.32.
    pub upper: u64,
    /// ⌊−log2⌋ of the eigenvalue, for graphs whose σ is too small for 32.32.
    pub neg_log2: u32,
}

/// The evidence after a tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// The evidence hash.
    pub hash: Digest,
    /// The statistic of this tick in units of 2^−32, if there was one.
    pub statistic: Option<u32>,
    /// Evidence that speaks for failing, in bits.
    pub fail_bits: i32,
    /// Where it fails, in bits.
    pub fail_threshold: i32,
    /// Evidence that speaks for passing, in bits.
    pub pass_bits: i32,
    /// Where it passes, in bits.
    pub pass_threshold: i32,
    /// Number of the alarm episode.
    pub episode: u32,
    /// Whether a failure is latched.
    pub latched: bool,
    /// Observations taken so far.
    pub observations: u64,
}

/// Deltas refused in one tick: how many, and the first of them one by one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused {
    count: u64,
    first: [RefusedDelta; REFUSED_LISTED_MAX],
}

/// One refused delta.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RefusedDelta {
    /// The delta's number, as the gate counts them.
    pub delta: u64,
    /// The gate's code for the reason.
    pub code: u8,
}

impl Components {
    /// No phase.
    pub const NONE: Self = Self(0);
    /// Deltas are applied or refused.
    pub const INGEST: Self = Self(1);
    /// The minimum cut is known.
    pub const CUT: Self = Self(2);
    /// The spectral score is known.
    pub const SPECTRAL: Self = Self(4);
    /// The evidence is up to date.
    pub const EVIDENCE: Self = Self(8);
    /// The cut is hashed.
    pub const WITNESS: Self = Self(16);
    /// All five.
    pub const ALL: Self = Self(31);

    /// The set that `mask` stands for, if it is below 32.
    #[must_use]
    pub fn from_mask(mask: u8) -> Option<Self> {
        (mask <= Self::ALL.0).then_some(Self(mask))
    }

    /// The mask.
    #[must_use]
    pub fn mask(self) -> u8 {
        self.0
    }

    /// Whether every phase of `other` is in this set.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Refused {
    /// No delta refused.
    pub const NONE: Self = Self { count: 0, first: [RefusedDelta { delta: 0, code: 0 }; REFUSED_LISTED_MAX] };

    /// `count` deltas, of which `first` are the first: all of them, or eight.
    #[must_use]
    pub fn new(count: u64, first: &[RefusedDelta]) -> Option<Self> {
        let mut refused = Self { count, ..Self::NONE };
        if first.len() != refused.listed_len() {
            return None;
        }
        refused.first[..first.len()].copy_from_slice(first);
        Some(refused)
    }

    /// Adds one.
    pub fn push(&mut self, delta: RefusedDelta) {
        if let Some(place) = usize::try_from(self.count).ok().and_then(|index| self.first.get_mut(index)) {
            *place = delta;
        }
        self.count = self.count.saturating_add(1);
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first of them, at most eight.
    #[must_use]
    pub fn listed(&self) -> &[RefusedDelta] {
        &self.first[..self.listed_len()]
    }

    fn listed_len(&self) -> usize {
        usize::try_from(self.count).map_or(REFUSED_LISTED_MAX, |count| count.min(REFUSED_LISTED_MAX))
    }
}

impl fmt::Display for Components {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            (Self::INGEST, "ingest"),
            (Self::CUT, "cut"),
            (Self::SPECTRAL, "spectral"),
            (Self::EVIDENCE, "evidence"),
            (Self::WITNESS, "witness"),
        ];
        let mut separator = "";
        for (_, word) in words.into_iter().filter(|(phase, _)| self.contains(*phase)) {
            write!(f, "{separator}{word}")?;
            separator = " ";
        }
        if *self == Self::NONE { f.write_str("none") } else { Ok(()) }
    }
}

impl fmt::Debug for Components {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass => f.write_str("pass"),
            Self::Fail { severity } => write!(f, "fail({severity})"),
            Self::Inconclusive => f.write_str("inconclusive"),
        }
    }
}
