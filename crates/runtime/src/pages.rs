//! A memory as digests of its pages: what a snapshot names, and what of it is new since the last one.
//!
//! A WebAssembly page of 64 KiB is named by the digest of its *directory*, the 512 bytes that the digests of its sixteen
//! pieces of 4 KiB make. Pieces and directories are kept apart from the snapshots that name them, each under its digest,
//! so that a snapshot costs what changed.

use std::sync::LazyLock;

use codec::{Digest, sha256};
use receipt::snapshot::{DIRECTORY_LEN, PAGE_LEN, PIECE_LEN};

use crate::snapshot::RestState;

/// The digests of a piece and of a directory that have not been written to. Most of a fresh memory is these.
pub(crate) struct Zeros {
    pub(crate) piece: Digest,
    pub(crate) directory: Digest,
    directory_bytes: [u8; DIRECTORY_LEN],
}

pub(crate) static ZEROS: LazyLock<Zeros> = LazyLock::new(|| {
    let piece = sha256(&ZERO_PIECE);
    let mut directory_bytes = [0; DIRECTORY_LEN];
    for entry in directory_bytes.chunks_exact_mut(Digest::LEN) {
        entry.copy_from_slice(&piece.0);
    }
    Zeros { piece, directory: sha256(&directory_bytes), directory_bytes }
});

static ZERO_PIECE: [u8; PIECE_LEN] = [0; PIECE_LEN];

/// The digests of a memory: of each piece, sixteen in a row being a directory, and of each directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Digests {
    pub(crate) pieces: Vec<u8>,
    pub(crate) directories: Vec<Digest>,
}

/// The memory of the last snapshot with its digests, so that the next one hashes and hands out only what differs.
///
/// It speaks of one store: what was handed out is taken as kept there. If a snapshot could not be stored, or if the last
/// one is taken out of the store, begin again with [`PageImage::empty`].
pub struct PageImage {
    memory: Vec<u8>,
    digests: Digests,
    fresh: Fresh,
}

/// What the last update found to be new, by place.
struct Fresh {
    zeros: bool,
    pieces: Vec<usize>,
    directories: Vec<usize>,
}

impl Digests {
    pub(crate) const EMPTY: Self = Self { pieces: Vec::new(), directories: Vec::new() };

    /// Makes room for a memory of this size, whose new part is all zeros.
    fn grow(&mut self, memory_bytes: usize) {
        for _ in self.directories.len()..memory_bytes / PAGE_LEN {
            self.pieces.extend_from_slice(&ZEROS.directory_bytes);
            self.directories.push(ZEROS.directory);
        }
    }

    fn directory_bytes(&self, number: usize) -> &[u8] {
        &self.pieces[number * DIRECTORY_LEN..][..DIRECTORY_LEN]
    }

    fn set_piece(&mut self, number: usize, digest: &Digest) {
        self.pieces[number * Digest::LEN..][..Digest::LEN].copy_from_slice(&digest.0);
    }
}

impl PageImage {
    /// The image for a store that holds nothing yet.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            memory: Vec::new(),
            digests: Digests::EMPTY,
            fresh: Fresh { zeros: false, pieces: Vec::new(), directories: Vec::new() },
        }
    }

    /// The image for a store that this state came out of.
    #[must_use]
    pub fn kept(state: &RestState) -> Self {
        let fresh = Fresh { zeros: false, pieces: Vec::new(), directories: Vec::new() };
        Self { memory: state.state().memory.clone(), digests: state.digests().clone(), fresh }
    }

    /// Makes this the image of `memory`, a whole number of WebAssembly pages. Pages that are as they were are compared
    /// and not hashed.
    pub(crate) fn update(&mut self, memory: &[u8]) {
        assert!(memory.len().is_multiple_of(PAGE_LEN), "a memory is a whole number of pages");
        if memory.len() < self.memory.len() {
            *self = Self::empty();
        }
        self.fresh = Fresh { zeros: self.memory.is_empty(), pieces: Vec::new(), directories: Vec::new() };
        self.memory.resize(memory.len(), 0);
        self.digests.grow(memory.len());
        let pages = self.memory.chunks_exact_mut(PAGE_LEN).zip(memory.chunks_exact(PAGE_LEN));
        for (page, (old, new)) in pages.enumerate() {
            if old == new {
                continue;
            }
            let pieces = old.chunks_exact_mut(PIECE_LEN).zip(new.chunks_exact(PIECE_LEN));
            for (place, (old, new)) in pieces.enumerate().filter(|(_, (old, new))| old != new) {
                old.copy_from_slice(new);
                let number = page * (PAGE_LEN / PIECE_LEN) + place;
                self.digests.set_piece(number, &piece_digest(new));
                self.fresh.pieces.push(number);
            }
            self.digests.directories[page] = sha256(self.digests.directory_bytes(page));
            self.fresh.directories.push(page);
        }
    }

    /// What the last update found to be new: pieces of 4 KiB and directories, each with its digest. The same bytes may come
    /// more than once.
    pub(crate) fn fresh(&self) -> impl Iterator<Item = (Digest, &[u8])> {
        let Digests { pieces, directories } = &self.digests;
        let zeros: [(Digest, &[u8]); 2] = [(ZEROS.piece, &ZERO_PIECE), (ZEROS.directory, &ZEROS.directory_bytes)];
        let zeros = zeros.into_iter().filter(|_| self.fresh.zeros);
        let piece = |number: &usize| (digest_at(pieces, *number), &self.memory[number * PIECE_LEN..][..PIECE_LEN]);
        let directory = |page: &usize| (directories[*page], self.digests.directory_bytes(*page));
        zeros.chain(self.fresh.pieces.iter().map(piece)).chain(self.fresh.directories.iter().map(directory))
    }

    pub(crate) fn digests(&self) -> &Digests {
        &self.digests
    }

    pub(crate) fn into_parts(self) -> (Vec<u8>, Digests) {
        (self.memory, self.digests)
    }
}

fn piece_digest(piece: &[u8]) -> Digest {
    if piece == ZERO_PIECE { ZEROS.piece } else { sha256(piece) }
}

/// The digest at a place in a row of digests.
pub(crate) fn digest_at(digests: &[u8], number: usize) -> Digest {
    Digest(digests[number * Digest::LEN..][..Digest::LEN].try_into().expect("a digest has 32 bytes"))
}
