//! Proofs out of a store of complete subtrees: RFC 6962, sections 2.1.1 and 2.1.2, without recursion.

use alloc::vec::Vec;
use codec::Digest;

use super::{Nodes, SIZE_MAX, root_from};

/// PATH(index, the first `size` leaves): the siblings from the leaf up. `index` is below `size`, `size` at most
/// [`SIZE_MAX`]. Reads at most 126 nodes.
pub fn inclusion_proof<N: Nodes>(nodes: &N, index: u64, size: u64) -> Result<Vec<Digest>, N::Error> {
    assert!(index < size && size <= SIZE_MAX, "leaf {index} of a tree of {size}");
    let (mut start, mut len) = (0, size);
    let mut siblings = Vec::new();
    while len > 1 {
        let half = split(len);
        if index - start < half {
            siblings.push(root_from(nodes, start + half, len - half)?);
            len = half;
        } else {
            siblings.push(root_from(nodes, start, half)?);
            start += half;
            len -= half;
        }
    }
    siblings.reverse();
    Ok(siblings)
}

/// PROOF(old, the first `new` leaves): that the first `old` leaves of the tree of `new` leaves are the tree of `old`.
/// `old` is at most `new`, `new` at most [`SIZE_MAX`]. Empty if `old` is 0 or `new`.
pub fn consistency_proof<N: Nodes>(nodes: &N, old: u64, new: u64) -> Result<Vec<Digest>, N::Error> {
    assert!(old <= new && new <= SIZE_MAX, "from a tree of {old} to one of {new}");
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut start, mut len) = (0, new);
    let mut digests = Vec::new();
    while start + len != old {
        let half = split(len);
        if old - start <= half {
            digests.push(root_from(nodes, start + half, len - half)?);
            len = half;
        } else {
            digests.push(root_from(nodes, start, half)?);
            start += half;
            len -= half;
        }
    }
    // From the leftmost subtree on, the verifier knows the root of the old tree and needs no digest of it.
    if start > 0 {
        digests.push(root_from(nodes, start, len)?);
    }
    digests.reverse();
    Ok(digests)
}

/// The largest power of two below `len`, which is at least 2.
fn split(len: u64) -> u64 {
    1 << (len - 1).ilog2()
}
