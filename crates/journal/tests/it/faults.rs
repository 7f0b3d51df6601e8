//! A storage that breaks at each of its calls in turn, in four ways: whatever was acknowledged is there afterwards, and the
//! run goes on to the same end.

use std::path::Path;

use journal::{Durability, Header, JournalError, JournalErrorKind, Reader, Start, Writer};

use crate::disk::{Disk, FAULTS, Fault};
use crate::fixture::{header, whole};
use crate::run::{Contents, DURABILITIES, Ledger, check_against, contents, drive};

const NAME: &str = "disk.journal";

fn begin(disk: &Disk, durability: Durability) -> Result<Writer, JournalError> {
    let (header, start): (Header, Start) = (header(), whole());
    Writer::create_with(disk.clone(), Path::new(NAME), &header, start, durability)
}

/// The whole run on a disk; what it acknowledged, and how it ended.
fn run(disk: &Disk, durability: Durability) -> (Ledger, Result<(), JournalError>) {
    let mut ledger = Ledger::default();
    let mut writer = match begin(disk, durability) {
        Ok(writer) => writer,
        Err(error) => return (ledger, Err(error)),
    };
    ledger.created = true;
    let ended = drive(&mut writer, &mut ledger);
    if ended.is_err() {
        // Whatever is tried after a failure says so, and changes nothing.
        let error = writer.append(crate::fixture::entry(writer.last_epoch() + 1)).expect_err("it has failed");
        assert!(matches!(error.kind, JournalErrorKind::Stopped), "{error}");
        assert!(error.to_string().contains("what was acknowledged before it stays"), "{error}");
        let error = writer.keep_head(0, b"").expect_err("it has failed");
        assert!(matches!(error.kind, JournalErrorKind::Stopped), "{error}");
        assert!(matches!(writer.close().expect_err("it has failed").kind, JournalErrorKind::Stopped));
        return (ledger, ended);
    }
    let closed = writer.close();
    (ledger, closed)
}

fn open(disk: &Disk) -> Result<Reader, JournalError> {
    Reader::open_with(disk.clone(), Path::new(NAME))
}

/// What became of a run on a disk that broke.
enum Left {
    /// The journal never came to be; nothing had been acknowledged.
    Nothing,
    /// It went on to its end.
    Whole { steps: u64 },
}

/// Breaks a disk at a call and looks at what is left.
fn break_at(disk: &Disk, durability: Durability, expected: &(Contents, Ledger)) -> Result<Left, String> {
    let (ledger, ended) = run(disk, durability);
    // What the storage writes after the journal was closed is for its own convenience.
    if disk.is_broken() && ended.is_ok() && ledger != expected.1 {
        return Err("a broken disk was not noticed".to_owned());
    }
    let survivors = disk.survivors();
    let reader = match open(&Disk::new(survivors.clone(), None)) {
        Err(error) if !ledger.created => {
            let known = error.is_malformed() && error.to_string().contains(NAME);
            return if known { Ok(Left::Nothing) } else { Err(format!("not made, and not named so: {error}")) };
        }
        Err(error) => return Err(format!("{} steps were acknowledged, but {error}", ledger.safe_epoch)),
        Ok(reader) => reader,
    };
    check_against(&reader, &ledger)?;
    let steps = reader.last_epoch();
    drop(reader);
    let disk = Disk::new(survivors, None);
    let opened = Writer::open_with(disk.clone(), Path::new(NAME), durability);
    let mut writer = opened.map_err(|error| format!("it was read, but {error}"))?;
    let mut again = ledger;
    drive(&mut writer, &mut again).and_then(|()| writer.close()).map_err(|error| format!("going on: {error}"))?;
    let finished = open(&disk).and_then(|reader| contents(&reader)).map_err(|error| format!("at the end: {error}"))?;
    if finished == expected.0 { Ok(Left::Whole { steps }) } else { Err("another journal at the end".to_owned()) }
}

#[test]
fn whatever_breaks_at_whatever_call_what_was_acknowledged_stays() {
    for durability in DURABILITIES {
        let disk = Disk::new(Vec::new(), None);
        let (ledger, ended) = run(&disk, durability);
        ended.expect("nothing breaks");
        let reader = open(&disk).expect("a whole journal");
        check_against(&reader, &ledger).expect("what was acknowledged");
        let expected = (contents(&reader).expect("a whole journal"), ledger);
        drop(reader);
        let calls = disk.calls();
        let (mut nothing, mut resumed, mut steps_found) = (0, 0, 0);
        let mut wrong = Vec::new();
        for fault in FAULTS {
            for call in 0..calls {
                match break_at(&Disk::new(Vec::new(), Some((call, fault))), durability, &expected) {
                    Ok(Left::Nothing) => nothing += 1,
                    Ok(Left::Whole { steps }) => {
                        resumed += 1;
                        steps_found += steps;
                    }
                    Err(what) => wrong.push(format!("{durability:?}, {fault:?} at call {call} of {calls}: {what}")),
                }
            }
        }
        println!(
            "{durability:?}: {calls} calls, {} ways each: {nothing} before there was a journal, {resumed} went on to the \
             same end after {steps_found} steps in all",
            FAULTS.len()
        );
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), calls * 4, wrong.join("\n"));
    }
}

/// What keeps no promise is noticed by the very check that the others pass.
#[test]
fn a_disk_that_lies_about_its_syncs_is_caught() {
    let durability = Durability::EveryStep;
    let disk = Disk::new(Vec::new(), None);
    let (ledger, ended) = run(&disk, durability);
    ended.expect("nothing breaks");
    let expected = (open(&disk).and_then(|reader| contents(&reader)).expect("a whole journal"), ledger);
    let (mut tried, mut caught) = (0, 0);
    for call in (100..disk.calls()).step_by(50) {
        for fault in [Fault::Lose, Fault::Forget] {
            tried += 1;
            caught += u64::from(break_at(&Disk::lying((call, fault)), durability, &expected).is_err());
        }
    }
    println!("{tried} breaks of a disk that never syncs: {caught} lost something that was acknowledged");
    assert_eq!(caught, tried);
}
