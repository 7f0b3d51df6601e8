//! Ed25519 over the exact bytes of the manifest, strictly verified: key and R are canonical encodings of points that are
//! not of small order, S is below the group order, and the equation holds without the cofactor.

use alloc::string::String;
use core::fmt::Write as _;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::limits::SIGNATURE_FILE_LEN;
use crate::text::hex_bytes;

/// Where the signature lies in a pack.
pub const SIGNATURE_PATH: &str = "kernels.json.sig";

/// Whether strict verification can use this key.
#[must_use]
pub fn is_usable(key: &[u8; 32]) -> bool {
    checked(key).is_some()
}

/// Whether `signature` is one of `key` over `message`.
#[must_use]
pub fn verifies(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    checked(key).is_some_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

/// Reads a signature file: 128 lower-case hexadecimal digits and a line feed.
pub(crate) fn parse_file(bytes: &[u8]) -> Option<[u8; 64]> {
    if bytes.len() != SIGNATURE_FILE_LEN {
        return None;
    }
    let digits = core::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    hex_bytes(digits)?.try_into().ok()
}

/// The signature file for a manifest's exact bytes, by the key with this seed (what RFC 8032 calls the private key).
#[must_use]
pub fn sign(manifest: &[u8], seed: &[u8; 32]) -> String {
    let signature = SigningKey::from_bytes(seed).sign(manifest).to_bytes();
    let mut file = String::with_capacity(SIGNATURE_FILE_LEN);
    for byte in signature {
        write!(file, "{byte:02x}").expect("a string takes what is written");
    }
    file.push('\n');
    file
}

/// The public half of the key with this seed.
#[must_use]
pub fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

fn checked(key: &[u8; 32]) -> Option<VerifyingKey> {
    // y must be below 2^255 − 19. The other non-canonical encodings, a set sign bit where x = 0, are of small order.
    let canonical = key[0] < 0xed || key[1..31].iter().any(|byte| *byte != 0xff) || key[31] & 0x7f != 0x7f;
    let key = if canonical { VerifyingKey::from_bytes(key).ok()? } else { return None };
    if key.is_weak() { None } else { Some(key) }
}
