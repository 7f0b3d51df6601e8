//! A receipt: a body under the runtime's signature, with the guest's signature over its claim beside it; or, between two
//! signatures, a body that only the next signed one covers.

use alloc::boxed::Box;
use alloc::vec::Vec;
use codec::{DecodeError, Digest, Encoder, Reader, sha256};

use crate::body::Body;
use crate::claim::Role;
use crate::cose::{Content, Sign1, claim_message};
use crate::error::FormatError;
use crate::keys::{BadSignature, CheckedKey, KeyId, Signature, SigningKey};
use crate::limits::{POST_QUANTUM_HEADER_LEN, RECEIPT_LEN_MAX, UNSIGNED_RECEIPT_LEN_MAX};
use crate::post_quantum::PostQuantumSignature;

/// The statement of one step, signed or unsigned. Having one says that it is well formed; [`Receipt::verify`] says that it
/// is true to a key, which only a signed one can be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    body: Body,
    body_bytes: Vec<u8>,
    witness: Option<Signature>,
    runtime: Option<RuntimeSignature>,
}

/// What makes a receipt a signed one.
#[derive(Clone, PartialEq, Eq, Debug)]
struct RuntimeSignature {
    key_id: KeyId,
    signature: Signature,
    post_quantum: Option<PostQuantumSignature>,
}

/// The bytes of a receipt, taken apart as far as that is possible without looking into its body.
pub(crate) enum Wire<'a> {
    /// A COSE_Sign1.
    Signed(Sign1<'a>),
    /// An array of body and witness signature.
    Unsigned {
        /// The body's bytes.
        body: &'a [u8],
        /// The guest's signature over the claim.
        witness: Option<Signature>,
    },
}

impl Receipt {
    /// Signs a body with the runtime's key. `witness` is the guest's signature over the claim: there exactly if there is
    /// a claim whose signer is the guest. It is not checked here; a runtime checks it before it accepts the claim.
    pub fn sign(body: Body, witness: Option<Signature>, key: &SigningKey) -> Result<Self, FormatError> {
        Ok(Self::unsigned(body, witness)?.signed_by(key))
    }

    /// A receipt without the runtime's signature: the chain covers it once a later one is signed. `witness` as for
    /// [`Receipt::sign`].
    pub fn unsigned(body: Body, witness: Option<Signature>) -> Result<Self, FormatError> {
        check_witness(&body, witness.as_ref())?;
        let body_bytes = body.to_bytes();
        Ok(Self { body, body_bytes, witness, runtime: None })
    }

    /// The same step under the runtime's signature, and under no post-quantum one.
    #[must_use]
    pub fn signed_by(self, key: &SigningKey) -> Self {
        let Sign1 { content: _, key_id, witness: _, post_quantum: _, payload: _, signature } =
            Sign1::sign(key, Content::Body, self.witness, &self.body_bytes);
        Self { runtime: Some(RuntimeSignature { key_id, signature, post_quantum: None }), ..self }
    }

    /// The same step under the runtime's signature and its post-quantum one.
    #[cfg(feature = "post-quantum")]
    #[must_use]
    pub fn signed_by_both(self, key: &SigningKey, post_quantum: &crate::post_quantum::PostQuantumSigningKey) -> Self {
        let second = post_quantum.sign(Content::Body, &self.body_bytes);
        let mut signed = self.signed_by(key);
        signed.runtime.as_mut().expect("it was just signed").post_quantum = Some(second);
        signed
    }

    /// Whether the runtime signed it. If not, it proves nothing until a later receipt of its chain is signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.runtime.is_some()
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

    /// Whose signature it is said to be, if it is signed.
    #[must_use]
    pub fn key_id(&self) -> Option<KeyId> {
        self.runtime.as_ref().map(|runtime| runtime.key_id)
    }

    /// The guest's signature over the claim.
    #[must_use]
    pub fn witness(&self) -> Option<&Signature> {
        self.witness.as_ref()
    }

    /// The runtime's post-quantum signature.
    #[must_use]
    pub fn post_quantum(&self) -> Option<&PostQuantumSignature> {
        self.runtime.as_ref()?.post_quantum.as_ref()
    }

    /// The receipt as bytes: a COSE_Sign1 if it is signed, an array of two if it is not. The first byte tells them apart.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let second = if self.post_quantum().is_some() { POST_QUANTUM_HEADER_LEN } else { 0 };
        let mut bytes = Vec::with_capacity(self.body_bytes.len() + 200 + second);
        match self.envelope() {
            Some(envelope) => envelope.encode(&mut bytes),
            None => {
                let mut encoder = Encoder::new(&mut bytes);
                encoder.array(2).bytes(&self.body_bytes);
                encoder.optional_bytes(self.witness.as_ref().map(|signature| &signature.0[..]));
            }
        }
        let longest = if self.is_signed() { RECEIPT_LEN_MAX } else { UNSIGNED_RECEIPT_LEN_MAX };
        assert!(bytes.len() <= longest, "a receipt is never longer than the sum of its widest fields");
        bytes
    }

    /// Reads a receipt of either form; only what [`Receipt::to_bytes`] writes is taken. Checks no signature.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let wire = Wire::decode(bytes)?;
        Self::from_wire(&wire, Body::decode(wire.body())?)
    }

    /// Checks the runtime's signature, and the guest's if there is one. An unsigned receipt never passes. Post-quantum
    /// signatures are the business of [`crate::chain::ChainVerifier`].
    pub fn verify(&self, runtime: &CheckedKey, witness: Option<&CheckedKey>) -> Result<(), BadSignature> {
        self.envelope().ok_or(BadSignature)?.verify(runtime)?;
        match self.witness_message() {
            Some((message, signature)) => witness.ok_or(BadSignature)?.verify(&message, signature),
            None => Ok(()),
        }
    }

    /// What the guest signed, and its signature.
    pub(crate) fn witness_message(&self) -> Option<(Vec<u8>, &Signature)> {
        let signature = self.witness.as_ref()?;
        let claim =
            self.body.claim_bytes().expect("a witness signature stands beside a claim: checked when it was made");
        Some((claim_message(claim), signature))
    }

    /// Joins a receipt's parts with its body, read.
    pub(crate) fn from_wire(wire: &Wire<'_>, body: Body) -> Result<Self, FormatError> {
        let (payload, witness, runtime) = match wire {
            Wire::Unsigned { body, witness } => (*body, *witness, None),
            Wire::Signed(Sign1 { content: _, key_id, witness, post_quantum, payload, signature }) => {
                let post_quantum = post_quantum.map(|signature| PostQuantumSignature(Box::new(*signature)));
                (*payload, *witness, Some(RuntimeSignature { key_id: *key_id, signature: *signature, post_quantum }))
            }
        };
        check_witness(&body, witness.as_ref())?;
        Ok(Self { body, body_bytes: payload.to_vec(), witness, runtime })
    }

    fn envelope(&self) -> Option<Sign1<'_>> {
        let Self { body: _, body_bytes, witness, runtime } = self;
        let RuntimeSignature { key_id, signature, post_quantum } = runtime.as_ref()?;
        Some(Sign1 {
            content: Content::Body,
            key_id: *key_id,
            witness: *witness,
            post_quantum: post_quantum.as_ref().map(|signature| &*signature.0),
            payload: body_bytes,
            signature: *signature,
        })
    }
}

impl<'a> Wire<'a> {
    /// The first byte of an unsigned receipt: an array of two.
    const UNSIGNED: u8 = 0x82;

    /// The body's bytes.
    pub(crate) fn body(&self) -> &'a [u8] {
        match self {
            Self::Signed(envelope) => envelope.payload,
            Self::Unsigned { body, witness: _ } => body,
        }
    }

    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, FormatError> {
        if bytes.first() == Some(&Self::UNSIGNED) {
            return Self::decode_unsigned(bytes);
        }
        if bytes.len() > RECEIPT_LEN_MAX {
            return Err(FormatError::TooLong);
        }
        Sign1::decode(bytes, Content::Body).map(Self::Signed).map_err(FormatError::Envelope)
    }

    fn decode_unsigned(bytes: &'a [u8]) -> Result<Self, FormatError> {
        if bytes.len() > UNSIGNED_RECEIPT_LEN_MAX {
            return Err(FormatError::TooLong);
        }
        let (body, witness) = split(Reader::new(bytes)).map_err(FormatError::Envelope)?;
        Ok(Self::Unsigned { body, witness })
    }
}

/// The two items of an unsigned receipt.
fn split(mut reader: Reader<'_>) -> Result<(&[u8], Option<Signature>), DecodeError> {
    reader.array_of(2)?;
    let body = reader.bytes()?;
    let witness = if reader.null() { None } else { Some(Signature(reader.fixed()?)) };
    reader.finish()?;
    Ok((body, witness))
}

fn check_witness(body: &Body, witness: Option<&Signature>) -> Result<(), FormatError> {
    let guest_signs = body.gate_claim().is_some_and(|claim| claim.signer.role == Role::Guest);
    if guest_signs == witness.is_some() { Ok(()) } else { Err(FormatError::WitnessSignature) }
}
