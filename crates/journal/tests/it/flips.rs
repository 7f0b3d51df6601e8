//! Every bit of a small journal, flipped one at a time: the same journal, or an error that names damage; never another
//! journal, never a panic.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use codec::{Digest, sha256};
use journal::{Durability, Entry, Header, JournalError, Reader, Start, Writer};
use receipt::log::merkle;

use crate::fixture::{bytes, place, quiet_storage, tip};

/// The storage's page, in bytes.
const PAGE: usize = 4_096;

/// So many equal bytes in a row are fill.
const FILL_RUN: usize = 64;

/// What a flip may do.
#[derive(Default)]
struct Counts {
    flips: u64,
    named: u64,
    harmless: u64,
    repaired: u64,
}

/// Everything that a journal says.
#[derive(PartialEq, Debug)]
struct Everything {
    header: Header,
    base: (u64, Digest),
    last_epoch: u64,
    entries: Vec<Entry>,
    root: Digest,
    heads: Vec<(u64, Option<Vec<u8>>)>,
    last_head: Option<(u64, Vec<u8>)>,
    snapshots: Vec<(u64, Option<Vec<u8>>)>,
    page: Vec<u8>,
    incident: Option<Vec<u8>>,
    names: BTreeMap<u64, String>,
}

fn read(path: &Path) -> Result<Everything, JournalError> {
    let reader = Reader::open(path)?;
    reader.check_tree()?;
    Ok(Everything {
        header: reader.header().clone(),
        base: reader.base(),
        last_epoch: reader.last_epoch(),
        entries: reader.entries(1, u64::MAX).collect::<Result<_, _>>()?,
        root: merkle::root(&reader, reader.tree_size())?,
        heads: reader.heads()?.into_iter().map(|size| Ok((size, reader.head(size)?))).collect::<Result<_, _>>()?,
        last_head: reader.last_head()?,
        snapshots: reader
            .snapshots()?
            .into_iter()
            .map(|at| Ok((at, reader.snapshot(at)?)))
            .collect::<Result<_, _>>()?,
        page: reader.page(&sha256(&page()))?,
        incident: reader.incident()?,
        names: reader.names()?,
    })
}

fn page() -> Vec<u8> {
    bytes(8, 64)
}

fn write(path: &Path) {
    let header = Header {
        genesis: bytes(1, 60),
        module: bytes(2, 80),
        configuration: bytes(3, 20),
        description: bytes(4, 10),
        post_quantum_key: bytes(5, 30),
        start: 0,
    };
    let start = Start { base_epoch: 0, tip: tip(0), peaks: Vec::new() };
    let mut writer = Writer::create(path, &header, start, Durability::EveryStep).expect("a new journal");
    for epoch in 1..=5 {
        let entry =
            Entry { epoch, input: bytes(epoch, 20), receipt: bytes(epoch ^ 99, 50), annex: bytes(epoch ^ 77, 8) };
        writer.append(entry).expect("the next step");
    }
    let manifest = [&bytes(7, 40), sha256(&page()).as_bytes().as_slice(), &bytes(10, 20)].concat();
    writer.keep_head(4, &bytes(6, 70)).expect("a head");
    writer.keep_snapshot(5, &manifest, &[(sha256(&page()), &page())]).expect("a snapshot");
    writer.keep_incident(&bytes(9, 40)).expect("the first");
    writer.name_vertices(&["one".to_owned(), "two".to_owned()]).expect("names");
    writer.prune(1, tip(1)).expect("a head covers it");
    writer.compact().expect("nobody reads");
    writer.close().expect("a good end");
}

/// Flips one bit, reads all, and puts everything back as it was.
fn flip(path: &Path, file: &File, whole: &[u8], expected: &Everything, place: usize, bit: usize, counts: &mut Counts) {
    file.write_all_at(&[whole[place] ^ 1 << bit], place as u64).expect("a changed file");
    counts.flips += 1;
    let what = || format!("bit {bit} of byte {} in page {}", place % PAGE, place / PAGE);
    match std::panic::catch_unwind(|| read(path)) {
        Err(_) => panic!("{}: reading it panicked", what()),
        Ok(Ok(found)) => {
            assert_eq!(found, *expected, "{}: another journal", what());
            counts.harmless += 1;
        }
        Ok(Err(error)) => {
            let named = error.is_malformed() && error.to_string().contains("test.journal");
            assert!(named, "{}: the error does not name damage: {error}", what());
            counts.named += 1;
        }
    }
    file.write_all_at(&whole[place..=place], place as u64).expect("the file as it was");
    // A change can make the storage repair the file, which changes more of it.
    let mut now = vec![0; whole.len()];
    let same_len = file.metadata().expect("a file").len() == whole.len() as u64;
    if !same_len || file.read_exact_at(&mut now, 0).is_err() || now != whole {
        file.set_len(whole.len() as u64).expect("the file as it was");
        file.write_all_at(whole, 0).expect("the file as it was");
        counts.repaired += 1;
    }
}

/// Whether a byte is one of many equal ones, with which the storage fills what it does not use.
fn is_fill(whole: &[u8], place: usize) -> bool {
    let page = place / PAGE * PAGE;
    let bytes = &whole[page..page + PAGE];
    let equal = |places: &mut dyn Iterator<Item = usize>| {
        places.take_while(|near| bytes[*near] == whole[place]).take(FILL_RUN).count()
    };
    let at = place - page;
    equal(&mut (at..PAGE)) + equal(&mut (0..at).rev()) >= FILL_RUN
}

/// Every bit of every byte that the storage uses. Of what it fills with equal bytes, which nothing reads, every 16th byte has
/// one bit flipped; with `AVOUCH_EVERY_BIT` set, which takes minutes, every bit of that too.
#[test]
fn every_flipped_bit_is_harmless_or_named() {
    quiet_storage();
    let (_folder, path) = place();
    write(&path);
    let expected = read(&path).expect("a whole journal");
    let whole = fs::read(&path).expect("the journal");
    let file = File::options().read(true).write(true).open(&path).expect("the journal");
    let every_bit = std::env::var_os("AVOUCH_EVERY_BIT").is_some();
    let (mut used, mut fill) = (Counts::default(), Counts::default());
    for place in 0..whole.len() {
        let filled = is_fill(&whole, place);
        let counts = if filled { &mut fill } else { &mut used };
        for bit in 0..8 {
            if !filled || every_bit || place % 16 == 0 && bit == place / 16 % 8 {
                flip(&path, &file, &whole, &expected, place, bit, counts);
            }
        }
    }
    println!("a journal of {} bytes", whole.len());
    for (what, counts) in [("in use", used), ("fill", fill)] {
        let Counts { flips, named, harmless, repaired } = counts;
        println!(
            "{what}: {flips} flips, {named} named as damage, {harmless} changed nothing, {repaired} led to a repair"
        );
    }
}
