//! The changes of one step and their encoding.

use codec::Encoder;

use crate::delta::Delta;

/// Version of the input encoding, the first item of every input.
pub const INPUT_VERSION: u64 = 1;

/// One tick: what the gate reads in one step.
#[derive(Clone, PartialEq, Debug)]
pub struct Tick {
    /// What people call this tick: a date, a time, a line. It belongs in the annex and is never encoded.
    pub label: String,
    /// The changes, in the order in which the gate applies them.
    pub deltas: Vec<Delta>,
}

impl Tick {
    /// The input bytes of `spec/input.md`: deterministic CBOR, `[1, [delta…]]`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 + self.deltas.len() * 16);
        let mut out = Encoder::new(&mut bytes);
        out.array(2).uint(INPUT_VERSION).array(self.deltas.len() as u64);
        for delta in &self.deltas {
            delta.encode_into(&mut out);
        }
        bytes
    }
}
