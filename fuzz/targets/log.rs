//! What a log gives to others, from any bytes: notes, heads, proofs, tiles and COSE receipts. What is read prints to the same
//! bytes. And a real log with one thing changed: nothing that was not in it verifies.
//!
//! The first byte says what the rest is taken for.
#![no_main]

use std::sync::OnceLock;

use arbitrary::{Result, Unstructured};
use codec::Digest;
use libfuzzer_sys::fuzz_target;
use receipt::log::merkle::{
    SIZE_MAX, consistency_proof, inclusion_proof, leaf_hash, root, root_of_inclusion, verify_consistency,
    verify_inclusion,
};
use receipt::log::tile::{Kind, Tile, bundles, check_directory, decode_bundle, decode_tile, encode_bundle, tiles};
use receipt::log::{Checkpoint, CoseReceipt, Note, SignedHead, TlogProof, Transparent, VerifierKey};

use log_fixture::Log;

#[path = "../../crates/receipt/tests/it/fixture.rs"]
#[allow(dead_code, missing_docs)]
mod fixture;
#[path = "../../crates/receipt/tests/it/log_fixture.rs"]
#[allow(dead_code, missing_docs)]
mod log_fixture;

/// The store of the fixture's log, under the name that the fixture knows it by.
mod log_merkle {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use codec::Digest;
    use receipt::log::merkle::{Node, Nodes, appended, leaf_hash};

    /// Digests in memory.
    #[derive(Default)]
    pub(crate) struct Store {
        nodes: BTreeMap<Node, Digest>,
        size: u64,
    }

    impl Nodes for Store {
        type Error = Infallible;

        fn node(&self, node: Node) -> Result<Digest, Infallible> {
            Ok(*self.nodes.get(&node).unwrap_or_else(|| panic!("{node:?} is asked for and not complete")))
        }
    }

    impl Store {
        pub(crate) fn of(entries: &[Vec<u8>]) -> Self {
            let mut store = Self::default();
            for entry in entries {
                let Ok(completed) = appended(&store, store.size, leaf_hash(entry));
                store.nodes.extend(completed);
                store.size += 1;
            }
            store
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, bytes)) = data.split_first() else { return };
    match kind % 12 {
        0 => same(Note::parse(bytes).ok().map(|note| note.to_string().into_bytes()), bytes),
        1 => same(SignedHead::decode(bytes).ok().map(|head| head.to_bytes()), bytes),
        2 => same(TlogProof::parse(bytes).ok().map(|proof| proof.to_text().into_bytes()), bytes),
        3 => same(CoseReceipt::decode(bytes).ok().map(|receipt| receipt.to_bytes()), bytes),
        4 => same(Transparent::decode(bytes).ok().map(|receipt| receipt.to_bytes()), bytes),
        5 => text(bytes),
        6 => tile_contents(bytes),
        // Descriptions that end too early describe nothing.
        7 => any_proof(&mut Unstructured::new(bytes)).unwrap_or_default(),
        8 => changed_proof(&mut Unstructured::new(bytes)).unwrap_or_default(),
        9 => changed_text(&mut Unstructured::new(bytes)).unwrap_or_default(),
        10 => changed_directory(&mut Unstructured::new(bytes)).unwrap_or_default(),
        _ => changed_receipt(&mut Unstructured::new(bytes)).unwrap_or_default(),
    }
});

fn same(again: Option<Vec<u8>>, bytes: &[u8]) {
    if let Some(again) = again {
        assert_eq!(again, bytes, "read and written again");
    }
}

fn text(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    same(Checkpoint::parse(text).ok().map(|checkpoint| checkpoint.to_text().into_bytes()), bytes);
    same(VerifierKey::parse(text).ok().map(|key| key.to_string().into_bytes()), bytes);
    if let Ok(tile) = Tile::parse(text) {
        assert_eq!(tile.path(), text);
        assert!(tile.nodes().all(|node| node.level < 64 && node.index <= SIZE_MAX >> node.level));
    }
}

fn tile_contents(bytes: &[u8]) {
    let Some((width, bytes)) = bytes.split_first() else { return };
    let width = u16::from(*width) + 1;
    if let Ok(digests) = decode_tile(bytes, width) {
        assert_eq!(digests.iter().flat_map(|digest| digest.0).collect::<Vec<_>>(), bytes);
    }
    if let Ok(entries) = decode_bundle(bytes, width) {
        assert_eq!(encode_bundle(entries).as_deref(), Ok(bytes));
    }
}

/// Any sizes and digests.
fn any_proof(u: &mut Unstructured<'_>) -> Result<()> {
    let small = u.ratio(1, 2)?;
    let number = |u: &mut Unstructured<'_>| if small { u.int_in_range(0..=70) } else { u.arbitrary::<u64>() };
    let (index, size) = (number(u)?, number(u)?);
    let digest = |u: &mut Unstructured<'_>| Ok(Digest([u.arbitrary()?; 32]));
    let (one, other) = (digest(u)?, digest(u)?);
    let proof = (0..u.int_in_range(0..=70)?).map(|_| digest(u)).collect::<Result<Vec<_>>>()?;
    if let Ok(root) = root_of_inclusion(index, size, &one, &proof) {
        assert!(index < size && proof.len() <= 64);
        assert_eq!(verify_inclusion(index, size, &one, &proof, &root), Ok(()));
    }
    if verify_consistency(index, &one, size, &other, &proof).is_ok() {
        assert!(index <= size && proof.len() <= 64);
    }
    Ok(())
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(log_fixture::log)
}

/// A real proof with one part of it changed.
fn changed_proof(u: &mut Unstructured<'_>) -> Result<()> {
    let log = log();
    let count = log.entries.len() as u64;
    let size = u.int_in_range(1..=count)?;
    let index = u.int_in_range(0..=size - 1)?;
    let Ok(mut path) = inclusion_proof(&log.store, index, size);
    let Ok(root_of_size) = root(&log.store, size);
    let leaf = leaf_hash(&log.entries[index as usize]);
    assert_eq!(verify_inclusion(index, size, &leaf, &path, &root_of_size), Ok(()));
    let good = path.clone();
    change_path(u, &mut path)?;
    let wrong_index = u.int_in_range(0..=size)?;
    let is_same = path == good && wrong_index == index;
    assert_eq!(verify_inclusion(wrong_index, size, &leaf, &path, &root_of_size).is_ok(), is_same);

    let old = u.int_in_range(0..=size)?;
    let (Ok(mut path), Ok(old_root)) = (consistency_proof(&log.store, old, size), root(&log.store, old));
    assert_eq!(verify_consistency(old, &old_root, size, &root_of_size, &path), Ok(()));
    let good = path.clone();
    change_path(u, &mut path)?;
    assert_eq!(verify_consistency(old, &old_root, size, &root_of_size, &path).is_ok(), path == good);
    Ok(())
}

fn change_path(u: &mut Unstructured<'_>, path: &mut Vec<Digest>) -> Result<()> {
    let place = u.int_in_range(0..=path.len())?;
    match u.int_in_range(0..=4)? {
        0 if place < path.len() => path[place].0[u.choose_index(32)?] ^= u.arbitrary::<u8>()?,
        1 => drop(path.pop()),
        2 => path.insert(place, Digest(u.arbitrary()?)),
        3 if place < path.len() => path.swap(0, place),
        _ => {}
    }
    Ok(())
}

/// Changes some bytes; whether there is a change is for the caller to see.
fn change(u: &mut Unstructured<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    for _ in 0..u.int_in_range(1..=3)? {
        let place = u.int_in_range(0..=bytes.len())?;
        match u.int_in_range(0..=3)? {
            0 => bytes.truncate(place),
            1 => bytes.insert(place, u.arbitrary()?),
            2 if place < bytes.len() => drop(bytes.remove(place)),
            _ if place < bytes.len() => bytes[place] ^= u.arbitrary::<u8>()?,
            _ => {}
        }
    }
    Ok(())
}

/// A head and a proof as text. A note's other signatures are nobody's word; everything else is the log's.
fn changed_text(u: &mut Unstructured<'_>) -> Result<()> {
    let log = log();
    let key = log.instance.genesis.log_key();
    let size = u.int_in_range(1..=log.entries.len() as u64)?;
    let head = log.head(size);
    let mut bytes = head.to_bytes();
    change(u, &mut bytes)?;
    if let Ok(read) = SignedHead::decode(&bytes)
        && let Ok(checkpoint) = read.verify(&log.origin, key)
    {
        assert_eq!((checkpoint, read.cose_signature()), (head.checkpoint(), head.cose_signature()));
    }
    let index = u.int_in_range(0..=size - 1)?;
    let mut bytes = log.proof(index, size).to_text().into_bytes();
    change(u, &mut bytes)?;
    if let Ok(read) = TlogProof::parse(&bytes)
        && let Ok(included) = read.verify(&log.instance.genesis)
    {
        assert_eq!((included.index, included.size), (index, size));
        assert_eq!(read.entry(), log.entries[index as usize]);
    }
    Ok(())
}

/// COSE receipts and transparent receipts.
fn changed_receipt(u: &mut Unstructured<'_>) -> Result<()> {
    let log = log();
    let genesis = &log.instance.genesis;
    let size = u.int_in_range(1..=log.entries.len() as u64)?;
    let index = u.int_in_range(0..=size - 1)?;
    let cose = log.cose(index, size);
    let leaf = leaf_hash(&log.entries[index as usize]);
    let mut bytes = cose.to_bytes();
    change(u, &mut bytes)?;
    if let Ok(read) = CoseReceipt::decode(&bytes)
        && read.verify(&leaf, genesis.log_key()).is_ok()
    {
        assert_eq!(read, cose);
    }
    // Every fourth entry of the fixture, from the second on, is unsigned and has no envelope to carry anything.
    if index % 4 != 1 {
        let good = log.transparent(index, size);
        let mut bytes = good.to_bytes();
        change(u, &mut bytes)?;
        if let Ok(read) = Transparent::decode(&bytes)
            && read.verify(genesis).is_ok()
        {
            assert_eq!(read, good);
        }
    }
    Ok(())
}

/// The directory of a log with one file changed or gone.
fn changed_directory(u: &mut Unstructured<'_>) -> Result<()> {
    let log = log();
    let size = u.int_in_range(1..=log.entries.len() as u64)?;
    let checkpoint = log.checkpoint(size);
    let mut files: Vec<(String, Vec<u8>)> = tiles(size)
        .map(|tile| {
            let Ok(contents) = tile.contents(&log.store);
            (tile.path(), contents)
        })
        .collect();
    for bundle in bundles(size) {
        assert_eq!(bundle.kind, Kind::Entries);
        let first = (bundle.index * 256) as usize;
        let entries = log.entries[first..first + usize::from(bundle.width)].iter().map(Vec::as_slice);
        files.push((bundle.path(), encode_bundle(entries).expect("short entries")));
    }
    let good = files.clone();
    let place = u.choose_index(files.len())?;
    if u.ratio(1, 8)? {
        files.remove(place);
    } else {
        change(u, &mut files[place].1)?;
    }
    let mut seen = Vec::new();
    let read = |path: &str| {
        let found = files.iter().find(|(name, _)| name == path).map(|(_, bytes)| bytes.clone());
        std::result::Result::<_, std::convert::Infallible>::Ok(found)
    };
    let checked = check_directory(&checkpoint, 0, read, |number, entry| seen.push((number, entry.to_vec())));
    assert_eq!(checked.is_ok(), files == good);
    assert!(seen.iter().all(|(number, entry)| checked.is_err() || log.entries[*number as usize] == *entry));
    Ok(())
}
