//! The log over the receipts as the journal keeps it: the digest of every complete subtree, in a table. The hashes are
//! those of [`receipt::log::merkle`]; what a receipt means is of no concern here.

use codec::Digest;
use receipt::log::merkle::{self, Node, Nodes};
use redb::{ReadOnlyTable, ReadableTable, Table};

use crate::error::{JournalErrorKind, classify};

/// Where a node stands in its table: its level before its index, so that a level lies together and in order.
pub(crate) fn key(node: Node) -> u64 {
    assert!(node.level < 64 && node.index <= INDEX_MAX, "epochs end before nodes do");
    u64::from(node.level) << INDEX_BITS | node.index
}

const INDEX_BITS: u32 = 56;
const INDEX_MAX: u64 = (1 << INDEX_BITS) - 1;
const _: () = assert!(crate::limits::EPOCH_MAX <= INDEX_MAX);

/// The peaks of a log that grows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Frontier {
    size: u64,
    peaks: Vec<(Node, Digest)>,
}

impl Frontier {
    /// The peaks of a log of `size` leaves, read from where they are kept.
    pub(crate) fn read<N: Nodes>(nodes: &N, size: u64) -> Result<Self, N::Error> {
        let peaks = merkle::peaks(size).map(|peak| Ok((peak, nodes.node(peak)?))).collect::<Result<_, _>>()?;
        Ok(Self { size, peaks })
    }

    /// The peaks of a log of `size` leaves, given in their order, largest first.
    pub(crate) fn new(size: u64, peaks: &[Digest]) -> Self {
        Self { size, peaks: merkle::peaks(size).zip(peaks.iter().copied()).collect() }
    }

    pub(crate) fn peaks(&self) -> &[(Node, Digest)] {
        &self.peaks
    }

    pub(crate) fn root(&self) -> Digest {
        merkle::root_of_peaks(&self.peaks.iter().map(|(_, digest)| *digest).collect::<Vec<_>>())
    }

    /// Appends a leaf; the nodes that it completes.
    pub(crate) fn push(&mut self, leaf: Digest) -> Vec<(Node, Digest)> {
        let Ok(completed) = merkle::appended(self, self.size, leaf);
        let filled = completed.len() - 1;
        self.peaks.truncate(self.peaks.len() - filled);
        self.peaks.extend(completed.last());
        self.size += 1;
        completed
    }
}

impl Nodes for Frontier {
    type Error = std::convert::Infallible;

    fn node(&self, node: Node) -> Result<Digest, Self::Error> {
        let found = self.peaks.iter().find(|(peak, _)| *peak == node);
        Ok(found.expect("a leaf is joined to peaks alone").1)
    }
}

/// Writes nodes.
pub(crate) fn insert(
    table: &mut Table<'_, u64, &'static [u8; 32]>,
    nodes: &[(Node, Digest)],
) -> Result<(), redb::StorageError> {
    for (node, digest) in nodes {
        table.insert(key(*node), digest.as_bytes())?;
    }
    Ok(())
}

/// The nodes in a table.
pub(crate) struct Kept<'t, T> {
    pub(crate) table: &'t T,
    /// How many leaves the log had when the journal was made.
    pub(crate) rooted: u64,
    pub(crate) start: u64,
}

impl<T: ReadableTable<u64, &'static [u8; 32]>> Nodes for Kept<'_, T> {
    type Error = JournalErrorKind;

    fn node(&self, node: Node) -> Result<Digest, JournalErrorKind> {
        if node.level >= 64 || node.index > INDEX_MAX >> node.level {
            return Err(JournalErrorKind::Tree { level: node.level, index: node.index });
        }
        match self.table.get(key(node)).map_err(classify)? {
            Some(digest) => Ok(Digest(*digest.value())),
            None if node.index < self.rooted >> node.level => {
                let epoch = self.start + (node.index << node.level) + 1;
                Err(JournalErrorKind::NotKept { what: "node of the log", epoch })
            }
            None => Err(JournalErrorKind::Tree { level: node.level, index: node.index }),
        }
    }
}

/// How many nodes a journal keeps that was begun with `rooted` leaves and now has `size`.
pub(crate) fn nodes_kept(rooted: u64, size: u64) -> u64 {
    // A tree of n leaves has n + n/2 + n/4 + ... complete subtrees, which is 2n less the number of its peaks.
    let complete = |size: u64| 2 * size - u64::from(size.count_ones());
    complete(size) - complete(rooted) + u64::from(rooted.count_ones())
}

/// Compares every interior node with the two under it, and that none is missing.
pub(crate) fn check_interior(
    table: &ReadOnlyTable<u64, &'static [u8; 32]>,
    rooted: u64,
    size: u64,
) -> Result<(), JournalErrorKind> {
    for level in 0..64 {
        let whole = size >> level;
        if whole == 0 {
            break;
        }
        // Of the leaves before `rooted` only the peaks are there, whose own children are not.
        let made = rooted >> level;
        let first = made & !1;
        let mut found = table.range(level_range(level)).map_err(classify)?;
        let mut children = match level {
            0 => None,
            _ => Some(table.range(level_range(level - 1)).map_err(classify)?),
        };
        for index in first..whole {
            let wrong = || JournalErrorKind::Tree { level, index };
            let digest = next_node(&mut found, Node { level, index })?.ok_or_else(wrong)?;
            let Some(children) = children.as_mut().filter(|_| index >= made) else { continue };
            let left = next_node(children, Node { level: level - 1, index: 2 * index })?;
            let right = next_node(children, Node { level: level - 1, index: 2 * index + 1 })?;
            match left.zip(right) {
                Some((left, right)) if merkle::node_hash(&left, &right) == digest => {}
                _ => return Err(wrong()),
            }
        }
        if let Some(row) = found.next() {
            let index = row.map_err(classify)?.0.value() & INDEX_MAX;
            return Err(JournalErrorKind::Tree { level, index });
        }
    }
    Ok(())
}

fn level_range(level: u8) -> std::ops::RangeInclusive<u64> {
    let first = u64::from(level) << INDEX_BITS;
    first..=first | INDEX_MAX
}

/// The digest of the next row, if that is the node.
fn next_node(
    rows: &mut redb::Range<'_, u64, &'static [u8; 32]>,
    node: Node,
) -> Result<Option<Digest>, JournalErrorKind> {
    let Some(row) = rows.next() else { return Ok(None) };
    let (found, digest) = row.map_err(classify)?;
    Ok((found.value() == key(node)).then(|| Digest(*digest.value())))
}
