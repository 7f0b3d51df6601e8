//! Ed25519 signatures checked together and one by one: the same first one is refused. Genuine ones, the published edge cases,
//! and both with bits changed; enough of them by one key now and then that its tables are made.
#![no_main]

use std::sync::OnceLock;

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use receipt::{Batch, CheckedKey, PublicKey, Signature, SigningKey};

/// Signatures by one key from which on the batch makes tables for it, and some more.
const MANY: usize = 70;

fuzz_target!(|data: &[u8]| {
    // A description that ends too early describes nothing.
    run(&mut Unstructured::new(data)).unwrap_or_default();
});

/// A signature over a message, by a key that strict verification can use.
#[derive(Clone)]
struct Signed {
    key: CheckedKey,
    message: Vec<u8>,
    signature: Signature,
}

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let mut batch = Batch::new();
    // Tables that one round has made serve the next.
    for _ in 0..u.int_in_range(1..=2)? {
        let mut all = Vec::new();
        if u.ratio(1, 16)? {
            let often = u.choose(known())?;
            all.resize(MANY, often.clone());
        }
        for _ in 0..u.int_in_range(0..=8)? {
            let mut one = u.choose(known())?.clone();
            if u.ratio(1, 2)? {
                change(u, &mut one)?;
            }
            let place = u.int_in_range(0..=all.len())?;
            all.insert(place, one);
        }
        for Signed { key, message, signature } in &all {
            batch.push(key, message, signature);
        }
        assert_eq!(batch.len(), all.len());
        let bad = |Signed { key, message, signature }: &Signed| key.verify(message, signature).is_err();
        assert_eq!(batch.check().err(), all.iter().position(bad));
        assert!(batch.is_empty());
    }
    Ok(())
}

fn change(u: &mut Unstructured<'_>, signed: &mut Signed) -> Result<()> {
    match u.int_in_range(0..=5)? {
        0 | 1 => signed.signature.0[u.choose_index(64)?] ^= 1 << u.int_in_range(0..=7)?,
        2 => signed.message.push(u.arbitrary()?),
        3 => signed.key = u.choose(known())?.key,
        // The other half of another signature: R of small order, S that is not below the group order.
        4 => signed.signature.0[32..].copy_from_slice(&u.choose(known())?.signature.0[32..]),
        _ => signed.signature.0[..32].copy_from_slice(&u.choose(known())?.signature.0[..32]),
    }
    Ok(())
}

/// Genuine signatures by three keys, and the edge cases whose key can be used at all.
fn known() -> &'static [Signed] {
    static KNOWN: OnceLock<Vec<Signed>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let cases = include_str!("../../spec/vectors/receipt/ed25519_edge_cases.txt").lines();
        let mut known: Vec<Signed> = cases.filter(|line| !line.starts_with('#')).filter_map(edge_case).collect();
        assert!(!known.is_empty(), "an edge case has a key that can be used");
        for seed in 1..=3 {
            let key = SigningKey::from_seed(&[seed; 32]);
            let checked = key.public().check().expect("a key of ours");
            for len in [0, 3, 200] {
                let message = vec![seed; len];
                let signature = key.sign(&[&message]);
                known.push(Signed { key: checked, message, signature });
            }
        }
        known
    })
}

/// Verdict, message, key and signature; `None` if the key cannot be used.
fn edge_case(line: &str) -> Option<Signed> {
    let mut fields = line.split_whitespace().skip(1);
    let mut next = || bytes(fields.next().expect("a field"));
    let (message, key, signature) = (next(), next(), next());
    let key = PublicKey(key.try_into().expect("32 bytes")).check().ok()?;
    Some(Signed { key, message, signature: Signature(signature.try_into().expect("64 bytes")) })
}

fn bytes(digits: &str) -> Vec<u8> {
    let pair = |place| u8::from_str_radix(&digits[place..place + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(pair).collect()
}
