//! COSE_Sign1 (RFC 9052, section 4.2), the one envelope, with EdDSA over Ed25519 (RFC 9053, section 2.2).
//!
//! Written and read by hand: one content type, one algorithm, one order of headers, so that an envelope has exactly one
//! encoding. The layout is in `spec/receipt.md`, section "Envelope".

use alloc::vec::Vec;
use codec::decode::DecodeReason;
use codec::{Buffer, DecodeError, Encoder, Reader, Sink};

use crate::keys::{BadSignature, CheckedKey, KeyId, Signature, SigningKey};

/// The tag of COSE_Sign1.
const TAG: u64 = 18;
/// Header 1, the algorithm: EdDSA.
const ALGORITHM: i64 = -8;
/// The private-use header that carries a witness signature. Not covered by the envelope's own signature.
const WITNESS: i64 = -70_001;
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
}

/// An envelope: protected header, payload and signature, and the witness signature that a receipt may carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sign1<'a> {
    /// What the payload is.
    pub content: Content,
    /// Whose signature it is said to be.
    pub key_id: KeyId,
    /// The guest's signature over the claim.
    pub witness: Option<Signature>,
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
    verify(key, Content::Claim, None, claim, signature)
}

impl Content {
    /// The media type in the protected header.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Claim => "application/vnd.avouch.claim+cbor",
            Self::Body => "application/vnd.avouch.body+cbor",
            Self::Genesis => "application/vnd.avouch.genesis+cbor",
        }
    }
}

impl<'a> Sign1<'a> {
    /// Signs `payload`.
    #[must_use]
    pub fn sign(key: &SigningKey, content: Content, witness: Option<Signature>, payload: &'a [u8]) -> Self {
        let key_id = key.public().id();
        Self { content, key_id, witness, payload, signature: sign(key, content, Some(key_id), payload) }
    }

    /// Checks the signature, and that the key id is that of `key`.
    pub fn verify(&self, key: &CheckedKey) -> Result<(), BadSignature> {
        if self.key_id != key.public().id() {
            return Err(BadSignature);
        }
        verify(key, self.content, Some(self.key_id), self.payload, &self.signature)
    }

    /// Writes the envelope.
    pub fn encode<S: Sink>(&self, sink: &mut S) {
        let mut space = [0; PROTECTED_LEN_MAX];
        let protected = protected(&mut space, self.content, Some(self.key_id));
        let mut encoder = Encoder::new(sink);
        encoder.tag(TAG).array(4).bytes(protected);
        match &self.witness {
            Some(witness) => encoder.map(1).int(WITNESS).bytes(&witness.0),
            None => encoder.map(0),
        };
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
        let witness = decode_unprotected(&mut reader)?;
        let payload = reader.bytes()?;
        let signature = Signature(reader.fixed()?);
        reader.finish()?;
        Ok(Self { content, key_id, witness, payload, signature })
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
    let expected = protected(&mut space, content, Some(KeyId(*id)));
    if found == expected { Ok(KeyId(*id)) } else { Err(start.error(DecodeReason::UnexpectedShape)) }
}

/// Empty, or the witness signature alone; and that only around a body.
fn decode_unprotected(reader: &mut Reader<'_>) -> Result<Option<Signature>, DecodeError> {
    let start = reader.clone();
    match reader.map()? {
        0 => Ok(None),
        1 if reader.int()? == WITNESS => Ok(Some(Signature(reader.fixed()?))),
        _ => Err(start.error(DecodeReason::UnexpectedShape)),
    }
}

fn sign(key: &SigningKey, content: Content, key_id: Option<KeyId>, payload: &[u8]) -> Signature {
    let mut space = [0; PREFIX_LEN_MAX];
    key.sign(&[prefix(&mut space, content, key_id, payload.len()), payload])
}

fn verify(
    key: &CheckedKey,
    content: Content,
    key_id: Option<KeyId>,
    payload: &[u8],
    signature: &Signature,
) -> Result<(), BadSignature> {
    let mut space = [0; PREFIX_LEN_MAX];
    let prefix = prefix(&mut space, content, key_id, payload.len());
    let mut message = Vec::with_capacity(prefix.len() + payload.len());
    message.extend_from_slice(prefix);
    message.extend_from_slice(payload);
    key.verify(&message, signature)
}

/// The Sig_structure `["Signature1", protected header, h'', payload]` up to the first byte of the payload.
fn prefix(space: &mut [u8; PREFIX_LEN_MAX], content: Content, key_id: Option<KeyId>, payload_len: usize) -> &[u8] {
    let mut protected_space = [0; PROTECTED_LEN_MAX];
    let protected = protected(&mut protected_space, content, key_id);
    let mut buffer = Buffer::new(space);
    Encoder::new(&mut buffer).array(4).text("Signature1").bytes(protected).bytes(&[]).bytes_head(payload_len as u64);
    let len = buffer.finish().expect("the prefix fits: its length is the sum of its parts' greatest lengths");
    &space[..len]
}

/// The protected header `{1: EdDSA, 3: media type, 4: key id}`; a claim's has no key id.
fn protected(space: &mut [u8; PROTECTED_LEN_MAX], content: Content, key_id: Option<KeyId>) -> &[u8] {
    let mut buffer = Buffer::new(space);
    let mut encoder = Encoder::new(&mut buffer);
    encoder.map(if key_id.is_some() { 3 } else { 2 });
    encoder.uint(1).int(ALGORITHM).uint(3).text(content.media_type());
    if let Some(KeyId(id)) = key_id {
        encoder.uint(4).bytes(&id);
    }
    let len = buffer.finish().expect("the header fits: the longest media type has 35 bytes");
    &space[..len]
}
