//! The last claims, remembered inside the container: its own audit trail, whatever became of its receipts outside.

use codec::abi::RECALL_MAX;
use codec::{Digest, Encoder, Sink};

/// Epoch and digest of the last claims.
pub(crate) struct Ring {
    claims: [(u64, Digest); RECALL_MAX],
    next: usize,
    len: usize,
}

impl Ring {
    pub(crate) const EMPTY: Self = Self { claims: [(0, Digest::ZERO); RECALL_MAX], next: 0, len: 0 };

    /// Remembers a claim in place of the oldest.
    pub(crate) fn push(&mut self, epoch: u64, claim: Digest) {
        self.claims[self.next] = (epoch, claim);
        self.next = (self.next + 1) % RECALL_MAX;
        self.len = (self.len + 1).min(RECALL_MAX);
    }

    /// An array of `[epoch, claim digest]`, oldest first.
    pub(crate) fn encode<S: Sink>(&self, sink: &mut S) {
        let mut cbor = Encoder::new(sink);
        cbor.array(self.len as u64);
        for age in (1..=self.len).rev() {
            let (epoch, digest) = self.claims[(self.next + RECALL_MAX - age) % RECALL_MAX];
            cbor.array(2).uint(epoch).bytes(&digest.0);
        }
    }
}
