//! Reading a journal back.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use redb::{
    Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata,
};

use crate::error::{JournalError, JournalErrorKind, classify};
use crate::tables::{ANNEXES, HEADER, INPUTS, NAMES, RECEIPTS, SUMS};
use crate::{Entry, Header};

/// Steps that are held in memory at once while iterating.
const CHUNK_STEPS: u64 = 512;

/// Bytes after which a chunk ends early, whatever its number of steps.
const CHUNK_BYTES_MAX: usize = 16 << 20;

/// A journal that is being read.
pub struct Reader {
    snapshot: ReadTransaction,
    path: PathBuf,
    header: Header,
    last_epoch: u64,
}

impl Reader {
    /// Opens a journal and checks that its parts are all there. After a crash the storage first rolls an unfinished batch
    /// back, for which it needs to write to the file.
    ///
    /// # Errors
    /// [`JournalErrorKind`]; every kind but `Exists` and `TooLarge`.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let fail = |kind| JournalError::new(path, kind);
        check_magic(path).map_err(fail)?;
        // The storage asserts what a damaged file may break, so its assertions are damage too.
        let opened = std::panic::catch_unwind(|| open_parts(path));
        let (snapshot, header, last_epoch) = match opened {
            Ok(parts) => parts.map_err(fail)?,
            Err(_) => return Err(fail(JournalErrorKind::Damaged("the storage's own checks failed".to_owned()))),
        };
        Ok(Self { snapshot, path: path.to_owned(), header, last_epoch })
    }

    /// What the journal says once.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The last step's epoch, which is also their number; 0 if there is none.
    #[must_use]
    pub fn last_epoch(&self) -> u64 {
        self.last_epoch
    }

    /// One step.
    ///
    /// # Errors
    /// [`JournalErrorKind::Gap`] if it is not there.
    pub fn entry(&self, epoch: u64) -> Result<Entry, JournalError> {
        let mut entries = self.chunk(epoch, epoch)?;
        match entries.pop() {
            Some(entry) => Ok(entry),
            None => {
                Err(JournalError::new(&self.path, JournalErrorKind::Gap { expected: epoch, found: self.last_epoch }))
            }
        }
    }

    /// The steps from `first` to `last`, both included, in order.
    pub fn entries(&self, first: u64, last: u64) -> impl Iterator<Item = Result<Entry, JournalError>> + '_ {
        let last = last.min(self.last_epoch);
        let mut next = first.max(1);
        let mut chunk = Vec::new().into_iter();
        std::iter::from_fn(move || {
            if let Some(entry) = chunk.next() {
                return Some(Ok(entry));
            }
            if next > last {
                return None;
            }
            let end = last.min(next + CHUNK_STEPS - 1);
            match self.chunk(next, end) {
                Ok(entries) => {
                    next += entries.len() as u64;
                    chunk = entries.into_iter();
                    chunk.next().map(Ok)
                }
                Err(error) => {
                    next = last + 1;
                    Some(Err(error))
                }
            }
        })
    }

    /// Names of vertices by id.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn names(&self) -> Result<BTreeMap<u64, String>, JournalError> {
        self.guarded(|| read_names(&self.snapshot))
    }

    fn chunk(&self, first: u64, last: u64) -> Result<Vec<Entry>, JournalError> {
        self.guarded(|| read_chunk(&self.snapshot, first, last))
    }

    /// The storage asserts what a damaged file may break, so its assertions are damage too.
    fn guarded<T>(&self, read: impl FnOnce() -> Result<T, JournalErrorKind>) -> Result<T, JournalError> {
        let kind = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)) {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(kind)) => kind,
            Err(_) => JournalErrorKind::Damaged("the storage's own checks failed".to_owned()),
        };
        Err(JournalError::new(&self.path, kind))
    }
}

fn check_magic(path: &Path) -> Result<(), JournalErrorKind> {
    let mut magic = [0; 4];
    let mut file = File::open(path).map_err(|error| classify(redb::Error::Io(error)))?;
    match file.read_exact(&mut magic) {
        Ok(()) if &magic == b"redb" => Ok(()),
        _ => Err(JournalErrorKind::NotAJournal),
    }
}

fn open_parts(path: &Path) -> Result<(ReadTransaction, Header, u64), JournalErrorKind> {
    let snapshot = match ReadOnlyDatabase::open(path) {
        Ok(database) => database.begin_read().map_err(classify)?,
        Err(DatabaseError::RepairAborted) => {
            // Opened to be written, the storage rolls back what a crash left half done. A snapshot would end with that
            // opening, so the file is closed again first.
            drop(Database::open(path).map_err(classify)?);
            ReadOnlyDatabase::open(path).map_err(classify)?.begin_read().map_err(classify)?
        }
        Err(error) => return Err(classify(error)),
    };
    let header = Header::read(&snapshot.open_table(HEADER).map_err(classify)?)?;
    let receipts = snapshot.open_table(RECEIPTS).map_err(classify)?;
    let inputs = snapshot.open_table(INPUTS).map_err(classify)?;
    let annexes = snapshot.open_table(ANNEXES).map_err(classify)?;
    let last_epoch = receipts.last().map_err(classify)?.map_or(0, |(epoch, _)| epoch.value());
    let sums = snapshot.open_table(SUMS).map_err(classify)?;
    for count in [receipts.len(), inputs.len(), annexes.len(), sums.len()] {
        let count = count.map_err(classify)?;
        if count != last_epoch {
            return Err(JournalErrorKind::Gap { expected: count + 1, found: last_epoch });
        }
    }
    Ok((snapshot, header, last_epoch))
}

fn read_names(snapshot: &ReadTransaction) -> Result<BTreeMap<u64, String>, JournalErrorKind> {
    let table = snapshot.open_table(NAMES).map_err(classify)?;
    let rows = table.iter().map_err(classify)?;
    rows.map(|row| {
        let (id, name) = row.map_err(classify)?;
        Ok((id.value(), name.value().to_owned()))
    })
    .collect()
}

fn read_chunk(snapshot: &ReadTransaction, first: u64, last: u64) -> Result<Vec<Entry>, JournalErrorKind> {
    let inputs = snapshot.open_table(INPUTS).map_err(classify)?;
    let receipts = snapshot.open_table(RECEIPTS).map_err(classify)?;
    let annexes = snapshot.open_table(ANNEXES).map_err(classify)?;
    let sums = snapshot.open_table(SUMS).map_err(classify)?;
    let (mut entries, mut bytes, mut last) = (Vec::new(), 0, last);
    let rows = receipts.range(first..=last).map_err(classify)?;
    let rows = rows.zip(inputs.range(first..=last).map_err(classify)?);
    let rows = rows.zip(annexes.range(first..=last).map_err(classify)?);
    for (expected, ((receipt, input), annex)) in (first..=last).zip(rows) {
        let (epoch, receipt) = receipt.map_err(classify)?;
        let (input_epoch, input) = input.map_err(classify)?;
        let (annex_epoch, annex) = annex.map_err(classify)?;
        for found in [epoch.value(), input_epoch.value(), annex_epoch.value()] {
            if found != expected {
                return Err(JournalErrorKind::Gap { expected, found });
            }
        }
        let entry = Entry {
            epoch: expected,
            input: input.value().to_vec(),
            receipt: receipt.value().to_vec(),
            annex: annex.value().to_vec(),
        };
        let sum = sums.get(expected).map_err(classify)?;
        if sum.is_none_or(|sum| *sum.value() != entry.sum()) {
            return Err(JournalErrorKind::Damaged(format!("epoch {expected} is not what was written")));
        }
        bytes += entry.input.len() + entry.receipt.len() + entry.annex.len();
        entries.push(entry);
        if bytes >= CHUNK_BYTES_MAX {
            last = expected;
            break;
        }
    }
    let expected = first + entries.len() as u64;
    if expected <= last {
        return Err(JournalErrorKind::Gap { expected, found: last });
    }
    Ok(entries)
}
