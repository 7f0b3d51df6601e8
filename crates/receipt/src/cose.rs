//! COSE_Sign1 (RFC 9052, section 4.2), the one envelope, with EdDSA over Ed25519 (RFC 9053, section 2.2).
//!
//! Written and read by hand: one content type, one algorithm, one order of headers, so that an envelope has exactly one
//! encoding. The layout is in `spec/receipt.md`, section "Envelope". A second signature, by ML-DSA-44 (RFC 9964), may
//! stand in the unprotected header, over a Sig_structure of its own.

use alloc::vec::Vec;
use codec::decode::DecodeReason;
use codec::{Buffer, DecodeError, Encoder, Reader, Sink};

use crate::keys::{BadSignature, CheckedKey, KeyId, Signature, SigningKey};
use crate::post_quantum::SIGNATURE_LEN;

/// The tag of COSE_Sign1.
const TAG: u64 = 18;
/// Header 1, the algorithm: EdDSA.
const EDDSA: i64 = -8;
/// Header 1 of the second signature: ML-DSA-44 (RFC 9964, section 3).
const ML_DSA_44: i64 = -48;
/// The private-use header that carries a witness signature. Not covered by the envelope's own signature.
const WITNESS: i64 = -70_001;
/// The private-use header that carries a post-quantum signature. Not covered by the envelope's own signature.
const POST_QUANTUM: i64 = -70_002;
/// Room for a protected header: four heads, the longest media type, a key id.
const PROTECTED_LEN_MAX: usize = 64;
/// Room for a Sig_structure up to the payload: array, context, protected header, empty string, payload's head.
const PREFIX_LEN_MAX: usize = 1 + 11 + 2 + PROTECTED_LEN_MAX + 1 + 9;

/// What is signed. Each has a media type of its own, so that no signature can be taken for one over something else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// A guest's claim.
    Claim,
    /// A body.
    Body,
    /// A genesis statement.
    Genesis,
    /// The manifest of a snapshot.
    Snapshot,
    /// The statement that two engines disagree.
    Divergence,
    /// A kernel's invocation.
    Invocation,
}

/// An envelope: protected header, payload and signature, and the further signatures that it may carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sign1<'a> {
    /// What the payload is.
    pub content: Content,
    /// Whose signature it is said to be.
    pub key_id: KeyId,
    /// The guest's signature over the claim.
    pub witness: Option<Signature>,
    /// The ML-DSA-44 signature over the same payload.
    pub post_quantum: Option<&'a [u8; SIGNATURE_LEN]>,
    /// The signed bytes.
    pub payload: &'a [u8],
    /// The signature over context, protected header and payload.
    pub signature: Signature,
}

/// The guest's signature over the bytes of its claim. Takes no memory but the stack.
#[must_use]
pub fn sign_claim(key: &SigningKey, claim: &[u8]) -> Signature {
    sign(key, Content::Claim, None, claim)
}

/// Checks a guest's signature over the bytes of its claim.
pub fn verify_claim(key: &CheckedKey, claim: &[u8], signature: &Signature) -> Result<(), BadSignature> {
    key.verify(&claim_message(claim), signature)
}

/// What a guest's signature is over: the Sig_structure around its claim.
pub(crate) fn claim_message(claim: &[u8]) -> Vec<u8> {
    message(EDDSA, Content::Claim, None, claim)
}

impl Content {
    /// The media type in the protected header.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Claim => "application/vnd.avouch.claim+cbor",
            Self::Body => "application/vnd.avouch.body+cbor",
            Self::Genesis => "application/vnd.avouch.genesis+cbor",
            Self::Snapshot => "application/vnd.avouch.snapshot+cbor",
            Self::Divergence => "application/vnd.avouch.divergence+cbor",
            Self::Invocation => "application/vnd.avouch.invocation+cbor",
        }
    }
}

impl<'a> Sign1<'a> {
    /// Signs `payload`.
    #[must_use]
    pub fn sign(key: &SigningKey, content: Content, witness: Option<Signature>, payload: &'a [u8]) -> Self {
        let key_id = key.public().id();
        let signature = sign(key, content, Some(key_id), payload);
        Self { content, key_id, witness, post_quantum: None, payload, signature }
    }

    /// Checks the signature, and that the key id is that of `key`.
    pub fn verify(&self, key: &CheckedKey) -> Result<(), BadSignature> {
        if self.key_id != key.id() {
            return Err(BadSignature);
        }
        key.verify(&self.message(), &self.signature)
    }

    /// What the signature is over.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        message(EDDSA, self.content, Some(self.key_id), self.payload)
    }

    /// Writes the envelope.
    pub fn encode<S: Sink>(&self, sink: &mut S) {
        let mut space = [0; PROTECTED_LEN_MAX];
        let protected = protected(&mut space, EDDSA, self.content, Some(self.key_id));
        let mut encoder = Encoder::new(sink);
        encoder.tag(TAG).array(4).bytes(protected);
        encoder.map(u64::from(self.witness.is_some()) + u64::from(self.post_quantum.is_some()));
        if let Some(witness) = &self.witness {
            encoder.int(WITNESS).bytes(&witness.0);
        }
        if let Some(signature) = self.post_quantum {
            encoder.int(POST_QUANTUM).bytes(signature);
        }
        encoder.bytes(self.payload).bytes(&self.signature.0);
    }

    /// Reads an envelope of `content`; only what [`Sign1::encode`] writes is taken.
    pub fn decode(bytes: &'a [u8], content: Content) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let start = reader.clone();
        if reader.tag()? != TAG {
            return Err(start.error(DecodeReason::UnexpectedShape));
        }
        reader.array_of(4)?;
        let key_id = decode_protected(&mut reader, content)?;
        let (witness, post_quantum) = decode_unprotected(&mut reader)?;
        let payload = reader.bytes()?;
        let signature = Signature(reader.fixed()?);
        reader.finish()?;
        Ok(Self { content, key_id, witness, post_quantum, payload, signature })
    }
}

/// The protected header has one form for each content and key id, so it is written again and compared.
fn decode_protected(reader: &mut Reader<'_>, content: Content) -> Result<KeyId, DecodeError> {
    let start = reader.clone();
    let found = reader.bytes()?;
    let Some(id) = found.last_chunk::<8>() else {
        return Err(start.error(DecodeReason::UnexpectedShape));
    };
    let mut space = [0; PROTECTED_LEN_MAX];
    let expected = protected(&mut space, EDDSA, content, Some(KeyId(*id)));
    if found == expected { Ok(KeyId(*id)) } else { Err(start.error(DecodeReason::UnexpectedShape)) }
}

/// The two signatures that an unprotected header can carry.
type Unprotected<'a> = (Option<Signature>, Option<&'a [u8; SIGNATURE_LEN]>);

/// Nothing, one of the two signatures, or both in the order of their encoded keys. Which may be there is the content's
/// business.
fn decode_unprotected<'a>(reader: &mut Reader<'a>) -> Result<Unprotected<'a>, DecodeError> {
    let start = reader.clone();
    let wrong = || start.error(DecodeReason::UnexpectedShape);
    let (mut witness, mut post_quantum) = (None, None);
    for _ in 0..reader.map()? {
        match reader.int()? {
            WITNESS if witness.is_none() && post_quantum.is_none() => witness = Some(Signature(reader.fixed()?)),
            POST_QUANTUM if post_quantum.is_none() => {
                post_quantum = Some(reader.bytes()?.try_into().map_err(|_| wrong())?);
            }
            _ => return Err(wrong()),
        }
    }
    Ok((witness, post_quantum))
}

fn sign(key: &SigningKey, content: Content, key_id: Option<KeyId>, payload: &[u8]) -> Signature {
    let mut space = [0; PREFIX_LEN_MAX];
    key.sign(&[prefix(&mut space, EDDSA, content, key_id, payload.len()), payload])
}

/// What an ML-DSA-44 signature by the key with this id is over.
pub(crate) fn post_quantum_message(content: Content, key_id: KeyId, payload: &[u8]) -> Vec<u8> {
    message(ML_DSA_44, content, Some(key_id), payload)
}

/// The Sig_structure `["Signature1", protected header, h'', payload]`.
fn message(algorithm: i64, content: Content, key_id: Option<KeyId>, payload: &[u8]) -> Vec<u8> {
    let mut space = [0; PREFIX_LEN_MAX];
    let prefix = prefix(&mut space, algorithm, content, key_id, payload.len());
    let mut message = Vec::with_capacity(prefix.len() + payload.len());
    message.extend_from_slice(prefix);
    message.extend_from_slice(payload);
    message
}

/// The Sig_structure up to the first byte of the payload.
fn prefix(
    space: &mut [u8; PREFIX_LEN_MAX],
    algorithm: i64,
    content: Content,
    key_id: Option<KeyId>,
    payload_len: usize,
) -> &[u8] {
    let mut protected_space = [0; PROTECTED_LEN_MAX];
    let protected = protected(&mut protected_space, algorithm, content, key_id);
    let mut buffer = Buffer::new(space);
    Encoder::new(&mut buffer).array(4).text("Signature1").bytes(protected).bytes(&[]).bytes_head(payload_len as u64);
    let len = buffer.finish().expect("the prefix fits: its length is the sum of its parts' greatest lengths");
    &space[..len]
}

/// The protected header `{1: algorithm, 3: media type, 4: key id}`; a claim's has no key id.
fn protected(space: &mut [u8; PROTECTED_LEN_MAX], algorithm: i64, content: Content, key_id: Option<KeyId>) -> &[u8] {
    let mut buffer = Buffer::new(space);
    let mut encoder = Encoder::new(&mut buffer);
    encoder.map(if key_id.is_some() { 3 } else { 2 });
    encoder.uint(1).int(algorithm).uint(3).text(content.media_type());
    if let Some(KeyId(id)) = key_id {
        encoder.uint(4).bytes(&id);
    }
    let len = buffer.finish().expect("the header fits: the longest media type has 38 bytes");
    &space[..len]
}
