//! The tree against the recursive definitions of RFC 6962 and against published vectors.

use std::collections::BTreeMap;
use std::convert::Infallible;

use codec::{Digest, sha256};
use proptest::prelude::*;
use receipt::log::merkle::{
    Node, Nodes, PROOF_LEN_MAX, ProofError, SIZE_MAX, appended, consistency_proof, empty_root, inclusion_proof,
    leaf_hash, node_hash, peaks, root, root_of_inclusion, root_of_peaks, verify_consistency, verify_inclusion,
};

/// A store in memory that answers only for what was put there.
#[derive(Clone, Default)]
pub(crate) struct Store {
    pub(crate) nodes: BTreeMap<Node, Digest>,
    pub(crate) size: u64,
}

impl Nodes for Store {
    type Error = Infallible;

    fn node(&self, node: Node) -> Result<Digest, Infallible> {
        Ok(*self.nodes.get(&node).unwrap_or_else(|| panic!("{node:?} is asked for and not complete")))
    }
}

impl Store {
    pub(crate) fn append(&mut self, leaf: Digest) {
        for (node, digest) in appended(self, self.size, leaf).expect("the store answers") {
            assert!(self.nodes.insert(node, digest).is_none(), "{node:?} is completed twice");
        }
        self.size += 1;
    }

    pub(crate) fn of(entries: &[Vec<u8>]) -> Self {
        let mut store = Self::default();
        entries.iter().for_each(|entry| store.append(leaf_hash(entry)));
        store
    }
}

/// MTH of RFC 6962, section 2.1, over leaf hashes.
fn mth(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(largest_power_below(leaves.len()));
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// PATH of section 2.1.1.
fn path(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let half = largest_power_below(leaves.len());
    let (left, right) = leaves.split_at(half);
    let (mut digests, sibling) =
        if index < half { (path(index, left), mth(right)) } else { (path(index - half, right), mth(left)) };
    digests.push(sibling);
    digests
}

/// PROOF and SUBPROOF of section 2.1.2.
fn subproof(old: usize, leaves: &[Digest], complete: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if complete { Vec::new() } else { vec![mth(leaves)] };
    }
    let half = largest_power_below(leaves.len());
    let (left, right) = leaves.split_at(half);
    let (mut digests, sibling) = if old <= half {
        (subproof(old, left, complete), mth(right))
    } else {
        (subproof(old - half, right, false), mth(left))
    };
    digests.push(sibling);
    digests
}

fn largest_power_below(len: usize) -> usize {
    (1..len).rev().find(|value| value.is_power_of_two()).expect("at least two leaves")
}

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

fn store_of(leaves: &[Digest]) -> Store {
    let mut store = Store::default();
    leaves.iter().for_each(|leaf| store.append(*leaf));
    store
}

fn digest(hex: &str) -> Digest {
    Digest::from_hex(hex).expect("64 digits")
}

const SIZES: u64 = 300;

#[test]
fn roots_and_inclusion_proofs_are_those_of_the_definition() {
    let all = leaves(SIZES);
    let store = store_of(&all);
    let (mut roots, mut proofs) = (0, 0);
    for size in 0..=SIZES {
        let tree = &all[..size as usize];
        let expected = mth(tree);
        assert_eq!(root(&store, size), Ok(expected));
        let tops: Vec<_> = peaks(size).map(|peak| store.nodes[&peak]).collect();
        assert_eq!((tops.len() as u32, root_of_peaks(&tops)), (size.count_ones(), expected));
        roots += 1;
        // All leaves of small trees, and of larger ones those beside the places where the shape changes.
        for index in (0..size).filter(|index| size < 130 || index % 7 == 0 || index + 3 > size || index % 64 < 2) {
            let proof = inclusion_proof(&store, index, size).expect("the store answers");
            assert_eq!(proof, path(index as usize, tree), "leaf {index} of {size}");
            assert_eq!(verify_inclusion(index, size, &all[index as usize], &proof, &expected), Ok(()));
            proofs += 1;
        }
    }
    println!("{roots} roots and {proofs} inclusion proofs are those of the recursive definition");
}

#[test]
fn consistency_proofs_are_those_of_the_definition() {
    let all = leaves(SIZES);
    let store = store_of(&all);
    let roots: Vec<_> = (0..=SIZES).map(|size| root(&store, size).expect("the store answers")).collect();
    let mut proofs = 0;
    for new in 0..=SIZES {
        for old in (0..=new).filter(|old| new < 80 || old % 11 == 0 || old + 2 > new || old.is_power_of_two()) {
            let proof = consistency_proof(&store, old, new).expect("the store answers");
            if old > 0 {
                assert_eq!(proof, subproof(old as usize, &all[..new as usize], true), "{old} to {new}");
            }
            let (old_root, new_root) = (&roots[old as usize], &roots[new as usize]);
            assert_eq!(verify_consistency(old, old_root, new, new_root, &proof), Ok(()), "{old} to {new}");
            proofs += 1;
        }
    }
    println!("{proofs} consistency proofs are those of the recursive definition");
}

/// The eight leaves of the Certificate Transparency reference implementation, with its roots, paths and proofs.
#[test]
fn published_vectors() {
    let entries: Vec<Vec<u8>> =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
            .map(crate::vectors::from_hex)
            .into();
    let store = Store::of(&entries);
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    .map(digest);
    for (size, expected) in roots.iter().enumerate() {
        assert_eq!(root(&store, size as u64), Ok(*expected));
    }
    let a = digest("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
    let b = digest("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
    let c = digest("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
    let d = digest("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    let e = digest("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
    let f = digest("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
    let paths = [
        (0, 1, vec![]),
        (0, 8, vec![a, b, c]),
        (5, 8, vec![d, e, roots[4]]),
        (2, 3, vec![roots[2]]),
        (1, 5, vec![roots[1], b, d]),
    ];
    for (index, size, expected) in &paths {
        assert_eq!(inclusion_proof(&store, *index, *size).as_ref(), Ok(expected));
        let leaf = leaf_hash(&entries[*index as usize]);
        assert_eq!(verify_inclusion(*index, *size, &leaf, expected, &roots[*size as usize]), Ok(()));
    }
    let proofs = [(1, 1, vec![]), (1, 8, vec![a, b, c]), (6, 8, vec![f, e, roots[4]]), (2, 5, vec![b, d])];
    for (old, new, expected) in &proofs {
        assert_eq!(consistency_proof(&store, *old, *new).as_ref(), Ok(expected));
        let (old_root, new_root) = (&roots[*old as usize], &roots[*new as usize]);
        assert_eq!(verify_consistency(*old, old_root, *new, new_root, expected), Ok(()));
    }
    println!("{} roots, {} paths and {} proofs as published", roots.len(), paths.len(), proofs.len());
}

/// Every digest changed in one bit, left out, doubled or swapped with the next; one added at either end.
fn mutations(proof: &[Digest]) -> Vec<Vec<Digest>> {
    let mut list = Vec::new();
    for place in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[place].0[place % 32] ^= 1 << (place % 8);
        list.push(changed);
        let mut shorter = proof.to_vec();
        shorter.remove(place);
        list.push(shorter);
        let mut doubled = proof.to_vec();
        doubled.insert(place, proof[place]);
        list.push(doubled);
        if place + 1 < proof.len() {
            let mut swapped = proof.to_vec();
            swapped.swap(place, place + 1);
            list.push(swapped);
        }
    }
    for place in [0, proof.len()] {
        for extra in [Digest::ZERO, empty_root()] {
            let mut longer = proof.to_vec();
            longer.insert(place, extra);
            list.push(longer);
        }
    }
    list
}

#[test]
fn mutated_proofs_are_refused() {
    const SIZE: u64 = 70;
    let all = leaves(SIZE);
    let store = store_of(&all);
    let roots: Vec<_> = (0..=SIZE).map(|size| root(&store, size).expect("the store answers")).collect();
    let mut refused = 0;
    for size in 1..=SIZE {
        let tree_root = &roots[size as usize];
        for index in 0..size {
            let proof = inclusion_proof(&store, index, size).expect("the store answers");
            let leaf = &all[index as usize];
            for changed in mutations(&proof) {
                assert!(verify_inclusion(index, size, leaf, &changed, tree_root).is_err(), "leaf {index} of {size}");
                refused += 1;
            }
            for other in (0..size + 2).filter(|other| *other != index) {
                assert!(
                    verify_inclusion(other, size, leaf, &proof, tree_root).is_err(),
                    "{index} as {other} of {size}"
                );
                refused += 1;
            }
            assert_eq!(verify_inclusion(index, size, leaf, &proof, &Digest::ZERO), Err(ProofError::RootMismatch));
        }
        for old in 0..=size {
            let proof = consistency_proof(&store, old, size).expect("the store answers");
            let old_root = &roots[old as usize];
            for changed in mutations(&proof) {
                assert!(verify_consistency(old, old_root, size, tree_root, &changed).is_err(), "{old} to {size}");
                refused += 1;
            }
            for other in (1..=size).filter(|other| *other != old && old > 0) {
                assert!(verify_consistency(other, old_root, size, tree_root, &proof).is_err(), "{other} to {size}");
                refused += 1;
            }
            if old < size && old > 0 {
                assert!(verify_consistency(old, tree_root, size, old_root, &proof).is_err());
                assert!(verify_consistency(size, tree_root, old, old_root, &proof) == Err(ProofError::SizesReversed));
                assert!(verify_consistency(old, &Digest::ZERO, size, tree_root, &proof).is_err());
                assert!(verify_consistency(old, old_root, size, &Digest::ZERO, &proof).is_err());
            }
        }
    }
    assert_eq!(verify_consistency(0, &Digest::ZERO, 1, &all[0], &[]), Err(ProofError::OldRootMismatch));
    assert_eq!(verify_consistency(0, &empty_root(), 0, &all[0], &[]), Err(ProofError::RootMismatch));
    assert_eq!(verify_consistency(0, &empty_root(), 0, &empty_root(), &[]), Ok(()));
    println!("{refused} mutated proofs refused");
}

/// A tree in which every node's digest is made from its coordinates: enough for the shape of proofs near 2^63.
struct Shape;

impl Nodes for Shape {
    type Error = Infallible;

    fn node(&self, node: Node) -> Result<Digest, Infallible> {
        assert!(node.level < 63);
        let end = (u128::from(node.index) + 1) << node.level;
        assert!(end <= u128::from(SIZE_MAX), "{node:?} is not complete");
        Ok(sha256(&[&[node.level][..], &node.index.to_be_bytes()].concat()))
    }
}

#[test]
fn sizes_near_the_greatest() {
    let mut proofs = 0;
    for size in [SIZE_MAX, SIZE_MAX - 1, 1 << 62, (1 << 62) + 1, (1 << 62) - 1, (1 << 56) + 255] {
        let tree_root = root(&Shape, size).expect("it answers");
        for index in [0, 1, size / 2, size - 2, size - 1] {
            let leaf = Shape.node(Node { level: 0, index }).expect("it answers");
            let proof = inclusion_proof(&Shape, index, size).expect("it answers");
            assert!(proof.len() <= PROOF_LEN_MAX);
            let computed = root_of_inclusion(index, size, &leaf, &proof).expect("the length is right");
            // The digests of this store do not add up, but for proofs whose every step is a peak.
            if index == size - 1 && size & 1 == 1 {
                assert_eq!(computed, tree_root);
            }
            let proof = consistency_proof(&Shape, index.max(1), size).expect("it answers");
            assert!(proof.len() <= PROOF_LEN_MAX);
            let verdict = verify_consistency(index.max(1), &tree_root, size, &tree_root, &proof);
            assert!(!matches!(verdict, Err(ProofError::TooLong | ProofError::TooShort)), "{verdict:?}");
            proofs += 2;
        }
    }
    let grown = appended(&Shape, SIZE_MAX - 1, Digest::ZERO).expect("it answers");
    assert_eq!(grown.len(), 1);
    let grown = appended(&Shape, (1 << 62) - 1, Digest::ZERO).expect("it answers");
    assert_eq!((grown.len(), grown[62].0), (63, Node { level: 62, index: 0 }));
    let long = vec![Digest::ZERO; 70];
    for size in [0, 1, 2, u64::MAX - 1, u64::MAX, 1 << 63, (1 << 63) + 1] {
        for index in [0, 1, u64::MAX / 2, u64::MAX - 1, u64::MAX] {
            assert!(verify_inclusion(index, size, &Digest::ZERO, &long, &Digest::ZERO).is_err());
            assert!(verify_consistency(index, &Digest::ZERO, size, &empty_root(), &long).is_err());
            assert!(peaks(size).count() as u32 == size.count_ones());
        }
    }
    println!("{proofs} proofs near 2^63, 70 of foreign shape refused");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing panics, whatever is asked.
    #[test]
    fn any_proof_is_answered(
        a: u64, b: u64,
        proof in proptest::collection::vec(proptest::array::uniform32(any::<u8>()), 0..80),
    ) {
        let proof: Vec<_> = proof.into_iter().map(Digest).collect();
        prop_assert!(verify_inclusion(a, b, &Digest::ZERO, &proof, &Digest::ZERO).is_err());
        prop_assert!(verify_consistency(a, &Digest::ZERO, b, &Digest::ZERO, &proof).is_err() || a == b);
    }
}
