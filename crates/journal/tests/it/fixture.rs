//! Journals to test with.

use std::path::{Path, PathBuf};

use codec::{Digest, sha256};
use journal::{Durability, Entry, Header, JournalError, Reader, Start, Writer};
use tempfile::TempDir;

/// A folder and a journal in it that is not there yet.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join("test.journal");
    (folder, path)
}

/// The bytes of a header; a module of more than a page of the storage.
pub(crate) fn header() -> Header {
    Header {
        genesis: bytes(1, 300),
        module: bytes(2, 20_000),
        configuration: bytes(3, 90),
        description: b"[run]\nname = \"test\"\n".to_vec(),
        post_quantum_key: bytes(4, 1_312),
        start: 0,
    }
}

/// The start of a whole chain under [`header`].
pub(crate) fn whole() -> Start {
    Start { base_epoch: 0, tip: sha256(b"genesis"), peaks: Vec::new() }
}

/// The digest that stands for the body of an epoch.
pub(crate) fn tip(epoch: u64) -> Digest {
    sha256(&epoch.to_be_bytes())
}

/// A new journal of a whole chain.
pub(crate) fn create(path: &Path, durability: Durability) -> Writer {
    Writer::create(path, &header(), whole(), durability).expect("a new journal")
}

/// The step of an epoch: some of a few bytes, some of many pages.
pub(crate) fn entry(epoch: u64) -> Entry {
    let size = if epoch.is_multiple_of(13) { 9_000 } else { 40 + (epoch as usize * 31) % 700 };
    Entry {
        epoch,
        input: bytes(epoch << 2, size),
        receipt: bytes(epoch << 2 | 1, 500),
        annex: bytes(epoch << 2 | 2, 30),
    }
}

/// `size` bytes that nothing else is likely to hold.
pub(crate) fn bytes(seed: u64, size: usize) -> Vec<u8> {
    let mut random = Random(seed);
    (0..size).map(|_| random.next() as u8).collect()
}

/// SplitMix64 (Steele, Lea and Flood 2014, figure 17): the same numbers from the same seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// A journal of `steps` steps, closed.
pub(crate) fn write(path: &Path, steps: u64, durability: Durability) {
    let mut writer = create(path, durability);
    for epoch in 1..=steps {
        writer.append(entry(epoch)).expect("the next step");
    }
    writer.close().expect("a good end");
}

/// All that a journal holds.
pub(crate) fn read(path: &Path) -> Result<(Header, Vec<Entry>), JournalError> {
    let reader = Reader::open(path)?;
    reader.check_tree()?;
    let entries = reader.entries(1, reader.last_epoch()).collect::<Result<Vec<_>, _>>()?;
    assert_eq!(entries.len() as u64, reader.last_epoch(), "an iteration without an error gives every step");
    Ok((reader.header().clone(), entries))
}

/// The storage's assertions are caught, but the runtime still prints each: tests that break it by the thousand ask for
/// silence about those, and only those.
pub(crate) fn quiet_storage() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let here = info.location().is_some_and(|place| place.file().contains("journal/"));
            if here {
                others(info);
            }
        }));
    });
}
