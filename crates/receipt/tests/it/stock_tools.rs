//! Libraries that know nothing of this project read and verify its receipts: `coset` here, `pycose` in Python.

use std::path::PathBuf;
use std::process::Command;

use coset::{CborSerializable as _, CoseSign1, RegisteredLabelWithPrivate, TaggedCborSerializable as _, iana};
use receipt::{KeyMode, PublicKey, Role};

use crate::fixture::{self, Signs};

/// Verifies with `coset`'s own Sig_structure.
fn verify(message: &CoseSign1, key: PublicKey) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key.0).expect("a point");
    message
        .verify_signature(b"", |signature, data| {
            let signature = ed25519_dalek::Signature::from_slice(signature)?;
            key.verify_strict(data, &signature)
        })
        .is_ok()
}

#[test]
fn coset_reads_and_verifies() {
    let mut counts = [0, 0];
    for signs in [Signs::Guest, Signs::Host] {
        let instance = fixture::instance(signs, KeyMode::RootSecret);
        let genesis = CoseSign1::from_tagged_slice(&instance.genesis.to_bytes()).expect("coset reads it");
        assert!(verify(&genesis, instance.operator.public()));
        assert!(!verify(&genesis, instance.runtime.public()));
        for receipt in fixture::chain(&instance, 15) {
            let bytes = receipt.to_bytes();
            let mut message = CoseSign1::from_tagged_slice(&bytes).expect("coset reads it");
            assert_eq!(
                message.protected.header.alg,
                Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::EdDSA))
            );
            assert_eq!(message.protected.header.key_id, receipt.key_id().expect("signed").0);
            assert_eq!(message.payload.as_deref(), Some(receipt.body_bytes()));
            assert!(verify(&message, instance.runtime.public()));
            assert_eq!(message.clone().to_tagged_vec().expect("coset writes it"), bytes);
            message.payload.as_mut().expect("a payload")[30] ^= 1;
            assert!(!verify(&message, instance.runtime.public()));
            counts[0] += 1;
            counts[1] += usize::from(coset_verifies_claim(&receipt));
        }
    }
    println!("coset verified {} receipts and {} witness signatures", counts[0], counts[1]);
    assert_eq!(counts, [30, 12]);
}

/// The witness signature is a COSE_Sign1 of its own, with the claim as payload and a header without a key id.
fn coset_verifies_claim(receipt: &receipt::Receipt) -> bool {
    let (Some(claim), Some(signature)) = (receipt.body().gate_claim(), receipt.witness()) else { return false };
    assert_eq!(claim.signer.role, Role::Guest);
    let header = coset::HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .content_type("application/vnd.avouch.claim+cbor".into())
        .build();
    let message = coset::CoseSign1Builder::new()
        .protected(header)
        .payload(receipt.body().claim_bytes().expect("a claim").to_vec())
        .signature(signature.0.to_vec())
        .build();
    assert!(verify(&message, claim.signer.key));
    assert!(message.to_vec().is_ok());
    true
}

/// Runs `verify_cose.py` with the Python that `AVOUCH_PYTHON` names, or `python3`; its libraries are in
/// `requirements.txt` beside it.
#[test]
fn pycose_verifies_the_vectors() {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/receipt/verify_cose.py");
    let python = std::env::var("AVOUCH_PYTHON").unwrap_or_else(|_| "python3".into());
    let Ok(output) = Command::new(&python).arg(&script).output() else {
        println!("skipped: no {python}");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    if output.status.code() == Some(77) {
        assert!(said.starts_with("skipped"));
        return;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
