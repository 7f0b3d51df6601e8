//! One change of the watched graph. `spec/input.md` has the byte layout.

use codec::{Encoder, Sink};

/// One change. Vertices are external ids; weights are raw 32.32 fixed point, at least 1 (2^-32). Edges have no direction.
#[derive(Clone, PartialEq, Debug)]
pub enum Delta {
    /// A new edge.
    EdgeAdd {
        /// One end.
        u: u64,
        /// The other end.
        v: u64,
        /// Raw 32.32 weight.
        weight: u64,
    },
    /// An edge goes.
    EdgeRemove {
        /// One end.
        u: u64,
        /// The other end.
        v: u64,
    },
    /// An edge that is there gets another weight.
    WeightUpdate {
        /// One end.
        u: u64,
        /// The other end.
        v: u64,
        /// Raw 32.32 weight.
        weight: u64,
    },
    /// What was measured at a vertex.
    Observation {
        /// Where.
        vertex: u64,
        /// Finite values, in the order that the stream's configuration gives.
        values: Vec<f32>,
    },
    /// An operator's word that a latched failure is dealt with.
    Rearm,
}

impl Delta {
    /// Writes the delta as one CBOR array.
    pub fn encode_into<S: Sink>(&self, out: &mut Encoder<'_, S>) {
        match self {
            Self::EdgeAdd { u, v, weight } => out.array(4).uint(0).uint(*u).uint(*v).uint(*weight),
            Self::EdgeRemove { u, v } => out.array(3).uint(1).uint(*u).uint(*v),
            Self::WeightUpdate { u, v, weight } => out.array(4).uint(2).uint(*u).uint(*v).uint(*weight),
            Self::Observation { vertex, values } => {
                out.array(3).uint(3).uint(*vertex).bytes_head(values.len() as u64 * 4);
                values.iter().fold(out, |out, value| out.raw(&value.to_le_bytes()))
            }
            Self::Rearm => out.array(1).uint(4),
        };
    }
}
