//! A log as plain files (C2SP tlog-tiles): which files a tree of a size has, what they are called, what is in them.
//!
//! | path | contents |
//! | --- | --- |
//! | `checkpoint` | the signed note |
//! | `tile/<L>/<N>` | 256 digests: the roots of the subtrees of 256^L leaves from number 256·N on |
//! | `tile/<L>/<N>.p/<W>` | the first W of them, at the tree's end |
//! | `tile/entries/<N>` | 256 entries from number 256·N on, each behind its length in two bytes, big-endian |
//! | `tile/entries/<N>.p/<W>` | the first W of them, at the tree's end |
//!
//! N is written in groups of three digits, all but the last with an `x`: 1234067 is `x001/x234/067`.

mod check;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use codec::Digest;
use core::fmt;

use super::merkle::{Node, Nodes, SIZE_MAX};
use crate::limits::RECEIPT_LEN_MAX;

pub use check::{DirectoryError, DirectoryReport, check_directory};

/// Path of the signed note.
pub const CHECKPOINT_PATH: &str = "checkpoint";
/// Digests of a full tile, entries of a full bundle.
pub const WIDTH: u16 = 256;
/// The highest level of a tile in a tree of less than 2^63 leaves.
pub const LEVEL_MAX: u8 = 7;
/// Bytes of an entry: its length has two bytes.
pub const ENTRY_LEN_MAX: usize = 0xffff;
/// Bytes of the longest bundle.
pub const BUNDLE_LEN_MAX: usize = WIDTH as usize * (2 + ENTRY_LEN_MAX);
/// Bytes of the longest path: the prefix, seven groups of digits, the width.
const PATH_LEN_MAX: usize = 64;

// Every receipt can be an entry.
const _: () = assert!(RECEIPT_LEN_MAX <= ENTRY_LEN_MAX);

/// A file of digests or of entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tile {
    /// What is in it.
    pub kind: Kind,
    /// Which of its kind, from 0.
    pub index: u64,
    /// How many digests or entries it has: 256, or 1 to 255 at the tree's end.
    pub width: u16,
}

/// What a file holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Digests of subtrees of 256^level leaves; level 0 to [`LEVEL_MAX`].
    Digests(u8),
    /// Entries.
    Entries,
}

/// Why something is not a tile or a bundle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TileError {
    /// The path is not one that this module writes.
    Path,
    /// A tile has not exactly 32 bytes for each digest.
    TileLen,
    /// An entry, counted from 0 in its bundle, is cut short.
    EntryTruncated(u16),
    /// Bytes follow a bundle's last entry.
    TrailingBytes,
    /// An entry, counted from 0, is longer than [`ENTRY_LEN_MAX`] bytes.
    EntryLen(u16),
    /// A bundle has no entry, or more than 256.
    BundleWidth,
}

/// The tiles of digests of a tree of `size` leaves, level by level: all full ones, and one partial at most for each level.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    (0..=LEVEL_MAX).flat_map(move |level| files(Kind::Digests(level), size >> (8 * u32::from(level))))
}

/// The bundles of a tree of `size` leaves.
pub fn bundles(size: u64) -> impl Iterator<Item = Tile> {
    files(Kind::Entries, size)
}

fn files(kind: Kind, count: u64) -> impl Iterator<Item = Tile> {
    let full = (0..count / u64::from(WIDTH)).map(move |index| Tile { kind, index, width: WIDTH });
    let rest = (count % u64::from(WIDTH)) as u16;
    full.chain((rest > 0).then_some(Tile { kind, index: count / u64::from(WIDTH), width: rest }))
}

impl Tile {
    /// The path below the log's prefix.
    #[must_use]
    pub fn path(&self) -> String {
        let Self { kind, index, width } = *self;
        let mut groups = format!("{:03}", index % 1000);
        let mut rest = index / 1000;
        while rest > 0 {
            groups = format!("x{:03}/{groups}", rest % 1000);
            rest /= 1000;
        }
        let kind = match kind {
            Kind::Digests(level) => format!("{level}"),
            Kind::Entries => String::from("entries"),
        };
        if width == WIDTH { format!("tile/{kind}/{groups}") } else { format!("tile/{kind}/{groups}.p/{width}") }
    }

    /// Reads a path; only what [`Tile::path`] writes is taken.
    pub fn parse(path: &str) -> Result<Self, TileError> {
        Self::parse_some(path).filter(|tile| tile.path() == path).ok_or(TileError::Path)
    }

    fn parse_some(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("tile/").filter(|_| path.len() <= PATH_LEN_MAX)?;
        let (kind, rest) = rest.split_once('/')?;
        let kind = match kind {
            "entries" => Kind::Entries,
            level => Kind::Digests(level.parse().ok().filter(|level| *level <= LEVEL_MAX)?),
        };
        let (groups, width) = match rest.split_once(".p/") {
            Some((groups, width)) => (groups, width.parse().ok().filter(|width| (1..WIDTH).contains(width))?),
            None => (rest, WIDTH),
        };
        let index = groups.split('/').try_fold(0_u64, |index, group| {
            let digits = group.strip_prefix('x').unwrap_or(group);
            index.checked_mul(1000)?.checked_add(digits.parse::<u16>().ok()?.into())
        })?;
        let tile = Self { kind, index, width };
        (tile.last()? < SIZE_MAX).then_some(tile)
    }

    /// The number of the last leaf that the tile covers.
    fn last(&self) -> Option<u64> {
        let shift = match self.kind {
            Kind::Digests(level) => 8 * u32::from(level),
            Kind::Entries => 0,
        };
        let end = u128::from(self.index) * u128::from(WIDTH) + u128::from(self.width);
        u64::try_from(end.checked_mul(1 << shift)?.checked_sub(1)?).ok()
    }

    /// The full tile of which this is the beginning.
    #[must_use]
    pub fn filled(&self) -> Self {
        Self { width: WIDTH, ..*self }
    }

    /// The nodes whose digests a tile of digests has, in order; none for a bundle. The tile is one of a tree that exists:
    /// from [`tiles`], or from [`Tile::parse`].
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        let Self { kind, index, width } = *self;
        let level = match kind {
            Kind::Digests(level) => Some(level * 8),
            Kind::Entries => None,
        };
        let first = index * u64::from(WIDTH);
        level.into_iter().flat_map(move |level| (0..u64::from(width)).map(move |i| Node { level, index: first + i }))
    }

    /// The contents of a tile of digests out of a store.
    pub fn contents<N: Nodes>(&self, nodes: &N) -> Result<Vec<u8>, N::Error> {
        let mut bytes = Vec::with_capacity(usize::from(self.width) * Digest::LEN);
        for node in self.nodes() {
            bytes.extend_from_slice(&nodes.node(node)?.0);
        }
        Ok(bytes)
    }
}

/// Reads a tile of `width` digests.
pub fn decode_tile(bytes: &[u8], width: u16) -> Result<Vec<Digest>, TileError> {
    let (digests, rest) = bytes.as_chunks();
    if rest.is_empty() && digests.len() == usize::from(width) {
        Ok(digests.iter().map(|digest| Digest(*digest)).collect())
    } else {
        Err(TileError::TileLen)
    }
}

/// Writes a bundle of 1 to 256 entries.
pub fn encode_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, TileError> {
    let mut bytes = Vec::new();
    let mut count = 0;
    for entry in entries {
        if count == WIDTH {
            return Err(TileError::BundleWidth);
        }
        let len = u16::try_from(entry.len()).map_err(|_| TileError::EntryLen(count))?;
        bytes.extend_from_slice(&len.to_be_bytes());
        bytes.extend_from_slice(entry);
        count += 1;
    }
    if count == 0 { Err(TileError::BundleWidth) } else { Ok(bytes) }
}

/// Reads a bundle of `width` entries.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    for number in 0..width {
        let truncated = TileError::EntryTruncated(number);
        let (len, tail) = rest.split_first_chunk().ok_or(truncated)?;
        let (entry, tail) = tail.split_at_checked(u16::from_be_bytes(*len).into()).ok_or(truncated)?;
        entries.push(entry);
        rest = tail;
    }
    if rest.is_empty() { Ok(entries) } else { Err(TileError::TrailingBytes) }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

impl fmt::Display for TileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path => f.write_str("not the path of a tile"),
            Self::TileLen => f.write_str("a tile has 32 bytes for each of its digests, and no others"),
            Self::EntryTruncated(number) => write!(f, "entry {number} of the bundle is cut short"),
            Self::TrailingBytes => f.write_str("bytes follow the bundle's last entry"),
            Self::EntryLen(number) => write!(f, "entry {number} is longer than {ENTRY_LEN_MAX} bytes"),
            Self::BundleWidth => f.write_str("a bundle has 1 to 256 entries"),
        }
    }
}

impl core::error::Error for TileError {}
