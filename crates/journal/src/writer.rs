//! Appending to a journal, and what is promised about it.
//!
//! | module | concept |
//! | --- | --- |
//! | `keep` | signed heads, snapshots, incidents, names, and a signed receipt in place of the last |
//! | `prune` | dropping what came before a step, and making the file smaller |

mod keep;
mod prune;

use std::fs;
use std::path::{Path, PathBuf};

use codec::Digest;
use receipt::log::merkle;
use redb::{StorageBackend, WriteTransaction};

use crate::base::Base;
use crate::contents::Contents;
use crate::error::{Family, JournalError, JournalErrorKind, classify};
use crate::limits::{BATCH_AT_CLOSE, BATCH_BYTES_MAX, EPOCH_MAX};
use crate::storage::{self, Shelf, caught};
use crate::tables::{self, ANNEXES, BASE, HEADER, INPUTS, NODES, ONLY, RECEIPTS, SUMS, TALLY, check_size, protect};
use crate::tally::Tally;
use crate::tree::{self, Frontier};
use crate::{Entry, Header, Reader, Start};

pub use keep::Written;

/// What is promised about a step once [`Writer::append`] has returned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// It is on disk: one transaction and one `fsync` a step.
    EveryStep,
    /// It is on disk at the latest when this many steps have been appended or the writer is closed: one transaction and one
    /// `fsync` a batch. A crash loses the steps since the last batch, never a part of a batch.
    Batch(u32),
    /// It is on disk when the writer is closed. A crash loses all since the last head, or all of the run.
    AtClose,
}

/// A journal that is being written. Nobody else has it open.
///
/// After a write that failed, every call fails with [`JournalErrorKind::Stopped`]; what was promised before stays, and is
/// found by opening the journal again.
pub struct Writer {
    shelf: Shelf,
    path: PathBuf,
    durability: Durability,
    start: u64,
    base: Base,
    /// Steps that are in no transaction yet.
    waiting: Vec<Entry>,
    waiting_bytes: usize,
    /// What the last transaction left.
    written: Draft,
    /// The last step that outlasts a crash.
    safe_epoch: u64,
    /// Whether a transaction was made that a crash would undo.
    volatile: bool,
    stopped: bool,
}

/// What a transaction changes besides rows; taken over once it is committed.
#[derive(Clone)]
struct Draft {
    tally: Tally,
    frontier: Frontier,
}

impl Writer {
    /// Makes a journal. The header and the start are on disk when this returns.
    ///
    /// # Errors
    /// [`JournalErrorKind::Exists`] if there is a file already, a refusal if the start does not fit the header, any other
    /// kind if it cannot be written.
    pub fn create(path: &Path, header: &Header, start: Start, durability: Durability) -> Result<Self, JournalError> {
        let fail = |kind| JournalError::new(path, kind);
        header.check().and_then(|()| start.check(header.start)).map_err(fail)?;
        if path.exists() {
            return Err(fail(JournalErrorKind::Exists));
        }
        // Made whole under another name and then given its own, so that a crash leaves a journal or none. A link fails if
        // somebody else was faster, where renaming would replace their file.
        let beside = storage::name_beside(path);
        let io = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => JournalErrorKind::Exists,
            _ => JournalErrorKind::Io(error),
        };
        let options = fs::OpenOptions::new().read(true).write(true).create_new(true).open(&beside);
        let file = options.map_err(|error| fail(JournalErrorKind::Io(error)))?;
        let made = Shelf::create(file).and_then(|shelf| {
            let writer = Self::begin(shelf, path, header, start, durability)?;
            fs::hard_link(&beside, path).map_err(io)?;
            Ok(writer)
        });
        let tidied = fs::remove_file(&beside).and_then(|()| storage::sync_folder(path)).map_err(JournalErrorKind::Io);
        made.and_then(|writer| tidied.map(|()| writer)).map_err(fail)
    }

    /// The same in another storage than a file, which must be empty; `name` stands for it in errors.
    ///
    /// # Errors
    /// As for [`Writer::create`].
    pub fn create_with(
        backend: impl StorageBackend,
        name: &Path,
        header: &Header,
        start: Start,
        durability: Durability,
    ) -> Result<Self, JournalError> {
        let made = header.check().and_then(|()| start.check(header.start));
        let made = made.and_then(|()| Self::begin(Shelf::create_with(backend)?, name, header, start, durability));
        made.map_err(|kind| JournalError::new(name, kind))
    }

    /// Opens a journal to go on after its last step. What a crash left half done is rolled back.
    ///
    /// # Errors
    /// As for [`Reader::open`]; [`JournalErrorKind::InUse`] if anybody else has it open, be it to read.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, JournalError> {
        let opened = Shelf::open(path).and_then(|shelf| Self::resume(shelf, path, durability));
        opened.map_err(|kind| JournalError::new(path, kind))
    }

    /// The same in another storage than a file; `name` stands for it in errors.
    ///
    /// # Errors
    /// As for [`Writer::open`].
    pub fn open_with(backend: impl StorageBackend, name: &Path, durability: Durability) -> Result<Self, JournalError> {
        let opened = Shelf::open_with(backend).and_then(|shelf| Self::resume(shelf, name, durability));
        opened.map_err(|kind| JournalError::new(name, kind))
    }

    /// What the next step's epoch must follow.
    #[must_use]
    pub fn last_epoch(&self) -> u64 {
        self.written.tally.last_epoch + self.waiting.len() as u64
    }

    /// The last step that outlasts a crash, whatever the durability promises for later ones.
    #[must_use]
    pub fn safe_epoch(&self) -> u64 {
        self.safe_epoch
    }

    /// Where the kept steps begin; see [`Reader::base`].
    #[must_use]
    pub fn base(&self) -> (u64, Digest) {
        (self.base.epoch, self.base.tip)
    }

    /// How many leaves the log has, those of waiting steps included.
    #[must_use]
    pub fn tree_size(&self) -> u64 {
        self.last_epoch() - self.start
    }

    /// Appends a step; see [`Durability`] for when it is safe.
    ///
    /// # Errors
    /// [`JournalErrorKind::Gap`] if it is not the next one; any other kind if a batch cannot be written. What was
    /// promised before stays.
    pub fn append(&mut self, entry: Entry) -> Result<(), JournalError> {
        self.check_going()?;
        let expected = self.last_epoch() + 1;
        if entry.epoch != expected {
            return Err(self.fail(JournalErrorKind::Gap { expected, found: entry.epoch }));
        }
        if expected > EPOCH_MAX {
            return Err(self.fail(JournalErrorKind::Epoch { epoch: expected, first: 1, last: EPOCH_MAX }));
        }
        for part in [&entry.input, &entry.receipt, &entry.annex] {
            check_size(part).map_err(|kind| self.fail(kind))?;
        }
        self.waiting_bytes += entry.len();
        self.waiting.push(entry);
        let batch = match self.durability {
            Durability::EveryStep => 1,
            Durability::Batch(steps) => steps.max(1),
            Durability::AtClose => BATCH_AT_CLOSE,
        };
        if self.waiting.len() >= batch as usize || self.waiting_bytes >= BATCH_BYTES_MAX {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes the steps that wait, before their batch is full.
    ///
    /// # Errors
    /// As for [`Writer::append`].
    pub fn flush(&mut self) -> Result<(), JournalError> {
        self.check_going()?;
        if self.waiting.is_empty() { Ok(()) } else { self.transact(self.durability.promise(), |_, _| Ok(())) }
    }

    /// Puts everything on disk.
    ///
    /// # Errors
    /// As for [`Writer::append`].
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.check_going()?;
        // A transaction for nothing would make a file larger that was just compacted.
        let nothing = self.waiting.is_empty() && !self.volatile;
        if nothing { Ok(()) } else { self.transact(redb::Durability::Immediate, |_, _| Ok(())) }
    }

    /// A view of all that was appended up to now, on disk or not. It stays as it is while more is appended, and is of no use
    /// once the writer is gone. While there is one, space that pruning frees is not used again.
    ///
    /// # Errors
    /// As for [`Writer::append`].
    pub fn reader(&mut self) -> Result<Reader, JournalError> {
        self.flush()?;
        let contents = caught(|| Contents::open(&self.shelf.view()?)).map_err(|kind| self.fail(kind))?;
        Ok(Reader::of(contents, &self.path))
    }

    /// The root of the log over all that was appended up to now. Writes the steps that wait, for their leaves.
    ///
    /// # Errors
    /// As for [`Writer::append`].
    pub fn root(&mut self) -> Result<Digest, JournalError> {
        self.flush()?;
        Ok(self.written.tally.root)
    }

    /// Puts everything on disk and gives the journal up.
    ///
    /// # Errors
    /// As for [`Writer::append`].
    pub fn close(mut self) -> Result<(), JournalError> {
        self.sync()
    }

    /// Writes header and start into a new database.
    fn begin(
        shelf: Shelf,
        path: &Path,
        header: &Header,
        start: Start,
        durability: Durability,
    ) -> Result<Self, JournalErrorKind> {
        let Start { base_epoch, tip, peaks } = start;
        let rooted = base_epoch - header.start;
        let base = Base { epoch: base_epoch, tip, rooted };
        let frontier = Frontier::new(rooted, &peaks);
        let tally = Tally::new(base_epoch, frontier.root());
        caught(|| {
            let transaction = shelf.database().begin_write().map_err(classify)?;
            write_start(&transaction, header, base, tally, &frontier).map_err(classify)?;
            transaction.commit().map_err(classify)
        })?;
        Ok(Self::over(shelf, path, durability, header.start, base, Draft { tally, frontier }))
    }

    /// Goes on with what a database holds.
    fn resume(shelf: Shelf, path: &Path, durability: Durability) -> Result<Self, JournalErrorKind> {
        let (start, base, written) = caught(|| {
            let contents = Contents::open(&shelf.view()?)?;
            let frontier = Frontier::read(&contents.log(), contents.tree_size())?;
            Ok((contents.header.start, contents.base, Draft { tally: contents.tally, frontier }))
        })?;
        Ok(Self::over(shelf, path, durability, start, base, written))
    }

    fn over(shelf: Shelf, path: &Path, durability: Durability, start: u64, base: Base, written: Draft) -> Self {
        let safe_epoch = written.tally.last_epoch;
        Self {
            shelf,
            path: path.to_owned(),
            durability,
            start,
            base,
            waiting: Vec::new(),
            waiting_bytes: 0,
            written,
            safe_epoch,
            volatile: false,
            stopped: false,
        }
    }

    /// Writes the waiting steps and whatever else `change` does, all of it or nothing.
    fn transact<T>(
        &mut self,
        promise: redb::Durability,
        change: impl FnOnce(&WriteTransaction, &mut Draft) -> Result<T, JournalErrorKind>,
    ) -> Result<T, JournalError> {
        let mut draft = self.written.clone();
        let done = caught(|| {
            let mut transaction = self.shelf.database().begin_write().map_err(classify)?;
            transaction.set_durability(promise).expect("no savepoint stands in the way of a durability setting");
            write_steps(&transaction, &self.waiting, &mut draft).map_err(classify)?;
            let value = change(&transaction, &mut draft)?;
            write_tally(&transaction, &mut draft).map_err(classify)?;
            transaction.commit().map_err(classify)?;
            Ok(value)
        });
        match done {
            Ok(value) => {
                self.waiting.clear();
                self.waiting_bytes = 0;
                self.written = draft;
                self.volatile = !matches!(promise, redb::Durability::Immediate);
                if !self.volatile {
                    self.safe_epoch = self.written.tally.last_epoch;
                }
                Ok(value)
            }
            Err(kind) => {
                // A refusal leaves everything as it was; after anything else nobody knows what the disk holds.
                self.stopped |= kind.family() != Family::Refused;
                Err(self.fail(kind))
            }
        }
    }

    fn check_going(&self) -> Result<(), JournalError> {
        if self.stopped { Err(self.fail(JournalErrorKind::Stopped)) } else { Ok(()) }
    }

    fn fail(&self, kind: JournalErrorKind) -> JournalError {
        JournalError::new(&self.path, kind)
    }
}

impl Durability {
    /// What a transaction of steps is asked to be.
    fn promise(self) -> redb::Durability {
        match self {
            Self::EveryStep | Self::Batch(_) => redb::Durability::Immediate,
            Self::AtClose => redb::Durability::None,
        }
    }
}

fn write_start(
    transaction: &WriteTransaction,
    header: &Header,
    base: Base,
    tally: Tally,
    frontier: &Frontier,
) -> Result<(), redb::Error> {
    header.write(&mut transaction.open_table(HEADER)?)?;
    transaction.open_table(BASE)?.insert(ONLY, protect(BASE, ONLY, &base.to_bytes()).as_slice())?;
    transaction.open_table(TALLY)?.insert(ONLY, protect(TALLY, ONLY, &tally.to_bytes()).as_slice())?;
    tree::insert(&mut transaction.open_table(NODES)?, frontier.peaks())?;
    // Opened here so that every journal has all its tables, and an absent one means damage.
    transaction.open_table(INPUTS)?;
    transaction.open_table(RECEIPTS)?;
    transaction.open_table(ANNEXES)?;
    transaction.open_table(SUMS)?;
    transaction.open_table(tables::PAGES)?;
    for rows in [tables::HEADS, tables::SNAPSHOTS, tables::INCIDENT, tables::NAMES] {
        transaction.open_table(rows)?;
    }
    Ok(())
}

fn write_steps(transaction: &WriteTransaction, steps: &[Entry], draft: &mut Draft) -> Result<(), redb::Error> {
    if steps.is_empty() {
        return Ok(());
    }
    let mut inputs = transaction.open_table(INPUTS)?;
    let mut receipts = transaction.open_table(RECEIPTS)?;
    let mut annexes = transaction.open_table(ANNEXES)?;
    let mut sums = transaction.open_table(SUMS)?;
    let mut nodes = transaction.open_table(NODES)?;
    for step in steps {
        inputs.insert(step.epoch, step.input.as_slice())?;
        receipts.insert(step.epoch, step.receipt.as_slice())?;
        annexes.insert(step.epoch, step.annex.as_slice())?;
        sums.insert(step.epoch, &step.sum())?;
        tree::insert(&mut nodes, &draft.frontier.push(merkle::leaf_hash(&step.receipt)))?;
        draft.tally.last_epoch = step.epoch;
    }
    Ok(())
}

fn write_tally(transaction: &WriteTransaction, draft: &mut Draft) -> Result<(), redb::Error> {
    draft.tally.root = draft.frontier.root();
    transaction.open_table(TALLY)?.insert(ONLY, protect(TALLY, ONLY, &draft.tally.to_bytes()).as_slice())?;
    Ok(())
}
