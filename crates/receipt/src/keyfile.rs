//! The text forms of keys, one line each. Files are somebody else's business: this reads and prints their contents.
//!
//! ```text
//! avouch-ed25519 <64 hexadecimal digits> <comment>
//! avouch-ml-dsa-44 <2624 hexadecimal digits> <comment>
//! avouch-secret-v1 <64 hexadecimal digits>
//! ```

use alloc::string::String;
use codec::Digest;
use core::fmt;
use zeroize::Zeroizing;

use crate::derive::RootSecret;
use crate::keys::{KeyError, PublicKey};
use crate::limits::{COMMENT_LEN_MAX, KEY_FILE_LEN_MAX, POST_QUANTUM_KEY_FILE_LEN_MAX};
use crate::post_quantum::PostQuantumKey;

const PUBLIC: &str = "avouch-ed25519";
const POST_QUANTUM: &str = "avouch-ml-dsa-44";
const SECRET: &str = "avouch-secret-v1";

/// Bytes of a secret file.
pub const SECRET_FILE_LEN: usize = SECRET.len() + 1 + 64 + 1;

/// A public key with the comment of its file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKeyFile {
    /// The key; known to be usable.
    pub key: PublicKey,
    /// Free text: at most 128 bytes, no control characters.
    pub comment: String,
}

/// A post-quantum public key with the comment of its file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostQuantumKeyFile {
    /// The key.
    pub key: PostQuantumKey,
    /// Free text: at most 128 bytes, no control characters.
    pub comment: String,
}

/// Why a text is not a key file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyFileError {
    /// Longer than any key file.
    TooLong,
    /// More than one line, or a control character.
    NotOneLine,
    /// A public key where a secret is needed.
    PublicNotSecret,
    /// A secret where a public key is needed. Keep it where it is.
    SecretNotPublic,
    /// A post-quantum key where an Ed25519 key is needed.
    PostQuantumNotEd25519,
    /// An Ed25519 key where a post-quantum key is needed.
    Ed25519NotPostQuantum,
    /// No kind of key file.
    UnknownKind,
    /// The key is not as many hexadecimal digits as its kind has: 64, or 2,624 for a post-quantum key.
    NotHex,
    /// Something follows the secret.
    TrailingText,
    /// The comment is too long.
    CommentTooLong,
    /// The digits are not a usable public key.
    Unusable(KeyError),
}

impl PublicKeyFile {
    /// Reads the contents of a public key file.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let line = one_line(text, KEY_FILE_LEN_MAX)?;
        let (kind, digits, comment) = public_parts(line)?;
        match kind {
            PUBLIC => {}
            SECRET => return Err(KeyFileError::SecretNotPublic),
            POST_QUANTUM => return Err(KeyFileError::PostQuantumNotEd25519),
            _ => return Err(KeyFileError::UnknownKind),
        }
        let key = PublicKey::from_hex(digits).ok_or(KeyFileError::NotHex)?;
        key.check().map_err(KeyFileError::Unusable)?;
        Ok(Self { key, comment: String::from(comment) })
    }
}

impl PostQuantumKeyFile {
    /// Reads the contents of a post-quantum public key file.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let line = one_line(text, POST_QUANTUM_KEY_FILE_LEN_MAX)?;
        let (kind, digits, comment) = public_parts(line)?;
        match kind {
            POST_QUANTUM => {}
            SECRET => return Err(KeyFileError::SecretNotPublic),
            PUBLIC => return Err(KeyFileError::Ed25519NotPostQuantum),
            _ => return Err(KeyFileError::UnknownKind),
        }
        let key = PostQuantumKey::from_hex(digits).ok_or(KeyFileError::NotHex)?;
        Ok(Self { key, comment: String::from(comment) })
    }
}

impl RootSecret {
    /// Reads the contents of a secret file.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let line = one_line(text, KEY_FILE_LEN_MAX)?;
        let (kind, digits) = line.split_once(' ').unwrap_or((line, ""));
        match kind {
            SECRET => {}
            PUBLIC | POST_QUANTUM => return Err(KeyFileError::PublicNotSecret),
            _ => return Err(KeyFileError::UnknownKind),
        }
        if digits.contains(' ') {
            return Err(KeyFileError::TrailingText);
        }
        let Digest(bytes) = Digest::from_hex(digits).ok_or(KeyFileError::NotHex)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The contents of a secret file, in memory that overwrites itself.
    #[must_use]
    pub fn to_file(&self) -> Zeroizing<[u8; SECRET_FILE_LEN]> {
        let mut file = Zeroizing::new([b'\n'; SECRET_FILE_LEN]);
        let (kind, rest) = file.split_at_mut(SECRET.len() + 1);
        kind[..SECRET.len()].copy_from_slice(SECRET.as_bytes());
        kind[SECRET.len()] = b' ';
        for (pair, byte) in rest.chunks_exact_mut(2).zip(self.expose()) {
            pair[0] = hex_digit(byte >> 4);
            pair[1] = hex_digit(byte & 15);
        }
        file
    }
}

impl fmt::Display for PublicKeyFile {
    /// The contents of the file, with the line's end. A comment that a file may not have is printed as a reader would
    /// refuse it: make comments with [`PublicKeyFile::parse`] in mind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, comment } = self;
        let separator = if comment.is_empty() { "" } else { " " };
        writeln!(f, "{PUBLIC} {key}{separator}{comment}")
    }
}

impl fmt::Display for PostQuantumKeyFile {
    /// As for [`PublicKeyFile`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, comment } = self;
        let separator = if comment.is_empty() { "" } else { " " };
        writeln!(f, "{POST_QUANTUM} {key}{separator}{comment}")
    }
}

/// Kind, digits and comment of a public key's line.
fn public_parts(line: &str) -> Result<(&str, &str, &str), KeyFileError> {
    let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (digits, comment) = rest.split_once(' ').unwrap_or((rest, ""));
    if comment.len() > COMMENT_LEN_MAX {
        return Err(KeyFileError::CommentTooLong);
    }
    Ok((kind, digits, comment))
}

fn one_line(text: &str, len_max: usize) -> Result<&str, KeyFileError> {
    if text.len() > len_max {
        return Err(KeyFileError::TooLong);
    }
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.chars().any(char::is_control) { Err(KeyFileError::NotOneLine) } else { Ok(line) }
}

/// Without a table or a branch on the secret: digits lie at 48, letters 39 further on.
fn hex_digit(nibble: u8) -> u8 {
    let beyond_nine = 9_u8.wrapping_sub(nibble) >> 7;
    b'0' + nibble + 39 * beyond_nine
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("longer than any key file"),
            Self::NotOneLine => f.write_str("more than one line, or a control character"),
            Self::PublicNotSecret => f.write_str("this is a public key; a secret file is needed here"),
            Self::SecretNotPublic => f.write_str("this is a secret; a public key file is needed here"),
            Self::PostQuantumNotEd25519 => {
                write!(f, "this is a post-quantum key; a file with `{PUBLIC}` is needed here")
            }
            Self::Ed25519NotPostQuantum => {
                write!(f, "this is an Ed25519 key; a file with `{POST_QUANTUM}` is needed here")
            }
            Self::UnknownKind => write!(f, "a key file begins with `{PUBLIC}`, `{POST_QUANTUM}` or `{SECRET}`"),
            Self::NotHex => f.write_str("the key is not 64 hexadecimal digits (2,624 for a post-quantum key)"),
            Self::TrailingText => f.write_str("text follows the secret"),
            Self::CommentTooLong => write!(f, "the comment is longer than {COMMENT_LEN_MAX} bytes"),
            Self::Unusable(error) => write!(f, "not a usable public key: {error}"),
        }
    }
}

impl core::error::Error for KeyFileError {}
