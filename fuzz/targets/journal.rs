//! Bytes that are said to be a journal, and a good journal with some of its bytes changed: opened and read, or refused, by a
//! reader and by a writer that wants to go on. Nothing comes out that was not written, and no panic gets out.
//!
//! The storage asserts what a damaged file may break. The journal turns those assertions into "damaged"; so here a panic is a
//! finding only if it reaches the target.
#![no_main]

use std::io::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use arbitrary::Unstructured;
use codec::{Digest, sha256};
use journal::{Durability, Entry, Header, Reader, Start, StorageBackend, Writer};
use libfuzzer_sys::fuzz_target;
use receipt::log::merkle;

/// Steps of the journal that is changed.
const STEPS: u64 = 21;
/// More than any journal here needs. A change of the file's own lengths may ask for more and gets an error, as from a full
/// disk.
const DISK_BYTES_MAX: u64 = 64 << 20;
/// What stands for the file in errors.
const NAME: &str = "fuzzed";

fuzz_target!(|data: &[u8]| {
    static LAST: Mutex<String> = Mutex::new(String::new());
    static QUIET: OnceLock<()> = OnceLock::new();
    QUIET.get_or_init(|| {
        set_hook(Box::new(|panic| LAST.lock().expect("nobody panics with it").clone_from(&panic.to_string())));
    });
    if catch_unwind(AssertUnwindSafe(|| run(data))).is_err() {
        eprintln!("{}", LAST.lock().expect("nobody panics with it"));
        std::process::abort();
    }
});

fn run(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    let bytes = match kind % 4 {
        0 => rest.to_vec(),
        1 => [b"redb\x1a\x0a\xa9\x0d\x0a", rest].concat(),
        // A description that ends too early leaves the rest as it is.
        _ => changed(&mut Unstructured::new(rest)),
    };
    read(&bytes);
    go_on(&bytes);
}

/// A disk in memory; clones share it.
#[derive(Clone, Debug)]
struct Disk(Arc<Mutex<Vec<u8>>>);

impl Disk {
    fn new(bytes: &[u8]) -> Self {
        Self(Arc::new(Mutex::new(bytes.to_vec())))
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().expect("no panic holds it")
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64> {
        Ok(self.bytes().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let bytes = self.bytes();
        let found = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)?.get(..out.len()));
        out.copy_from_slice(found.ok_or(Error::from(std::io::ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        if len > DISK_BYTES_MAX {
            return Err(Error::from(std::io::ErrorKind::StorageFull));
        }
        self.bytes().resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let end = offset.checked_add(data.len() as u64).filter(|end| *end <= DISK_BYTES_MAX);
        let end = end.ok_or(Error::from(std::io::ErrorKind::StorageFull))? as usize;
        let mut bytes = self.bytes();
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        bytes[offset as usize..end].copy_from_slice(data);
        Ok(())
    }
}

fn header() -> Header {
    Header {
        genesis: vec![1; 300],
        module: (0..6_000_u32).map(|i| (i * i >> 3) as u8).collect(),
        configuration: vec![3; 90],
        description: b"[run]\nname = \"test\"\n".to_vec(),
        post_quantum_key: Vec::new(),
        start: 0,
    }
}

fn entry(epoch: u64) -> Entry {
    let size = if epoch.is_multiple_of(7) { 3_000 } else { 40 + epoch as usize * 31 % 200 };
    Entry { epoch, input: vec![epoch as u8; size], receipt: vec![!epoch as u8; 120], annex: vec![7; 9] }
}

fn page(number: u8) -> Vec<u8> {
    vec![number; 4096]
}

/// A good journal of each kind: steps alone, and one with heads, snapshots, names and a pruned beginning.
fn journals() -> &'static [Vec<u8>; 2] {
    static JOURNALS: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    JOURNALS.get_or_init(|| [written(false), written(true)])
}

fn written(has_all: bool) -> Vec<u8> {
    let disk = Disk::new(&[]);
    let start = Start { base_epoch: 0, tip: sha256(b"genesis"), peaks: Vec::new() };
    let created = Writer::create_with(disk.clone(), Path::new(NAME), &header(), start, Durability::Batch(5));
    let mut writer = created.expect("an empty disk");
    for epoch in 1..=STEPS {
        writer.append(entry(epoch)).expect("the next step");
        if has_all && epoch.is_multiple_of(6) {
            writer.keep_head(epoch, format!("head of {epoch}").as_bytes()).expect("a new head");
            let pages = [epoch as u8, 1].map(page);
            let digests = pages.each_ref().map(|page| (sha256(page), page.as_slice()));
            writer.keep_snapshot(epoch, b"manifest", &digests).expect("a new snapshot");
        }
    }
    if has_all {
        writer.name_vertices(&["a".to_owned(), "b".to_owned()]).expect("names");
        writer.prune(4, sha256(b"body 4")).expect("a head covers it");
    }
    writer.close().expect("a good end");
    disk.bytes().clone()
}

/// A good journal with bytes changed: single bits, runs, pieces of the file put elsewhere, another length.
fn changed(u: &mut Unstructured<'_>) -> Vec<u8> {
    let mut bytes = u.choose(journals()).expect("there are two").clone();
    for _ in 0..u.int_in_range(1..=5).unwrap_or(1) {
        if change(u, &mut bytes).is_err() {
            break;
        }
    }
    bytes
}

fn change(u: &mut Unstructured<'_>, bytes: &mut Vec<u8>) -> arbitrary::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    // What is used of the file lies in its first part; its header in the first 400 bytes.
    let end = *u.choose(&[400, 8192, 40_000, bytes.len()])?;
    let place = u.int_in_range(0..=end.min(bytes.len()) - 1)?;
    let len = u.int_in_range(1..=64)?.min(bytes.len() - place);
    match u.int_in_range(0..=7)? {
        0 | 1 => bytes[place] ^= 1 << u.int_in_range(0..=7)?,
        2 | 3 => bytes[place] = u.arbitrary()?,
        4 => bytes[place..place + len].fill(*u.choose(&[0, 0xff, 1])?),
        5 => u.fill_buffer(&mut bytes[place..place + len])?,
        6 => {
            let from = u.int_in_range(0..=bytes.len() - len)?;
            bytes.copy_within(from..from + len, place);
        }
        _ => bytes.truncate(place),
    }
    Ok(())
}

/// Reads all that there is to read. What comes out was written.
fn read(bytes: &[u8]) {
    let reader = match Reader::open_with(Disk::new(bytes), Path::new(NAME)) {
        Ok(reader) => reader,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert_eq!(*reader.header(), header());
    hold(&reader);
}

fn hold(reader: &Reader) {
    let (first, last) = (reader.first_epoch(), reader.last_epoch());
    let mut next = first;
    for found in reader.entries(0, u64::MAX) {
        let Ok(found) = found else { break };
        assert_eq!((found.epoch, &found), (next, &entry(next)), "a step that nobody wrote");
        next += 1;
    }
    assert!(next <= last + 1 && last <= STEPS);
    if let Ok(Some(head)) = reader.head(6) {
        assert_eq!(head, b"head of 6");
    }
    for size in reader.heads().unwrap_or_default() {
        assert!(reader.head(size).is_ok_and(|head| head.is_some()));
    }
    for epoch in reader.snapshots().unwrap_or_default() {
        if let Ok(Some(manifest)) = reader.snapshot(epoch) {
            assert_eq!(manifest, b"manifest");
        }
    }
    let one = sha256(&page(1));
    assert!(reader.page(&one).is_ok_and(|found| found == page(1)) || reader.page(&one).is_err());
    assert!(reader.page(&Digest::ZERO).is_err());
    assert!(matches!(reader.incident(), Ok(None) | Err(_)));
    if let Ok(names) = reader.names() {
        assert!(names.is_empty() || names.values().eq(["a", "b"]));
    }
    let _ = (reader.last_head(), reader.check_tree());
    let size = reader.tree_size();
    let _ = (merkle::root(reader, size), merkle::inclusion_proof(reader, size / 2, size.max(1)));
}

/// Opens the journal to go on: one step more, then read again.
fn go_on(bytes: &[u8]) {
    let disk = Disk::new(bytes);
    let Ok(mut writer) = Writer::open_with(disk.clone(), Path::new(NAME), Durability::EveryStep) else { return };
    let last = writer.last_epoch();
    let next = Entry { epoch: last + 1, ..entry(last + 1) };
    if writer.append(next.clone()).is_err() || writer.close().is_err() {
        return;
    }
    // What was promised is there, unless what was there before was already damaged.
    if let Ok(reader) = Reader::open_with(disk, Path::new(NAME))
        && let Ok(found) = reader.entry(last + 1)
    {
        assert_eq!(found, next);
    }
}
