//! The log that a journal keeps over its receipts: its roots and proofs, a receipt replaced, heads kept.

use codec::{Digest, sha256};
use journal::{Durability, Entry, Header, JournalErrorKind, Reader, Start, Writer};
use receipt::log::merkle::{self, Node, Nodes as _};

use crate::fixture::{create, entry, header, place, tip, write};
use crate::run::{naive_root, signed};

const DURABILITIES: [Durability; 3] = [Durability::EveryStep, Durability::Batch(3), Durability::AtClose];

fn leaves(entries: impl IntoIterator<Item = Entry>) -> Vec<Digest> {
    entries.into_iter().map(|entry| merkle::leaf_hash(&entry.receipt)).collect()
}

/// Checks roots of all sizes and proofs between all of them; how many proofs there were.
fn check_proofs(reader: &Reader, leaves: &[Digest], from: u64) -> u64 {
    let size = reader.tree_size();
    assert_eq!(size, leaves.len() as u64);
    assert_eq!(reader.root(), naive_root(leaves));
    let root_of = |size: u64| naive_root(&leaves[..size as usize]);
    let mut proofs = 0;
    for size in from..=size {
        assert_eq!(merkle::root(reader, size).expect("kept nodes"), root_of(size));
        for index in from..size {
            let proof = merkle::inclusion_proof(reader, index, size).expect("kept nodes");
            merkle::verify_inclusion(index, size, &leaves[index as usize], &proof, &root_of(size)).expect("a proof");
            proofs += 1;
        }
        for old in from.max(1)..=size {
            let proof = merkle::consistency_proof(reader, old, size).expect("kept nodes");
            merkle::verify_consistency(old, &root_of(old), size, &root_of(size), &proof).expect("a proof");
            proofs += 1;
        }
    }
    proofs
}

#[test]
fn roots_and_proofs_of_every_size_hold() {
    let mut proofs = 0;
    for durability in DURABILITIES {
        for steps in [0, 1, 2, 3, 8, 21] {
            let (_folder, path) = place();
            write(&path, steps, durability);
            let reader = Reader::open(&path).expect("a whole journal");
            reader.check_tree().expect("the log that was written");
            proofs += check_proofs(&reader, &leaves((1..=steps).map(entry)), 0);
        }
    }
    println!("{proofs} proofs");
}

/// A chain that was restored goes on from the peaks alone, to the same roots as the whole one.
#[test]
fn a_journal_that_begins_at_peaks_goes_on_to_the_same_log() {
    let (start, mut proofs) = (100, 0);
    let step = |epoch: u64| Entry { epoch: start + epoch, ..entry(epoch) };
    let header = Header { start, ..header() };
    let all = leaves((1..=30).map(step));
    for base in 0..20 {
        let known = &all[..base];
        let peaks = merkle::peaks(base as u64).map(|peak| {
            let first = (peak.index << peak.level) as usize;
            naive_root(&known[first..first + (1 << peak.level)])
        });
        let begin = Start { base_epoch: start + base as u64, tip: tip(base as u64), peaks: peaks.collect() };
        let (_folder, path) = place();
        let mut writer = Writer::create(&path, &header, begin, Durability::Batch(4)).expect("a new journal");
        for epoch in base as u64 + 1..=25 {
            writer.append(step(epoch)).expect("the next step");
        }
        writer.close().expect("a good end");
        let mut writer = Writer::open(&path, Durability::EveryStep).expect("a whole journal");
        for epoch in 26..=30 {
            writer.append(step(epoch)).expect("the next step");
        }
        assert_eq!((writer.last_epoch(), writer.tree_size()), (start + 30, 30));
        writer.close().expect("a good end");
        let reader = Reader::open(&path).expect("a whole journal");
        assert_eq!(reader.base(), (start + base as u64, tip(base as u64)));
        assert_eq!(reader.entries(0, u64::MAX).count(), 30 - base);
        reader.check_tree().expect("the log that was written");
        proofs += check_proofs(&reader, &all, base as u64);
        if base >= 2 {
            let error = reader.node(Node { level: 0, index: 0 }).expect_err("only peaks are known");
            assert!(matches!(error.kind, JournalErrorKind::NotKept { epoch: 101, .. }), "{error}");
            let error = reader.entry(start + 1).expect_err("it came before");
            assert!(matches!(error.kind, JournalErrorKind::NotKept { epoch: 101, .. }), "{error}");
        }
    }
    println!("20 bases, {proofs} proofs");
}

#[test]
fn a_start_that_does_not_fit_is_refused() {
    let (_folder, path) = place();
    let header = Header { start: 10, ..header() };
    let peaks = |count: usize| vec![tip(9); count];
    for (base_epoch, peaks) in [(9, peaks(0)), (10, peaks(1)), (13, peaks(1)), (13, peaks(3)), (1 << 56, peaks(1))] {
        let begin = Start { base_epoch, tip: tip(1), peaks };
        let error = Writer::create(&path, &header, begin, Durability::EveryStep).err().expect("it does not fit");
        assert!(error.is_refusal() && !path.exists(), "{error}");
    }
    let begin = Start { base_epoch: u64::MAX, tip: tip(1), peaks: peaks(1) };
    let header = Header { start: u64::MAX, ..header };
    let error = Writer::create(&path, &header, begin, Durability::EveryStep).err().expect("no epoch could follow");
    assert!(error.is_refusal() && !path.exists(), "{error}");
}

#[test]
fn the_last_receipt_is_replaced_and_no_other() {
    let mut replaced = 0;
    for durability in DURABILITIES {
        for steps in 1..=17 {
            let (_folder, path) = place();
            let mut writer = create(&path, durability);
            for epoch in 1..=steps {
                writer.append(entry(epoch)).expect("the next step");
            }
            writer.replace_last(signed(steps).receipt).expect("nothing stands on it");
            let mut expected: Vec<Entry> = (1..steps).map(entry).chain([signed(steps)]).collect();
            assert_eq!(writer.reader().expect("a view").entry(steps).expect("a step"), signed(steps));
            writer.append(entry(steps + 1)).expect("the next step");
            expected.push(entry(steps + 1));
            assert_eq!(writer.root().expect("written"), naive_root(&leaves(expected.clone())));
            writer.close().expect("a good end");
            let reader = Reader::open(&path).expect("a whole journal");
            reader.check_tree().expect("the log that was written");
            assert_eq!(reader.root(), naive_root(&leaves(expected.clone())));
            assert_eq!(reader.entries(1, u64::MAX).collect::<Result<Vec<_>, _>>().expect("steps"), expected);
            replaced += 1;
        }
    }
    println!("{replaced} receipts replaced");
}

#[test]
fn what_a_head_or_a_snapshot_stands_on_is_not_replaced() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::Batch(64));
    let error = writer.replace_last(Vec::new()).expect_err("there is none");
    assert!(matches!(error.kind, JournalErrorKind::NotKept { .. }) && error.is_refusal(), "{error}");
    writer.append(entry(1)).expect("the next step");
    writer.keep_head(1, b"head of 1").expect("one leaf");
    assert_eq!(writer.safe_epoch(), 1, "a head takes its steps to disk");
    let error = writer.replace_last(signed(1).receipt).expect_err("a head covers it");
    assert!(matches!(error.kind, JournalErrorKind::Covered { epoch: 1, by: "a signed head" }), "{error}");
    writer.append(entry(2)).expect("a refusal changes nothing");
    writer.replace_last(signed(2).receipt).expect("the head does not cover it");
    writer.keep_snapshot(2, b"manifest of 2", &[]).expect("the last step");
    let error = writer.replace_last(entry(2).receipt).expect_err("a snapshot names its root");
    assert!(matches!(error.kind, JournalErrorKind::Covered { epoch: 2, by: "a snapshot" }), "{error}");
    writer.close().expect("a good end");
    let reader = Reader::open(&path).expect("a whole journal");
    let found: Vec<_> = reader.entries(1, 2).map(|entry| entry.expect("a step")).collect();
    assert_eq!(found, [entry(1), signed(2)]);
}

#[test]
fn heads_are_kept_once_and_never_beyond_the_tree() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::AtClose);
    for epoch in 1..=5 {
        writer.append(entry(epoch)).expect("the next step");
    }
    let error = writer.keep_head(6, b"too large").expect_err("five leaves");
    assert!(matches!(error.kind, JournalErrorKind::BeyondTree { size: 6, tree_size: 5 }), "{error}");
    for (size, head) in [(5, b"five"), (0, b"zero"), (3, b"thre"), (5, b"five")] {
        writer.keep_head(size, head).expect("the same or a new one");
    }
    let error = writer.keep_head(3, b"other").expect_err("there is one");
    assert!(matches!(error.kind, JournalErrorKind::Kept { what: "head", at: 3 }), "{error}");
    writer.keep_incident(b"they differ").expect("the first");
    writer.keep_incident(b"they differ").expect("the same");
    let error = writer.keep_incident(b"they differ again").expect_err("there is one");
    assert!(matches!(error.kind, JournalErrorKind::Kept { what: "incident", .. }), "{error}");
    writer.close().expect("a good end");
    let reader = Reader::open(&path).expect("a whole journal");
    assert_eq!(reader.heads().expect("heads"), [0, 3, 5]);
    assert_eq!(reader.head(3).expect("heads").as_deref(), Some(b"thre".as_slice()));
    assert_eq!(reader.head(4).expect("heads"), None);
    assert_eq!(reader.last_head().expect("heads"), Some((5, b"five".to_vec())));
    assert_eq!(reader.incident().expect("an incident").as_deref(), Some(b"they differ".as_slice()));
}

#[test]
fn a_changed_node_is_named() {
    let (_folder, path) = place();
    write(&path, 11, Durability::Batch(4));
    let reader = Reader::open(&path).expect("a whole journal");
    let peaks: Vec<Node> = merkle::peaks(11).collect();
    let all = (0..4_u8).flat_map(|level| (0..11 >> level).map(move |index| Node { level, index }));
    let all: Vec<(Node, Digest)> = all.map(|node| (node, reader.node(node).expect("a kept node"))).collect();
    drop(reader);
    let whole = std::fs::read(&path).expect("the journal");
    for (node, digest) in &all {
        let mut changed = whole.clone();
        let places: Vec<usize> = (0..whole.len() - 32).filter(|place| whole[*place..*place + 32] == digest.0).collect();
        assert!(!places.is_empty());
        places.into_iter().for_each(|place| changed[place + 7] ^= 0x10);
        std::fs::write(&path, &changed).expect("a changed file");
        let error = Reader::open(&path).and_then(|reader| reader.check_tree()).expect_err("it changed");
        let JournalErrorKind::Tree { level, index } = error.kind else { panic!("{node:?}: {error}") };
        // Of the peaks, which are compared with the root when the journal is opened, the first stands for all.
        let named = if peaks.contains(node) { peaks[0] } else { *node };
        assert_eq!(Node { level, index }, named, "{error}");
        assert!(error.to_string().contains("restore it from a copy"), "{error}");
    }
    println!("{} nodes changed, each one named", all.len());
}

/// A journal is read by as many threads as there are, for replays in parallel.
#[test]
fn threads_share_a_reader() {
    const fn shared<T: Send + Sync>() {}
    const _: () = shared::<Reader>();
    let (_folder, path) = place();
    write(&path, 400, Durability::Batch(64));
    let reader = Reader::open(&path).expect("a whole journal");
    let sums: Vec<Digest> = std::thread::scope(|scope| {
        let read = |first: u64| {
            let reader = &reader;
            scope.spawn(move || {
                let inputs = reader.entries(first, 400).map(|entry| entry.expect("a step").input);
                sha256(&inputs.collect::<Vec<_>>().concat())
            })
        };
        let threads = [read(1), read(1), read(201), read(201)];
        threads.map(|thread| thread.join().expect("it ends")).to_vec()
    });
    let expected = |first: u64| sha256(&(first..=400).map(|epoch| entry(epoch).input).collect::<Vec<_>>().concat());
    assert_eq!(sums, [expected(1), expected(1), expected(201), expected(201)]);
}
