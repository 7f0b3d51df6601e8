//! Verification of proofs: RFC 9162, sections 2.1.3.2 (inclusion) and 2.1.4.2 (consistency). Every size of 64 bits is
//! safe to ask about; no memory is taken.

use codec::Digest;
use core::fmt;

use super::{empty_root, node_hash};

/// Why a proof proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProofError {
    /// The leaf's index is not below the tree's size.
    IndexOutOfRange,
    /// The old tree is larger than the new one.
    SizesReversed,
    /// Fewer digests than a proof between these sizes has.
    TooShort,
    /// More digests than a proof between these sizes has.
    TooLong,
    /// The proof leads to another root; of a consistency proof: to another root of the new tree.
    RootMismatch,
    /// The proof leads to another root of the old tree.
    OldRootMismatch,
}

/// Checks that `leaf` (a leaf hash) is number `index` of the tree of `size` leaves with this `root`.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Digest,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if root_of_inclusion(index, size, leaf, proof)? == *root { Ok(()) } else { Err(ProofError::RootMismatch) }
}

/// The root that the tree of `size` leaves has if `proof` is true of `leaf` as number `index`. It proves nothing until the
/// root is compared with one that is known, or a signature over it is checked.
pub fn root_of_inclusion(index: u64, size: u64, leaf: &Digest, proof: &[Digest]) -> Result<Digest, ProofError> {
    if index >= size {
        return Err(ProofError::IndexOutOfRange);
    }
    let (mut place, mut last) = (index, size - 1);
    let mut root = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::TooLong);
        }
        if is_right_or_alone(place, last) {
            root = node_hash(sibling, &root);
            (place, last) = skip_levels_without_sibling(place, last);
        } else {
            root = node_hash(&root, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    if last == 0 { Ok(root) } else { Err(ProofError::TooShort) }
}

/// Checks that the tree of `old` leaves with `old_root` is the beginning of the tree of `new` leaves with `new_root`.
/// The empty tree is the beginning of every tree, and needs an empty proof.
pub fn verify_consistency(
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::SizesReversed);
    }
    if old == 0 && *old_root != empty_root() {
        return Err(ProofError::OldRootMismatch);
    }
    if old == 0 || old == new {
        let same = old == 0 && new != 0 || old_root == new_root;
        return match (proof.is_empty(), same) {
            (false, _) => Err(ProofError::TooLong),
            (true, false) => Err(ProofError::RootMismatch),
            (true, true) => Ok(()),
        };
    }
    // A complete old tree is a node of the new one, whose digest the proof leaves out.
    let (first, rest) = match proof.split_first() {
        None => return Err(ProofError::TooShort),
        Some(_) if old.is_power_of_two() => (old_root, proof),
        Some((first, rest)) => (first, rest),
    };
    let levels = (old - 1).trailing_ones();
    let (mut place, mut last) = ((old - 1) >> levels, (new - 1) >> levels);
    let (mut from_old, mut from_new) = (*first, *first);
    for digest in rest {
        if last == 0 {
            return Err(ProofError::TooLong);
        }
        if is_right_or_alone(place, last) {
            from_old = node_hash(digest, &from_old);
            from_new = node_hash(digest, &from_new);
            (place, last) = skip_levels_without_sibling(place, last);
        } else {
            from_new = node_hash(&from_new, digest);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    if last != 0 {
        Err(ProofError::TooShort)
    } else if from_old != *old_root {
        Err(ProofError::OldRootMismatch)
    } else if from_new != *new_root {
        Err(ProofError::RootMismatch)
    } else {
        Ok(())
    }
}

/// Whether the node at `place` of a level whose last is at `last` has its sibling on the left, or none.
fn is_right_or_alone(place: u64, last: u64) -> bool {
    place & 1 == 1 || place == last
}

/// The last node of a level moves up unchanged as long as it has no sibling.
fn skip_levels_without_sibling(place: u64, last: u64) -> (u64, u64) {
    let levels = if place == 0 { 0 } else { place.trailing_zeros() };
    (place >> levels, last >> levels)
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IndexOutOfRange => "the leaf's index is not below the tree's size",
            Self::SizesReversed => "the old tree is larger than the new one",
            Self::TooShort => "the proof has too few digests",
            Self::TooLong => "the proof has too many digests",
            Self::RootMismatch => "the proof leads to another root",
            Self::OldRootMismatch => "the proof leads to another root of the old tree",
        })
    }
}

impl core::error::Error for ProofError {}
