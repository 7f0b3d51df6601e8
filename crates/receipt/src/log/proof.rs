//! Transparency log proofs (C2SP tlog-proof): one receipt, its place in the log, and the checkpoint, as a text file that
//! stands alone. `.tlog-proof` is its extension.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64 of the CBOR array [genesis statement, receipt]>
//! index <decimal>
//! <base64 of a digest, for each step of the path from the leaf up>
//!
//! <checkpoint: a signed note>
//! ```

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use codec::{DecodeError, Digest, Encoder, Reader};
use core::fmt;

use super::checkpoint::{self, Checkpoint, CheckpointError};
use super::merkle::{PROOF_LEN_MAX, ProofError, leaf_hash, verify_inclusion};
use super::note::{NOTE_LEN_MAX, Note};
use super::text::{base64, decimal, digest_from_base64, from_base64};
use crate::chain::Tip;
use crate::error::FormatError;
use crate::genesis::Genesis;
use crate::limits::{GENESIS_LEN_MAX, RECEIPT_LEN_MAX};
use crate::signed::Receipt;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1\n";

/// Bytes of the `extra` line's contents: an array's head, two strings' heads, a genesis statement, a receipt.
const EXTRA_LEN_MAX: usize = 1 + 3 + GENESIS_LEN_MAX + 3 + RECEIPT_LEN_MAX;
/// Bytes of the text before the checkpoint.
const HEAD_LEN_MAX: usize = FIRST_LINE.len() + (7 + EXTRA_LEN_MAX.div_ceil(3) * 4) + (7 + 19) + PROOF_LEN_MAX * 45;
/// Bytes of the longest proof.
pub const PROOF_TEXT_LEN_MAX: usize = HEAD_LEN_MAX + 1 + NOTE_LEN_MAX;

/// A receipt with its place in a log. Having one says that genesis statement, receipt and note are well formed;
/// [`TlogProof::verify`] says that the place is true to a log key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlogProof {
    genesis: Genesis,
    entry: Vec<u8>,
    receipt: Receipt,
    index: u64,
    path: Vec<Digest>,
    note: String,
}

/// Where a receipt is, in a log whose head was verified.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Included {
    /// The receipt's epoch.
    pub epoch: u64,
    /// Its leaf's number, from 0.
    pub index: u64,
    /// Number of leaves of the tree that was signed.
    pub size: u64,
}

/// Why a text is not a proof, or proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TlogProofError {
    /// Longer than [`PROOF_TEXT_LEN_MAX`], or a path of more than [`PROOF_LEN_MAX`] digests.
    TooLong,
    /// Not UTF-8.
    NotText,
    /// The first line is not `c2sp.org/tlog-proof@v1`.
    FirstLine,
    /// The second line is not `extra` with base64; without it there is nothing that the proof is about.
    Extra,
    /// The contents of the `extra` line.
    ExtraContents(DecodeError),
    /// The line after it is not `index` with a decimal number.
    Index,
    /// A step of the path, counted from 0, is not the base64 of 32 bytes.
    Path(u8),
    /// No empty line before the checkpoint.
    NoCheckpoint,
    /// The checkpoint.
    Checkpoint(CheckpointError),
    /// The genesis statement within.
    Genesis(FormatError),
    /// The receipt within.
    Receipt(FormatError),
    /// The genesis statement within is not the one that the caller trusts.
    OtherGenesis,
    /// The path does not lead from the receipt to the checkpoint's root.
    Inclusion(ProofError),
    /// The index is not the one that the receipt's epoch has in its log.
    OtherIndex,
}

/// The number of an epoch's leaf in the log of a chain: the epoch, less the one before the chain's first receipt, less 1.
#[must_use]
pub fn index_of(genesis: &Genesis, epoch: u64) -> Option<u64> {
    epoch.checked_sub(Tip::start(genesis).epoch)?.checked_sub(1)
}

impl TlogProof {
    /// Puts a proof together. `entry` is a receipt's bytes as the log has them, `note` the signed note of a head.
    pub fn new(
        genesis: Genesis,
        entry: &[u8],
        index: u64,
        path: Vec<Digest>,
        note: &str,
    ) -> Result<Self, TlogProofError> {
        if path.len() > PROOF_LEN_MAX {
            return Err(TlogProofError::TooLong);
        }
        let receipt = Receipt::decode(entry).map_err(TlogProofError::Receipt)?;
        parse_checkpoint(note)?;
        Ok(Self { genesis, entry: entry.to_vec(), receipt, index, path, note: String::from(note) })
    }

    /// The genesis statement. Its signer is checked by [`Genesis::trust`].
    #[must_use]
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The receipt. If it is signed, [`Receipt::verify`] checks its own signatures; in the log it is covered by the head.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The receipt's bytes, as the log has them.
    #[must_use]
    pub fn entry(&self) -> &[u8] {
        &self.entry
    }

    /// The signed note.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Checks that the receipt is in the log of this genesis statement, at the place that its epoch has there. The caller
    /// trusts the statement: it is one of the caller's own, or [`Genesis::trust`] said of [`TlogProof::genesis`] who signed
    /// it. The receipt's own signatures are not looked at: the head speaks for it.
    pub fn verify(&self, genesis: &Genesis) -> Result<Included, TlogProofError> {
        if self.genesis != *genesis {
            return Err(TlogProofError::OtherGenesis);
        }
        let origin = checkpoint::origin(&genesis.statement().instance);
        let Checkpoint { size, root, .. } =
            Checkpoint::open(self.note.as_bytes(), &origin, genesis.log_key()).map_err(TlogProofError::Checkpoint)?;
        let (index, epoch) = (self.index, self.receipt.body().frame().epoch);
        verify_inclusion(index, size, &leaf_hash(&self.entry), &self.path, &root).map_err(TlogProofError::Inclusion)?;
        if index_of(genesis, epoch) == Some(index) {
            Ok(Included { epoch, index, size })
        } else {
            Err(TlogProofError::OtherIndex)
        }
    }

    /// The file's contents.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut extra = Vec::with_capacity(EXTRA_LEN_MAX);
        Encoder::new(&mut extra).array(2).bytes(&self.genesis.to_bytes()).bytes(&self.entry);
        let mut text = format!("{FIRST_LINE}extra {}\nindex {}\n", base64(&extra), self.index);
        for digest in &self.path {
            text.push_str(&base64(&digest.0));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.note);
        text
    }

    /// Reads a file's contents; only what [`TlogProof::to_text`] writes is taken. Checks no signature and no path.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > PROOF_TEXT_LEN_MAX {
            return Err(TlogProofError::TooLong);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| TlogProofError::NotText)?;
        let text = text.strip_prefix(FIRST_LINE).ok_or(TlogProofError::FirstLine)?;
        let (head, note) = text.split_once("\n\n").ok_or(TlogProofError::NoCheckpoint)?;
        let mut lines = head.split('\n');
        let extra = lines.next().and_then(|line| line.strip_prefix("extra ")).and_then(from_base64);
        let extra = extra.ok_or(TlogProofError::Extra)?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(TlogProofError::Index)?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() == PROOF_LEN_MAX {
                return Err(TlogProofError::TooLong);
            }
            path.push(digest_from_base64(line).ok_or(TlogProofError::Path(path.len() as u8))?);
        }
        let (genesis, entry) = decode_extra(&extra).map_err(TlogProofError::ExtraContents)?;
        let genesis = Genesis::decode(genesis).map_err(TlogProofError::Genesis)?;
        Self::new(genesis, entry, index, path, note)
    }
}

fn decode_extra(bytes: &[u8]) -> Result<(&[u8], &[u8]), DecodeError> {
    let mut reader = Reader::new(bytes);
    reader.array_of(2)?;
    let genesis = reader.bytes()?;
    let receipt = reader.bytes()?;
    reader.finish()?;
    Ok((genesis, receipt))
}

fn parse_checkpoint(note: &str) -> Result<Checkpoint, TlogProofError> {
    let note =
        Note::parse(note.as_bytes()).map_err(|error| TlogProofError::Checkpoint(CheckpointError::Note(error)))?;
    Checkpoint::parse(note.text()).map_err(TlogProofError::Checkpoint)
}

impl fmt::Display for TlogProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("longer than a proof can be"),
            Self::NotText => f.write_str("not UTF-8"),
            Self::FirstLine => f.write_str("the first line is not `c2sp.org/tlog-proof@v1`"),
            Self::Extra => f.write_str("the second line is not `extra` with base64"),
            Self::ExtraContents(error) => write!(f, "the extra line: {error}"),
            Self::Index => f.write_str("the line after `extra` is not `index` with a decimal number"),
            Self::Path(step) => write!(f, "step {step} of the path is not a digest in base64"),
            Self::NoCheckpoint => f.write_str("no empty line with a checkpoint after it"),
            Self::Checkpoint(error) => write!(f, "checkpoint: {error}"),
            Self::Genesis(error) => write!(f, "genesis statement: {error}"),
            Self::Receipt(error) => write!(f, "receipt: {error}"),
            Self::OtherGenesis => f.write_str("the genesis statement within is not the one that is trusted"),
            Self::Inclusion(error) => write!(f, "inclusion: {error}"),
            Self::OtherIndex => f.write_str("the index is not the one that the receipt's epoch has in its log"),
        }
    }
}

impl core::error::Error for TlogProofError {}
