//! Verification of a chain with its Ed25519 signatures checked together: the same verdicts, sooner.

use alloc::vec::Vec;
use codec::Digest;

use super::{ChainVerifier, Progress, Signatures, Tip};
use crate::batch::Batch;
use crate::genesis::Genesis;
use crate::keys::{CheckedKey, PublicKey, Signature};
use crate::limits::BATCH_RECEIPTS;
use crate::post_quantum::PostQuantumKey;
use crate::verdict::{ChainReport, Coverage, Verdict};

/// Takes a chain's receipts one at a time and checks their signatures together, up to 256 receipts at once. Its verdict
/// is the one that [`ChainVerifier`] reaches on the same receipts: the first fault in the order of the chain, and within a
/// receipt in the order of its checks.
///
/// Until [`BatchVerifier::finish`] a receipt that was taken is not yet one that was accepted.
#[derive(Clone, Debug)]
pub struct BatchVerifier<'g> {
    /// Ahead of what is known: it has gone on as if every signature that waits were good.
    ahead: ChainVerifier<'g>,
    batch: Batch,
    /// For each signature that waits: the verdict if it is bad, and what had been accepted before its receipt.
    waiting: Vec<(Verdict, Progress)>,
    receipts: usize,
}

impl<'g> BatchVerifier<'g> {
    /// A verifier for the chain that `genesis` opens, from its first receipt.
    #[must_use]
    pub fn new(genesis: &'g Genesis) -> Self {
        Self::of(ChainVerifier::new(genesis))
    }

    /// A verifier for the part of a chain after `tip`, which the caller knows to be good.
    #[must_use]
    pub fn resume(genesis: &'g Genesis, tip: Tip) -> Self {
        Self::of(ChainVerifier::resume(genesis, tip))
    }

    fn of(ahead: ChainVerifier<'g>) -> Self {
        Self { ahead, batch: Batch::new(), waiting: Vec::new(), receipts: 0 }
    }

    /// As [`ChainVerifier::with_post_quantum_key`].
    #[must_use]
    pub fn with_post_quantum_key(self, key: &PostQuantumKey) -> Self {
        Self { ahead: self.ahead.with_post_quantum_key(key), ..self }
    }

    /// Takes the next receipt and, where it is known, the digest of the step's input. The error is the first fault of the
    /// chain; no error says that none was found yet. After a fault every receipt is refused with that same fault.
    pub fn push(&mut self, bytes: &[u8], input: Option<Digest>) -> Result<(), Verdict> {
        let before = self.ahead.progress;
        let mut later = Later { batch: &mut self.batch, waiting: &mut self.waiting, before };
        let taken = self.ahead.push_with(bytes, input, &mut later);
        self.receipts += 1;
        if taken.is_err() || self.receipts >= BATCH_RECEIPTS { self.finish() } else { Ok(()) }
    }

    /// Checks the signatures that wait. The error is the first fault of the chain.
    pub fn finish(&mut self) -> Result<(), Verdict> {
        if let Err(index) = self.batch.check() {
            let (fault, before) = self.waiting[index];
            (self.ahead.fault, self.ahead.progress) = (Some(fault), before);
        }
        self.waiting.clear();
        self.receipts = 0;
        self.ahead.fault.map_or(Ok(()), Err)
    }

    /// The end of what was accepted.
    pub fn tip(&mut self) -> Tip {
        self.finished().tip()
    }

    /// What the signatures among the accepted receipts speak for.
    pub fn coverage(&mut self) -> Coverage {
        self.finished().coverage()
    }

    /// What was found.
    pub fn verdict(&mut self) -> Verdict {
        self.finished().verdict()
    }

    /// What was found, and what is known of the signer if `operators` are trusted.
    pub fn report(&mut self, operators: &[PublicKey]) -> ChainReport {
        self.finished().report(operators)
    }

    fn finished(&mut self) -> &ChainVerifier<'g> {
        // The fault, if there is one, is told by the verifier itself.
        let _told = self.finish();
        &self.ahead
    }
}

/// Takes signatures down to be checked later.
struct Later<'b> {
    batch: &'b mut Batch,
    waiting: &'b mut Vec<(Verdict, Progress)>,
    before: Progress,
}

impl Signatures for Later<'_> {
    fn check(&mut self, key: &CheckedKey, message: &[u8], signature: &Signature, bad: Verdict) -> Result<(), Verdict> {
        self.batch.push(key, message, signature);
        self.waiting.push((bad, self.before));
        Ok(())
    }
}
