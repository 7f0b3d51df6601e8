//! Verification of a chain, one receipt at a time, in constant memory.
//!
//! Each receipt is taken through the same gates in the same order: envelope, runtime signature, body, epoch, link,
//! binding to the genesis statement, signer, witness signature, input. The signature comes before the body, so that
//! nothing is read from bytes that nobody signed. The first fault ends the verification.

use codec::Digest;
use core::fmt;

use crate::body::Body;
use crate::claim::{Role, Signer};
use crate::derive::KeyMode;
use crate::error::FormatError;
use crate::frame::Frame;
use crate::genesis::{Genesis, Trust};
use crate::keys::PublicKey;
use crate::signed::{Receipt, decode_envelope};

/// What verification of a chain found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// No receipt came.
    Empty,
    /// Every receipt is good. Nothing is said about receipts after the last one.
    Valid {
        /// Receipts verified.
        chain_length: u64,
        /// Epoch of the first.
        first_epoch: u64,
        /// Epoch of the last.
        last_epoch: u64,
    },
    /// The receipt at this place (from 0) is not well formed.
    Malformed {
        /// Its place among those that were handed over.
        index: u64,
        /// What is wrong.
        error: FormatError,
    },
    /// The runtime's signature does not verify. The epoch is what the bytes say, or where they stand if they say none.
    InvalidSignature {
        /// Where.
        epoch: u64,
    },
    /// The guest's signature over the claim does not verify.
    InvalidWitnessSignature {
        /// Where.
        epoch: u64,
    },
    /// A receipt's epoch is not one more than the last one's.
    EpochGap {
        /// The epoch that had to come.
        expected: u64,
        /// The epoch that came.
        got: u64,
    },
    /// A receipt does not hold the digest of the body before it.
    BrokenChain {
        /// Where.
        epoch: u64,
    },
    /// The input is not the one that the receipt speaks of.
    InputMismatch {
        /// Where.
        epoch: u64,
    },
    /// The module is not the one of the genesis statement.
    WrongModule {
        /// Where.
        epoch: u64,
    },
    /// The configuration is not the one of the genesis statement.
    WrongConfiguration {
        /// Where.
        epoch: u64,
    },
    /// The cost table is not the one of the genesis statement.
    WrongCostTable {
        /// Where.
        epoch: u64,
    },
    /// The key mode is not the one of the genesis statement.
    WrongKeyMode {
        /// Where.
        epoch: u64,
    },
    /// The claim names another signer, or another role, than the genesis statement.
    SignerMismatch {
        /// Where.
        epoch: u64,
    },
}

/// What is known of a chain: whether it holds together, who vouches for its start, and how good its keys are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChainReport {
    /// Whether it holds together.
    pub verdict: Verdict,
    /// Who signed the genesis statement.
    pub trust: Trust,
    /// Where its keys came from: a chain with keys from the configuration proves nothing about who made it.
    pub key_mode: KeyMode,
}

/// The end of a chain: what the next receipt must follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tip {
    /// Epoch of the last receipt; 0 before the first.
    pub epoch: u64,
    /// Digest of the last body; of the genesis payload before the first.
    pub digest: Digest,
}

/// Takes a chain's receipts one at a time.
#[derive(Clone, Debug)]
pub struct ChainVerifier<'g> {
    genesis: &'g Genesis,
    tip: Tip,
    taken: u64,
    first_epoch: u64,
    fault: Option<Verdict>,
}

/// A receipt that was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The receipt.
    pub receipt: Receipt,
    /// The chain's end with it.
    pub tip: Tip,
}

/// Verifies a whole chain. Each item is a receipt's bytes and, where known, the digest of the step's input.
pub fn verify_chain<'r>(
    genesis: &Genesis,
    operators: &[PublicKey],
    receipts: impl IntoIterator<Item = (&'r [u8], Option<Digest>)>,
) -> ChainReport {
    let mut verifier = ChainVerifier::new(genesis);
    for (receipt, input) in receipts {
        if verifier.push(receipt, input).is_err() {
            break;
        }
    }
    verifier.report(operators)
}

impl Tip {
    /// The end of the chain that has only its genesis statement.
    #[must_use]
    pub fn start(genesis: &Genesis) -> Self {
        Self { epoch: 0, digest: genesis.payload_digest() }
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
        Self { genesis, tip, taken: 0, first_epoch: 0, fault: None }
    }

    /// The end of what was accepted.
    #[must_use]
    pub fn tip(&self) -> Tip {
        self.tip
    }

    /// Takes the next receipt and, where it is known, the digest of the step's input. After a fault every receipt is
    /// refused with that same fault.
    pub fn push(&mut self, bytes: &[u8], input: Option<Digest>) -> Result<Accepted, Verdict> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let receipt = self.check(bytes, input).inspect_err(|fault| self.fault = Some(*fault))?;
        let epoch = receipt.body().frame().epoch;
        self.tip = Tip { epoch, digest: receipt.body_digest() };
        if self.taken == 0 {
            self.first_epoch = epoch;
        }
        self.taken += 1;
        Ok(Accepted { receipt, tip: self.tip })
    }

    /// What was found so far.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.fault, self.taken) {
            (Some(fault), _) => fault,
            (None, 0) => Verdict::Empty,
            (None, chain_length) => {
                Verdict::Valid { chain_length, first_epoch: self.first_epoch, last_epoch: self.tip.epoch }
            }
        }
    }

    /// What was found, and what is known of the signer if `operators` are trusted.
    #[must_use]
    pub fn report(&self, operators: &[PublicKey]) -> ChainReport {
        ChainReport {
            verdict: self.verdict(),
            trust: self.genesis.trust(operators),
            key_mode: self.genesis.statement().key_mode,
        }
    }

    fn check(&self, bytes: &[u8], input: Option<Digest>) -> Result<Receipt, Verdict> {
        let index = self.taken;
        let malformed = |error| Verdict::Malformed { index, error };
        let expected = self.tip.epoch.saturating_add(1);
        let envelope = decode_envelope(bytes).map_err(malformed)?;
        if envelope.verify(self.genesis.runtime_key()).is_err() {
            let epoch = Body::decode(envelope.payload).map_or(expected, |body| body.frame().epoch);
            return Err(Verdict::InvalidSignature { epoch });
        }
        let receipt = Receipt::from_envelope(&envelope).map_err(malformed)?;
        let frame = receipt.body().frame();
        let epoch = frame.epoch;
        if epoch != expected {
            return Err(Verdict::EpochGap { expected, got: epoch });
        }
        if frame.previous != self.tip.digest {
            return Err(Verdict::BrokenChain { epoch });
        }
        self.check_binding(frame)?;
        self.check_signer(&receipt)?;
        if input.is_some_and(|input| input != frame.input) {
            return Err(Verdict::InputMismatch { epoch });
        }
        Ok(receipt)
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

    fn check_signer(&self, receipt: &Receipt) -> Result<(), Verdict> {
        let epoch = receipt.body().frame().epoch;
        if receipt.body().gate_claim().is_some_and(|claim| claim.signer != self.genesis.statement().signer()) {
            return Err(Verdict::SignerMismatch { epoch });
        }
        receipt.verify_witness(self.genesis.witness_key()).map_err(|_| Verdict::InvalidWitnessSignature { epoch })
    }
}

impl crate::genesis::GenesisStatement {
    /// The signer that every claim of this chain must name.
    #[must_use]
    pub fn signer(&self) -> Signer {
        match self.witness {
            Some(key) => Signer { role: Role::Guest, key },
            None => Signer { role: Role::Host, key: self.runtime },
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no receipts"),
            Self::Valid { chain_length, first_epoch, last_epoch } => {
                write!(f, "{chain_length} receipts good, epochs {first_epoch} to {last_epoch}")
            }
            Self::Malformed { index, error } => write!(f, "receipt number {index} (from 0) is malformed: {error}"),
            Self::InvalidSignature { epoch } => write!(f, "epoch {epoch}: the runtime's signature does not verify"),
            Self::InvalidWitnessSignature { epoch } => {
                write!(f, "epoch {epoch}: the guest's signature over its claim does not verify")
            }
            Self::EpochGap { expected, got } => write!(f, "epoch {expected} had to come, epoch {got} came"),
            Self::BrokenChain { epoch } => write!(f, "epoch {epoch}: does not follow the body before it"),
            Self::InputMismatch { epoch } => write!(f, "epoch {epoch}: the input is not the receipted one"),
            Self::WrongModule { epoch } => write!(f, "epoch {epoch}: another module than the genesis statement's"),
            Self::WrongConfiguration { epoch } => {
                write!(f, "epoch {epoch}: another configuration than the genesis statement's")
            }
            Self::WrongCostTable { epoch } => {
                write!(f, "epoch {epoch}: another cost table than the genesis statement's")
            }
            Self::WrongKeyMode { epoch } => write!(f, "epoch {epoch}: another key mode than the genesis statement's"),
            Self::SignerMismatch { epoch } => write!(f, "epoch {epoch}: another signer than the genesis statement's"),
        }
    }
}
