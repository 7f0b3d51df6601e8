//! COSE receipts (RFC 9942): a proof of inclusion and a signature over the root that it leads to, for whoever speaks CBOR
//! and not notes; and the *transparent receipt*, a receipt of this project that carries one.
//!
//! The payload is detached: the verifier makes the root out of leaf and path, and the signature is over that. The tree's
//! size stands in the protected header, under a label of our own: RFC 9942 leaves size and index unsigned, and a path can
//! lead to the same root for another size. With the size signed, path and root fix the index.

use alloc::vec::Vec;
use codec::decode::DecodeReason;
use codec::{DecodeError, Digest, Encoder, Reader};
use core::fmt;

use super::merkle::{PROOF_LEN_MAX, ProofError, SIZE_MAX, root_of_inclusion};
use crate::keys::{BadSignature, CheckedKey, KeyId, Signature, SigningKey};

/// The tag of COSE_Sign1.
pub(super) const TAG: u64 = 18;
/// Header 395, verifiable data structure: RFC9162_SHA256.
const STRUCTURE: u64 = 395;
const RFC9162_SHA256: u64 = 1;
/// Header 396, proofs about the structure; among them key −1, proofs of inclusion.
const PROOFS: u64 = 396;
const INCLUSION: i64 = -1;
/// Header 1, the algorithm: EdDSA.
const ALGORITHM: i64 = -8;
/// The private-use header with the tree's size.
const TREE_SIZE: i64 = -70_004;

/// Bytes of the widest protected header: a map's head, algorithm, key id, structure, tree size.
const PROTECTED_LEN_MAX: usize = 1 + 2 + 10 + 4 + 14;
/// Bytes of the widest inclusion proof: an array's head, size, index, path.
const INCLUSION_LEN_MAX: usize = 1 + 9 + 9 + 2 + PROOF_LEN_MAX * 34;
/// Bytes of the widest COSE receipt.
pub const COSE_RECEIPT_LEN_MAX: usize = 2 + (2 + PROTECTED_LEN_MAX) + (7 + 3 + INCLUSION_LEN_MAX) + 1 + 66;

/// A proof that a leaf is in a tree, with the log's signature over the tree's root. Having one says that it is well formed;
/// [`CoseReceipt::verify`] says that it is true of a leaf, to a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CoseReceipt {
    /// Whose signature it is said to be.
    pub key_id: KeyId,
    /// Number of leaves of the tree.
    pub size: u64,
    /// Number of the leaf, from 0.
    pub index: u64,
    /// The siblings from the leaf up, at most [`PROOF_LEN_MAX`].
    pub path: Vec<Digest>,
    /// The signature over size and root: [`super::checkpoint::SignedHead::cose_signature`].
    pub signature: Signature,
}

/// Why bytes are not a COSE receipt, or one proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CoseReceiptError {
    /// Longer than [`COSE_RECEIPT_LEN_MAX`].
    TooLong,
    /// The encoding of the envelope.
    Envelope(DecodeError),
    /// The encoding of the inclusion proof: a byte string in the unprotected header.
    Inclusion(DecodeError),
    /// The key id is not that of the key.
    OtherKey,
    /// The path cannot be one from this index in a tree of this size.
    Proof(ProofError),
    /// The signature does not verify over the root that leaf and path lead to.
    BadSignature,
}

/// The log key's signature over a tree's size and root, as every COSE receipt under that head carries it.
#[must_use]
pub fn sign_root(key: &SigningKey, size: u64, root: &Digest) -> Signature {
    key.sign(&[&signed_bytes(key.public().id(), size, root)])
}

/// Checks such a signature.
pub fn verify_root(key: &CheckedKey, size: u64, root: &Digest, signature: &Signature) -> Result<(), BadSignature> {
    key.verify(&signed_bytes(key.public().id(), size, root), signature)
}

impl CoseReceipt {
    /// Checks that the leaf with this hash is number `index` of the tree of `size` leaves whose root the key signed.
    pub fn verify(&self, leaf: &Digest, key: &CheckedKey) -> Result<(), CoseReceiptError> {
        let Self { key_id, size, index, path, signature } = self;
        if *key_id != key.public().id() {
            return Err(CoseReceiptError::OtherKey);
        }
        let root = root_of_inclusion(*index, *size, leaf, path).map_err(CoseReceiptError::Proof)?;
        verify_root(key, *size, &root, signature).map_err(|_| CoseReceiptError::BadSignature)
    }

    /// The receipt as bytes: a COSE_Sign1 with a detached payload. The path has at most [`PROOF_LEN_MAX`] digests.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { key_id, size, index, path, signature } = self;
        assert!(path.len() <= PROOF_LEN_MAX, "a path is never longer");
        let mut inclusion = Vec::with_capacity(INCLUSION_LEN_MAX);
        let mut encoder = Encoder::new(&mut inclusion);
        encoder.array(3).uint(*size).uint(*index).array(path.len() as u64);
        path.iter().for_each(|digest| {
            encoder.bytes(&digest.0);
        });
        let mut bytes = Vec::with_capacity(COSE_RECEIPT_LEN_MAX);
        let mut encoder = Encoder::new(&mut bytes);
        encoder.tag(TAG).array(4).bytes(&protected(*key_id, *size));
        encoder.map(1).uint(PROOFS).map(1).int(INCLUSION).array(1).bytes(&inclusion);
        encoder.null().bytes(&signature.0);
        bytes
    }

    /// Reads a receipt; only what [`CoseReceipt::to_bytes`] writes is taken. Checks no signature and no path.
    pub fn decode(bytes: &[u8]) -> Result<Self, CoseReceiptError> {
        if bytes.len() > COSE_RECEIPT_LEN_MAX {
            return Err(CoseReceiptError::TooLong);
        }
        let Envelope { key_id, size, inclusion, signature } =
            decode_envelope(bytes).map_err(CoseReceiptError::Envelope)?;
        let (index, path) = decode_inclusion(inclusion, size).map_err(CoseReceiptError::Inclusion)?;
        Ok(Self { key_id, size, index, path, signature })
    }
}

struct Envelope<'a> {
    key_id: KeyId,
    size: u64,
    inclusion: &'a [u8],
    signature: Signature,
}

fn decode_envelope(bytes: &[u8]) -> Result<Envelope<'_>, DecodeError> {
    let mut reader = Reader::new(bytes);
    let r = &mut reader;
    exactly(r, TAG, Reader::tag)?;
    r.array_of(4)?;
    let (key_id, size) = decode_protected(r)?;
    r.map_of(1)?;
    r.key(PROOFS)?;
    r.map_of(1)?;
    exactly(r, INCLUSION, Reader::int)?;
    r.array_of(1)?;
    let inclusion = r.bytes()?;
    let start = r.clone();
    if !r.null() {
        return Err(start.error(DecodeReason::UnexpectedKind));
    }
    let signature = Signature(r.fixed()?);
    reader.finish()?;
    Ok(Envelope { key_id, size, inclusion, signature })
}

/// The header has one form for each key id and size. Offsets of errors count from its own start.
fn decode_protected(reader: &mut Reader<'_>) -> Result<(KeyId, u64), DecodeError> {
    let mut inner = Reader::new(reader.bytes()?);
    let r = &mut inner;
    r.map_of(4)?;
    r.key(1)?;
    exactly(r, ALGORITHM, Reader::int)?;
    r.key(4)?;
    let key_id = KeyId(r.fixed()?);
    r.key(STRUCTURE)?;
    exactly(r, RFC9162_SHA256, Reader::uint)?;
    exactly(r, TREE_SIZE, Reader::int)?;
    let size = r.uint_at_most(SIZE_MAX)?;
    inner.finish()?;
    Ok((key_id, size))
}

fn decode_inclusion(bytes: &[u8], size: u64) -> Result<(u64, Vec<Digest>), DecodeError> {
    let mut reader = Reader::new(bytes);
    reader.array_of(3)?;
    // Said twice, for readers who know RFC 9942 alone; it may not be two things.
    exactly(&mut reader, size, Reader::uint)?;
    let index = reader.uint_at_most(SIZE_MAX)?;
    let start = reader.clone();
    let len = reader.array()?;
    if len > PROOF_LEN_MAX as u64 {
        return Err(start.error(DecodeReason::OutOfRange));
    }
    let path = (0..len).map(|_| reader.digest()).collect::<Result<_, _>>()?;
    reader.finish()?;
    Ok((index, path))
}

/// The next item, which can only be this one.
pub(super) fn exactly<'a, T: PartialEq>(
    reader: &mut Reader<'a>,
    expected: T,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<(), DecodeError> {
    let start = reader.clone();
    if read(reader)? == expected { Ok(()) } else { Err(start.error(DecodeReason::UnexpectedShape)) }
}

/// `{1: EdDSA, 4: key id, 395: RFC9162_SHA256, −70004: tree size}`.
fn protected(KeyId(id): KeyId, size: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PROTECTED_LEN_MAX);
    let mut encoder = Encoder::new(&mut bytes);
    encoder.map(4).uint(1).int(ALGORITHM).uint(4).bytes(&id);
    encoder.uint(STRUCTURE).uint(RFC9162_SHA256).int(TREE_SIZE).uint(size);
    bytes
}

/// The Sig_structure `["Signature1", protected header, h'', root]`.
fn signed_bytes(id: KeyId, size: u64, root: &Digest) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + 11 + 2 + PROTECTED_LEN_MAX + 1 + 34);
    Encoder::new(&mut bytes).array(4).text("Signature1").bytes(&protected(id, size)).bytes(&[]).bytes(&root.0);
    bytes
}

impl fmt::Display for CoseReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than {COSE_RECEIPT_LEN_MAX} bytes"),
            Self::Envelope(error) => write!(f, "COSE receipt: {error}"),
            Self::Inclusion(error) => write!(f, "inclusion proof: {error}"),
            Self::OtherKey => f.write_str("the key id is not that of the log key"),
            Self::Proof(error) => write!(f, "inclusion proof: {error}"),
            Self::BadSignature => f.write_str("the log's signature over the root does not verify"),
        }
    }
}

impl core::error::Error for CoseReceiptError {}
