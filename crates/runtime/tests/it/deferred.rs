//! Signing every k-th receipt and at close, and signing twice.

use std::num::NonZeroU32;
use std::sync::Arc;

use gate::profile::Profile;
use receipt::{ChainVerifier, PostQuantumSigningKey, SigningKey, Verdict};
use runtime::{Container, RuntimeError, Secrets};

use crate::support::{Delta, encode, generous, plan_with, sealed, signing};

fn good(step: u64) -> Vec<u8> {
    encode(&[Delta::Add(step % 9, 9 + step % 5, (1 + step) << 30)])
}

#[test]
fn every_kth_receipt_is_signed_and_the_last_on_demand() {
    let modules = sealed(&[Profile::TILE]);
    let module = &modules[Profile::TILE.name];
    for guest_signs in [true, false] {
        for interval in [1_u32, 2, 5, 40] {
            let (plan, runtime, witness) =
                plan_with(module.digest, &generous(Profile::TILE), guest_signs, |statement| {
                    statement.signing_interval = NonZeroU32::new(interval).expect("it is not zero");
                });
            let secrets = signing(runtime, witness);
            let mut run = Container::start(Arc::clone(&module.wasmtime), plan.clone(), secrets).expect("it starts");
            assert_eq!(run.sign_last(), None, "there is nothing to sign yet");
            let mut receipts = Vec::new();
            for step in 1..=13_u64 {
                let receipt = run.step(&good(step)).expect("the engine works").receipt.expect("a run has receipts");
                assert_eq!(receipt.is_signed(), step.is_multiple_of(u64::from(interval)), "epoch {step}");
                receipts.push(receipt);
            }
            let mut open = ChainVerifier::new(&plan.genesis);
            for receipt in &receipts {
                open.push(&receipt.to_bytes(), None).unwrap_or_else(|verdict| panic!("{verdict:?}"));
            }
            let signed_through = 13 / u64::from(interval) * u64::from(interval);
            assert_eq!(open.coverage().tail, 13 - signed_through);
            match run.sign_last() {
                Some(last) => {
                    assert!(last.is_signed() && interval != 1);
                    assert_eq!(last.body(), receipts[12].body());
                    receipts[12] = last;
                }
                None => assert_eq!(interval, 1),
            }
            assert_eq!(run.sign_last(), None, "it is signed now");
            let mut closed = ChainVerifier::new(&plan.genesis);
            for receipt in &receipts {
                closed.push(&receipt.to_bytes(), None).unwrap_or_else(|verdict| panic!("{verdict:?}"));
            }
            assert_eq!(closed.coverage().tail, 0);
            assert!(matches!(closed.verdict(), Verdict::Valid { chain_length: 13, .. }));
        }
    }
}

#[test]
fn two_signatures_if_the_genesis_statement_says_so() {
    let modules = sealed(&[Profile::TILE]);
    let module = &modules[Profile::TILE.name];
    let key = || PostQuantumSigningKey::from_seed(&[0x51; 32]);
    // The support signs genesis statements with Ed25519 alone, so this one is signed here.
    let (plain, runtime, witness) = plan_with(module.digest, &generous(Profile::TILE), true, |_| ());
    let root = receipt::RootSecret::from_bytes([7; 32]);
    let operator = PostQuantumSigningKey::from_seed(&root.operator_post_quantum_seed());
    let mut statement = plain.genesis.statement().clone();
    statement.post_quantum = Some(key().public().digest());
    let genesis = statement.sign_both(&root.operator_key(), &operator).expect("the statement is well formed");
    let plan = runtime::Plan { genesis, configuration: plain.configuration.clone() };
    let copy = |key: &SigningKey| SigningKey::from_seed(&key.expose_seed());
    let secrets =
        |post_quantum| Secrets::Sign { runtime: copy(&runtime), witness: witness.as_ref().map(copy), post_quantum };
    let start = |plan: &runtime::Plan, secrets| Container::start(Arc::clone(&module.wasmtime), plan.clone(), secrets);
    assert_eq!(start(&plan, secrets(None)).err(), Some(RuntimeError::OtherKey), "one is missing");
    assert_eq!(start(&plain, secrets(Some(key()))).err(), Some(RuntimeError::OtherKey), "one is not asked for");
    let other = Secrets::Sign {
        runtime: SigningKey::from_seed(&[1; 32]),
        witness: witness.as_ref().map(copy),
        post_quantum: None,
    };
    assert_eq!(start(&plain, other).err(), Some(RuntimeError::OtherKey), "another runtime key");
    let mut run = start(&plan, secrets(Some(key()))).expect("it starts");
    for step in 1..=3 {
        let receipt = run.step(&good(step)).expect("the engine works").receipt.expect("a run signs");
        assert!(receipt.is_signed() && receipt.post_quantum().is_some(), "epoch {step}");
    }
}
