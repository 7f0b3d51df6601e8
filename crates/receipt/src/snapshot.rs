//! The manifest of a snapshot: an instance at rest after one step, signed by its runtime key. The layout is in
//! `spec/receipt.md`, section "Snapshot manifest".
//!
//! The state is named by digests alone. Memory is kept elsewhere under those digests, in pieces of 4 KiB, so that a
//! snapshot costs what has changed; the bytes of a state are the same whichever key signs and whichever engine ran.

use alloc::vec::Vec;
use codec::decode::DecodeReason;
use codec::{DecodeError, Digest, Encoder, Reader, sha256};
use core::fmt;

use crate::cose::{Content, Sign1};
use crate::error::FormatError;
use crate::genesis::Genesis;
use crate::keys::{KeyId, Signature, SigningKey};
use crate::limits::{SNAPSHOT_GLOBALS_MAX, SNAPSHOT_LEN_MAX, SNAPSHOT_PAGES_MAX, STATE_LEN_MAX};

/// Bytes of a WebAssembly page.
pub const PAGE_LEN: usize = 64 << 10;

/// Bytes of the pieces that a page is kept in.
pub const PIECE_LEN: usize = 4 << 10;

/// Bytes of a directory: the digests of a page's sixteen pieces.
pub const DIRECTORY_LEN: usize = PAGE_LEN / PIECE_LEN * Digest::LEN;

/// The type of a global. The numbers are those on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum GlobalKind {
    /// `i32`, 4 bytes.
    I32 = 0,
    /// `i64`, 8 bytes.
    I64 = 1,
    /// `f32`, 4 bytes.
    F32 = 2,
    /// `f64`, 8 bytes.
    F64 = 3,
    /// `v128`, 16 bytes.
    V128 = 4,
}

/// A mutable global: its type and its bits, of which only the type's width may be set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Global {
    /// The type.
    pub kind: GlobalKind,
    /// The bits, as an unsigned number.
    pub bits: u128,
}

/// All of an instance that outlives a call: on the wire `[globals, pages]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// The module's own mutable globals, in order of index. At most 1,000.
    pub globals: Vec<Global>,
    /// The digest of every WebAssembly page, in order: see [`page_digest`]. At most 65,536.
    pub pages: Vec<Digest>,
}

/// What the runtime states of an instance at rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manifest {
    /// Digest of the genesis statement's payload.
    pub genesis: Digest,
    /// The last step that the state has in it; the epoch before the first if none.
    pub epoch: u64,
    /// Digest of that step's body; of the genesis payload if there is none.
    pub tip: Digest,
    /// Root of the log over all receipts up to that step.
    pub log_root: Digest,
    /// The state.
    pub state: State,
}

/// A signed manifest. Having one says that it is well formed; [`Snapshot::verify`] says that it is a chain's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    manifest: Manifest,
    payload: Vec<u8>,
    key_id: KeyId,
    signature: Signature,
}

/// Why a signed statement is not a chain's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatementFault {
    /// It names another genesis statement.
    OtherGenesis,
    /// Its signature is not the runtime's.
    InvalidSignature,
    /// Its epoch is before the chain's first.
    BeforeTheStart,
}

/// The directory of a WebAssembly page: the SHA-256 digests of its sixteen pieces, one after the other.
#[must_use]
pub fn page_directory(page: &[u8; PAGE_LEN]) -> [u8; DIRECTORY_LEN] {
    let mut directory = [0; DIRECTORY_LEN];
    for (place, piece) in directory.chunks_exact_mut(Digest::LEN).zip(page.chunks_exact(PIECE_LEN)) {
        place.copy_from_slice(&sha256(piece).0);
    }
    directory
}

/// The digest of a WebAssembly page: SHA-256 of its directory.
#[must_use]
pub fn page_digest(page: &[u8; PAGE_LEN]) -> Digest {
    sha256(&page_directory(page))
}

impl GlobalKind {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::I32, Self::I64, Self::F32, Self::F64, Self::V128];

    /// Bytes of a value.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
            Self::V128 => 16,
        }
    }
}

impl State {
    /// The state as bytes.
    ///
    /// # Panics
    /// If a global has bits beyond its width, or there are more globals or pages than can be.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { globals, pages } = self;
        assert!(globals.len() <= SNAPSHOT_GLOBALS_MAX && pages.len() <= SNAPSHOT_PAGES_MAX, "sealing limits both");
        let mut bytes = Vec::with_capacity(16 + 19 * globals.len() + Digest::LEN * pages.len());
        let mut encoder = Encoder::new(&mut bytes);
        encoder.array(2).array(globals.len() as u64);
        for Global { kind, bits } in globals {
            let little_endian = bits.to_le_bytes();
            let (value, beyond) = little_endian.split_at(kind.width());
            assert!(beyond.iter().all(|byte| *byte == 0), "a global has no more bits than its type");
            encoder.array(2).uint(u64::from(*kind as u8)).bytes(value);
        }
        encoder.bytes_head((Digest::LEN * pages.len()) as u64);
        for page in pages {
            encoder.raw(&page.0);
        }
        bytes
    }

    /// SHA-256 of the state's bytes: what a fork's genesis statement names.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.to_bytes())
    }

    /// Reads a state; only what [`State::to_bytes`] writes is taken.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > STATE_LEN_MAX {
            return Err(FormatError::TooLong);
        }
        let mut reader = Reader::new(bytes);
        let state = Self::read(&mut reader).map_err(FormatError::State)?;
        reader.finish().map_err(FormatError::State)?;
        Ok(state)
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(2)?;
        let start = r.clone();
        let count = r.array()?;
        if count > SNAPSHOT_GLOBALS_MAX as u64 {
            return Err(start.error(DecodeReason::OutOfRange));
        }
        let globals = (0..count).map(|_| Global::read(r)).collect::<Result<_, _>>()?;
        let start = r.clone();
        let (digests, rest) = r.bytes()?.as_chunks::<{ Digest::LEN }>();
        if !rest.is_empty() || digests.len() > SNAPSHOT_PAGES_MAX {
            return Err(start.error(DecodeReason::OutOfRange));
        }
        Ok(Self { globals, pages: digests.iter().copied().map(Digest).collect() })
    }
}

impl Global {
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(2)?;
        let start = r.clone();
        let number = r.u8()?;
        let kind = GlobalKind::ALL.into_iter().find(|kind| *kind as u8 == number);
        let kind = kind.ok_or(start.error(DecodeReason::OutOfRange))?;
        let start = r.clone();
        let value = r.bytes()?;
        if value.len() != kind.width() {
            return Err(start.error(DecodeReason::UnexpectedShape));
        }
        let mut bits = [0; 16];
        bits[..value.len()].copy_from_slice(value);
        Ok(Self { kind, bits: u128::from_le_bytes(bits) })
    }
}

impl Manifest {
    /// The version that this program writes and reads.
    pub const VERSION: u64 = 1;

    /// Signs the manifest with the instance's runtime key.
    ///
    /// # Panics
    /// As [`State::to_bytes`].
    #[must_use]
    pub fn sign(&self, runtime: &SigningKey) -> Snapshot {
        let payload = self.encode();
        let Sign1 { key_id, signature, .. } = Sign1::sign(runtime, Content::Snapshot, None, &payload);
        Snapshot { manifest: self.clone(), payload, key_id, signature }
    }

    fn encode(&self) -> Vec<u8> {
        let Self { genesis, epoch, tip, log_root, state } = self;
        let state = state.to_bytes();
        let mut bytes = Vec::with_capacity(160 + state.len());
        let mut encoder = Encoder::new(&mut bytes);
        encoder.map(6).uint(1).uint(Self::VERSION).uint(2).bytes(&genesis.0).uint(3).uint(*epoch);
        encoder.uint(4).bytes(&tip.0).uint(5).bytes(&log_root.0).uint(6).bytes(&state);
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new(bytes);
        let mut fields = || {
            let r = &mut reader;
            r.map_of(6)?;
            r.key(1)?;
            r.version(Self::VERSION)?;
            r.key(2)?;
            let genesis = r.digest()?;
            r.key(3)?;
            let epoch = r.uint()?;
            r.key(4)?;
            let tip = r.digest()?;
            r.key(5)?;
            let log_root = r.digest()?;
            r.key(6)?;
            let state = r.bytes()?;
            r.clone().finish()?;
            Ok((genesis, epoch, tip, log_root, state))
        };
        let (genesis, epoch, tip, log_root, state) = fields().map_err(FormatError::Statement)?;
        Ok(Self { genesis, epoch, tip, log_root, state: State::decode(state)? })
    }
}

impl Snapshot {
    /// What is stated.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The manifest as bytes: a COSE_Sign1.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.payload.len() + 160);
        envelope(Content::Snapshot, self.key_id, &self.payload, self.signature).encode(&mut bytes);
        assert!(bytes.len() <= SNAPSHOT_LEN_MAX, "a manifest is never longer than the sum of its widest fields");
        bytes
    }

    /// Reads a signed manifest; only what [`Snapshot::to_bytes`] writes is taken. Checks no signature.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > SNAPSHOT_LEN_MAX {
            return Err(FormatError::TooLong);
        }
        let Sign1 { key_id, payload, signature, .. } = decode_envelope(bytes, Content::Snapshot)?;
        Ok(Self { manifest: Manifest::decode(payload)?, payload: payload.to_vec(), key_id, signature })
    }

    /// Checks that the manifest speaks of the chain that `genesis` opens and that this chain's runtime key signed it. Tip
    /// and log root are to be compared with the chain's receipts.
    pub fn verify(&self, genesis: &Genesis) -> Result<(), StatementFault> {
        let envelope = envelope(Content::Snapshot, self.key_id, &self.payload, self.signature);
        verify_statement(genesis, self.manifest.genesis, &envelope)?;
        let start = crate::chain::Tip::start(genesis);
        let Manifest { epoch, tip, .. } = self.manifest;
        if epoch < start.epoch || (epoch == start.epoch && tip != start.digest) {
            return Err(StatementFault::BeforeTheStart);
        }
        Ok(())
    }
}

/// An envelope without any further signature.
pub(crate) fn envelope(content: Content, key_id: KeyId, payload: &[u8], signature: Signature) -> Sign1<'_> {
    Sign1 { content, key_id, witness: None, post_quantum: None, payload, signature }
}

/// Reads an envelope that may carry no further signature.
pub(crate) fn decode_envelope(bytes: &[u8], content: Content) -> Result<Sign1<'_>, FormatError> {
    let envelope = Sign1::decode(bytes, content).map_err(FormatError::Envelope)?;
    if envelope.witness.is_some() {
        return Err(FormatError::WitnessSignature);
    }
    if envelope.post_quantum.is_some() {
        return Err(FormatError::PostQuantumSignature);
    }
    Ok(envelope)
}

/// That a statement names this genesis statement and is signed by its runtime key.
pub(crate) fn verify_statement(genesis: &Genesis, named: Digest, envelope: &Sign1<'_>) -> Result<(), StatementFault> {
    if named != genesis.payload_digest() {
        return Err(StatementFault::OtherGenesis);
    }
    envelope.verify(genesis.runtime_key()).map_err(|_| StatementFault::InvalidSignature)
}

impl fmt::Display for StatementFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherGenesis => "it belongs to another chain: it names another genesis statement",
            Self::InvalidSignature => "the runtime's signature does not verify",
            Self::BeforeTheStart => "its epoch or tip is from before the chain's first step",
        })
    }
}

impl core::error::Error for StatementFault {}
