//! Chains: whatever is swapped, dropped, doubled, cut or signed by somebody else is found and named.

use codec::sha256;
use receipt::{
    Body, ChainVerifier, Claim, Frame, KeyMode, Outcome, PublicKey, Receipt, Role, Signer, Tip, Trust, Verdict,
    sign_claim, verify_chain,
};

use crate::fixture::{self, Instance, Signs};

fn verdict(instance: &Instance, receipts: &[Vec<u8>]) -> Verdict {
    let items = receipts.iter().map(|receipt| (receipt.as_slice(), None));
    verify_chain(&instance.genesis, &[instance.operator.public()], items).verdict
}

fn guest() -> Instance {
    fixture::instance(Signs::Guest, KeyMode::RootSecret)
}

#[test]
fn good_chains_are_valid() {
    for signs in [Signs::Guest, Signs::Host] {
        for key_mode in [KeyMode::RootSecret, KeyMode::InsecureFromConfiguration] {
            let instance = fixture::instance(signs, key_mode);
            let receipts = fixture::to_bytes(&fixture::chain(&instance, 45));
            let inputs = (1..).map(|epoch| Some(sha256(&fixture::input(epoch))));
            let items = receipts.iter().map(Vec::as_slice).zip(inputs);
            let report = verify_chain(&instance.genesis, &[instance.operator.public()], items);
            assert_eq!(report.verdict, Verdict::Valid { chain_length: 45, first_epoch: 1, last_epoch: 45 });
            assert_eq!(report.trust, Trust::Operator(instance.operator.public()));
            assert_eq!(report.key_mode, key_mode);
        }
    }
}

#[test]
fn an_empty_chain_is_empty_and_a_resumed_one_tells_its_epochs() {
    let instance = guest();
    assert_eq!(verdict(&instance, &[]), Verdict::Empty);
    let receipts = fixture::chain(&instance, 9);
    let mut verifier = ChainVerifier::resume(&instance.genesis, Tip::after(receipts[3].body()));
    for receipt in &receipts[4..] {
        let accepted = verifier.push(&receipt.to_bytes(), None).expect("good");
        assert_eq!(&accepted.receipt, receipt);
        assert_eq!(accepted.tip, Tip::after(receipt.body()));
    }
    assert_eq!(verifier.verdict(), Verdict::Valid { chain_length: 5, first_epoch: 5, last_epoch: 9 });
}

#[test]
fn trust_needs_the_operator() {
    let instance = guest();
    let (known, stranger) = (instance.operator.public(), instance.witness.public());
    assert_eq!(instance.genesis.trust(&[]), Trust::SignerUnknown);
    assert_eq!(instance.genesis.trust(&[stranger]), Trust::SignerUnknown);
    assert_eq!(instance.genesis.trust(&[stranger, known]), Trust::Operator(known));
    let mut bytes = instance.genesis.to_bytes();
    *bytes.last_mut().expect("not empty") ^= 1;
    let forged = receipt::Genesis::decode(&bytes).expect("well formed");
    assert_eq!(forged.trust(&[known]), Trust::GenesisInvalid);
    let other = instance.genesis.statement().sign(&instance.witness).expect("signs");
    assert_eq!(other.trust(&[known]), Trust::SignerUnknown);
}

#[test]
fn dropped_swapped_and_doubled_receipts_are_named() {
    let instance = guest();
    let good = fixture::to_bytes(&fixture::chain(&instance, 8));
    let mut tried = 0;
    for index in 0..good.len() {
        let epoch = index as u64 + 1;
        let mut dropped = good.clone();
        dropped.remove(index);
        if index + 1 < good.len() {
            assert_eq!(verdict(&instance, &dropped), Verdict::EpochGap { expected: epoch, got: epoch + 1 });
        }
        let mut doubled = good.clone();
        doubled.insert(index, good[index].clone());
        assert_eq!(verdict(&instance, &doubled), Verdict::EpochGap { expected: epoch + 1, got: epoch });
        for other in index + 1..good.len() {
            let mut swapped = good.clone();
            swapped.swap(index, other);
            assert_eq!(verdict(&instance, &swapped), Verdict::EpochGap { expected: epoch, got: other as u64 + 1 });
            tried += 1;
        }
        tried += 2;
    }
    println!("{tried} chains with a receipt dropped, doubled or swapped, all refused");
}

#[test]
fn a_receipt_of_another_history_breaks_the_chain() {
    let instance = guest();
    let good = fixture::chain(&instance, 3);
    let elsewhere = Tip { epoch: 1, digest: sha256(b"another first body") };
    let foreign = fixture::claimed(&instance, elsewhere);
    let bytes = fixture::to_bytes(&[good[0].clone(), foreign, good[2].clone()]);
    assert_eq!(verdict(&instance, &bytes), Verdict::BrokenChain { epoch: 2 });
    let other_genesis = fixture::instance(Signs::Host, KeyMode::RootSecret);
    let start = fixture::unclaimed(
        &other_genesis,
        Tip::start(&other_genesis.genesis),
        Outcome::Exhausted(receipt::Exhaustion::Depth),
    );
    assert_eq!(verdict(&instance, &[start.to_bytes()]), Verdict::BrokenChain { epoch: 1 });
}

#[test]
fn keys_of_others_are_refused() {
    let instance = guest();
    let receipts = fixture::chain(&instance, 3);
    let resigned =
        Receipt::sign(receipts[1].body().clone(), receipts[1].witness().copied(), &instance.witness).expect("signs");
    let mut bytes = fixture::to_bytes(&receipts);
    bytes[1] = resigned.to_bytes();
    assert_eq!(verdict(&instance, &bytes), Verdict::InvalidSignature { epoch: 2 });
    let claim = receipts[1].body().claim_bytes().expect("a claim");
    let wrong_witness = sign_claim(&instance.runtime, claim);
    let resigned = Receipt::sign(receipts[1].body().clone(), Some(wrong_witness), &instance.runtime).expect("signs");
    bytes[1] = resigned.to_bytes();
    assert_eq!(verdict(&instance, &bytes), Verdict::InvalidWitnessSignature { epoch: 2 });
}

#[test]
fn a_claim_by_another_signer_is_refused() {
    let instance = guest();
    let tip = Tip::start(&instance.genesis);
    let claim = fixture::claim(&instance.genesis, tip);
    let host = Signer { role: Role::Host, key: instance.runtime.public() };
    let stranger = Signer { role: Role::Guest, key: instance.operator.public() };
    let role_only = Signer { role: Role::Host, ..claim.signer };
    for signer in [host, stranger, role_only] {
        let claim = Claim { signer, ..claim };
        let mut bytes = Vec::new();
        claim.encode(&mut bytes);
        let frame = fixture::frame(&instance.genesis, tip, Outcome::Done, Some(sha256(&bytes)));
        let body = Body::new(frame, Some(&bytes)).expect("agrees");
        let signature = (signer.role == Role::Guest).then(|| sign_claim(&instance.witness, &bytes));
        let receipt = Receipt::sign(body, signature, &instance.runtime).expect("signs");
        assert_eq!(verdict(&instance, &[receipt.to_bytes()]), Verdict::SignerMismatch { epoch: 1 });
    }
}

#[test]
fn frames_are_bound_to_the_genesis_statement() {
    let instance = guest();
    let tip = Tip::start(&instance.genesis);
    let good = fixture::frame(&instance.genesis, tip, Outcome::Exhausted(receipt::Exhaustion::Meter), None);
    let other = sha256(b"other");
    let check = |frame: Frame, expected: Verdict| {
        let body = Body::new(frame, None).expect("no claim");
        let receipt = Receipt::sign(body, None, &instance.runtime).expect("signs");
        assert_eq!(verdict(&instance, &[receipt.to_bytes()]), expected);
    };
    check(Frame { module: other, ..good }, Verdict::WrongModule { epoch: 1 });
    check(Frame { configuration: other, ..good }, Verdict::WrongConfiguration { epoch: 1 });
    check(Frame { cost_table: other, ..good }, Verdict::WrongCostTable { epoch: 1 });
    check(Frame { key_mode: KeyMode::InsecureFromConfiguration, ..good }, Verdict::WrongKeyMode { epoch: 1 });
    check(good, Verdict::Valid { chain_length: 1, first_epoch: 1, last_epoch: 1 });
}

#[test]
fn inputs_are_compared_and_a_fault_stays() {
    let instance = guest();
    let receipts = fixture::to_bytes(&fixture::chain(&instance, 3));
    let mut verifier = ChainVerifier::new(&instance.genesis);
    verifier.push(&receipts[0], Some(sha256(&fixture::input(1)))).expect("the right input");
    let fault = verifier.push(&receipts[1], Some(sha256(b"another"))).expect_err("the wrong input");
    assert_eq!(fault, Verdict::InputMismatch { epoch: 2 });
    assert_eq!(verifier.push(&receipts[1], None), Err(fault));
    assert_eq!(verifier.verdict(), fault);
}

#[test]
fn an_insecure_chain_is_marked_in_every_frame_and_can_be_forged() {
    let instance = fixture::instance(Signs::Guest, KeyMode::InsecureFromConfiguration);
    let secure = guest();
    assert_ne!(instance.runtime.public(), secure.runtime.public());
    for receipt in fixture::chain(&instance, 15) {
        assert_eq!(receipt.body().frame().key_mode, KeyMode::InsecureFromConfiguration);
    }
    let forged_from = receipt::RootSecret::insecure_from_configuration(&fixture::name().configuration);
    let forged: PublicKey = forged_from.instance_key(receipt::KeyRole::Runtime, &fixture::name()).public();
    assert_eq!(forged, instance.runtime.public());
}
