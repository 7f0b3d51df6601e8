//! A receipt: a body under the runtime's signature, with the guest's signature over its claim beside it.

use alloc::vec::Vec;
use codec::{Digest, sha256};

use crate::body::Body;
use crate::claim::Role;
use crate::cose::{Content, Sign1, verify_claim};
use crate::error::FormatError;
use crate::keys::{BadSignature, CheckedKey, KeyId, Signature, SigningKey};
use crate::limits::RECEIPT_LEN_MAX;

/// The signed statement of one step. Having one says that it is well formed; [`Receipt::verify`] says that it is true to
/// a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    body: Body,
    body_bytes: Vec<u8>,
    key_id: KeyId,
    witness: Option<Signature>,
    signature: Signature,
}

impl Receipt {
    /// Signs a body with the runtime's key. `witness` is the guest's signature over the claim: there exactly if there is
    /// a claim whose signer is the guest. It is not checked here; a runtime checks it before it accepts the claim.
    pub fn sign(body: Body, witness: Option<Signature>, key: &SigningKey) -> Result<Self, FormatError> {
        check_witness(&body, witness.as_ref())?;
        let body_bytes = body.to_bytes();
        let Sign1 { content: _, key_id, witness, payload: _, signature } =
            Sign1::sign(key, Content::Body, witness, &body_bytes);
        Ok(Self { body, body_bytes, key_id, witness, signature })
    }

    /// What is signed.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The signed bytes.
    #[must_use]
    pub fn body_bytes(&self) -> &[u8] {
        &self.body_bytes
    }

    /// What the next step's `previous` holds.
    #[must_use]
    pub fn body_digest(&self) -> Digest {
        sha256(&self.body_bytes)
    }

    /// Whose signature it is said to be.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The guest's signature over the claim.
    #[must_use]
    pub fn witness(&self) -> Option<&Signature> {
        self.witness.as_ref()
    }

    /// The receipt as bytes: a COSE_Sign1.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(RECEIPT_LEN_MAX);
        self.envelope().encode(&mut bytes);
        assert!(bytes.len() <= RECEIPT_LEN_MAX, "a receipt is never longer than the sum of its widest fields");
        bytes
    }

    /// Reads a receipt; only what [`Receipt::to_bytes`] writes is taken. Checks no signature.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        Self::from_envelope(&decode_envelope(bytes)?)
    }

    /// Checks the runtime's signature, and the guest's if there is one.
    pub fn verify(&self, runtime: &CheckedKey, witness: Option<&CheckedKey>) -> Result<(), BadSignature> {
        self.envelope().verify(runtime)?;
        self.verify_witness(witness)
    }

    /// Checks the guest's signature if there is one.
    pub(crate) fn verify_witness(&self, key: Option<&CheckedKey>) -> Result<(), BadSignature> {
        match (self.body.claim_bytes(), &self.witness) {
            (Some(claim), Some(signature)) => verify_claim(key.ok_or(BadSignature)?, claim, signature),
            (None | Some(_), None) => Ok(()),
            (None, Some(_)) => {
                unreachable!("a receipt without a claim has no witness signature: checked when it was made")
            }
        }
    }

    pub(crate) fn from_envelope(envelope: &Sign1<'_>) -> Result<Self, FormatError> {
        let Sign1 { content: _, key_id, witness, payload, signature } = *envelope;
        let body = Body::decode(payload)?;
        check_witness(&body, witness.as_ref())?;
        Ok(Self { body, body_bytes: payload.to_vec(), key_id, witness, signature })
    }

    fn envelope(&self) -> Sign1<'_> {
        let Self { body: _, body_bytes, key_id, witness, signature } = self;
        Sign1 { content: Content::Body, key_id: *key_id, witness: *witness, payload: body_bytes, signature: *signature }
    }
}

pub(crate) fn decode_envelope(bytes: &[u8]) -> Result<Sign1<'_>, FormatError> {
    if bytes.len() > RECEIPT_LEN_MAX {
        return Err(FormatError::TooLong);
    }
    Sign1::decode(bytes, Content::Body).map_err(FormatError::Envelope)
}

fn check_witness(body: &Body, witness: Option<&Signature>) -> Result<(), FormatError> {
    let guest_signs = body.gate_claim().is_some_and(|claim| claim.signer.role == Role::Guest);
    if guest_signs == witness.is_some() { Ok(()) } else { Err(FormatError::WitnessSignature) }
}
