//! Appending steps.

use std::fs;
use std::path::{Path, PathBuf};

use redb::Database;

use crate::error::{JournalError, JournalErrorKind, classify};
use crate::tables::{ANNEXES, HEADER, INPUTS, NAMES, RECEIPTS, SUMS, VALUE_BYTES_MAX};
use crate::{Entry, Header};

/// What is promised about a step once [`Writer::append`] has returned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// It is on disk: one transaction and one `fsync` a step.
    EveryStep,
    /// It is on disk at the latest when this many steps have been appended or the writer is closed: one transaction and one
    /// `fsync` a batch. A crash loses the steps since the last batch, never a part of a batch.
    Batch(u32),
    /// It is on disk when the writer is closed. A crash loses all of the run.
    AtClose,
}

/// Steps in one transaction under [`Durability::AtClose`], so that memory stays bounded.
const BATCH_AT_CLOSE: u32 = 1_024;

/// Bytes after which a batch is written early, whatever its number of steps.
const BATCH_BYTES_MAX: usize = 16 << 20;

/// A journal that is being written.
pub struct Writer {
    database: Database,
    path: PathBuf,
    durability: Durability,
    waiting: Vec<Entry>,
    waiting_bytes: usize,
    next_epoch: u64,
}

impl Writer {
    /// Makes a journal. The header is on disk when this returns.
    ///
    /// # Errors
    /// [`JournalErrorKind::Exists`] if there is a file already; any other kind if it cannot be written.
    pub fn create(path: &Path, header: &Header, durability: Durability) -> Result<Self, JournalError> {
        let fail = |kind| JournalError::new(path, kind);
        for part in [&header.genesis, &header.module, &header.configuration, &header.description] {
            check_size(part).map_err(fail)?;
        }
        // Reserved under its name first, so that two runs cannot both believe that they made it.
        let file = fs::OpenOptions::new().read(true).write(true).create_new(true).open(path).map_err(|error| {
            fail(match error.kind() {
                std::io::ErrorKind::AlreadyExists => JournalErrorKind::Exists,
                _ => JournalErrorKind::Io(error),
            })
        })?;
        let made = Database::builder().create_file(file).map_err(classify).and_then(|database| {
            write_header(&database, header).map_err(classify)?;
            sync_folder(path).map_err(JournalErrorKind::Io)?;
            Ok(database)
        });
        let database = made.map_err(|kind| {
            // A journal without its header is nothing that anybody could use, and would stand in the way of the next run.
            let _ = fs::remove_file(path);
            fail(kind)
        })?;
        Ok(Self { database, path: path.to_owned(), durability, waiting: Vec::new(), waiting_bytes: 0, next_epoch: 1 })
    }

    /// Appends a step; see [`Durability`] for when it is safe.
    ///
    /// # Errors
    /// [`JournalErrorKind::Gap`] if it is not the next one; any other kind if a batch cannot be written. What was
    /// promised before stays.
    pub fn append(&mut self, entry: Entry) -> Result<(), JournalError> {
        let fail = |kind| JournalError::new(&self.path, kind);
        if entry.epoch != self.next_epoch {
            return Err(fail(JournalErrorKind::Gap { expected: self.next_epoch, found: entry.epoch }));
        }
        for part in [&entry.input, &entry.receipt, &entry.annex] {
            check_size(part).map_err(fail)?;
        }
        self.waiting_bytes += entry.input.len() + entry.receipt.len() + entry.annex.len();
        self.waiting.push(entry);
        self.next_epoch += 1;
        let batch = match self.durability {
            Durability::EveryStep => 1,
            Durability::Batch(steps) => steps.max(1),
            Durability::AtClose => BATCH_AT_CLOSE,
        };
        if self.waiting.len() >= batch as usize || self.waiting_bytes >= BATCH_BYTES_MAX {
            self.commit(self.durability != Durability::AtClose)?;
        }
        Ok(())
    }

    /// Keeps the names of vertices 0, 1, 2… for people to read, in place of those it has.
    ///
    /// # Errors
    /// As for [`Writer::append`].
    pub fn name_vertices(&mut self, names: &[String]) -> Result<(), JournalError> {
        write_names(&self.database, names).map_err(|error| JournalError::new(&self.path, classify(error)))
    }

    /// Puts everything on disk and gives the file up.
    ///
    /// # Errors
    /// As for [`Writer::append`].
    pub fn close(mut self) -> Result<(), JournalError> {
        self.commit(true)
    }

    fn commit(&mut self, to_disk: bool) -> Result<(), JournalError> {
        write_steps(&self.database, &self.waiting, to_disk)
            .map_err(|error| JournalError::new(&self.path, classify(error)))?;
        self.waiting.clear();
        self.waiting_bytes = 0;
        Ok(())
    }
}

/// Makes the file's name outlast a crash, too: it stands in the folder, not in the file.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::File::open(folder)?.sync_all()
}

fn check_size(value: &[u8]) -> Result<(), JournalErrorKind> {
    match value.len() {
        0..=VALUE_BYTES_MAX => Ok(()),
        size => Err(JournalErrorKind::TooLarge { size, limit: VALUE_BYTES_MAX }),
    }
}

fn write_header(database: &Database, header: &Header) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    header.write(&mut transaction.open_table(HEADER)?)?;
    // Opened here so that every journal has all its tables, and an absent one means damage.
    transaction.open_table(INPUTS)?;
    transaction.open_table(RECEIPTS)?;
    transaction.open_table(ANNEXES)?;
    transaction.open_table(SUMS)?;
    transaction.open_table(NAMES)?;
    transaction.commit()?;
    Ok(())
}

fn write_steps(database: &Database, steps: &[Entry], to_disk: bool) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    let durability = if to_disk { redb::Durability::Immediate } else { redb::Durability::None };
    transaction.set_durability(durability).expect("no savepoint stands in the way of a durability setting");
    {
        let mut inputs = transaction.open_table(INPUTS)?;
        let mut receipts = transaction.open_table(RECEIPTS)?;
        let mut annexes = transaction.open_table(ANNEXES)?;
        let mut sums = transaction.open_table(SUMS)?;
        for step in steps {
            inputs.insert(step.epoch, step.input.as_slice())?;
            receipts.insert(step.epoch, step.receipt.as_slice())?;
            annexes.insert(step.epoch, step.annex.as_slice())?;
            sums.insert(step.epoch, &step.sum())?;
        }
    }
    transaction.commit()?;
    Ok(())
}

fn write_names(database: &Database, names: &[String]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(NAMES)?;
        for (id, name) in (0..).zip(names) {
            table.insert(id, name.as_str())?;
        }
    }
    transaction.commit()?;
    Ok(())
}
