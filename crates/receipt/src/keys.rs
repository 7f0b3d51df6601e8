//! Ed25519 keys (RFC 8032) and the one way to verify with them.
//!
//! Verification is strict: the public key and the signature's R are canonical encodings of points that are not of small
//! order, S is below the group order, and the equation holds without the cofactor. [`crate::batch`] accepts the same set.

use codec::{Digest, sha256};
use core::fmt;
use ed25519_dalek::ed25519::signature::MultipartSigner as _;
use zeroize::Zeroizing;

/// An Ed25519 public key as 32 bytes, not yet known to be a usable one. Prints as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

/// A key id: the first eight bytes of the SHA-256 of a public key. It only helps to find a key; nothing trusts it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct KeyId(pub [u8; 8]);

/// An Ed25519 signature: R, then S, 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature(pub [u8; 64]);

/// A public key that strict verification can use: a canonical encoding of a point that is not of small order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CheckedKey(ed25519_dalek::VerifyingKey);

/// A secret signing key. Its memory is overwritten when it is dropped, and printing it shows the public half.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// Why 32 bytes are not a usable public key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyError {
    /// The y coordinate is not below 2^255 − 19, or no point has it.
    NotAPoint,
    /// The point is of small order: signatures under it prove nothing.
    SmallOrder,
}

/// A signature does not verify.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadSignature;

impl KeyId {
    /// The id of the public key with these bytes.
    pub(crate) fn of(key: &[u8]) -> Self {
        let Digest(digest) = sha256(key);
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Self(id)
    }
}

impl Signature {
    /// R and S.
    pub(crate) fn halves(&self) -> ([u8; 32], [u8; 32]) {
        let (mut r, mut s) = ([0; 32], [0; 32]);
        r.copy_from_slice(&self.0[..32]);
        s.copy_from_slice(&self.0[32..]);
        (r, s)
    }
}

impl PublicKey {
    /// Reads 64 hexadecimal digits, either case.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        Digest::from_hex(text).map(|digest| Self(digest.0))
    }

    /// This key's id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.0)
    }

    /// The key, if strict verification can use it.
    pub fn check(&self) -> Result<CheckedKey, KeyError> {
        if !is_canonical(&self.0) {
            return Err(KeyError::NotAPoint);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.0).map_err(|_| KeyError::NotAPoint)?;
        if key.is_weak() { Err(KeyError::SmallOrder) } else { Ok(CheckedKey(key)) }
    }
}

impl CheckedKey {
    /// The key as 32 bytes.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.to_bytes())
    }

    /// This key's id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(self.0.as_bytes())
    }

    /// The key as a point.
    pub(crate) fn point(&self) -> curve25519_dalek::EdwardsPoint {
        self.0.to_edwards()
    }

    /// Strict verification of `signature` over `message`.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).map_err(|_| BadSignature)
    }
}

impl SigningKey {
    /// The key with this seed (the 32 bytes that RFC 8032 calls the private key).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The seed, for the message that installs it in a guest. It overwrites itself when it is dropped.
    #[must_use]
    pub fn expose_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Signs the concatenation of `parts`. Ed25519 is deterministic: same key and bytes, same signature.
    #[must_use]
    pub fn sign(&self, parts: &[&[u8]]) -> Signature {
        Signature(self.0.multipart_sign(parts).to_bytes())
    }
}

/// Whether the low 255 bits are below 2^255 − 19. (The other non-canonical encodings, a set sign bit where x = 0, are of
/// points of small order.)
fn is_canonical(bytes: &[u8; 32]) -> bool {
    bytes[0] < 0xed || bytes[1..31].iter().any(|byte| *byte != 0xff) || bytes[31] & 0x7f != 0x7f
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Digest(self.0), f)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for CheckedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.public(), f)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey of {}", self.public())
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAPoint => "the bytes are not the canonical encoding of a point of the curve",
            Self::SmallOrder => "the point is of small order, so signatures under it prove nothing",
        })
    }
}

impl core::error::Error for KeyError {}

impl fmt::Display for BadSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not verify")
    }
}

impl core::error::Error for BadSignature {}
