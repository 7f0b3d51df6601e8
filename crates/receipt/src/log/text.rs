//! What the text formats share: base64 with one spelling (RFC 4648, section 4), decimal numbers, digests.

use alloc::string::String;
use alloc::vec::Vec;
use base64ct::{Base64, Encoding};
use codec::Digest;

use super::merkle::SIZE_MAX;

/// Standard base64 with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Reads what [`base64`] writes: padding is there, and its spare bits are zero.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = Base64::decode_vec(text).ok()?;
    // The crate checks all of this; the second look is cheap, and two spellings of one signature would be worse.
    (base64(&bytes) == text).then_some(bytes)
}

/// Reads the 44 characters of a digest.
pub(super) fn digest_from_base64(text: &str) -> Option<Digest> {
    if text.len() != 44 {
        return None;
    }
    from_base64(text)?.try_into().ok().map(Digest)
}

/// Reads a tree size or an index: decimal digits without a leading zero, at most 2^63 − 1.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.len() > 1 && text.starts_with('0') {
        return None;
    }
    text.parse().ok().filter(|value| *value <= SIZE_MAX)
}
