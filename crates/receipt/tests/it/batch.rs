//! Batches accept exactly what single verification accepts, whatever the neighbours; batched chains get the same verdicts.

use codec::sha256;
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::{EdwardsPoint, Scalar};
use receipt::{
    Batch, BatchVerifier, ChainVerifier, CheckedKey, Genesis, KeyMode, PublicKey, Signature, SigningKey, Verdict,
};
use sha2::{Digest as _, Sha512};

use crate::fixture::{self, Instance, Signs, Terms};
use crate::vectors;

/// A signature with its key and message.
type Case = (CheckedKey, Vec<u8>, Signature);

/// A deterministic stream of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) % end as u64) as usize
    }
}

fn is_good((key, message, signature): &Case) -> bool {
    key.verify(message, signature).is_ok()
}

/// Checks the cases in this order, and compares with one after the other.
fn compare(batch: &mut Batch, cases: &[&Case]) {
    for (key, message, signature) in cases {
        batch.push(key, message, signature);
    }
    let expected = cases.iter().position(|case| !is_good(case)).map_or(Ok(()), Err);
    assert_eq!(batch.check(), expected);
    assert!(batch.is_empty());
}

/// A good signature by one of a few keys.
fn good(index: usize) -> Case {
    let key = SigningKey::from_seed(&[(index % 3) as u8 + 1; 32]);
    let message = index.to_le_bytes().to_vec();
    let signature = key.sign(&[&message]);
    (key.public().check().expect("usable"), message, signature)
}

/// The published edge cases whose keys are usable at all.
fn published() -> Vec<Case> {
    let text = vectors::read("ed25519_edge_cases.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let columns: Vec<_> = line.split(' ').collect();
            let bytes = |column: usize| vectors::from_hex(columns[column]);
            let key = PublicKey(bytes(2).try_into().expect("32 bytes")).check().ok()?;
            Some((key, bytes(1), Signature(bytes(3).try_into().expect("64 bytes"))))
        })
        .collect()
}

/// Signatures whose equation holds but for a small-order component in R, in A or in both; those for which k is a multiple
/// of eight are good if only A has one.
fn torsioned() -> Vec<Case> {
    let scalar = |label: &str, index: usize| {
        Scalar::from_bytes_mod_order_wide(&Sha512::digest(format!("{label} {index}")).into())
    };
    let mut cases = Vec::new();
    for index in 0..96 {
        let (a, r) = (scalar("a", index % 4), scalar("r", index));
        let (in_a, in_r) = [(0, 1 + index % 7), (1 + index % 7, 0), (1 + index % 7, 1 + index % 5)][index % 3];
        let key = ED25519_BASEPOINT_POINT * a + EIGHT_TORSION[in_a];
        let point: EdwardsPoint = ED25519_BASEPOINT_POINT * r + EIGHT_TORSION[in_r];
        let (key, point) = (key.compress().0, point.compress().0);
        let message = index.to_le_bytes().to_vec();
        let k = Sha512::new().chain_update(point).chain_update(key).chain_update(&message).finalize();
        let s = r + Scalar::from_bytes_mod_order_wide(&k.into()) * a;
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&point);
        signature[32..].copy_from_slice(s.as_bytes());
        cases.push((PublicKey(key).check().expect("not of small order"), message, Signature(signature)));
    }
    cases
}

#[test]
fn edge_cases_get_the_same_verdict_among_any_neighbours() {
    let goods: Vec<_> = (0..200).map(good).collect();
    let mut edges = published();
    assert_eq!(edges.len(), 9, "the other six have keys of small order or without canonical encoding");
    edges.extend(torsioned());
    let accepted = edges.iter().filter(|case| is_good(case)).count();
    assert!(accepted > 1 && accepted < edges.len());
    let mut numbers = Numbers(1);
    let mut batch = Batch::new();
    let mut checked = 0;
    for edge in &edges {
        for size in [1, 2, 63, 64, 65, 150] {
            let mut cases: Vec<_> = (0..size).map(|_| &goods[numbers.below(goods.len())]).collect();
            cases.insert(numbers.below(size + 1), edge);
            compare(&mut batch, &cases);
            compare(&mut Batch::new(), &cases);
            checked += 2 * cases.len();
        }
    }
    // Many together, so that small-order components could cancel if anything added them up.
    for _ in 0..300 {
        let cases: Vec<_> = (0..80).map(|_| &edges[numbers.below(edges.len())]).collect();
        let accepted: Vec<_> = cases.iter().filter(|case| is_good(case)).copied().collect();
        compare(&mut batch, &cases);
        compare(&mut batch, &accepted);
        checked += cases.len() + accepted.len();
    }
    println!("{} edge cases, {accepted} of them good; {checked} signatures in batches as singly", edges.len());
}

#[test]
fn damaged_signatures_are_found_at_their_place() {
    let mut numbers = Numbers(2);
    let mut batch = Batch::new();
    let mut bad = 0;
    for round in 0..400 {
        let mut cases: Vec<_> = (0..1 + numbers.below(200)).map(good).collect();
        for _ in 0..round % 4 {
            let index = numbers.below(cases.len());
            let (_, message, Signature(signature)) = &mut cases[index];
            match numbers.below(3) {
                0 => message[numbers.below(8)] ^= 1 << numbers.below(8),
                1 => signature[numbers.below(64)] ^= 1 << numbers.below(8),
                _ => signature.rotate_left(32),
            }
            bad += 1;
        }
        compare(&mut batch, &cases.iter().collect::<Vec<_>>());
    }
    println!("400 batches, {bad} signatures damaged, each found");
}

/// Both verifiers over the same receipts.
fn same_verdict(genesis: &Genesis, receipts: &[Vec<u8>]) -> Verdict {
    let mut single = ChainVerifier::new(genesis);
    let mut batched = BatchVerifier::new(genesis);
    for (epoch, bytes) in (1..).zip(receipts) {
        let input = (epoch % 2 == 0).then(|| sha256(&fixture::input(epoch)));
        let _first_fault_stays = (single.push(bytes, input).err(), batched.push(bytes, input).err());
    }
    assert_eq!(batched.verdict(), single.verdict());
    assert_eq!(batched.tip(), single.tip());
    assert_eq!(batched.coverage(), single.coverage());
    assert_eq!(batched.report(&[]), single.report(&[]));
    single.verdict()
}

fn mutate(numbers: &mut Numbers, receipts: &mut Vec<Vec<u8>>) {
    let index = numbers.below(receipts.len());
    let other = numbers.below(receipts.len());
    let len = receipts[index].len();
    match numbers.below(8) {
        0 => receipts.swap(index, other),
        1 => drop(receipts.remove(index)),
        2 => receipts.insert(index, receipts[other].clone()),
        3 => receipts[index].truncate(numbers.below(len)),
        // The last 64 bytes are a signature, of the runtime or of the guest.
        4 | 5 => receipts[index][len - 1 - numbers.below(64)] ^= 1 << numbers.below(8),
        _ => receipts[index][numbers.below(len)] ^= 1 << numbers.below(8),
    }
}

#[test]
fn mutated_chains_get_the_same_verdict() {
    let mut numbers = Numbers(3);
    let mut verdicts = std::collections::BTreeMap::new();
    for (signs, interval) in [(Signs::Guest, 1), (Signs::Guest, 7), (Signs::Host, 1), (Signs::Host, 16)] {
        let terms = Terms { interval, ..Terms::PLAIN };
        let instance: Instance = fixture::instance_on(signs, KeyMode::RootSecret, terms);
        // Longer than a batch of 256.
        let good = fixture::to_bytes(&fixture::chain(&instance, 300));
        for round in 0..60 {
            let mut receipts = if round % 3 == 0 { good.clone() } else { good[..20 + numbers.below(60)].to_vec() };
            (0..round % 4).for_each(|_| mutate(&mut numbers, &mut receipts));
            let verdict = format!("{:?}", same_verdict(&instance.genesis, &receipts));
            let word = verdict.split([' ', '{']).next().expect("a word").to_owned();
            *verdicts.entry(word).or_insert(0) += 1;
        }
    }
    println!("240 chains with the same verdict singly and batched: {verdicts:?}");
    assert!(verdicts.len() >= 5);
}
