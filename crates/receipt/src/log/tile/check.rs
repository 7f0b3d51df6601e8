//! The reader's side: a whole directory against a verified checkpoint, one file at a time, in constant memory.
//!
//! Every digest of every tile is made anew from what is below it, and every entry is hashed; so a directory that passes
//! is the one that the checkpoint's tree has, byte for byte.

use alloc::vec::Vec;
use codec::Digest;
use core::fmt;

use super::{Kind, LEVEL_MAX, Tile, TileError, WIDTH, bundles, decode_bundle, decode_tile, tiles};
use crate::log::checkpoint::Checkpoint;
use crate::log::merkle::{leaf_hash, node_hash, root_of_peaks};

/// What was checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DirectoryReport {
    /// Tiles of digests, each made anew.
    pub tiles: u64,
    /// Bundles that were there.
    pub bundles: u64,
    /// Bundles that were pruned away.
    pub pruned: u64,
    /// Entries that were hashed.
    pub entries: u64,
}

/// What is wrong with a directory. `E` is the reader's own error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DirectoryError<E> {
    /// The world failed while a file was read.
    Read(Tile, E),
    /// A file that the tree must have is not there.
    Missing(Tile),
    /// A file is malformed.
    Malformed(Tile, TileError),
    /// A digest of a tile (place from 0) is not the one that what is below it has.
    Digest(Tile, u16),
    /// An entry (its number in the log) does not hash to the leaf that the tiles have there.
    Entry(u64),
    /// The tiles agree among themselves, and their root is not the checkpoint's.
    Root,
}

/// Checks the tiles and bundles of a directory against `checkpoint`, which the caller has verified. `read` gives the
/// contents of the file at a path below the log's prefix, or `None` if there is none; where a partial file is gone, the
/// full one is asked for in its place. `visit` sees each entry with its number, in order, after it was hashed and compared
/// with its tile. Bundles that begin below `minimum` may be missing: their receipts were pruned, and their tiles speak
/// for them.
pub fn check_directory<E>(
    checkpoint: &Checkpoint,
    minimum: u64,
    mut read: impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
    mut visit: impl FnMut(u64, &[u8]),
) -> Result<DirectoryReport, DirectoryError<E>> {
    let mut report = DirectoryReport { tiles: 0, bundles: 0, pruned: 0, entries: 0 };
    let mut levels = Levels::new();
    for bundle in bundles(checkpoint.size) {
        let tile = Tile { kind: Kind::Digests(0), ..bundle };
        let leaves = read_tile(tile, &mut read)?;
        let first = bundle.index * u64::from(WIDTH);
        match read_bundle(bundle, &mut read)? {
            Some(bytes) => {
                let entries =
                    decode_bundle(&bytes, bundle.width).map_err(|error| DirectoryError::Malformed(bundle, error))?;
                for (number, (entry, leaf)) in (first..).zip(entries.iter().zip(&leaves)) {
                    if leaf_hash(entry) != *leaf {
                        return Err(DirectoryError::Entry(number));
                    }
                    visit(number, entry);
                }
                report.bundles += 1;
                report.entries += u64::from(bundle.width);
            }
            None if first < minimum => report.pruned += 1,
            None => return Err(DirectoryError::Missing(bundle)),
        }
        report.tiles += 1 + levels.add(&leaves, &mut read)?;
    }
    report.tiles += levels.check_partial(checkpoint.size, &mut read)?;
    if levels.root() == checkpoint.root { Ok(report) } else { Err(DirectoryError::Root) }
}

/// The digests at the right edge of each level, not yet a full tile.
struct Levels([Vec<Digest>; LEVEL_MAX as usize + 1]);

impl Levels {
    fn new() -> Self {
        Self([const { Vec::new() }; LEVEL_MAX as usize + 1])
    }

    /// Takes the digests of a tile of level 0. Each tile above that becomes full is compared with its file. Gives their
    /// number.
    fn add<E>(
        &mut self,
        leaves: &[Digest],
        read: &mut impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<u64, DirectoryError<E>> {
        self.0[0].extend_from_slice(leaves);
        let mut compared = 0;
        for level in 1..self.0.len() {
            if self.0[level - 1].len() < usize::from(WIDTH) {
                break;
            }
            let digest = root_of_full(&self.0[level - 1]);
            self.0[level - 1].clear();
            self.0[level].push(digest);
            if self.0[level].len() == usize::from(WIDTH) {
                let index = self.index_above(level);
                compare(Tile { kind: Kind::Digests(level as u8), index, width: WIDTH }, &self.0[level], read)?;
                compared += 1;
            }
        }
        Ok(compared)
    }

    /// The number of the tile at this level, from what the levels above it have already taken.
    fn index_above(&self, level: usize) -> u64 {
        self.0[level + 1..].iter().rev().fold(0, |index, digests| index * u64::from(WIDTH) + digests.len() as u64)
    }

    /// Compares the partial tiles above level 0, whose own was read already.
    fn check_partial<E>(
        &self,
        size: u64,
        read: &mut impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<u64, DirectoryError<E>> {
        let mut compared = 0;
        for tile in tiles(size >> 8).filter(|tile| tile.width < WIDTH) {
            let Kind::Digests(below) = tile.kind else { continue };
            let tile = Tile { kind: Kind::Digests(below + 1), ..tile };
            compare(tile, &self.0[usize::from(below) + 1], read)?;
            compared += 1;
        }
        Ok(compared)
    }

    /// The root over all levels: each is a row of complete subtrees, the highest on the left.
    fn root(&self) -> Digest {
        let mut peaks = Vec::new();
        for digests in self.0.iter().rev() {
            let mut rest = digests.as_slice();
            while !rest.is_empty() {
                let (row, tail) = rest.split_at(1 << rest.len().ilog2());
                peaks.push(root_of_full(row));
                rest = tail;
            }
        }
        root_of_peaks(&peaks)
    }
}

/// The root over a power of two of digests.
fn root_of_full(digests: &[Digest]) -> Digest {
    let mut row = digests.to_vec();
    while row.len() > 1 {
        row = row.as_chunks().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row[0]
}

fn compare<E>(
    tile: Tile,
    expected: &[Digest],
    read: &mut impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
) -> Result<(), DirectoryError<E>> {
    let found = read_tile(tile, read)?;
    assert_eq!(found.len(), expected.len(), "both are of the tile's width");
    match found.iter().zip(expected).position(|(found, expected)| found != expected) {
        None => Ok(()),
        Some(place) => Err(DirectoryError::Digest(tile, place as u16)),
    }
}

/// A tile's digests; of the full tile, where that has taken the place of the partial one, its first.
fn read_tile<E>(
    tile: Tile,
    read: &mut impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
) -> Result<Vec<Digest>, DirectoryError<E>> {
    for found in [tile, tile.filled()] {
        if let Some(bytes) = read(&found.path()).map_err(|error| DirectoryError::Read(found, error))? {
            let mut digests =
                decode_tile(&bytes, found.width).map_err(|error| DirectoryError::Malformed(found, error))?;
            digests.truncate(tile.width.into());
            return Ok(digests);
        }
    }
    Err(DirectoryError::Missing(tile))
}

/// A bundle's bytes, likewise.
fn read_bundle<E>(
    bundle: Tile,
    read: &mut impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
) -> Result<Option<Vec<u8>>, DirectoryError<E>> {
    let failed = |tile| move |error| DirectoryError::Read(tile, error);
    if let Some(bytes) = read(&bundle.path()).map_err(failed(bundle))? {
        return Ok(Some(bytes));
    }
    let full = bundle.filled();
    if full == bundle {
        return Ok(None);
    }
    let Some(bytes) = read(&full.path()).map_err(failed(full))? else { return Ok(None) };
    let entries = decode_bundle(&bytes, WIDTH).map_err(|error| DirectoryError::Malformed(full, error))?;
    let len = entries.iter().take(bundle.width.into()).map(|entry| 2 + entry.len()).sum();
    Ok(Some(bytes[..len].to_vec()))
}

impl<E: fmt::Display> fmt::Display for DirectoryError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(tile, error) => write!(f, "{tile}: {error}"),
            Self::Missing(tile) => write!(f, "{tile} is missing"),
            Self::Malformed(tile, error) => write!(f, "{tile}: {error}"),
            Self::Digest(tile, place) => write!(f, "{tile}: digest {place} is not that of what is below it"),
            Self::Entry(number) => write!(f, "entry {number} does not hash to its leaf"),
            Self::Root => f.write_str("the tiles lead to another root than the checkpoint's"),
        }
    }
}

impl<E: core::error::Error> core::error::Error for DirectoryError<E> {}
