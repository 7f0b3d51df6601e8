//! Verification of a chain, one receipt at a time, in constant memory.
//!
//! Each receipt is taken through the same gates in the same order: envelope, runtime signature, post-quantum signature,
//! body, epoch, presence of a signature, link, binding to the genesis statement, signer, witness signature, input. The
//! first fault ends the verification. A fault of the signature goes before all that the body says.

mod batch;

pub use batch::BatchVerifier;

use codec::Digest;

use crate::body::Body;
use crate::claim::{Role, Signer};
use crate::cose::{Content, Sign1};
use crate::frame::Frame;
use crate::genesis::{Genesis, GenesisStatement};
use crate::keys::{BadSignature, CheckedKey, PublicKey, Signature};
use crate::post_quantum::{CheckedPostQuantumKey, PostQuantumKey};
use crate::signed::{Receipt, Wire};
use crate::verdict::{ChainReport, Coverage, Verdict};

/// The end of a chain: what the next receipt must follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tip {
    /// Epoch of the last receipt; before the first, 0 or the epoch of a fork's parent.
    pub epoch: u64,
    /// Digest of the last body; of the genesis payload before the first.
    pub digest: Digest,
}

/// Takes a chain's receipts one at a time.
#[derive(Clone, Debug)]
pub struct ChainVerifier<'g> {
    genesis: &'g Genesis,
    post_quantum: Option<CheckedPostQuantumKey>,
    progress: Progress,
    fault: Option<Verdict>,
}

/// What was accepted so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Progress {
    tip: Tip,
    taken: u64,
    first_epoch: u64,
    coverage: Coverage,
}

/// A receipt that was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The receipt.
    pub receipt: Receipt,
    /// The chain's end with it.
    pub tip: Tip,
}

/// Verifies a whole chain that names no post-quantum key. Each item is a receipt's bytes and, where known, the digest of
/// the step's input.
pub fn verify_chain<'r>(
    genesis: &Genesis,
    operators: &[PublicKey],
    receipts: impl IntoIterator<Item = (&'r [u8], Option<Digest>)>,
) -> ChainReport {
    let mut verifier = BatchVerifier::new(genesis);
    for (receipt, input) in receipts {
        if verifier.push(receipt, input).is_err() {
            break;
        }
    }
    verifier.report(operators)
}

impl Tip {
    /// The end of the chain that has only its genesis statement. A fork's first epoch follows its parent's.
    #[must_use]
    pub fn start(genesis: &Genesis) -> Self {
        let epoch = genesis.statement().parent.map_or(0, |parent| parent.epoch);
        Self { epoch, digest: genesis.payload_digest() }
    }

    /// The end after `body`.
    #[must_use]
    pub fn after(body: &Body) -> Self {
        Self { epoch: body.frame().epoch, digest: body.digest() }
    }
}

impl<'g> ChainVerifier<'g> {
    /// A verifier for the chain that `genesis` opens, from its first receipt.
    #[must_use]
    pub fn new(genesis: &'g Genesis) -> Self {
        Self::resume(genesis, Tip::start(genesis))
    }

    /// A verifier for the part of a chain after `tip`, which the caller knows to be good.
    #[must_use]
    pub fn resume(genesis: &'g Genesis, tip: Tip) -> Self {
        let progress = Progress { tip, taken: 0, first_epoch: 0, coverage: Coverage::none(tip.epoch) };
        let fault = genesis.statement().post_quantum.map(|_| Verdict::PostQuantumKeyMissing);
        Self { genesis, post_quantum: None, progress, fault }
    }

    /// Hands over the post-quantum key that the genesis statement names by its digest. To be called before the first
    /// receipt; without it such a chain is refused. A chain that names no such key has no use for it.
    #[must_use]
    pub fn with_post_quantum_key(mut self, key: &PostQuantumKey) -> Self {
        assert_eq!(self.progress.taken, 0, "the key comes before the receipts");
        if let Some(digest) = self.genesis.statement().post_quantum {
            (self.post_quantum, self.fault) = match key.check() {
                Err(_) => (None, Some(Verdict::PostQuantumUnsupported)),
                Ok(_) if key.digest() != digest => (None, Some(Verdict::WrongPostQuantumKey)),
                Ok(key) => (Some(key), None),
            };
        }
        self
    }

    /// The end of what was accepted.
    #[must_use]
    pub fn tip(&self) -> Tip {
        self.progress.tip
    }

    /// What the signatures among the accepted receipts speak for.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.progress.coverage
    }

    /// Takes the next receipt and, where it is known, the digest of the step's input. After a fault every receipt is
    /// refused with that same fault.
    pub fn push(&mut self, bytes: &[u8], input: Option<Digest>) -> Result<Accepted, Verdict> {
        let receipt = self.push_with(bytes, input, &mut AtOnce)?;
        Ok(Accepted { receipt, tip: self.progress.tip })
    }

    fn push_with(
        &mut self,
        bytes: &[u8],
        input: Option<Digest>,
        signatures: &mut impl Signatures,
    ) -> Result<Receipt, Verdict> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let receipt = self.check(bytes, input, signatures).inspect_err(|fault| self.fault = Some(*fault))?;
        self.progress.add(&receipt);
        Ok(receipt)
    }

    /// What was found so far.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let Progress { tip, taken, first_epoch, coverage: _ } = self.progress;
        match (self.fault, taken) {
            (Some(fault), _) => fault,
            (None, 0) => Verdict::Empty,
            (None, chain_length) => Verdict::Valid { chain_length, first_epoch, last_epoch: tip.epoch },
        }
    }

    /// What was found, and what is known of the signer if `operators` are trusted.
    #[must_use]
    pub fn report(&self, operators: &[PublicKey]) -> ChainReport {
        ChainReport {
            verdict: self.verdict(),
            coverage: self.coverage(),
            trust: self.genesis.trust(operators),
            key_mode: self.genesis.statement().key_mode,
        }
    }

    fn check(&self, bytes: &[u8], input: Option<Digest>, signatures: &mut impl Signatures) -> Result<Receipt, Verdict> {
        let malformed = |error| Verdict::Malformed { index: self.progress.taken, error };
        let wire = Wire::decode(bytes).map_err(malformed)?;
        let body = Body::decode(wire.body());
        if let Wire::Signed(envelope) = &wire {
            // The epoch of the verdict is what the bytes say, or where they stand if they say none.
            let expected = self.progress.tip.epoch.saturating_add(1);
            let epoch = body.as_ref().map_or(expected, |body| body.frame().epoch);
            self.check_runtime(envelope, epoch, signatures)?;
        }
        let receipt = body.and_then(|body| Receipt::from_wire(&wire, body)).map_err(malformed)?;
        let frame = receipt.body().frame();
        let epoch = frame.epoch;
        self.check_place(&receipt)?;
        self.check_binding(frame)?;
        if receipt.body().gate_claim().is_some_and(|claim| claim.signer != self.genesis.statement().signer()) {
            return Err(Verdict::SignerMismatch { epoch });
        }
        if let Some((message, signature)) = receipt.witness_message() {
            let bad = Verdict::InvalidWitnessSignature { epoch };
            let key = self.genesis.witness_key().ok_or(bad)?;
            signatures.check(key, &message, signature, bad)?;
        }
        if input.is_some_and(|input| input != frame.input) {
            return Err(Verdict::InputMismatch { epoch });
        }
        Ok(receipt)
    }

    /// The runtime's signatures.
    fn check_runtime(&self, envelope: &Sign1<'_>, epoch: u64, signatures: &mut impl Signatures) -> Result<(), Verdict> {
        let runtime = self.genesis.runtime_key();
        let bad = Verdict::InvalidSignature { epoch };
        if envelope.key_id != self.genesis.runtime_key_id() {
            return Err(bad);
        }
        signatures.check(runtime, &envelope.message(), &envelope.signature, bad)?;
        let holds = match (&self.post_quantum, envelope.post_quantum) {
            (None, None) => true,
            (Some(key), Some(signature)) => key.verify(Content::Body, envelope.payload, signature).is_ok(),
            (Some(_), None) | (None, Some(_)) => false,
        };
        if holds { Ok(()) } else { Err(Verdict::InvalidPostQuantumSignature { epoch }) }
    }

    /// That the receipt is the next one, and signed if it has to be.
    fn check_place(&self, receipt: &Receipt) -> Result<(), Verdict> {
        let Tip { epoch: last, digest } = self.progress.tip;
        let Frame { epoch, previous, .. } = *receipt.body().frame();
        let expected = last.saturating_add(1);
        if epoch != expected || epoch == last {
            return Err(Verdict::EpochGap { expected, got: epoch });
        }
        let interval = u64::from(self.genesis.statement().signing_interval.get());
        if !receipt.is_signed() && epoch.is_multiple_of(interval) {
            return Err(Verdict::SignatureMissing { epoch });
        }
        if previous != digest { Err(Verdict::BrokenChain { epoch }) } else { Ok(()) }
    }

    fn check_binding(&self, frame: &Frame) -> Result<(), Verdict> {
        let statement = self.genesis.statement();
        let epoch = frame.epoch;
        if frame.module != statement.module {
            return Err(Verdict::WrongModule { epoch });
        }
        if frame.configuration != statement.configuration {
            return Err(Verdict::WrongConfiguration { epoch });
        }
        if frame.cost_table != statement.cost_table {
            return Err(Verdict::WrongCostTable { epoch });
        }
        if frame.key_mode != statement.key_mode {
            return Err(Verdict::WrongKeyMode { epoch });
        }
        Ok(())
    }
}

impl Progress {
    fn add(&mut self, receipt: &Receipt) {
        let epoch = receipt.body().frame().epoch;
        self.tip = Tip { epoch, digest: receipt.body_digest() };
        if self.taken == 0 {
            self.first_epoch = epoch;
        }
        self.taken += 1;
        self.coverage.add(epoch, receipt.is_signed());
    }
}

/// When Ed25519 signatures are checked: at once, or many together.
trait Signatures {
    /// Checks a signature, or takes it down to be checked later; `bad` is the verdict if it does not verify.
    fn check(&mut self, key: &CheckedKey, message: &[u8], signature: &Signature, bad: Verdict) -> Result<(), Verdict>;
}

struct AtOnce;

impl Signatures for AtOnce {
    fn check(&mut self, key: &CheckedKey, message: &[u8], signature: &Signature, bad: Verdict) -> Result<(), Verdict> {
        key.verify(message, signature).map_err(|BadSignature| bad)
    }
}

impl GenesisStatement {
    /// The signer that every claim of this chain must name.
    #[must_use]
    pub fn signer(&self) -> Signer {
        match self.witness {
            Some(key) => Signer { role: Role::Guest, key },
            None => Signer { role: Role::Host, key: self.runtime },
        }
    }
}
