//! What verification of a chain found: the first fault, or how much a signature speaks for.

use core::fmt;

use crate::derive::KeyMode;
use crate::error::FormatError;
use crate::genesis::Trust;

/// What verification of a chain found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// No receipt came.
    Empty,
    /// Every receipt is good. Nothing is said about receipts after the last one. How many of them a signature speaks for
    /// is told by [`Coverage`].
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
    /// The receipt is unsigned, and the genesis statement's signing interval divides its epoch.
    SignatureMissing {
        /// Where.
        epoch: u64,
    },
    /// A post-quantum signature is missing or does not verify; or it is there although the genesis statement names no
    /// such key.
    InvalidPostQuantumSignature {
        /// Where.
        epoch: u64,
    },
    /// The genesis statement names a post-quantum key, which the verifier was not given.
    PostQuantumKeyMissing,
    /// The post-quantum key that the verifier was given is not the one that the genesis statement names.
    WrongPostQuantumKey,
    /// The genesis statement names a post-quantum key, and this program was built without ML-DSA-44.
    PostQuantumUnsupported,
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

/// Which of the accepted receipts the runtime's signatures speak for: each signature vouches for its own body and, through
/// the digests, for every one before it. Receipts that were refused are not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Coverage {
    /// Receipts that are signed.
    pub signed: u64,
    /// Unsigned receipts that a later signed one covers.
    pub covered: u64,
    /// The uncovered tail: unsigned receipts after the last signed one. Anybody could have made them.
    pub tail: u64,
    /// Epoch of the last signed receipt; the epoch before the first receipt if none is.
    pub signed_through: u64,
}

/// What is known of a chain: whether it holds together, who vouches for its start, and how good its keys are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChainReport {
    /// Whether it holds together.
    pub verdict: Verdict,
    /// What the runtime's signatures speak for.
    pub coverage: Coverage,
    /// Who signed the genesis statement.
    pub trust: Trust,
    /// Where its keys came from: a chain with keys from the configuration proves nothing about who made it.
    pub key_mode: KeyMode,
}

impl Coverage {
    /// Nothing yet, in a chain that begins after `epoch`.
    #[must_use]
    pub fn none(epoch: u64) -> Self {
        Self { signed: 0, covered: 0, tail: 0, signed_through: epoch }
    }

    pub(crate) fn add(&mut self, epoch: u64, is_signed: bool) {
        if is_signed {
            let covered = self.covered + self.tail;
            *self = Self { signed: self.signed + 1, covered, tail: 0, signed_through: epoch };
        } else {
            self.tail += 1;
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signed, covered, tail, signed_through } = self;
        write!(f, "{signed} signed, {covered} covered, through epoch {signed_through}; {tail} in the uncovered tail")
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
            Self::SignatureMissing { epoch } => {
                write!(f, "epoch {epoch}: unsigned, though the signing interval wants the runtime's signature here")
            }
            Self::InvalidPostQuantumSignature { epoch } => {
                write!(f, "epoch {epoch}: the post-quantum signature is missing, out of place or does not verify")
            }
            Self::PostQuantumKeyMissing => {
                f.write_str("the genesis statement names a post-quantum key, and the key itself was not handed over")
            }
            Self::WrongPostQuantumKey => {
                f.write_str("the post-quantum key is not the one whose digest the genesis statement names")
            }
            Self::PostQuantumUnsupported => f.write_str(
                "the genesis statement names a post-quantum key, and this program was built without ML-DSA-44",
            ),
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
