//! Deferred signing: what is signed, what is covered, what is neither; forks.

use codec::sha256;
use receipt::{
    BatchVerifier, ChainVerifier, Coverage, FormatError, Genesis, KeyMode, Outcome, Receipt, Tip, TrapCode, Verdict,
};

use crate::fixture::{self, Instance, Signs, Terms};

fn instance(interval: u32) -> Instance {
    fixture::instance_on(Signs::Guest, KeyMode::RootSecret, Terms { interval, ..Terms::PLAIN })
}

fn verify(genesis: &Genesis, receipts: &[Receipt]) -> (Verdict, Coverage) {
    let mut single = ChainVerifier::new(genesis);
    let mut batched = BatchVerifier::new(genesis);
    for receipt in receipts {
        let bytes = receipt.to_bytes();
        let _told_below = (single.push(&bytes, None).err(), batched.push(&bytes, None).err());
    }
    assert_eq!((batched.verdict(), batched.coverage()), (single.verdict(), single.coverage()));
    (single.verdict(), single.coverage())
}

#[test]
fn every_length_and_interval_is_counted() {
    let mut chains = 0;
    for interval in [1_u64, 2, 3, 7, 16, 45] {
        let instance = instance(interval as u32);
        let receipts = fixture::chain(&instance, 40);
        for len in 0..=receipts.len() {
            let (verdict, coverage) = verify(&instance.genesis, &receipts[..len]);
            let len = len as u64;
            let (signed, tail) = (len / interval, len % interval);
            assert_eq!(coverage, Coverage { signed, covered: len - tail - signed, tail, signed_through: len - tail });
            let valid = Verdict::Valid { chain_length: len, first_epoch: 1, last_epoch: len };
            assert_eq!(verdict, if len == 0 { Verdict::Empty } else { valid });
            chains += 1;
        }
    }
    println!("{chains} chains counted");
}

#[test]
fn unsigned_receipts_are_never_called_signed() {
    let instance = instance(4);
    let receipts = fixture::chain(&instance, 8);
    let (runtime, witness) = (instance.genesis.runtime_key(), instance.genesis.witness_key());
    for receipt in &receipts {
        let due = receipt.body().frame().epoch.is_multiple_of(4);
        assert_eq!(receipt.is_signed(), due);
        assert_eq!(receipt.key_id().is_some(), due);
        assert_eq!(receipt.verify(runtime, witness).is_ok(), due);
        assert_eq!(receipt.to_bytes()[0], if due { 0xd2 } else { 0x82 });
        assert_eq!(Receipt::decode(&receipt.to_bytes()).as_ref(), Ok(receipt));
        let signed = receipt.clone().signed_by(&instance.runtime);
        assert!(signed.is_signed() && signed.verify(runtime, witness).is_ok());
        assert_eq!(signed.body_bytes(), receipt.body_bytes());
    }
}

#[test]
fn a_missing_signature_is_named() {
    let instance = instance(4);
    let good = fixture::chain(&instance, 12);
    for due in [4, 8, 12] {
        let mut receipts = good.clone();
        let last = &good[due - 1];
        receipts[due - 1] = Receipt::unsigned(last.body().clone(), last.witness().copied()).expect("agrees");
        let (verdict, coverage) = verify(&instance.genesis, &receipts);
        assert_eq!(verdict, Verdict::SignatureMissing { epoch: due as u64 });
        assert_eq!(coverage.signed_through, due as u64 - 4);
        assert_eq!(coverage.tail, 3);
    }
}

#[test]
fn a_signature_more_than_asked_for_is_welcome() {
    let instance = instance(4);
    let mut receipts = fixture::chain(&instance, 6);
    let last = receipts.pop().expect("six");
    receipts.push(last.signed_by(&instance.runtime));
    let (verdict, coverage) = verify(&instance.genesis, &receipts);
    assert_eq!(verdict, Verdict::Valid { chain_length: 6, first_epoch: 1, last_epoch: 6 });
    assert_eq!(coverage, Coverage { signed: 2, covered: 4, tail: 0, signed_through: 6 });
    assert_eq!(coverage.to_string(), "2 signed, 4 covered, through epoch 6; 0 in the uncovered tail");
}

#[test]
fn covered_receipts_cannot_be_exchanged_and_the_tail_can() {
    let instance = instance(4);
    let good = fixture::chain(&instance, 7);
    let other = |tip: Tip| fixture::unclaimed(&instance, tip, Outcome::Trapped(TrapCode::DivisionByZero));
    for index in 0..7 {
        let tip = if index == 0 { Tip::start(&instance.genesis) } else { Tip::after(good[index - 1].body()) };
        let forged = other(tip);
        assert_eq!(forged.is_signed(), index == 3);
        let mut receipts = good.clone();
        receipts[index] = forged.clone();
        let epoch = index as u64 + 1;
        let (verdict, _) = verify(&instance.genesis, &receipts);
        if index == 6 {
            // The end of the uncovered tail: nothing tells, and so nothing is claimed of it.
            assert!(matches!(verdict, Verdict::Valid { .. }));
        } else {
            assert_eq!(verdict, Verdict::BrokenChain { epoch: epoch + 1 });
        }
        // Followed by unsigned steps of its own, a forgery before a signature still breaks at the signature.
        if index < 3 {
            let mut tip = Tip::after(forged.body());
            for receipt in &mut receipts[index + 1..3] {
                *receipt = other(tip);
                tip = Tip::after(receipt.body());
            }
            assert_eq!(verify(&instance.genesis, &receipts).0, Verdict::BrokenChain { epoch: 4 });
        }
    }
}

#[test]
fn unsigned_receipts_are_read_strictly() {
    let instance = instance(4);
    let receipt = fixture::claimed(&instance, Tip::start(&instance.genesis));
    let bytes = receipt.to_bytes();
    let body = receipt.body().clone();
    assert_eq!(Receipt::unsigned(body, None), Err(FormatError::WitnessSignature));
    for len in 0..bytes.len() {
        assert!(Receipt::decode(&bytes[..len]).is_err());
    }
    assert!(Receipt::decode(&[&bytes[..], &[0]].concat()).is_err());
    assert!(Receipt::decode(&[&[0x82][..], &[0; 2000]].concat()).is_err());
    println!("{} truncations refused", bytes.len());
}

#[test]
fn a_fork_goes_on_after_its_parent() {
    for signs in [Signs::Guest, Signs::Host] {
        let parent = fixture::parent();
        let terms = Terms { interval: 4, parent: Some(parent), ..Terms::PLAIN };
        let instance = fixture::instance_on(signs, KeyMode::RootSecret, terms);
        let start = Tip::start(&instance.genesis);
        assert_eq!(start, Tip { epoch: 1000, digest: instance.genesis.payload_digest() });
        let receipts = fixture::chain(&instance, 10);
        let (verdict, coverage) = verify(&instance.genesis, &receipts);
        assert_eq!(verdict, Verdict::Valid { chain_length: 10, first_epoch: 1001, last_epoch: 1010 });
        // 1004 and 1008 are signed.
        assert_eq!(coverage, Coverage { signed: 2, covered: 6, tail: 2, signed_through: 1008 });
        assert_eq!(verify(&instance.genesis, &[]).1, Coverage::none(1000));
        // Neither the parent's chain nor an unforked one goes on here.
        let unforked = fixture::instance(signs, KeyMode::RootSecret);
        let foreign = fixture::chain(&unforked, 1);
        assert_eq!(verify(&instance.genesis, &foreign).0, Verdict::EpochGap { expected: 1001, got: 1 });
        let elsewhere = fixture::claimed(&instance, Tip { epoch: 1000, digest: sha256(b"the parent's body") });
        assert_eq!(verify(&instance.genesis, &[elsewhere]).0, Verdict::BrokenChain { epoch: 1001 });
    }
}

#[test]
fn no_epoch_follows_the_last_one() {
    let parent = receipt::Parent { epoch: u64::MAX - 1, ..fixture::parent() };
    let terms = Terms { parent: Some(parent), ..Terms::PLAIN };
    let instance = fixture::instance_on(Signs::Host, KeyMode::RootSecret, terms);
    let last = fixture::claimed(&instance, Tip::start(&instance.genesis));
    let again = last.clone();
    let (verdict, _) = verify(&instance.genesis, &[last, again]);
    assert_eq!(verdict, Verdict::EpochGap { expected: u64::MAX, got: u64::MAX });
}
