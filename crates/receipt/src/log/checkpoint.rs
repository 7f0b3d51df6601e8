//! Checkpoints (C2SP tlog-checkpoint): what a log says of itself, and the signed head that a journal keeps.
//!
//! ```text
//! avouch/<instance id, 32 hexadecimal digits>
//! <tree size, decimal>
//! <root, base64>
//! ```
//!
//! A signed head has two signatures by the log key: one over the note, one that RFC 9942 receipts carry. Both are made in
//! [`SignedHead::sign`] and nowhere else, so that one place decides whether a head may be signed at all.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use codec::{DecodeError, Digest, Encoder, Reader};
use core::fmt;

use super::cose_receipt::{sign_root, verify_root};
use super::merkle::{SIZE_MAX, empty_root};
use super::note::{self, NOTE_LEN_MAX, Note, NoteError, VerifierKey};
use super::text::{base64, decimal, digest_from_base64};
use crate::derive::InstanceId;
use crate::keys::{CheckedKey, Signature, SigningKey};

/// What the origin of every log of this project begins with.
const ORIGIN_PREFIX: &str = "avouch/";

/// Bytes of the longest signed head: an array's head, two strings' heads, a note, a signature.
pub const HEAD_LEN_MAX: usize = 1 + 5 + NOTE_LEN_MAX + 66;

/// What a log says: so many leaves, under this root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Which log. Also the name of the key that signs.
    pub origin: String,
    /// Number of leaves, at most 2^63 − 1.
    pub size: u64,
    /// Root of the tree of that many leaves.
    pub root: Digest,
}

/// A checkpoint with both of its signatures. Having one says that it is well formed; [`SignedHead::verify`] says that it
/// is true to a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedHead {
    checkpoint: Checkpoint,
    note: String,
    cose: Signature,
}

/// Why a text is not a checkpoint, or bytes not a signed head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckpointError {
    /// The note around the checkpoint.
    Note(NoteError),
    /// Fewer than three lines, or an empty one.
    Lines,
    /// Lines after the third: their meaning is unknown here.
    Extension,
    /// The origin cannot be a key's name.
    Origin,
    /// The size is not a decimal number below 2^63 without leading zeros.
    Size,
    /// The root is not the base64 of 32 bytes, or not that of the empty tree although the size is 0.
    Root,
    /// The checkpoint is of another log.
    OtherOrigin,
    /// The encoding of a signed head.
    Head(DecodeError),
    /// The signature for COSE receipts does not verify.
    CoseSignature,
}

/// The origin, and the log key's name, of an instance's log.
#[must_use]
pub fn origin(instance: &InstanceId) -> String {
    format!("{ORIGIN_PREFIX}{:032x}", u128::from_be_bytes(instance.0))
}

/// The instance whose log has this origin, if it is one of ours.
#[must_use]
pub fn instance_of_origin(origin: &str) -> Option<InstanceId> {
    let digits = origin.strip_prefix(ORIGIN_PREFIX).filter(|digits| digits.len() == 32)?;
    let hexadecimal = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let number = u128::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)?;
    Some(InstanceId(number.to_be_bytes()))
}

impl Checkpoint {
    /// The three lines.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { origin, size, root } = self;
        format!("{origin}\n{size}\n{}\n", base64(&root.0))
    }

    /// Reads the three lines; only what [`Checkpoint::to_text`] writes is taken.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Lines);
        };
        if lines.next().is_some() {
            return Err(CheckpointError::Extension);
        }
        note::check_name(origin).map_err(|_| CheckpointError::Origin)?;
        let size = decimal(size).ok_or(CheckpointError::Size)?;
        let root = digest_from_base64(root).ok_or(CheckpointError::Root)?;
        if size == 0 && root != empty_root() {
            return Err(CheckpointError::Root);
        }
        Ok(Self { origin: String::from(origin), size, root })
    }

    /// Reads a note and checks that it is a checkpoint of this origin, signed by this key under the origin's name.
    pub fn open(note: &[u8], origin: &str, key: &CheckedKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(note).map_err(CheckpointError::Note)?;
        let verifier = VerifierKey::new(origin, *key).map_err(CheckpointError::Note)?;
        note.verify(&verifier).map_err(CheckpointError::Note)?;
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin == origin { Ok(checkpoint) } else { Err(CheckpointError::OtherOrigin) }
    }
}

impl SignedHead {
    /// Signs a checkpoint with the log key. Whoever calls this has made sure that the log never signed, and will never
    /// sign, a head that is inconsistent with it.
    pub fn sign(checkpoint: Checkpoint, key: &SigningKey) -> Result<Self, CheckpointError> {
        let text = checkpoint.to_text();
        if checkpoint.size > SIZE_MAX {
            return Err(CheckpointError::Size);
        }
        if Checkpoint::parse(&text)? != checkpoint {
            return Err(CheckpointError::Origin);
        }
        let note = note::sign(&text, &checkpoint.origin, key).map_err(CheckpointError::Note)?;
        let cose = sign_root(key, checkpoint.size, &checkpoint.root);
        Ok(Self { checkpoint, note, cose })
    }

    /// What the head says. Unverified until [`SignedHead::verify`] says yes.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signed note: what others call the checkpoint.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The signature that the COSE receipts under this head carry.
    #[must_use]
    pub fn cose_signature(&self) -> &Signature {
        &self.cose
    }

    /// Checks origin and both signatures.
    pub fn verify(&self, origin: &str, key: &CheckedKey) -> Result<&Checkpoint, CheckpointError> {
        Checkpoint::open(self.note.as_bytes(), origin, key)?;
        let Checkpoint { origin: _, size, root } = &self.checkpoint;
        verify_root(key, *size, root, &self.cose).map_err(|_| CheckpointError::CoseSignature)?;
        Ok(&self.checkpoint)
    }

    /// The head as bytes: `[note, signature]`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.note.len() + 72);
        Encoder::new(&mut bytes).array(2).bytes(self.note.as_bytes()).bytes(&self.cose.0);
        bytes
    }

    /// Reads a head; only what [`SignedHead::to_bytes`] writes is taken. Checks no signature.
    pub fn decode(bytes: &[u8]) -> Result<Self, CheckpointError> {
        if bytes.len() > HEAD_LEN_MAX {
            return Err(CheckpointError::Note(NoteError::TooLong));
        }
        let (note, cose) = decode_pair(bytes).map_err(CheckpointError::Head)?;
        let parsed = Note::parse(note).map_err(CheckpointError::Note)?;
        let checkpoint = Checkpoint::parse(parsed.text())?;
        let note = core::str::from_utf8(note).map_err(|_| CheckpointError::Note(NoteError::NotText))?;
        Ok(Self { checkpoint, note: String::from(note), cose })
    }
}

fn decode_pair(bytes: &[u8]) -> Result<(&[u8], Signature), DecodeError> {
    let mut reader = Reader::new(bytes);
    reader.array_of(2)?;
    let note = reader.bytes()?;
    let cose = Signature(reader.fixed()?);
    reader.finish()?;
    Ok((note, cose))
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(error) => write!(f, "note: {error}"),
            Self::Lines => f.write_str("a checkpoint has three lines: origin, size, root"),
            Self::Extension => f.write_str("a checkpoint of this project has no lines after the third"),
            Self::Origin => f.write_str("line 1: not an origin"),
            Self::Size => f.write_str("line 2: not a tree size, decimal and below 2^63"),
            Self::Root => f.write_str("line 3: not the root of a tree of that size in base64"),
            Self::OtherOrigin => f.write_str("the checkpoint is of another log"),
            Self::Head(error) => write!(f, "signed head: {error}"),
            Self::CoseSignature => f.write_str("the head's signature for COSE receipts does not verify"),
        }
    }
}

impl core::error::Error for CheckpointError {}
