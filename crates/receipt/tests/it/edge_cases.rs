//! Published and constructed edge cases of Ed25519 verification.

use receipt::keys::KeyError;
use receipt::{PublicKey, Signature, SigningKey};

use crate::vectors;

/// The group order L = 2^252 + 27742317777372353535851937790883648493, little-endian (RFC 8032, section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn accepts(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = PublicKey(key.try_into().expect("32 bytes"));
    let signature = Signature(signature.try_into().expect("64 bytes"));
    key.check().is_ok_and(|key| key.verify(message, &signature).is_ok())
}

#[test]
fn published_cases_get_the_strict_verdict() {
    let text = vectors::read("ed25519_edge_cases.txt");
    let mut counts = [0, 0];
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (columns, why) = line.split_once(" # ").expect("a reason");
        let columns: Vec<_> = columns.split(' ').collect();
        let [verdict, message, key, signature] = columns[..] else { panic!("four columns: {line}") };
        let [message, key, signature] = [message, key, signature].map(vectors::from_hex);
        let accepted = accepts(&key, &message, &signature);
        assert_eq!(accepted, verdict == "accept", "{why}");
        counts[usize::from(accepted)] += 1;
    }
    println!("published edge cases: {} accepted, {} rejected", counts[1], counts[0]);
    assert_eq!(counts, [14, 1]);
}

#[test]
fn keys_of_small_order_and_non_canonical_keys_are_refused() {
    let mut refused = 0;
    // The small-order points are y = 0, 1, −1 and the two y of order 8, with either sign.
    let order_8 = vectors::from_hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
    let order_8_negated = vectors::from_hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    let mut one = [0; 32];
    one[0] = 1;
    for y in [&[0; 32][..], &one, &minus_one, &order_8, &order_8_negated] {
        for sign in [0, 0x80] {
            let mut bytes: [u8; 32] = y.try_into().expect("32 bytes");
            bytes[31] ^= sign;
            assert!(PublicKey(bytes).check().is_err(), "{bytes:02x?}");
            refused += 1;
        }
    }
    // y = p + k for k below 19 is below 2^255 and not canonical, whether a point has it or not.
    for k in 0..19 {
        for last in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xed + k, last);
            assert_eq!(PublicKey(bytes).check(), Err(KeyError::NotAPoint));
            refused += 1;
        }
    }
    println!("{refused} keys refused");
}

#[test]
fn s_must_be_below_the_order() {
    let key = SigningKey::from_seed(&[1; 32]);
    let mut tried = 0;
    for byte in 0..=255 {
        let message = [byte];
        let signature = key.sign(&[&message]);
        assert!(accepts(&key.public().0, &message, &signature.0));
        let mut other = signature.0;
        let mut carry = 0;
        for (place, add) in other[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*place) + u16::from(add) + carry;
            (*place, carry) = (sum as u8, sum >> 8);
        }
        assert_eq!(carry, 0);
        assert!(!accepts(&key.public().0, &message, &other), "S + L is accepted");
        tried += 1;
    }
    println!("{tried} signatures with S + L refused");
}

#[test]
fn parts_are_signed_as_their_concatenation() {
    let key = SigningKey::from_seed(&[2; 32]);
    assert_eq!(key.sign(&[b"ab", b"", b"cd"]), key.sign(&[b"abcd"]));
}
