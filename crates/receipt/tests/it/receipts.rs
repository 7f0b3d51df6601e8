//! Bodies and receipts: parts that contradict each other are refused, whoever joins them.

use core::num::NonZeroU32;

use codec::{Digest, sha256};
use proptest::prelude::*;
use receipt::claim::Refused;
use receipt::limits::{
    BODY_LEN_MAX, FRAME_LEN_MAX, GENESIS_LEN_MAX, PLAIN_RECEIPT_LEN_MAX, POST_QUANTUM_HEADER_LEN, RECEIPT_LEN_MAX,
    UNSIGNED_RECEIPT_LEN_MAX,
};
use receipt::{
    Body, Claim, Components, Denial, Exhaustion, FormatError, Frame, Genesis, KeyMode, Outcome, Parent, PublicKey,
    Receipt, Tip, TrapCode, first_difference, sign_claim,
};

use crate::claims::{any_claim, widest};
use crate::fixture::{self, Signs};

fn encoded(claim: &Claim) -> Vec<u8> {
    let mut bytes = Vec::new();
    claim.encode(&mut bytes);
    bytes
}

/// Every outcome there is.
fn outcomes() -> Vec<Outcome> {
    let partial = (0..31).filter_map(Components::from_mask).map(Outcome::Partial);
    let trapped = TrapCode::ALL.map(Outcome::Trapped);
    let exhausted = [Exhaustion::Meter, Exhaustion::Depth].map(Outcome::Exhausted);
    let denied = (0..=255).filter_map(Denial::from_number).map(Outcome::Denied);
    [Outcome::Done].into_iter().chain(partial).chain(trapped).chain(exhausted).chain(denied).collect()
}

fn frame_for(claim: &Claim, outcome: Outcome, with_claim: bool) -> Frame {
    let digest = sha256(b"any");
    Frame {
        epoch: claim.epoch,
        previous: claim.previous,
        input: claim.input,
        outcome,
        meter_used: 1,
        module: digest,
        configuration: digest,
        cost_table: digest,
        claim: with_claim.then(|| sha256(&encoded(claim))),
        key_mode: KeyMode::RootSecret,
    }
}

fn body_of(claim: &Claim) -> Body {
    let frame = frame_for(claim, Outcome::of_completed(claim.completed), true);
    Body::new(frame, Some(&encoded(claim))).expect("agrees")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_body_survives_its_encoding(claim in any_claim()) {
        let body = body_of(&claim);
        let bytes = body.to_bytes();
        prop_assert_eq!(Body::decode(&bytes), Ok(body));
    }

    #[test]
    fn arbitrary_bytes_are_no_receipt(bytes in prop::collection::vec(any::<u8>(), 0..1200)) {
        prop_assert!(Receipt::decode(&bytes).is_err());
        prop_assert!(Body::decode(&bytes).is_err());
        prop_assert!(Genesis::decode(&bytes).is_err());
    }

    #[test]
    fn a_difference_has_a_name_exactly_if_there_is_one(a in any_claim(), b in any_claim()) {
        let mut same_step = b;
        (same_step.epoch, same_step.previous, same_step.input) = (a.epoch, a.previous, a.input);
        same_step.cut = same_step.cut.filter(|cut| cut.epoch <= a.epoch);
        same_step.score = same_step.score.filter(|score| score.epoch <= a.epoch);
        prop_assert_eq!(first_difference(&body_of(&a), &body_of(&a)), None);
        let found = first_difference(&body_of(&a), &body_of(&same_step));
        prop_assert_eq!(found.is_some(), a != same_step);
    }
}

#[test]
fn every_outcome_survives_and_says_whether_there_is_a_claim() {
    let outcomes = outcomes();
    for outcome in &outcomes {
        let claim = Claim { completed: outcome.completed().unwrap_or(Components::NONE), ..widest() };
        let bytes = encoded(&claim);
        let with = Body::new(frame_for(&claim, *outcome, true), Some(&bytes));
        let without = Body::new(frame_for(&claim, *outcome, false), None);
        let (good, bad) = if outcome.completed().is_some() { (with, without) } else { (without, with) };
        let good = good.expect("presence agrees");
        assert_eq!(Body::decode(&good.to_bytes()), Ok(good));
        assert_eq!(bad, Err(FormatError::ClaimPresence));
    }
    println!("{} outcomes", outcomes.len());
    assert_eq!(outcomes.len(), 1 + 31 + 6 + 2 + 10);
}

#[test]
fn claim_and_frame_must_agree() {
    let claim = widest();
    let bytes = encoded(&claim);
    let good = frame_for(&claim, Outcome::Done, true);
    let other = sha256(b"other");
    let check = |frame: Frame, error| assert_eq!(Body::new(frame, Some(&bytes)), Err(error));
    check(Frame { epoch: 1, ..good }, FormatError::ClaimEpoch);
    check(Frame { previous: other, ..good }, FormatError::ClaimPrevious);
    check(Frame { input: other, ..good }, FormatError::ClaimInput);
    check(Frame { outcome: Outcome::Partial(Components::CUT), ..good }, FormatError::ClaimComponents);
    check(Frame { claim: Some(other), ..good }, FormatError::ClaimDigest);
    check(Frame { claim: None, ..good }, FormatError::ClaimPresence);
    assert!(Body::new(good, Some(&bytes)).is_ok());
}

#[test]
fn the_widest_receipt_is_as_long_as_the_limit() {
    let instance = fixture::instance(Signs::Guest, KeyMode::RootSecret);
    let claim = Claim { refused: Refused::new(u64::MAX, widest().refused.listed()).expect("eight"), ..widest() };
    let bytes = encoded(&claim);
    let done = Frame { meter_used: u64::MAX, ..frame_for(&claim, Outcome::Done, true) };
    let body = Body::new(done, Some(&bytes)).expect("agrees");
    // "Done" is one byte shorter than the widest outcome, which either has no claim or completes other components.
    assert_eq!(body.to_bytes().len(), BODY_LEN_MAX - 1);
    let receipt = Receipt::sign(body, Some(sign_claim(&instance.witness, &bytes)), &instance.runtime).expect("signed");
    assert_eq!(receipt.to_bytes().len(), PLAIN_RECEIPT_LEN_MAX - 1);
    let partial = Claim { completed: Components::from_mask(30).expect("below 32"), ..claim };
    let frame = Frame { meter_used: u64::MAX, ..frame_for(&partial, Outcome::of_completed(partial.completed), true) };
    let widest = Body::new(frame, Some(&encoded(&partial))).expect("agrees");
    assert_eq!(widest.to_bytes().len(), BODY_LEN_MAX);
    let unsigned = Receipt::unsigned(widest, Some(sign_claim(&instance.witness, &encoded(&partial)))).expect("agrees");
    assert_eq!(unsigned.to_bytes().len(), UNSIGNED_RECEIPT_LEN_MAX);
    assert_eq!(Receipt::decode(&unsigned.to_bytes()), Ok(unsigned));
    assert_eq!(RECEIPT_LEN_MAX, PLAIN_RECEIPT_LEN_MAX + POST_QUANTUM_HEADER_LEN);
    println!("widest frame {FRAME_LEN_MAX}, body {BODY_LEN_MAX}, receipt {RECEIPT_LEN_MAX} bytes");
}

enum Key {
    Runtime,
    Log,
}

#[test]
fn the_widest_genesis_statement_is_as_long_as_the_limit() {
    let instance = fixture::instance(Signs::Guest, KeyMode::RootSecret);
    let mut statement = instance.genesis.statement().clone();
    statement.module_name = "n".repeat(128);
    statement.signing_interval = NonZeroU32::MAX;
    statement.parent = Some(Parent { epoch: u64::MAX - 1, ..fixture::parent() });
    let genesis = statement.sign(&instance.operator).expect("128 bytes are allowed");
    // What is missing is a post-quantum key and the signature by such a key.
    assert_eq!(genesis.to_bytes().len(), GENESIS_LEN_MAX - 33 - POST_QUANTUM_HEADER_LEN);
    assert_eq!(Genesis::decode(&genesis.to_bytes()), Ok(genesis));
    statement.module_name = "n".repeat(129);
    assert!(matches!(statement.sign(&instance.operator), Err(FormatError::Genesis(_))));
    for name in ["a\u{1b}[2J".into(), "two\nlines".into(), "\u{85}".into()] {
        statement.module_name = name;
        assert!(matches!(statement.sign(&instance.operator), Err(FormatError::Genesis(_))));
    }
    statement.module_name = String::new();
    statement.parent = Some(Parent { epoch: u64::MAX, ..fixture::parent() });
    assert!(matches!(statement.sign(&instance.operator), Err(FormatError::Genesis(_))));
    statement.parent = None;
    for small in [Key::Runtime, Key::Log] {
        let mut statement = statement.clone();
        *(match small {
            Key::Runtime => &mut statement.runtime,
            Key::Log => &mut statement.log,
        }) = PublicKey([0; 32]);
        assert_eq!(statement.sign(&instance.operator), Err(FormatError::GenesisKey));
    }
    statement.post_quantum = Some(Digest::ZERO);
    assert_eq!(statement.sign(&instance.operator), Err(FormatError::PostQuantumSignature));
}

#[test]
fn the_witness_signature_is_there_exactly_if_the_guest_signs() {
    for (signs, other) in [(Signs::Guest, Signs::Host), (Signs::Host, Signs::Guest)] {
        let instance = fixture::instance(signs, KeyMode::RootSecret);
        let receipt = fixture::claimed(&instance, Tip::start(&instance.genesis));
        assert_eq!(receipt.witness().is_some(), signs == Signs::Guest);
        assert!(receipt.verify(instance.genesis.runtime_key(), instance.genesis.witness_key()).is_ok());
        assert_eq!(Receipt::decode(&receipt.to_bytes()), Ok(receipt.clone()));
        let wrong = match other {
            Signs::Guest => Some(sign_claim(&instance.witness, receipt.body().claim_bytes().expect("a claim"))),
            Signs::Host => None,
        };
        let result = Receipt::sign(receipt.body().clone(), wrong, &instance.runtime);
        assert_eq!(result, Err(FormatError::WitnessSignature));
    }
}

#[test]
fn first_difference_names_the_field() {
    let claim = widest();
    let a = body_of(&claim);
    let check = |changed: Claim, name| assert_eq!(first_difference(&a, &body_of(&changed)), Some(name));
    let (score, cut) = (claim.score.expect("wide"), claim.cut.expect("wide"));
    check(Claim { score: Some(receipt::claim::Score { upper: 1, ..score }), ..claim }, "score.upper");
    check(Claim { score: None, ..claim }, "score");
    check(Claim { cut: Some(receipt::claim::Cut { hash: Digest::ZERO, ..cut }), ..claim }, "cut.hash");
    check(Claim { work: receipt::claim::Work { spectral: 1, ..claim.work }, ..claim }, "work.spectral");
    check(Claim { completed: Components::NONE, ..claim }, "outcome");
    let frame = Frame { meter_used: 2, ..*a.frame() };
    let b = Body::new(frame, a.claim_bytes()).expect("agrees");
    assert_eq!(first_difference(&a, &b), Some("meter_used"));
}
