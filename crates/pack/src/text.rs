//! The small texts of a manifest: names, times, digests, keys, versions; how each is read.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};

use codec::Digest;
use semver::Version;

use crate::error::PackError;
use crate::fields::Place;
use crate::json::Json;
use crate::limits::{IDENTIFIER_LEN_MAX, TEXT_LEN_MAX, VERSION_LEN_MAX};
use crate::signature::is_usable;

/// Whether `text` is an identifier: a lower-case letter, then lower-case letters, digits, `_`, `-` or `.`.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
    text.len() <= IDENTIFIER_LEN_MAX
        && text.bytes().all(known)
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
}

/// An identifier that came as a key.
pub(crate) fn identifier_key(key: String, at: &Place<'_>) -> Result<String, PackError> {
    if is_identifier(&key) { Ok(key) } else { Err(PackError::BadName { at: at.to_string(), found: shortened(&key) }) }
}

/// An identifier.
pub(crate) fn identifier(value: Json, at: &Place<'_>) -> Result<String, PackError> {
    identifier_key(value.text(at)?, at)
}

/// A text for people: no control characters, and none that turn the direction of writing, so that it can be printed.
pub(crate) fn free_text(value: Json, at: &Place<'_>) -> Result<String, PackError> {
    let text = value.text(at)?;
    if text.len() > TEXT_LEN_MAX {
        return Err(PackError::too_large(at, TEXT_LEN_MAX));
    }
    let hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(hidden) { Err(at.bad_value("a text without control characters")) } else { Ok(text) }
}

/// A name for people, not empty.
pub(crate) fn title(value: Json, at: &Place<'_>) -> Result<String, PackError> {
    let text = free_text(value, at)?;
    if text.trim().is_empty() { Err(at.bad_value("a text that is not empty")) } else { Ok(text) }
}

/// An address of electronic mail, as far as anybody can tell without sending to it.
pub(crate) fn email(value: Json, at: &Place<'_>) -> Result<String, PackError> {
    let text = free_text(value, at)?;
    let good = text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
    });
    if good { Ok(text) } else { Err(at.bad_value("an address such as name@example.org")) }
}

/// A semantic version.
pub(crate) fn version(value: Json, at: &Place<'_>) -> Result<Version, PackError> {
    let text = value.text(at)?;
    let parsed = if text.len() > VERSION_LEN_MAX { None } else { Version::parse(&text).ok() };
    parsed.ok_or_else(|| PackError::BadVersion { at: at.to_string(), found: shortened(&text) })
}

/// `sha256:` and 64 lower-case digits.
pub(crate) fn digest(value: Json, at: &Place<'_>) -> Result<Digest, PackError> {
    let text = value.text(at)?;
    let digits = text.strip_prefix("sha256:").and_then(lower_hex_32);
    digits.map(Digest).ok_or_else(|| PackError::BadHash { at: at.to_string(), found: shortened(&text) })
}

/// `ed25519:` and the 64 lower-case digits of a usable key.
pub(crate) fn public_key(value: Json, at: &Place<'_>) -> Result<[u8; 32], PackError> {
    let text = value.text(at)?;
    let key = text.strip_prefix("ed25519:").and_then(lower_hex_32).filter(is_usable);
    key.ok_or_else(|| PackError::BadKey { at: at.to_string() })
}

/// A time in UTC to the second, `2026-11-21T00:00:00Z`. Its text sorts as it does.
pub(crate) fn time(value: Json, at: &Place<'_>) -> Result<String, PackError> {
    let text = value.text(at)?;
    if is_time(&text) { Ok(text) } else { Err(PackError::BadTime { at: at.to_string(), found: shortened(&text) }) }
}

/// Whether `text` is a time in UTC to the second, `2026-11-21T00:00:00Z`.
#[must_use]
pub fn is_time(text: &str) -> bool {
    let pattern = b"0000-00-00T00:00:00Z";
    let fits = |(byte, wanted): (u8, &u8)| if *wanted == b'0' { byte.is_ascii_digit() } else { byte == *wanted };
    if text.len() != pattern.len() || !text.bytes().zip(pattern).all(fits) {
        return false;
    }
    let part = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap_or(u32::MAX);
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day) && part(11, 13) < 24 && part(14, 16) < 60 && part(17, 19) < 60
}

/// 64 lower-case hexadecimal digits.
fn lower_hex_32(digits: &str) -> Option<[u8; 32]> {
    if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    Digest::from_hex(digits).map(|digest| digest.0)
}

/// Lower-case hexadecimal digits, two for each byte.
pub(crate) fn hex_bytes(text: &str) -> Option<alloc::vec::Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// As much of a foreign text as an error should repeat.
pub(crate) fn shortened(text: &str) -> String {
    const LETTERS: usize = 80;
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => text[..end].to_owned() + "…",
        None => text.to_owned(),
    }
}
