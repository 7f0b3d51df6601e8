//! An instance at rest: taken from a container, named by digests, put together again. `spec/snapshot.md` has the bytes.
//!
//! Types that could be confused: an [`engine::State`] is memory and globals as an engine saves them; a
//! [`receipt::snapshot::State`] names the same by digests; a [`RestState`] is both, of which it is known that they belong
//! together; a [`Snapshot`] is what a container hands out to be kept, with the pieces of memory that are new.

use std::collections::BTreeSet;
use std::fmt;

use codec::{Digest, sha256};
use engine::limits::MEMORY_BYTES_MAX;
use engine::{GlobalValue, State};
use receipt::Tip;
use receipt::snapshot::{self, DIRECTORY_LEN, Global, GlobalKind, PAGE_LEN, PIECE_LEN};

use crate::pages::{Digests, PageImage, ZEROS, digest_at};

/// A container at rest, to be kept.
pub struct Snapshot<'i> {
    /// The chain's end.
    pub tip: Tip,
    /// The state, named by digests.
    pub state: snapshot::State,
    image: &'i PageImage,
}

/// A state without any key, whose digest is known. However it was made, they belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestState {
    state: State,
    digests: Digests,
    digest: Digest,
}

/// Why a snapshot's state cannot be put together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapshotError {
    /// The memory is larger than any engine's.
    TooLarge {
        /// Its size in pages of 64 KiB.
        pages: usize,
    },
    /// A piece or directory is not in the store.
    Missing {
        /// Its digest.
        digest: Digest,
    },
    /// A piece or directory is not the one that the snapshot names.
    OtherPiece {
        /// The digest that it should have.
        digest: Digest,
    },
}

impl<'i> Snapshot<'i> {
    pub(crate) fn new(tip: Tip, globals: &[GlobalValue], image: &'i PageImage) -> Self {
        Self { tip, state: named(globals, &image.digests().directories), image }
    }

    /// Pieces of 4 KiB and directories that were not in the last snapshot, each with its digest: what a store must keep
    /// so that this one can be put together again. The same may come more than once.
    pub fn fresh(&self) -> impl Iterator<Item = (Digest, &[u8])> {
        self.image.fresh()
    }
}

impl RestState {
    /// A state that was saved after the key was wiped.
    #[must_use]
    pub fn of(state: State) -> Self {
        let mut image = PageImage::empty();
        image.update(&state.memory);
        let (memory, digests) = image.into_parts();
        let digest = named(&state.globals, &digests.directories).digest();
        Self { state: State { memory, globals: state.globals }, digests, digest }
    }

    /// Puts a state together from what a snapshot's manifest names. `fetch` gives what the store holds under a digest; each
    /// piece is checked against it. No memory is taken before the size is known to be one that engines take.
    ///
    /// # Errors
    /// Any [`SnapshotError`], or what `fetch` failed with.
    pub fn assemble<E: From<SnapshotError>>(
        state: &snapshot::State,
        mut fetch: impl FnMut(&Digest) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Self, E> {
        let pages = state.pages.len();
        if pages > MEMORY_BYTES_MAX / PAGE_LEN {
            return Err(SnapshotError::TooLarge { pages }.into());
        }
        let mut memory = vec![0; pages * PAGE_LEN];
        let mut pieces = Vec::with_capacity(pages * DIRECTORY_LEN);
        for (digest, page) in state.pages.iter().zip(memory.chunks_exact_mut(PAGE_LEN)) {
            let directory = checked(digest, DIRECTORY_LEN, &mut fetch)?;
            pieces.extend_from_slice(&directory);
            if *digest == ZEROS.directory {
                continue;
            }
            for (place, piece) in page.chunks_exact_mut(PIECE_LEN).enumerate() {
                let digest = digest_at(&directory, place);
                if digest != ZEROS.piece {
                    piece.copy_from_slice(&checked(&digest, PIECE_LEN, &mut fetch)?);
                }
            }
        }
        let globals = state.globals.iter().map(value_of).collect();
        let digests = Digests { pieces, directories: state.pages.clone() };
        Ok(Self { state: State { memory, globals }, digests, digest: state.digest() })
    }

    /// Memory and globals.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Memory and globals, without the digests.
    #[must_use]
    pub fn into_state(self) -> State {
        self.state
    }

    /// The state's digest, as the genesis statement of a fork names it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn digests(&self) -> &Digests {
        &self.digests
    }
}

/// All digests that a snapshot's state leans on, of directories and of pieces: what a store must keep for it. `fetch` gives
/// a directory; each is checked.
///
/// # Errors
/// As for [`RestState::assemble`].
pub fn named_pages<E: From<SnapshotError>>(
    state: &snapshot::State,
    mut fetch: impl FnMut(&Digest) -> Result<Option<Vec<u8>>, E>,
) -> Result<BTreeSet<Digest>, E> {
    let mut named = BTreeSet::new();
    for digest in &state.pages {
        if named.insert(*digest) {
            let directory = checked(digest, DIRECTORY_LEN, &mut fetch)?;
            named.extend((0..DIRECTORY_LEN / Digest::LEN).map(|place| digest_at(&directory, place)));
        }
    }
    Ok(named)
}

/// What the store holds under `digest`, if it is that.
fn checked<E: From<SnapshotError>>(
    digest: &Digest,
    len: usize,
    fetch: &mut impl FnMut(&Digest) -> Result<Option<Vec<u8>>, E>,
) -> Result<Vec<u8>, E> {
    let bytes = fetch(digest)?.ok_or(SnapshotError::Missing { digest: *digest })?;
    if bytes.len() != len || sha256(&bytes) != *digest {
        return Err(SnapshotError::OtherPiece { digest: *digest }.into());
    }
    Ok(bytes)
}

fn named(globals: &[GlobalValue], directories: &[Digest]) -> snapshot::State {
    snapshot::State { globals: globals.iter().map(global_of).collect(), pages: directories.to_vec() }
}

fn global_of(value: &GlobalValue) -> Global {
    let (kind, bits) = match *value {
        GlobalValue::I32(bits) => (GlobalKind::I32, bits.into()),
        GlobalValue::I64(bits) => (GlobalKind::I64, bits.into()),
        GlobalValue::F32(bits) => (GlobalKind::F32, bits.into()),
        GlobalValue::F64(bits) => (GlobalKind::F64, bits.into()),
        GlobalValue::V128(bits) => (GlobalKind::V128, bits),
    };
    Global { kind, bits }
}

/// The bits beyond a kind's width are zero: decoding sees to that.
fn value_of(global: &Global) -> GlobalValue {
    match global.kind {
        GlobalKind::I32 => GlobalValue::I32(global.bits as u32),
        GlobalKind::I64 => GlobalValue::I64(global.bits as u64),
        GlobalKind::F32 => GlobalValue::F32(global.bits as u32),
        GlobalKind::F64 => GlobalValue::F64(global.bits as u64),
        GlobalKind::V128 => GlobalValue::V128(global.bits),
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { pages } => {
                write!(f, "the snapshot's memory has {pages} pages of 64 KiB, more than any container's")
            }
            Self::Missing { digest } => write!(f, "a piece of the snapshot's memory is not in the store: {digest}"),
            Self::OtherPiece { digest } => write!(f, "a piece of the snapshot's memory was changed: {digest}"),
        }
    }
}

impl std::error::Error for SnapshotError {}
