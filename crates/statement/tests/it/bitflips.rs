//! Every single bit of an envelope and of a bundle, flipped one at a time: refused, or the very same statement, and then
//! the bit lies within a `keyid` or a `hint`.

use std::ops::Range;

use statement::{Refusal, Statement, open};

use crate::fixture;

/// What came of the flips of one document.
#[derive(Default, Debug)]
struct Counts {
    not_json: usize,
    malformed: usize,
    not_verified: usize,
    same: usize,
}

/// The places of the texts between `before` and the next quotation mark.
fn texts(document: &str, before: &str) -> Vec<Range<usize>> {
    document
        .match_indices(before)
        .map(|(place, _)| {
            let start = place + before.len();
            start..start + document[start..].find('"').expect("a string ends")
        })
        .collect()
}

fn flip_all(name: &str, document: &str, unsigned: &[Range<usize>]) {
    let [key, _] = fixture::keys();
    let keys = [fixture::checked(&key)];
    let original = open(document.as_bytes(), &keys).expect("the untouched document is accepted");
    let mut counts = Counts::default();
    for place in 0..document.len() {
        for bit in 0..8 {
            let mut bytes = document.as_bytes().to_vec();
            bytes[place] ^= 1 << bit;
            match open(&bytes, &keys) {
                Ok(opened) => {
                    assert_eq!(opened, original, "{name}, byte {place}, bit {bit}");
                    assert!(unsigned.iter().any(|range| range.contains(&place)), "{name}, byte {place}, bit {bit}");
                    counts.same += 1;
                }
                Err(Refusal::NotJson { .. } | Refusal::KeyTwice { .. }) => counts.not_json += 1,
                Err(Refusal::Field(..)) => counts.malformed += 1,
                Err(Refusal::NotVerified) => counts.not_verified += 1,
                Err(other) => panic!("{name}, byte {place}, bit {bit}: signed and yet {other}"),
            }
        }
    }
    let Counts { not_json, malformed, not_verified, same } = counts;
    println!(
        "{name}: {} flips: {not_json} not JSON, {malformed} malformed, {not_verified} not verified, \
         {same} the same statement with another key id or hint",
        document.len() * 8
    );
    assert_eq!(not_json + malformed + not_verified + same, document.len() * 8);
    // Of the seven low bits of a digit or letter, each gives another printable character, but for a few.
    assert!(same > 0 && same <= unsigned.iter().map(|range| range.len() * 7).sum());
}

#[test]
fn envelope() {
    let [key, _] = fixture::keys();
    let statement = fixture::run(&fixture::recorded()[0]).statement().expect("a consistent run");
    let document = statement.sign(&key).to_json();
    flip_all("envelope", &document, &texts(&document, "\"keyid\":\""));
}

#[test]
fn bundle() {
    let [key, _] = fixture::keys();
    let statement = fixture::pruned(&fixture::recorded()[0]).statement().expect("a consistent run");
    let document = statement.bundle(&key).to_json();
    let unsigned = [texts(&document, "\"keyid\":\""), texts(&document, "\"hint\":\"")].concat();
    assert_eq!(unsigned.len(), 2);
    flip_all("bundle", &document, &unsigned);
}

/// Without a signature: whatever payload is accepted is written again to the same bytes, so two readers cannot differ.
#[test]
fn payload() {
    let statement = fixture::run(&fixture::recorded()[0]).statement().expect("a consistent run");
    let payload = statement.payload();
    let mut counts = [0, 0];
    for place in 0..payload.len() {
        for bit in 0..8 {
            let mut bytes = payload.to_vec();
            bytes[place] ^= 1 << bit;
            match Statement::parse(&bytes) {
                Ok(read) => {
                    assert_eq!(read.payload(), bytes, "byte {place}, bit {bit}");
                    assert_ne!(read.run(), statement.run(), "byte {place}, bit {bit}");
                    counts[0] += 1;
                }
                Err(_) => counts[1] += 1,
            }
        }
    }
    println!(
        "payload: {} flips, {} another run in its one spelling, {} refused",
        payload.len() * 8,
        counts[0],
        counts[1]
    );
    assert!(counts[1] > counts[0]);
}

/// Every beginning of a document is refused.
#[test]
fn truncation() {
    let [key, _] = fixture::keys();
    let keys = [fixture::checked(&key)];
    let statement = fixture::run(&fixture::recorded()[0]).statement().expect("a consistent run");
    let mut refused = 0;
    for document in [statement.sign(&key).to_json(), statement.bundle(&key).to_json()] {
        let whole = document.trim_end().len();
        for len in 0..whole {
            assert!(open(&document.as_bytes()[..len], &keys).is_err(), "cut to {len}");
            refused += 1;
        }
        assert!(open(&document.as_bytes()[..whole], &keys).is_ok());
    }
    println!("{refused} truncated documents refused");
}
