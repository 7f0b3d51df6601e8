//! ML-DSA-44 as a second signature. What can be tested without the feature `post-quantum` is that it is refused.

use receipt::cose::{Content, Sign1};
use receipt::{BatchVerifier, ChainVerifier, Genesis, PostQuantumKey, Receipt, Verdict};

use crate::vectors;

/// The committed chain with second signatures: its genesis statement, the runtime's key and the receipts.
pub(crate) fn committed() -> (Genesis, PostQuantumKey, Vec<Vec<u8>>) {
    let text = vectors::read("post_quantum.txt");
    let find = |kind: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let columns = lines.map(|line| line.split(' ').collect::<Vec<_>>());
        columns.filter(|columns| columns[0] == kind).map(|columns| vectors::from_hex(columns[2])).collect::<Vec<_>>()
    };
    let genesis = Genesis::decode(&find("genesis")[0]).expect("well formed");
    let key = PostQuantumKey::from_bytes(&find("runtime-key")[0]).expect("1,312 bytes");
    (genesis, key, find("receipt"))
}

#[test]
fn the_vectors_are_read_and_written_again() {
    let (genesis, key, receipts) = committed();
    assert_eq!(genesis.statement().post_quantum, Some(key.digest()));
    let mut second = 0;
    for bytes in &receipts {
        let receipt = Receipt::decode(bytes).expect("well formed");
        assert_eq!(&receipt.to_bytes(), bytes);
        assert_eq!(receipt.post_quantum().is_some(), receipt.is_signed());
        second += u64::from(receipt.is_signed());
    }
    assert_eq!(second, 2);
    println!("{} receipts, {second} with a second signature", receipts.len());
}

#[test]
fn without_the_key_the_chain_is_refused() {
    let (genesis, _, receipts) = committed();
    let mut verifier = ChainVerifier::new(&genesis);
    assert_eq!(verifier.verdict(), Verdict::PostQuantumKeyMissing);
    assert_eq!(verifier.push(&receipts[0], None), Err(Verdict::PostQuantumKeyMissing));
    let mut batched = BatchVerifier::new(&genesis);
    assert_eq!(batched.push(&receipts[0], None), Err(Verdict::PostQuantumKeyMissing));
    assert_eq!(batched.coverage().signed, 0);
}

#[test]
fn second_signatures_belong_where_they_are_asked_for() {
    let (_, _, receipts) = committed();
    let envelope = Sign1::decode(&receipts[1], Content::Body).expect("well formed");
    assert!(envelope.post_quantum.is_some());
    // In a chain that names no such key a second signature is refused, however good it may be: see the test below for
    // chains that do.
    let plain = crate::fixture::instance(crate::fixture::Signs::Guest, receipt::KeyMode::RootSecret);
    let first = crate::fixture::claimed(&plain, receipt::Tip::start(&plain.genesis)).to_bytes();
    let good = Sign1::decode(&first, Content::Body).expect("well formed");
    let mut bytes = Vec::new();
    Sign1 { post_quantum: envelope.post_quantum, ..good }.encode(&mut bytes);
    assert!(Receipt::decode(&bytes).is_ok());
    let mut verifier = ChainVerifier::new(&plain.genesis);
    assert_eq!(verifier.push(&bytes, None), Err(Verdict::InvalidPostQuantumSignature { epoch: 1 }));
}

#[cfg(not(feature = "post-quantum"))]
#[test]
fn without_the_feature_the_chain_is_refused() {
    let (genesis, key, receipts) = committed();
    let mut verifier = ChainVerifier::new(&genesis).with_post_quantum_key(&key);
    assert_eq!(verifier.verdict(), Verdict::PostQuantumUnsupported);
    assert_eq!(verifier.push(&receipts[0], None), Err(Verdict::PostQuantumUnsupported));
    let mut batched = BatchVerifier::new(&genesis).with_post_quantum_key(&key);
    assert_eq!(batched.verdict(), Verdict::PostQuantumUnsupported);
    assert_eq!(genesis.post_quantum_trust(&[key]), receipt::PostQuantumTrust::Unsupported);
    println!("skipped: the rest of the post-quantum tests (they need the feature post-quantum)");
}

#[cfg(feature = "post-quantum")]
mod with_the_feature {
    use receipt::keyfile::{KeyFileError, PostQuantumKeyFile, PublicKeyFile};
    use receipt::{FormatError, KeyMode, PostQuantumSigningKey, PostQuantumTrust, RootSecret};

    use super::*;
    use crate::fixture::{self, Instance, Signs, Terms};

    fn instance(signs: Signs, interval: u32) -> Instance {
        let terms = Terms { interval, post_quantum: true, ..Terms::PLAIN };
        fixture::instance_on(signs, KeyMode::RootSecret, terms)
    }

    fn key_of(instance: &Instance) -> &PostQuantumKey {
        instance.post_quantum.as_ref().expect("it has one").public()
    }

    fn verify(instance: &Instance, receipts: &[Vec<u8>]) -> Verdict {
        let key = key_of(instance);
        let mut single = ChainVerifier::new(&instance.genesis).with_post_quantum_key(key);
        let mut batched = BatchVerifier::new(&instance.genesis).with_post_quantum_key(key);
        for bytes in receipts {
            let _told_below = (single.push(bytes, None).err(), batched.push(bytes, None).err());
        }
        assert_eq!(batched.verdict(), single.verdict());
        assert_eq!(batched.coverage(), single.coverage());
        single.verdict()
    }

    #[test]
    fn good_chains_are_valid_and_their_keys_are_the_committed_ones() {
        for signs in [Signs::Guest, Signs::Host] {
            for interval in [1, 4] {
                let instance = instance(signs, interval);
                let receipts = fixture::to_bytes(&fixture::chain(&instance, 12));
                let valid = Verdict::Valid { chain_length: 12, first_epoch: 1, last_epoch: 12 };
                assert_eq!(verify(&instance, &receipts), valid);
            }
        }
        let (genesis, key, receipts) = committed();
        let mut verifier = ChainVerifier::new(&genesis).with_post_quantum_key(&key);
        receipts.iter().for_each(|bytes| assert!(verifier.push(bytes, None).is_ok()));
    }

    #[test]
    fn another_key_is_not_taken() {
        let instance = instance(Signs::Guest, 1);
        let other = PostQuantumSigningKey::from_seed(&[1; 32]);
        let verifier = ChainVerifier::new(&instance.genesis).with_post_quantum_key(other.public());
        assert_eq!(verifier.verdict(), Verdict::WrongPostQuantumKey);
    }

    #[test]
    fn a_missing_or_foreign_second_signature_is_named() {
        let instance = instance(Signs::Guest, 1);
        let good = fixture::chain(&instance, 3);
        let bad = Verdict::InvalidPostQuantumSignature { epoch: 2 };
        let mut bytes = fixture::to_bytes(&good);
        bytes[1] = good[1].clone().signed_by(&instance.runtime).to_bytes();
        assert_eq!(verify(&instance, &bytes), bad);
        let other = PostQuantumSigningKey::from_seed(&[1; 32]);
        bytes[1] = good[1].clone().signed_by_both(&instance.runtime, &other).to_bytes();
        assert_eq!(verify(&instance, &bytes), bad);
        // The right key, but over something else.
        let mut moved = Vec::new();
        let wrong = other.sign(Content::Snapshot, good[1].body_bytes());
        let envelope = good[1].to_bytes();
        let envelope = Sign1::decode(&envelope, Content::Body).expect("well formed");
        Sign1 { post_quantum: Some(&wrong.0), ..envelope }.encode(&mut moved);
        bytes[1] = moved;
        assert_eq!(verify(&instance, &bytes), bad);
    }

    #[test]
    fn every_bit_of_the_second_signatures_counts() {
        let instance = instance(Signs::Guest, 1);
        let good = fixture::to_bytes(&fixture::chain(&instance, 1));
        let key = key_of(&instance);
        let mut refused = 0;
        for bit in 0..good[0].len() * 8 {
            let mut flipped = good[0].clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let mut verifier = ChainVerifier::new(&instance.genesis).with_post_quantum_key(key);
            assert!(verifier.push(&flipped, None).is_err(), "bit {bit}");
            refused += 1;
        }
        let operators = [fixture::operator_post_quantum().public().clone()];
        let genesis = instance.genesis.to_bytes();
        assert_eq!(instance.genesis.post_quantum_trust(&operators), PostQuantumTrust::Operator(operators[0].digest()));
        let mut statement = 0;
        for bit in 0..genesis.len() * 8 {
            let mut flipped = genesis.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let accepted = Genesis::decode(&flipped).is_ok_and(|genesis| {
                genesis.trust(&[instance.operator.public()]) == receipt::Trust::Operator(instance.operator.public())
                    && genesis.post_quantum_trust(&operators) != PostQuantumTrust::SignerUnknown
            });
            assert!(!accepted, "bit {bit} of the genesis statement");
            statement += 1;
        }
        println!("{refused} bits of a receipt and {statement} of a genesis statement refused, 0 accepted");
    }

    #[test]
    fn genesis_statements_have_both_signatures_or_one() {
        let named = instance(Signs::Host, 1).genesis;
        let plain = fixture::instance(Signs::Host, KeyMode::RootSecret).genesis;
        let operator = fixture::root().operator_key();
        let second = fixture::operator_post_quantum();
        assert_eq!(named.statement().sign(&operator), Err(FormatError::PostQuantumSignature));
        assert_eq!(plain.statement().sign_both(&operator, &second), Err(FormatError::PostQuantumSignature));
        assert_eq!(plain.post_quantum_trust(&[second.public().clone()]), PostQuantumTrust::None);
        let stranger = PostQuantumSigningKey::from_seed(&[1; 32]);
        assert_eq!(named.post_quantum_trust(&[stranger.public().clone()]), PostQuantumTrust::SignerUnknown);
        assert_eq!(named.post_quantum_trust(&[]), PostQuantumTrust::SignerUnknown);
    }

    #[test]
    fn keys_and_signatures_are_deterministic_and_have_a_text_form() {
        let seed = fixture::root().runtime_post_quantum_seed(&fixture::name());
        let (a, b) = (PostQuantumSigningKey::from_seed(&seed), PostQuantumSigningKey::from_seed(&seed));
        assert_eq!(a.public(), b.public());
        assert_eq!(a.sign(Content::Body, b"body"), b.sign(Content::Body, b"body"));
        assert_ne!(a.sign(Content::Body, b"body"), a.sign(Content::Genesis, b"body"));
        let other = RootSecret::from_bytes([7; 32]).runtime_post_quantum_seed(&fixture::name());
        assert_ne!(*seed, *other);
        let file = PostQuantumKeyFile { key: a.public().clone(), comment: "at home".into() };
        let text = file.to_string();
        assert!(text.starts_with("avouch-ml-dsa-44 ") && text.ends_with(" at home\n"));
        assert_eq!(text.len(), 17 + 2624 + 9);
        assert_eq!(PostQuantumKeyFile::parse(&text), Ok(file));
        assert_eq!(PostQuantumKeyFile::parse(&text[..2000]), Err(KeyFileError::NotHex));
        let short = format!("avouch-ml-dsa-44 {}", "0".repeat(64));
        assert_eq!(PublicKeyFile::parse(&short), Err(KeyFileError::PostQuantumNotEd25519));
        assert_eq!(RootSecret::parse(&short).err(), Some(KeyFileError::PublicNotSecret));
        let ed25519 = PublicKeyFile { key: fixture::root().operator_key().public(), comment: String::new() };
        assert_eq!(PostQuantumKeyFile::parse(&ed25519.to_string()), Err(KeyFileError::Ed25519NotPostQuantum));
        assert!(!format!("{a:?}").contains(&text[17..81]));
    }
}
