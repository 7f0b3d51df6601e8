//! What comes of a delta: a change, or a refusal that leaves the graph as it is.

/// What an accepted change did to the edge between two slots. A slot whose vertex is gone is free again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Slot of the first vertex that the delta named.
    pub u: u16,
    /// Slot of the second.
    pub v: u16,
    /// The edge's weight before, raw 32.32; 0 if there was no edge.
    pub before: u64,
    /// Its weight now; 0 if there is no edge.
    pub after: u64,
    /// The first vertex was not active before.
    pub u_is_new: bool,
    /// The second vertex was not active before.
    pub v_is_new: bool,
    /// The first vertex is not active any more.
    pub u_gone: bool,
    /// The second vertex is not active any more.
    pub v_gone: bool,
}

impl Change {
    /// A change of the edge between two vertices that stay.
    #[must_use]
    pub fn between([u, v]: [u16; 2], before: u64, after: u64) -> Self {
        Self { u, v, before, after, u_is_new: false, v_is_new: false, u_gone: false, v_gone: false }
    }
}

/// Why a delta was refused. The numbers are part of the claim's format (`spec/input.md`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum DeltaRefusal {
    /// No slot is left for another active vertex.
    VertexCapacity = 1,
    /// No slot is left for another edge.
    EdgeCapacity = 2,
    /// The sum of weights would reach 2^62 raw.
    WeightBound = 3,
    /// Both ends are the same vertex.
    SelfLoop = 4,
    /// The weight is 0.
    ZeroWeight = 5,
    /// `edge_add` of an edge that is there.
    EdgeExists = 6,
    /// `edge_remove` or `weight_update` of an edge that is not there.
    NoSuchEdge = 7,
    /// An observation with no value, more than [`FEATURES`](super::FEATURES), or one that is not finite.
    BadValues = 8,
    /// More deltas wait than the profile has room for.
    BacklogFull = 9,
}

impl DeltaRefusal {
    /// All, in order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::VertexCapacity,
        Self::EdgeCapacity,
        Self::WeightBound,
        Self::SelfLoop,
        Self::ZeroWeight,
        Self::EdgeExists,
        Self::NoSuchEdge,
        Self::BadValues,
        Self::BacklogFull,
    ];

    /// What it means, in a sentence without a full stop.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::VertexCapacity => "the profile has no room for another active vertex",
            Self::EdgeCapacity => "the profile has no room for another edge",
            Self::WeightBound => "the sum of weights would reach 2^62 raw (2^30 in 32.32)",
            Self::SelfLoop => "both ends are the same vertex",
            Self::ZeroWeight => "the weight is 0; remove the edge instead",
            Self::EdgeExists => "the edge is already there; update its weight instead",
            Self::NoSuchEdge => "there is no such edge",
            Self::BadValues => "an observation needs one to four finite values",
            Self::BacklogFull => "too many deltas wait for a later tick; raise the ingest budget",
        }
    }
}
