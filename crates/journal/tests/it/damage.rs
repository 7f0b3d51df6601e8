//! Files that are cut short or changed: an error, or the steps that were written; never another step, a hang or a panic.

use std::fs;
use std::panic;

use journal::{Durability, JournalErrorKind};

use crate::fixture::{Random, entry, header, place, quiet_storage, read, write};

const STEPS: u64 = 60;

/// Opens the file and reads all; how many steps came out, or `None` if it was refused.
fn steps_found(path: &std::path::Path, what: &str) -> Option<u64> {
    match panic::catch_unwind(|| read(path)) {
        Err(_) => panic!("{what}: reading it panicked"),
        Ok(Err(error)) => {
            let text = error.to_string();
            assert!(text.contains("test.journal"), "{what}: the error does not name the file: {text}");
            assert!(
                !matches!(error.kind, JournalErrorKind::Exists | JournalErrorKind::TooLarge { .. }),
                "{what}: {text}"
            );
            None
        }
        Ok(Ok((found, entries))) => {
            assert_eq!(found, header(), "{what}: another header");
            for (epoch, found) in (1..).zip(&entries) {
                assert_eq!(*found, entry(epoch), "{what}: epoch {epoch} is not what was written");
            }
            Some(entries.len() as u64)
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    quiet_storage();
    let (_folder, path) = place();
    write(&path, STEPS, Durability::Batch(16));
    let whole = fs::read(&path).expect("the journal");
    let mut random = Random(0x7275_6e63);
    let mut lengths = vec![0, 1, 3, 4, 8, 63, 64, 319, 320, 511, 512, 4_095, 4_096, 4_097, whole.len() - 1];
    lengths.extend((0..120).map(|_| random.below(whole.len() as u64) as usize));
    let mut refused = 0;
    for length in &lengths {
        fs::write(&path, &whole[..*length]).expect("a shorter file");
        match steps_found(&path, &format!("{length} bytes of {}", whole.len())) {
            None => refused += 1,
            // The storage keeps free space at the end, which may go.
            Some(steps) => assert_eq!(steps, STEPS, "{length} bytes: steps are silently gone"),
        }
    }
    println!("{} lengths, {refused} refused", lengths.len());
    fs::write(&path, &whole).expect("the journal");
    assert_eq!(steps_found(&path, "the whole file"), Some(STEPS));
}

#[test]
fn a_flipped_bit_never_makes_another_step() {
    quiet_storage();
    let (_folder, path) = place();
    write(&path, STEPS, Durability::Batch(16));
    let whole = fs::read(&path).expect("the journal");
    let mut random = Random(0x666c_6970);
    // The first pages hold what the storage steers by; the rest is tables and values.
    let mut places: Vec<u64> = (0..512).step_by(3).collect();
    places.extend((0..330).map(|_| random.below(whole.len() as u64)));
    let (mut refused, mut shorter) = (0, 0);
    for place in &places {
        let mut changed = whole.clone();
        let bit = random.below(8);
        changed[*place as usize] ^= 1 << bit;
        fs::write(&path, &changed).expect("a changed file");
        match steps_found(&path, &format!("byte {place}, bit {bit}")) {
            None => refused += 1,
            Some(steps) if steps < STEPS => shorter += 1,
            Some(_) => {}
        }
    }
    let harmless = places.len() - refused - shorter;
    println!("{} flips: {refused} refused, {shorter} gave an earlier state, {harmless} changed nothing", places.len());
}

#[test]
fn what_is_no_journal_is_called_so() {
    let (_folder, path) = place();
    for bytes in [&b""[..], b"red", b"hello, world", b"PK\x03\x04zip", b"\0asm\x01\0\0\0", &[0xff; 9_000]] {
        fs::write(&path, bytes).expect("a file");
        let error = read(&path).expect_err("no journal");
        assert!(matches!(error.kind, JournalErrorKind::NotAJournal), "{bytes:?}: {error}");
    }
    fs::write(&path, [&b"redb"[..], &[0; 9_000]].concat()).expect("a file");
    let error = read(&path).expect_err("it only begins as one");
    assert!(error.is_malformed(), "{error}");
}
