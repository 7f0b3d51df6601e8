//! Every single bit of a small chain, flipped: nothing that differs is accepted.

use receipt::{Genesis, KeyMode, Parent, PublicKey, Trust, Verdict, verify_chain};

use crate::fixture::{self, Signs, Terms};

/// Whether a chain is accepted with the operator trusted.
fn accepted(genesis: &[u8], receipts: &[Vec<u8>], operator: PublicKey) -> bool {
    let Ok(genesis) = Genesis::decode(genesis) else { return false };
    let report = verify_chain(&genesis, &[operator], receipts.iter().map(|bytes| (bytes.as_slice(), None)));
    matches!(report.verdict, Verdict::Valid { chain_length: 3, .. }) && report.trust == Trust::Operator(operator)
}

#[test]
fn every_single_bit_flip_is_refused() {
    // With an interval of three the first two receipts are unsigned, and the last one's signature covers them.
    for (signs, interval) in [(Signs::Guest, 1), (Signs::Host, 1), (Signs::Guest, 3), (Signs::Host, 3)] {
        let terms = Terms {
            interval,
            parent: (interval == 3).then(|| Parent { epoch: 0, ..fixture::parent() }),
            ..Terms::PLAIN
        };
        let instance = fixture::instance_on(signs, KeyMode::RootSecret, terms);
        let operator = instance.operator.public();
        let genesis = instance.genesis.to_bytes();
        let receipts = fixture::to_bytes(&fixture::chain(&instance, 3));
        assert!(accepted(&genesis, &receipts, operator));
        let mut refused = [0_u64; 2];
        for bit in 0..genesis.len() * 8 {
            let mut flipped = genesis.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!accepted(&flipped, &receipts, operator), "bit {bit} of the genesis statement");
            refused[0] += 1;
        }
        for index in 0..receipts.len() {
            for bit in 0..receipts[index].len() * 8 {
                let mut flipped = receipts.clone();
                flipped[index][bit / 8] ^= 1 << (bit % 8);
                assert!(!accepted(&genesis, &flipped, operator), "bit {bit} of receipt {index}");
                refused[1] += 1;
            }
        }
        println!(
            "{signs:?} signs, interval {interval}: {} genesis bits and {} receipt bits refused, 0 accepted",
            refused[0], refused[1]
        );
    }
}

#[test]
fn every_truncation_is_refused() {
    let instance = fixture::instance(Signs::Guest, KeyMode::RootSecret);
    let receipt = fixture::chain(&instance, 1)[0].to_bytes();
    let genesis = instance.genesis.to_bytes();
    for len in 0..receipt.len() {
        assert!(receipt::Receipt::decode(&receipt[..len]).is_err());
    }
    for len in 0..genesis.len() {
        assert!(Genesis::decode(&genesis[..len]).is_err());
    }
    println!("{} truncations refused", receipt.len() + genesis.len());
}
