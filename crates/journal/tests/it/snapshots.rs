//! Snapshots cost what changed, and pruning drops what nothing needs any more.

use std::fs;

use codec::{Digest, sha256};
use journal::{Durability, JournalErrorKind, Reader, Writer};
use receipt::log::merkle;

use crate::fixture::{bytes, create, entry, place, tip};
use crate::run::naive_root;

/// 64 pages of 4 KiB in four directories.
const PAGES: usize = 64;

/// The memory of an epoch: of 64 pages one changes with each.
fn memory(epoch: u64) -> Vec<Vec<u8>> {
    let changed = |page: u64| if epoch > page { epoch - (epoch - page - 1) % PAGES as u64 } else { 0 };
    (0..PAGES as u64).map(|page| bytes(page << 32 | changed(page), 4_096)).collect()
}

/// Pages and directories of an epoch's memory, and a manifest that names the directories.
fn snapshot(epoch: u64) -> (Vec<u8>, Vec<(Digest, Vec<u8>)>) {
    let mut pages: Vec<_> = memory(epoch).into_iter().map(|page| (sha256(&page), page)).collect();
    let directories: Vec<Vec<u8>> =
        pages.chunks(16).map(|pages| pages.iter().flat_map(|(digest, _)| digest.0).collect()).collect();
    let mut manifest = bytes(epoch ^ 0x6d61, 61);
    for directory in directories {
        let digest = sha256(&directory);
        manifest.extend_from_slice(digest.as_bytes());
        pages.push((digest, directory));
    }
    manifest.extend_from_slice(&bytes(epoch ^ 0x6e69, 64));
    (manifest, pages)
}

fn keep(writer: &mut Writer, epoch: u64) -> journal::Written {
    let (manifest, pages) = snapshot(epoch);
    let pages: Vec<_> = pages.iter().map(|(digest, page)| (*digest, page.as_slice())).collect();
    writer.keep_snapshot(epoch, &manifest, &pages).expect("the last step")
}

fn check_snapshot(reader: &Reader, epoch: u64) {
    let (manifest, pages) = snapshot(epoch);
    assert_eq!(reader.snapshot(epoch).expect("snapshots"), Some(manifest), "epoch {epoch}");
    for (digest, page) in pages {
        assert_eq!(reader.page(&digest).expect("a page"), page, "epoch {epoch}");
    }
}

#[test]
fn a_snapshot_costs_what_changed() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::Batch(64));
    let manifest = snapshot(0).0.len() as u64;
    let first = keep(&mut writer, 0);
    assert_eq!((first.pages, first.bytes), (68, 64 * 4_096 + 4 * 512 + manifest));
    for epoch in 1..=20 {
        writer.append(entry(epoch)).expect("the next step");
        let next = keep(&mut writer, epoch);
        assert_eq!((next.pages, next.bytes), (2, 4_096 + 512 + manifest), "one page and the directory over it");
        assert_eq!(writer.safe_epoch(), epoch, "its steps are on disk with it");
    }
    let again = keep(&mut writer, 20);
    assert_eq!((again.pages, again.bytes), (0, 0));
    writer.close().expect("a good end");
    let reader = Reader::open(&path).expect("a whole journal");
    assert_eq!(reader.snapshots().expect("snapshots"), (0..=20).collect::<Vec<_>>());
    (0..=20).for_each(|epoch| check_snapshot(&reader, epoch));
    println!(
        "first snapshot {} bytes, each of the next 20 with one page changed {}",
        first.bytes,
        4_096 + 512 + manifest
    );
}

#[test]
fn what_is_no_snapshot_is_refused_and_nothing_of_it_stays() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::EveryStep);
    for epoch in 1..=3 {
        writer.append(entry(epoch)).expect("the next step");
    }
    for epoch in [1, 2, 4, u64::MAX] {
        let error = writer.keep_snapshot(epoch, b"manifest", &[]).expect_err("neither the last nor the base");
        assert!(matches!(error.kind, JournalErrorKind::Epoch { first: 0, last: 3, .. }), "{error}");
    }
    let page = bytes(1, 4_096);
    let wrong = [(sha256(&page), page.as_slice()), (sha256(b"other"), page.as_slice())];
    let error = writer.keep_snapshot(3, b"manifest", &wrong).expect_err("another digest");
    assert!(matches!(error.kind, JournalErrorKind::WrongPage(digest) if digest == sha256(b"other")), "{error}");
    let large = vec![0; (64 << 10) + 1];
    let error = writer.keep_snapshot(3, b"manifest", &[(sha256(&large), &large)]).expect_err("too large");
    assert!(matches!(error.kind, JournalErrorKind::TooLarge { .. }), "{error}");
    writer.keep_snapshot(0, b"of the base", &[]).expect("the base");
    writer.keep_snapshot(3, b"manifest", &[]).expect("the last step");
    let error = writer.keep_snapshot(3, b"another", &[(sha256(&page), &page)]).expect_err("there is one");
    assert!(matches!(error.kind, JournalErrorKind::Kept { what: "snapshot", at: 3 }), "{error}");
    writer.close().expect("a good end");
    let reader = Reader::open(&path).expect("a whole journal");
    assert_eq!(reader.snapshots().expect("snapshots"), [0, 3]);
    let error = reader.page(&sha256(&page)).expect_err("it was refused");
    assert!(matches!(error.kind, JournalErrorKind::Page(_)), "{error}");
}

/// 60 steps with a snapshot every fifth and heads at 20 and 60.
fn long(path: &std::path::Path) -> Writer {
    let mut writer = create(path, Durability::Batch(16));
    keep(&mut writer, 0);
    for epoch in 1..=60 {
        writer.append(entry(epoch)).expect("the next step");
        if epoch % 5 == 0 {
            keep(&mut writer, epoch);
        }
        if epoch == 20 || epoch == 60 {
            writer.keep_head(epoch, format!("head of {epoch}").as_bytes()).expect("a head");
        }
    }
    writer
}

#[test]
fn pruning_drops_what_came_before_and_keeps_every_proof() {
    let (_folder, path) = place();
    let mut writer = long(&path);
    writer.sync().expect("on disk");
    writer.prune(12, tip(12)).expect("a head covers it");
    writer.prune(41, tip(41)).expect("a head covers it");
    let error = writer.prune(41, tip(41)).expect_err("it is the base already");
    assert!(matches!(error.kind, JournalErrorKind::Epoch { epoch: 41, first: 42, last: 60 }), "{error}");
    let before = fs::metadata(&path).expect("the journal").len();
    let view = writer.reader().expect("a view");
    let error = writer.compact().expect_err("somebody looks");
    assert!(matches!(error.kind, JournalErrorKind::Viewed), "{error}");
    drop(view);
    writer.compact().expect("nobody looks");
    let after = fs::metadata(&path).expect("the journal").len();
    println!("{before} bytes before compacting, {after} after");
    assert!(after < before / 2, "{after} of {before} bytes are left");
    writer.close().expect("a good end");
    let closed = fs::metadata(&path).expect("the journal").len();
    assert!(closed < after + after / 10, "closing made {closed} bytes of {after}");
    // The file grows by doubling, so that what comes next makes it larger again.
    let mut writer = Writer::open(&path, Durability::EveryStep).expect("a whole journal");
    writer.append(entry(61)).expect("the next step");
    writer.close().expect("a good end");

    let reader = Reader::open(&path).expect("a whole journal");
    reader.check_tree().expect("the log that was written");
    assert_eq!((reader.base(), reader.first_epoch(), reader.last_epoch()), ((41, tip(41)), 42, 61));
    let found: Vec<_> = reader.entries(1, u64::MAX).map(|entry| entry.expect("a step")).collect();
    assert_eq!(found, (42..=61).map(entry).collect::<Vec<_>>());
    assert_eq!(reader.snapshots().expect("snapshots"), [45, 50, 55, 60]);
    [45, 50, 55, 60].into_iter().for_each(|epoch| check_snapshot(&reader, epoch));
    // The first page has changed since.
    let gone = &snapshot(0).1[0].0;
    assert!(matches!(reader.page(gone).expect_err("nothing needs it").kind, JournalErrorKind::Page(_)));
    assert_eq!(reader.heads().expect("heads"), [20, 60]);
    let leaves: Vec<Digest> = (1..=61).map(|epoch| merkle::leaf_hash(&entry(epoch).receipt)).collect();
    let root = naive_root(&leaves[..60]);
    for index in 0..60 {
        let proof = merkle::inclusion_proof(&reader, index, 60).expect("kept nodes");
        merkle::verify_inclusion(index, 60, &leaves[index as usize], &proof, &root).expect("a proof");
    }
    let proof = merkle::consistency_proof(&reader, 20, 60).expect("kept nodes");
    merkle::verify_consistency(20, &naive_root(&leaves[..20]), 60, &root, &proof).expect("a proof");
}

#[test]
fn what_no_head_covers_is_not_pruned() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::EveryStep);
    for epoch in 1..=6 {
        writer.append(entry(epoch)).expect("the next step");
    }
    let error = writer.prune(3, tip(3)).expect_err("there is no head");
    assert!(matches!(error.kind, JournalErrorKind::Uncovered { size: 3, last_head: None }), "{error}");
    writer.keep_head(3, b"head of 3").expect("three leaves");
    let error = writer.prune(4, tip(4)).expect_err("the head ends before");
    assert!(matches!(error.kind, JournalErrorKind::Uncovered { size: 4, last_head: Some(3) }), "{error}");
    for epoch in [0, 7, u64::MAX] {
        let error = writer.prune(epoch, tip(epoch)).expect_err("no such step");
        assert!(matches!(error.kind, JournalErrorKind::Epoch { first: 1, last: 6, .. }), "{error}");
    }
    writer.prune(3, tip(3)).expect("the head covers it");
    writer.keep_head(6, b"head of 6").expect("six leaves");
    writer.prune(6, tip(6)).expect("all of it");
    let error = writer.replace_last(Vec::new()).expect_err("nothing is kept");
    assert!(matches!(error.kind, JournalErrorKind::NotKept { epoch: 6, .. }), "{error}");
    writer.close().expect("a good end");
    let mut writer = Writer::open(&path, Durability::EveryStep).expect("a whole journal");
    assert_eq!((writer.base(), writer.last_epoch()), ((6, tip(6)), 6));
    writer.append(entry(7)).expect("the next step");
    writer.close().expect("a good end");
    let reader = Reader::open(&path).expect("a whole journal");
    assert_eq!(reader.entries(0, u64::MAX).map(|entry| entry.expect("a step").epoch).collect::<Vec<_>>(), [7]);
    let leaves: Vec<Digest> = (1..=7).map(|epoch| merkle::leaf_hash(&entry(epoch).receipt)).collect();
    assert_eq!(reader.root(), naive_root(&leaves));
}
