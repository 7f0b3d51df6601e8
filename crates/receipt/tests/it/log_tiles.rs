//! A log as a directory: which files there are, their names, and the reader's check of all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use receipt::log::Checkpoint;
use receipt::log::merkle::root;
use receipt::log::tile::{
    DirectoryError, DirectoryReport, Kind, Tile, TileError, bundles, check_directory, decode_bundle, encode_bundle,
    tiles,
};

use crate::log_merkle::Store;

/// A directory in memory.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) fn entries(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("entry {number}").into_bytes()).collect()
}

pub(crate) fn checkpoint(store: &Store, size: u64) -> Checkpoint {
    let Ok(root) = root(store, size);
    Checkpoint { origin: "example.com/log".into(), size, root }
}

pub(crate) fn directory(store: &Store, entries: &[Vec<u8>], size: u64) -> Files {
    let mut files = Files::new();
    for tile in tiles(size) {
        let Ok(bytes) = tile.contents(store);
        files.insert(tile.path(), bytes);
    }
    for bundle in bundles(size) {
        let first = bundle.index as usize * 256;
        let some = entries[first..first + usize::from(bundle.width)].iter().map(Vec::as_slice);
        files.insert(bundle.path(), encode_bundle(some).expect("short entries"));
    }
    files
}

fn check(checkpoint: &Checkpoint, minimum: u64, files: &Files) -> Result<DirectoryReport, DirectoryError<Infallible>> {
    check_directory(checkpoint, minimum, |path| Ok(files.get(path).cloned()), |_, _| {})
}

#[test]
fn names() {
    let cases = [
        (Kind::Digests(0), 0, 256, "tile/0/000"),
        (Kind::Digests(0), 1_234_067, 256, "tile/0/x001/x234/067"),
        (Kind::Digests(3), 999, 1, "tile/3/999.p/1"),
        (Kind::Digests(1), 1000, 255, "tile/1/x001/000.p/255"),
        (Kind::Entries, 12, 112, "tile/entries/012.p/112"),
        (Kind::Entries, 12_345_678, 256, "tile/entries/x012/x345/678"),
        (Kind::Digests(7), 0, 127, "tile/7/000.p/127"),
        (Kind::Entries, 36_028_797_018_963_966, 256, "tile/entries/x036/x028/x797/x018/x963/966"),
    ];
    for (kind, index, width, path) in cases {
        let tile = Tile { kind, index, width };
        assert_eq!((tile.path().as_str(), Tile::parse(path)), (path, Ok(tile)));
    }
    let refused = [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/8/000",
        "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "tile/0/000.p/+1",
        "tile/0/+01",
        "/tile/0/000",
        "tile/entry/000",
        "tile/0/../000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/7/000",
        "tile/7/001.p/1",
        "tile/entries/x036/x028/x797/x018/x963/968",
        "tile/7/x018/x446/x744/x073/x709/x551/615",
        "tile/0/x018/x446/x744/x073/x709/x551/615",
        "tile/entries/x018/x446/x744/x073/x709/x551/616",
        "checkpoint",
    ];
    for path in refused {
        assert_eq!(Tile::parse(path), Err(TileError::Path), "{path}");
    }
    println!("{} names read and written, {} refused", cases.len(), refused.len());
}

#[test]
fn the_files_of_a_tree() {
    // The example of the specification, and its neighbour.
    let full = |level| tiles(70_000).filter(|tile| (tile.kind, tile.width) == (Kind::Digests(level), 256)).count();
    let partial: Vec<_> = tiles(70_000).filter(|tile| tile.width < 256).map(|tile| (tile.kind, tile.width)).collect();
    assert_eq!((full(0), full(1), full(2)), (273, 1, 0));
    assert_eq!(partial, [(Kind::Digests(0), 112), (Kind::Digests(1), 17), (Kind::Digests(2), 1)]);
    let of_256: Vec<_> = tiles(256).map(|tile| tile.path()).collect();
    assert_eq!(of_256, ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!((tiles(0).count(), bundles(0).count(), bundles(70_000).count()), (0, 0, 274));
    let paths: BTreeSet<_> = tiles(70_000).chain(bundles(70_000)).map(|tile| tile.path()).collect();
    assert_eq!(paths.len(), 274 + 274 + 3);
    for path in paths {
        assert_eq!(Tile::parse(&path).map(|tile| tile.path()), Ok(path));
    }
}

#[test]
fn bundle_lengths() {
    let longest = vec![7; 0xffff];
    let bytes = encode_bundle([&longest[..], b""]).expect("as long as may be");
    assert_eq!(decode_bundle(&bytes, 2), Ok(vec![&longest[..], b""]));
    assert_eq!(decode_bundle(&bytes, 1), Err(TileError::TrailingBytes));
    assert_eq!(decode_bundle(&bytes, 3), Err(TileError::EntryTruncated(2)));
    assert_eq!(encode_bundle([&[0; 0x1_0000][..]]), Err(TileError::EntryLen(0)));
    assert_eq!(encode_bundle([]), Err(TileError::BundleWidth));
    assert_eq!(encode_bundle(std::iter::repeat_n(&b"x"[..], 257)), Err(TileError::BundleWidth));
    for len in 0..20 {
        assert!(decode_bundle(&bytes[..len], 1).is_err());
    }
}

#[test]
fn whole_directories() {
    let all = entries(70_000);
    let store = Store::of(&all);
    let mut counts = (0, 0, 0);
    for size in [0, 1, 2, 255, 256, 257, 300, 511, 512, 1000, 65_535, 65_536, 65_537, 65_792, 70_000] {
        let files = directory(&store, &all, size);
        let checkpoint = checkpoint(&store, size);
        let mut seen = 0;
        let report = check_directory(
            &checkpoint,
            0,
            |path| Ok::<_, Infallible>(files.get(path).cloned()),
            |number, entry| {
                assert_eq!((number, entry), (seen, all[number as usize].as_slice()));
                seen += 1;
            },
        );
        let expected = DirectoryReport {
            tiles: tiles(size).count() as u64,
            bundles: bundles(size).count() as u64,
            pruned: 0,
            entries: size,
        };
        assert_eq!((report, seen), (Ok(expected), size), "size {size}");
        let other = Checkpoint { root: codec::sha256(b"other"), ..checkpoint };
        assert_eq!(check(&other, 0, &files), Err(DirectoryError::Root));
        counts = (counts.0 + expected.tiles, counts.1 + expected.bundles, counts.2 + expected.entries);
    }
    println!("15 directories: {} tiles, {} bundles, {} entries checked", counts.0, counts.1, counts.2);
}

#[test]
fn later_files_and_pruned_ones() {
    let all = entries(600);
    let store = Store::of(&all);
    let old = checkpoint(&store, 300);
    // The partial files of an older head are gone, the full ones have taken their place.
    let files = directory(&store, &all, 600);
    let report = DirectoryReport { tiles: 3, bundles: 2, pruned: 0, entries: 300 };
    let mut with_old_partial = files.clone();
    with_old_partial.extend(directory(&store, &all, 300));
    assert_eq!(check(&old, 0, &with_old_partial), Ok(report));
    let mut level_1 = files.clone();
    let Ok(partial) = Tile::parse("tile/1/000.p/1").expect("a path").contents(&store);
    level_1.insert("tile/1/000.p/1".into(), partial);
    assert_eq!(check(&old, 0, &level_1), Ok(report));
    // Entries that were pruned leave their tiles behind.
    let mut pruned = directory(&store, &all, 600);
    pruned.remove("tile/entries/000");
    let new = checkpoint(&store, 600);
    let bundle = Tile { kind: Kind::Entries, index: 0, width: 256 };
    assert_eq!(check(&new, 0, &pruned), Err(DirectoryError::Missing(bundle)));
    let report = DirectoryReport { tiles: 4, bundles: 2, pruned: 1, entries: 344 };
    assert_eq!(check(&new, 256, &pruned), Ok(report));
    let failing = check_directory(&new, 0, |_| Err("the disk is gone"), |_, _| {});
    let tile = Tile { kind: Kind::Digests(0), index: 0, width: 256 };
    assert_eq!(failing, Err(DirectoryError::Read(tile, "the disk is gone")));
}

#[test]
fn changed_directories_are_refused() {
    let all = entries(600);
    let store = Store::of(&all);
    let (mut flips, mut others) = (0, 0);
    // Every bit of a small directory; of a larger one, one bit in every byte.
    for (size, bits) in [(20, 8), (300, 1)] {
        let checkpoint = checkpoint(&store, size);
        let good = directory(&store, &all, size);
        for path in good.keys() {
            let mut files = good.clone();
            for place in 0..good[path].len() {
                for bit in 0..bits {
                    let mask = 1 << ((place + bit) % 8);
                    files.get_mut(path).expect("it is there")[place] ^= mask;
                    assert!(check(&checkpoint, 0, &files).is_err(), "{path}, byte {place}");
                    files.get_mut(path).expect("it is there")[place] ^= mask;
                    flips += 1;
                }
            }
        }
    }
    let checkpoint = checkpoint(&store, 600);
    let good = directory(&store, &all, 600);
    let paths: Vec<_> = good.keys().cloned().collect();
    for path in &paths {
        let mut missing = good.clone();
        missing.remove(path);
        assert!(matches!(check(&checkpoint, 0, &missing), Err(DirectoryError::Missing(_))), "{path}");
        for change in [Vec::push as fn(&mut Vec<u8>, u8), |bytes, _| _ = bytes.pop()] {
            let mut longer = good.clone();
            change(longer.get_mut(path).expect("it is there"), 0);
            assert!(matches!(check(&checkpoint, 0, &longer), Err(DirectoryError::Malformed(..))), "{path}");
        }
        for other in paths.iter().filter(|other| *other != path) {
            let mut swapped = good.clone();
            swapped.insert(path.clone(), good[other].clone());
            swapped.insert(other.clone(), good[path].clone());
            assert!(check(&checkpoint, 0, &swapped).is_err(), "{path} for {other}");
            others += 1;
        }
        others += 3;
    }
    // Two entries swapped, in a bundle whose lengths stay right.
    let mut files = good.clone();
    let mut some = all[256..512].to_vec();
    some.swap(10, 11);
    files.insert("tile/entries/001".into(), encode_bundle(some.iter().map(Vec::as_slice)).expect("short entries"));
    assert_eq!(check(&checkpoint, 0, &files), Err(DirectoryError::Entry(266)));
    println!("{flips} flips and {} other changes refused", others + 1);
}
