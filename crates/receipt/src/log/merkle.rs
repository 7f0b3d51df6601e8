//! The Merkle tree of RFC 6962, section 2.1: leaf and node hashes, growth by one leaf, roots.
//!
//! A store keeps the digests of *complete* subtrees only: those with 2^level leaves. They never change once they are
//! there. The roots of incomplete subtrees are made from at most 63 of them.
//!
//! | module | concept |
//! | --- | --- |
//! | `prove` | inclusion and consistency proofs out of a store |
//! | `verify` | the verification algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2 |

mod prove;
mod verify;

use alloc::vec::Vec;
use codec::{Digest, Hasher, Sink, sha256};

pub use prove::{consistency_proof, inclusion_proof};
pub use verify::{ProofError, root_of_inclusion, verify_consistency, verify_inclusion};

/// The largest tree: 2^63 − 1 leaves, so that sizes fit a signed integer of the implementations that use one.
pub const SIZE_MAX: u64 = i64::MAX as u64;

/// Digests in the longest proof for a tree of at most [`SIZE_MAX`] leaves: an inclusion proof has at most one per level
/// (63), a consistency proof one more.
pub const PROOF_LEN_MAX: usize = 64;

/// A complete subtree: it covers the leaves `index << level` up to but not including `(index + 1) << level`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Node {
    /// Height: 0 is a leaf, 63 the highest.
    pub level: u8,
    /// Which of the subtrees of this height, from 0.
    pub index: u64,
}

/// Where the digests of complete subtrees are kept.
pub trait Nodes {
    /// What reading may fail with.
    type Error;

    /// The digest of a complete subtree. Only nodes of the tree's size are asked for.
    fn node(&self, node: Node) -> Result<Digest, Self::Error>;
}

impl<N: Nodes + ?Sized> Nodes for &N {
    type Error = N::Error;

    fn node(&self, node: Node) -> Result<Digest, Self::Error> {
        (**self).node(node)
    }
}

/// SHA-256(0x00 ‖ entry).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.write(&[0]);
    hasher.write(entry);
    hasher.finish()
}

/// SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [1; 1 + 2 * Digest::LEN];
    bytes[1..=Digest::LEN].copy_from_slice(&left.0);
    bytes[1 + Digest::LEN..].copy_from_slice(&right.0);
    sha256(&bytes)
}

/// The root of the tree without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Digest {
    sha256(&[])
}

/// The nodes that appending leaf number `size` (its hash is `leaf`) to a tree of `size` leaves completes: the leaf first,
/// then one for each further subtree that it fills. `size` is below [`SIZE_MAX`].
pub fn appended<N: Nodes>(nodes: &N, size: u64, leaf: Digest) -> Result<Vec<(Node, Digest)>, N::Error> {
    assert!(size < SIZE_MAX, "a tree of 2^63 - 1 leaves does not grow");
    let filled = size.trailing_ones() as u8;
    let mut completed = Vec::with_capacity(usize::from(filled) + 1);
    completed.push((Node { level: 0, index: size }, leaf));
    let mut digest = leaf;
    for level in 0..filled {
        let left = nodes.node(Node { level, index: (size >> level) - 1 })?;
        digest = node_hash(&left, &digest);
        completed.push((Node { level: level + 1, index: size >> (level + 1) }, digest));
    }
    Ok(completed)
}

/// The complete subtrees that a tree of `size` leaves is made of, largest first: one for each bit of `size`.
pub fn peaks(size: u64) -> impl Iterator<Item = Node> {
    peaks_from(0, size)
}

/// The root over the digests of [`peaks`], in their order.
#[must_use]
pub fn root_of_peaks(peaks: &[Digest]) -> Digest {
    let Some((last, rest)) = peaks.split_last() else { return empty_root() };
    rest.iter().rev().fold(*last, |right, left| node_hash(left, &right))
}

/// The root of the tree of the first `size` leaves.
pub fn root<N: Nodes>(nodes: &N, size: u64) -> Result<Digest, N::Error> {
    root_from(nodes, 0, size)
}

/// The peaks of the `len` leaves from `start` on. `start` is a multiple of the smallest power of two that is not below
/// `len`, as it is for every subtree of RFC 6962.
fn peaks_from(start: u64, len: u64) -> impl Iterator<Item = Node> {
    debug_assert!(len.checked_next_power_of_two().is_none_or(|width| start.is_multiple_of(width)));
    (0..64_u8).rev().filter(move |level| len >> level & 1 == 1).map(move |level| {
        let below = len & !(u64::MAX >> (63 - level));
        Node { level, index: (start + below) >> level }
    })
}

/// The root of the subtree over the `len` leaves from `start` on.
fn root_from<N: Nodes>(nodes: &N, start: u64, len: u64) -> Result<Digest, N::Error> {
    let digests = peaks_from(start, len).map(|peak| nodes.node(peak)).collect::<Result<Vec<_>, _>>()?;
    Ok(root_of_peaks(&digests))
}
