//! Base64 (RFC 4648, sections 4 and 5), strictly: padded, no line breaks, unused bits zero, one alphabet at a time.
//!
//! So a byte string has one spelling in each alphabet. This crate writes the standard one and reads both, as DSSE wants.

use base64ct::{Base64, Base64Url, Encoding as _};

/// The standard spelling of `bytes`.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// The bytes that `text` spells in the standard or the URL-safe alphabet; `None` if it is no strict spelling.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let is_url_safe = text.bytes().any(|byte| matches!(byte, b'-' | b'_'));
    let decoded = if is_url_safe { Base64Url::decode_vec(text) } else { Base64::decode_vec(text) };
    decoded.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10.
    #[test]
    fn published_vectors() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(encode(&[0xfb, 0xff, 0xfe]), "+//+");
        assert_eq!(decode("-__-"), decode("+//+"));
    }

    /// Every text of four characters from an alphabet with a digit of each kind: what is accepted is what `encode` writes,
    /// or its URL-safe twin.
    #[test]
    fn accepts_only_what_it_writes() {
        let alphabet = b"AQgwZz9+/-_= \n.";
        let mut counts = [0, 0];
        for index in 0..alphabet.len().pow(4) {
            let text: Vec<u8> =
                (0..4).map(|place| alphabet[index / alphabet.len().pow(place) % alphabet.len()]).collect();
            let text = String::from_utf8(text).expect("ASCII");
            if let Some(bytes) = decode(&text) {
                let written = encode(&bytes);
                assert!(written == text || written.replace('+', "-").replace('/', "_") == text, "{text}");
                counts[0] += 1;
            } else {
                counts[1] += 1;
            }
        }
        println!("base64: {} texts accepted, {} refused", counts[0], counts[1]);
        assert!(counts[0] > 1000);
        for text in ["Zg", "Zg=", "Zh==", "Zm9=", "====", "=", "A===", "Zg==Zg==", "Zm9v\n", "+_AA"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
