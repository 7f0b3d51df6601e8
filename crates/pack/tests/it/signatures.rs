//! Published edge cases of Ed25519: the verdicts of strict verification, the same as for receipts.

use std::fs;

use pack::signature::{is_usable, public_key, verifies};

use crate::fixture::folder;

fn bytes<const N: usize>(digits: &str) -> [u8; N] {
    std::array::from_fn(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).expect("hexadecimal digits"))
}

#[test]
fn published_edge_cases_get_the_strict_verdict() {
    let path = folder().join("../receipt/ed25519_edge_cases.txt");
    let text = fs::read_to_string(path).expect("the edge cases can be read");
    let (mut accepted, mut refused) = (0, 0);
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [verdict, message, key, signature] = words[..4] else { panic!("{line}: four words") };
        let message: Vec<u8> =
            (0..message.len() / 2).map(|at| u8::from_str_radix(&message[at * 2..at * 2 + 2], 16).unwrap()).collect();
        let accepts = verifies(&bytes(key), &message, &bytes(signature));
        assert_eq!(accepts, verdict == "accept", "{line}");
        *if accepts { &mut accepted } else { &mut refused } += 1;
    }
    assert!(accepted > 0 && refused > 0);
    println!("{accepted} accepted, {refused} refused");
}

#[test]
fn a_key_that_is_not_canonical_or_of_small_order_is_not_usable() {
    let good = public_key(&[7; 32]);
    assert!(is_usable(&good));
    // The eight points of small order and the ways to spell them, by their y coordinate and both signs.
    let y = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let mut refused = 0;
    for digits in y {
        for sign in [0, 0x80] {
            let mut key: [u8; 32] = bytes(digits);
            key[31] |= sign;
            assert!(!is_usable(&key), "{digits} with sign {sign}");
            refused += 1;
        }
    }
    println!("{refused} encodings of small order refused");
}
