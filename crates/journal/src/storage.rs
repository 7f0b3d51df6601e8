//! The storage under a journal: a file, or whatever else keeps bytes; how it is opened, and what is done about its
//! assertions.

use std::fs::{self, File};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use redb::{Builder, Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, StorageBackend};

use crate::error::{JournalErrorKind, classify};
use crate::limits::CACHE_BYTES;

/// What every journal begins with, as far as the storage is concerned.
const MAGIC: [u8; 4] = *b"redb";

/// A database whose closing cannot panic either.
pub(crate) struct Shelf(Option<Database>);

impl Shelf {
    /// Makes an empty database in a new file.
    pub(crate) fn create(file: File) -> Result<Self, JournalErrorKind> {
        caught(|| Ok(Self(Some(builder().create_file(file).map_err(classify)?))))
    }

    /// Opens the database in a file to be written, alone. What a crash left half done is rolled back.
    pub(crate) fn open(path: &Path) -> Result<Self, JournalErrorKind> {
        check_magic(path)?;
        caught(|| Ok(Self(Some(builder().open(path).map_err(classify)?))))
    }

    /// Makes an empty database in an empty storage.
    pub(crate) fn create_with(backend: impl StorageBackend) -> Result<Self, JournalErrorKind> {
        if backend.len().map_err(JournalErrorKind::Io)? > 0 {
            return Err(JournalErrorKind::Exists);
        }
        caught(|| Ok(Self(Some(builder().create_with_backend(backend).map_err(classify)?))))
    }

    /// Opens the database in a storage that is not empty.
    pub(crate) fn open_with(backend: impl StorageBackend) -> Result<Self, JournalErrorKind> {
        let mut magic = [0; MAGIC.len()];
        let len = backend.len().map_err(JournalErrorKind::Io)?;
        if len >= MAGIC.len() as u64 {
            backend.read(0, &mut magic).map_err(JournalErrorKind::Io)?;
        }
        if magic != MAGIC {
            return Err(JournalErrorKind::NotAJournal);
        }
        caught(|| Ok(Self(Some(builder().create_with_backend(backend).map_err(classify)?))))
    }

    pub(crate) fn database(&self) -> &Database {
        self.0.as_ref().expect("a shelf has its database until it is dropped")
    }

    pub(crate) fn database_mut(&mut self) -> &mut Database {
        self.0.as_mut().expect("a shelf has its database until it is dropped")
    }

    /// A view of what is there now.
    pub(crate) fn view(&self) -> Result<ReadTransaction, JournalErrorKind> {
        self.database().begin_read().map_err(classify)
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        // The storage writes a last time when it is closed. If that goes wrong, the next opening repairs it.
        let database = self.0.take();
        let _ = catch_unwind(AssertUnwindSafe(move || drop(database)));
    }
}

/// A view of the database in a file that nobody is writing, beside other readers.
pub(crate) fn view_file(path: &Path) -> Result<ReadTransaction, JournalErrorKind> {
    check_magic(path)?;
    let open = || builder().open_read_only(path);
    let database: ReadOnlyDatabase = match open() {
        Ok(database) => database,
        Err(DatabaseError::RepairAborted) => {
            // Opened to be written, the storage rolls back what a crash left half done. A view would end with that
            // opening, so the file is closed again first.
            drop(Shelf::open(path)?);
            open().map_err(classify)?
        }
        Err(error) => return Err(classify(error)),
    };
    database.begin_read().map_err(classify)
}

/// The storage asserts what a damaged file may break, so its assertions are damage too.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, JournalErrorKind>) -> Result<T, JournalErrorKind> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done,
        Err(_) => Err(JournalErrorKind::Damaged("the storage's own checks failed".to_owned())),
    }
}

/// A name in the same folder that no other process of this machine uses, for a file in the making. What a crash leaves under
/// it can be thrown away.
pub(crate) fn name_beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".{name}.{}-{count}.part", std::process::id()))
}

/// Makes the file's name outlast a crash, too: it stands in the folder, not in the file.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::File::open(folder)?.sync_all()
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn check_magic(path: &Path) -> Result<(), JournalErrorKind> {
    let mut magic = [0; MAGIC.len()];
    let mut file = File::open(path).map_err(|error| classify(redb::Error::Io(error)))?;
    match file.read_exact(&mut magic) {
        Ok(()) if magic == MAGIC => Ok(()),
        _ => Err(JournalErrorKind::NotAJournal),
    }
}
