//! What may go wrong with a journal, and what to do.

use std::fmt;
use std::path::{Path, PathBuf};

/// An error with the file it is about.
#[derive(Debug)]
pub struct JournalError {
    /// The journal.
    pub path: PathBuf,
    /// What went wrong.
    pub kind: JournalErrorKind,
}

/// The kinds of [`JournalError`].
#[derive(Debug)]
pub enum JournalErrorKind {
    /// The file cannot be read or written.
    Io(std::io::Error),
    /// There is no such file.
    NotFound,
    /// The file to be made is there already.
    Exists,
    /// Another process has it open.
    InUse,
    /// The file is not a journal.
    NotAJournal,
    /// The file is damaged; the storage's own words say where.
    Damaged(String),
    /// A part that every journal has is missing.
    Missing(&'static str),
    /// It was written by a program with another format version.
    Version(u64),
    /// The steps are not numbered one after the other.
    Gap {
        /// The epoch that should stand here.
        expected: u64,
        /// The epoch that does.
        found: u64,
    },
    /// A value is over the limit for its kind, in bytes.
    TooLarge {
        /// The size.
        size: usize,
        /// The limit.
        limit: usize,
    },
}

impl JournalError {
    pub(crate) fn new(path: &Path, kind: JournalErrorKind) -> Self {
        Self { path: path.to_owned(), kind }
    }

    /// Whether the file is there but cannot be trusted to be whole.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        match self.kind {
            JournalErrorKind::NotAJournal
            | JournalErrorKind::Damaged(_)
            | JournalErrorKind::Missing(_)
            | JournalErrorKind::Version(_)
            | JournalErrorKind::Gap { .. } => true,
            JournalErrorKind::Io(_)
            | JournalErrorKind::NotFound
            | JournalErrorKind::Exists
            | JournalErrorKind::InUse
            | JournalErrorKind::TooLarge { .. } => false,
        }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path.display())?;
        match &self.kind {
            JournalErrorKind::Io(error) => write!(f, "{error}"),
            JournalErrorKind::NotFound => f.write_str("no such journal; `avouch run` makes one"),
            JournalErrorKind::Exists => f.write_str("the file is there already; name another or move it away"),
            JournalErrorKind::InUse => f.write_str("another process has this journal open; wait for it to end"),
            JournalErrorKind::NotAJournal => f.write_str("not a journal: the file does not begin as one (offset 0)"),
            JournalErrorKind::Damaged(words) => {
                write!(f, "the journal is damaged: {words}; restore it from a copy, nothing in it is trusted")
            }
            JournalErrorKind::Missing(part) => write!(f, "the journal has no {part}; it was not written whole"),
            JournalErrorKind::Version(version) => {
                write!(
                    f,
                    "journal format {version} is not known to this program, which reads {}",
                    crate::tables::FORMAT
                )
            }
            JournalErrorKind::Gap { expected, found } => {
                write!(f, "steps are missing: epoch {expected} should come next, but {found} does")
            }
            JournalErrorKind::TooLarge { size, limit } => {
                write!(f, "a value of {size} bytes is over the limit of {limit}")
            }
        }
    }
}

impl std::error::Error for JournalError {}

/// What an error of the storage means.
pub(crate) fn classify(error: impl Into<redb::Error>) -> JournalErrorKind {
    match error.into() {
        redb::Error::DatabaseAlreadyOpen => JournalErrorKind::InUse,
        redb::Error::Io(error) => match error.kind() {
            std::io::ErrorKind::NotFound => JournalErrorKind::NotFound,
            std::io::ErrorKind::InvalidData => JournalErrorKind::NotAJournal,
            std::io::ErrorKind::UnexpectedEof => JournalErrorKind::Damaged("the file ends too early".to_owned()),
            _ => JournalErrorKind::Io(error),
        },
        // The write that failed was reported when it failed; the storage takes no more after it.
        redb::Error::PreviousIo | redb::Error::DatabaseClosed => {
            JournalErrorKind::Io(std::io::Error::other("an earlier write failed; what was committed before it stays"))
        }
        redb::Error::TableDoesNotExist(_) => JournalErrorKind::Missing("table of steps"),
        redb::Error::UpgradeRequired(version) => JournalErrorKind::Version(u64::from(version)),
        other => JournalErrorKind::Damaged(other.to_string()),
    }
}
