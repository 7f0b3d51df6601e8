//! What goes in comes out, and what must not go in does not.

use std::fs;

use journal::{Durability, Entry, JournalErrorKind, Reader, Writer};

use crate::fixture::{create, entry, header, place, read, whole, write};

const MODES: [Durability; 4] = [Durability::EveryStep, Durability::Batch(1), Durability::Batch(7), Durability::AtClose];

#[test]
fn every_durability_keeps_every_step() {
    let mut checked = 0;
    for durability in MODES {
        for steps in [0, 1, 6, 7, 8, 100, 520] {
            let (_folder, path) = place();
            write(&path, steps, durability);
            let (found, entries) = read(&path).expect("a whole journal");
            assert_eq!(found, header());
            assert_eq!(entries, (1..=steps).map(entry).collect::<Vec<_>>(), "{durability:?}, {steps} steps");
            checked += entries.len();
        }
    }
    println!("{checked} entries read back");
}

#[test]
fn more_steps_than_one_transaction_holds() {
    let (_folder, path) = place();
    write(&path, 1_500, Durability::AtClose);
    let reader = Reader::open(&path).expect("a whole journal");
    assert_eq!(reader.last_epoch(), 1_500);
    for (first, last) in [(1, 1_500), (1, 512), (512, 1_025), (1_500, 1_500), (0, 3), (1_499, u64::MAX)] {
        let found: Vec<u64> = reader.entries(first, last).map(|entry| entry.expect("a step").epoch).collect();
        assert_eq!(found, (first.max(1)..=last.min(1_500)).collect::<Vec<_>>());
    }
    assert_eq!(reader.entries(1_501, u64::MAX).count(), 0);
    assert_eq!(reader.entries(2, 1).count(), 0);
    assert_eq!(reader.entry(1_024).expect("a step"), entry(1_024));
    for epoch in [0, 1_501, u64::MAX] {
        let error = reader.entry(epoch).expect_err("no such step");
        assert!(matches!(error.kind, JournalErrorKind::Gap { .. }), "{epoch}: {error}");
    }
}

#[test]
fn a_gap_is_refused_and_what_was_there_stays() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::EveryStep);
    for epoch in [1, 2] {
        writer.append(entry(epoch)).expect("the next step");
    }
    for epoch in [0, 1, 2, 4, u64::MAX] {
        let error = writer.append(Entry { epoch, ..entry(9) }).expect_err("not the next one");
        assert!(matches!(error.kind, JournalErrorKind::Gap { expected: 3, found } if found == epoch), "{error}");
    }
    writer.append(entry(3)).expect("the next step");
    writer.close().expect("a good end");
    assert_eq!(read(&path).expect("a whole journal").1, [entry(1), entry(2), entry(3)]);
}

#[test]
fn a_file_that_is_there_is_left_alone() {
    let (_folder, path) = place();
    fs::write(&path, "something of somebody's").expect("a file");
    let error = Writer::create(&path, &header(), whole(), Durability::EveryStep).err().expect("the file is there");
    assert!(matches!(error.kind, JournalErrorKind::Exists), "{error}");
    assert_eq!(fs::read(&path).expect("the file"), b"something of somebody's");
}

#[test]
fn a_value_over_the_limit_is_refused_and_an_empty_one_is_not() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::EveryStep);
    let over = Entry { input: vec![0; (64 << 20) + 1], ..entry(1) };
    let error = writer.append(over).expect_err("too large");
    assert!(matches!(error.kind, JournalErrorKind::TooLarge { size, limit } if size == limit + 1), "{error}");
    let empty = Entry { epoch: 1, input: Vec::new(), receipt: Vec::new(), annex: Vec::new() };
    writer.append(empty.clone()).expect("the refused step was not counted");
    writer.close().expect("a good end");
    assert_eq!(read(&path).expect("a whole journal").1, [empty]);
}

#[test]
fn a_header_over_the_limit_leaves_no_file() {
    let (_folder, path) = place();
    let mut large = header();
    large.module = vec![0; (64 << 20) + 1];
    let error = Writer::create(&path, &large, whole(), Durability::EveryStep).err().expect("too large");
    assert!(matches!(error.kind, JournalErrorKind::TooLarge { .. }), "{error}");
    assert!(!path.exists(), "a file that is no journal was left behind");
}

#[test]
fn names_are_kept() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::Batch(4));
    writer.append(entry(1)).expect("the next step");
    writer.name_vertices(&["first".to_owned()]).expect("names");
    writer.name_vertices(&["new".to_owned(), "näme \u{0}".to_owned()]).expect("names again");
    writer.close().expect("a good end");
    let names = Reader::open(&path).expect("a whole journal").names().expect("names");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), [(0, "new".to_owned()), (1, "näme \u{0}".to_owned())]);
}

#[test]
fn who_has_it_open_keeps_others_out() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::EveryStep);
    writer.append(entry(1)).expect("the next step");
    let error = Reader::open(&path).err().expect("the writer has it");
    assert!(matches!(error.kind, JournalErrorKind::InUse), "{error}");
    assert!(error.to_string().contains("another process has this journal open"), "{error}");
    writer.close().expect("a good end");
    let (one, two) = (Reader::open(&path), Reader::open(&path));
    let (one, two) = (one.expect("a first reader"), two.expect("a second reader"));
    assert_eq!(one.entry(1).expect("a step"), two.entry(1).expect("a step"));
}

#[test]
fn a_path_that_cannot_be_is_named() {
    let (folder, _) = place();
    let missing = folder.path().join("no-such-folder").join("x.journal");
    let error = Writer::create(&missing, &header(), whole(), Durability::EveryStep).err().expect("no folder");
    assert!(error.to_string().contains("no-such-folder"), "{error}");
    let error = Reader::open(&missing).err().expect("no file");
    assert!(matches!(error.kind, JournalErrorKind::NotFound), "{error}");
    let error = Reader::open(folder.path()).err().expect("a folder is no journal");
    assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
}

#[test]
fn one_writer_at_a_time_goes_on_where_the_last_ended() {
    let (_folder, path) = place();
    let error = Writer::open(&path, Durability::EveryStep).err().expect("no file");
    assert!(matches!(error.kind, JournalErrorKind::NotFound) && !path.exists(), "{error}");
    write(&path, 5, Durability::AtClose);
    let mut writer = Writer::open(&path, Durability::Batch(4)).expect("a whole journal");
    for other in [Writer::open(&path, Durability::EveryStep).err(), Reader::open(&path).err()] {
        let error = other.expect("there is a writer");
        assert!(matches!(error.kind, JournalErrorKind::InUse), "{error}");
    }
    let error = writer.append(entry(5)).expect_err("it is there");
    assert!(matches!(error.kind, JournalErrorKind::Gap { expected: 6, found: 5 }), "{error}");
    for epoch in 6..=20 {
        writer.append(entry(epoch)).expect("the next step");
        assert_eq!((writer.last_epoch(), writer.safe_epoch()), (epoch, epoch - (epoch - 5) % 4));
    }
    writer.close().expect("a good end");
    let reader = Reader::open(&path).expect("a whole journal");
    let error = Writer::open(&path, Durability::EveryStep).err().expect("there is a reader");
    assert!(matches!(error.kind, JournalErrorKind::InUse), "{error}");
    drop(reader);
    assert_eq!(read(&path).expect("a whole journal").1, (1..=20).map(entry).collect::<Vec<_>>());
}

#[test]
fn a_view_stays_as_it_was() {
    let (_folder, path) = place();
    let mut writer = create(&path, Durability::AtClose);
    writer.append(entry(1)).expect("the next step");
    let view = writer.reader().expect("a view");
    writer.append(entry(2)).expect("the next step");
    let later = writer.reader().expect("a view");
    assert_eq!((view.last_epoch(), later.last_epoch()), (1, 2));
    assert_eq!(later.entry(2).expect("a step"), entry(2));
    writer.close().expect("a good end");
    // What is in memory may still be read after that.
    match view.entry(1) {
        Ok(found) => assert_eq!(found, entry(1)),
        Err(error) => assert!(matches!(error.kind, JournalErrorKind::Closed), "{error}"),
    }
}

/// What waits when a writer is dropped is lost, as in a crash; what its durability promised is not.
#[test]
fn a_writer_that_is_dropped_keeps_its_promise() {
    for (durability, kept) in [(Durability::EveryStep, 10), (Durability::Batch(4), 8), (Durability::AtClose, 0)] {
        let (_folder, path) = place();
        let mut writer = create(&path, durability);
        for epoch in 1..=10 {
            writer.append(entry(epoch)).expect("the next step");
        }
        assert_eq!(writer.safe_epoch(), kept);
        drop(writer);
        assert!(read(&path).expect("a whole journal").1.len() as u64 >= kept, "{durability:?}");
    }
}

#[test]
fn a_file_of_another_format_is_named() {
    let (_folder, path) = place();
    let database = redb::Database::create(&path).expect("a database");
    let transaction = database.begin_write().expect("a transaction");
    let table = redb::TableDefinition::<&str, &[u8]>::new("header");
    transaction.open_table(table).expect("a table").insert("format", 1_u64.to_be_bytes().as_slice()).expect("a row");
    transaction.commit().expect("a good end");
    drop(database);
    for error in [Reader::open(&path).err(), Writer::open(&path, Durability::EveryStep).err()] {
        let error = error.expect("the first format is not read any more");
        assert!(matches!(error.kind, JournalErrorKind::Version(1)), "{error}");
    }
}
