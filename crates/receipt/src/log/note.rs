//! Signed notes (C2SP signed-note): a text, an empty line, signature lines; Ed25519 with type byte 1.
//!
//! ```text
//! <text, ending in a line feed>
//!
//! — <key name> base64(<key id, 4 bytes> ‖ <signature>)
//! ```
//!
//! The signature is over the text with its last line feed, without the empty line. A reader ignores signatures of keys
//! that it does not know; so whoever carries a note can add and remove them, and nothing here trusts them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use codec::{Hasher, Sink};
use core::fmt;

use super::text::{base64, from_base64};
use crate::keys::{CheckedKey, PublicKey, Signature, SigningKey};

/// The type byte of Ed25519 signatures.
const ED25519: u8 = 1;
/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Bytes of a key name.
pub const NAME_LEN_MAX: usize = 255;
/// Signatures of a note; the specification asks for no less.
pub const SIGNATURES_MAX: usize = 16;
/// Bytes of a note: a short text and sixteen signatures of the largest kind in use, of about 5,000 bytes each.
pub const NOTE_LEN_MAX: usize = 128 * 1024;

/// A key with the name under which it signs notes. Prints as the specification's verifier key,
/// `<name>+<key id, 8 hexadecimal digits>+base64(0x01 ‖ key)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifierKey {
    name: String,
    key: CheckedKey,
}

/// A note as read. Its text means nothing before [`Note::verify`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note<'a> {
    text: &'a str,
    signatures: Vec<SignatureLine<'a>>,
}

/// One signature line. Nothing in it is authenticated but by the key that it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignatureLine<'a> {
    /// The name of the key.
    pub name: &'a str,
    /// The id of the key.
    pub id: [u8; 4],
    /// The signature, of whatever kind the key makes.
    pub signature: Vec<u8>,
}

/// Why bytes are not a note, or a note says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoteError {
    /// Longer than [`NOTE_LEN_MAX`].
    TooLong,
    /// Not UTF-8, or a control character other than the line feed.
    NotText,
    /// No empty line between text and signatures, or nothing after it.
    NoSignatures,
    /// A signature line is not of the one form; counted from 0.
    SignatureLine(u8),
    /// More than [`SIGNATURES_MAX`] signatures.
    TooManySignatures,
    /// Two signatures by the same name and key id.
    DoubleSignature,
    /// A key name is empty, too long, or has a space, a plus or a control character.
    Name,
    /// A verifier key is not of the one form, or its id is not the one that its key has.
    VerifierKey,
    /// No signature is by the key.
    UnknownSigner,
    /// The signature by the key does not verify.
    BadSignature,
}

impl VerifierKey {
    /// A key under a name.
    pub fn new(name: &str, key: CheckedKey) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: String::from(name), key })
    }

    /// Reads a verifier key; only what printing it gives is taken.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::VerifierKey);
        };
        check_name(name)?;
        // Type byte and key are 33 bytes, so 44 characters.
        let bytes = if key.len() == 44 { from_base64(key) } else { None }.ok_or(NoteError::VerifierKey)?;
        let Some((&ED25519, key)) = bytes.split_first() else { return Err(NoteError::VerifierKey) };
        let key = <[u8; 32]>::try_from(key).map_err(|_| NoteError::VerifierKey)?;
        let key = Self { name: String::from(name), key: PublicKey(key).check().map_err(|_| NoteError::VerifierKey)? };
        if hex_id(key.id()) == id { Ok(key) } else { Err(NoteError::VerifierKey) }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &CheckedKey {
        &self.key
    }

    /// The key id: it helps to find the key, and nothing trusts it.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        key_id(&self.name, &self.key.public())
    }
}

/// Signs `text`, which ends in a line feed and has no other control characters, under `name`. Gives the whole note.
pub fn sign(text: &str, name: &str, key: &SigningKey) -> Result<String, NoteError> {
    check_name(name)?;
    if !text.ends_with('\n') || !is_text(text) {
        return Err(NoteError::NotText);
    }
    let Signature(signature) = key.sign(&[text.as_bytes()]);
    let mut line = Vec::with_capacity(4 + signature.len());
    line.extend_from_slice(&key_id(name, &key.public()));
    line.extend_from_slice(&signature);
    let note = format!("{text}\n{DASH}{name} {}\n", base64(&line));
    if note.len() <= NOTE_LEN_MAX { Ok(note) } else { Err(NoteError::TooLong) }
}

impl<'a> Note<'a> {
    /// Reads a note. Checks no signature.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_LEN_MAX {
            return Err(NoteError::TooLong);
        }
        let note = core::str::from_utf8(bytes).ok().filter(|note| is_text(note)).ok_or(NoteError::NotText)?;
        let end = note.rfind("\n\n").ok_or(NoteError::NoSignatures)? + 1;
        let (text, rest) = note.split_at(end);
        let lines = rest[1..].strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        let mut signatures: Vec<SignatureLine<'a>> = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            let line = SignatureLine::parse(line).ok_or(NoteError::SignatureLine(signatures.len() as u8))?;
            if signatures.iter().any(|other| (other.name, other.id) == (line.name, line.id)) {
                return Err(NoteError::DoubleSignature);
            }
            signatures.push(line);
        }
        Ok(Self { text, signatures })
    }

    /// The text, with its last line feed. To be ignored unless [`Note::verify`] says yes.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// All signature lines, known or not.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine<'a>] {
        &self.signatures
    }

    /// Checks the signature by `key`. Others are ignored.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let (name, id) = (key.name(), key.id());
        let line = self.signatures.iter().find(|line| (line.name, line.id) == (name, id));
        let line = line.ok_or(NoteError::UnknownSigner)?;
        let signature = line.signature.as_slice().try_into().map(Signature).map_err(|_| NoteError::BadSignature)?;
        key.key.verify(self.text.as_bytes(), &signature).map_err(|_| NoteError::BadSignature)
    }
}

impl<'a> SignatureLine<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        check_name(name).ok()?;
        let bytes = from_base64(encoded)?;
        let (id, signature) = bytes.split_first_chunk()?;
        (!signature.is_empty()).then(|| Self { name, id: *id, signature: signature.to_vec() })
    }
}

/// The first four bytes of SHA-256(name ‖ line feed ‖ type byte ‖ key).
fn key_id(name: &str, key: &PublicKey) -> [u8; 4] {
    let mut hasher = Hasher::new();
    hasher.write(name.as_bytes());
    hasher.write(&[b'\n', ED25519]);
    hasher.write(&key.0);
    let digest = hasher.finish();
    [digest.0[0], digest.0[1], digest.0[2], digest.0[3]]
}

fn hex_id(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

fn is_text(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

pub(super) fn check_name(name: &str) -> Result<(), NoteError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > NAME_LEN_MAX || name.contains(bad) { Err(NoteError::Name) } else { Ok(()) }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [ED25519; 33];
        bytes[1..].copy_from_slice(&self.key.public().0);
        write!(f, "{}+{}+{}", self.name, hex_id(self.id()), base64(&bytes))
    }
}

impl fmt::Display for Note<'_> {
    /// The bytes that were read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|SignatureLine { name, id, signature }| {
            writeln!(f, "{DASH}{name} {}", base64(&[&id[..], signature].concat()))
        })
    }
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than {NOTE_LEN_MAX} bytes"),
            Self::NotText => f.write_str("not UTF-8, or a control character in the text"),
            Self::NoSignatures => f.write_str("no empty line with signatures after it"),
            Self::SignatureLine(line) => write!(f, "signature line {line} is malformed"),
            Self::TooManySignatures => write!(f, "more than {SIGNATURES_MAX} signatures"),
            Self::DoubleSignature => f.write_str("two signatures by the same key"),
            Self::Name => f.write_str("a key name is empty or too long, or has a space, a plus or a control character"),
            Self::VerifierKey => f.write_str("not a verifier key `name+id+base64` of an Ed25519 key"),
            Self::UnknownSigner => f.write_str("no signature is by the expected key"),
            Self::BadSignature => f.write_str("the signature by the expected key does not verify"),
        }
    }
}

impl core::error::Error for NoteError {}
