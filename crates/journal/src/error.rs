//! What may go wrong with a journal, and what to do.

use std::fmt;
use std::path::{Path, PathBuf};

use codec::Digest;

use crate::tables::FORMAT;

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
    /// An earlier write failed, and no further one is tried.
    Stopped,
    /// The writer that this view belongs to has been closed.
    Closed,
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
    /// A node of the log is not the one that its children or its receipt make.
    Tree {
        /// Its height; 0 is a leaf.
        level: u8,
        /// Which of this height, from 0.
        index: u64,
    },
    /// A page of a snapshot is not there, or not the one of this digest.
    Page(Digest),
    /// A value is over the limit for its kind, in bytes.
    TooLarge {
        /// The size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// This journal never had it, or it was pruned: a step, a node of the log.
    NotKept {
        /// What it is.
        what: &'static str,
        /// Its epoch; for a node the first step under it.
        epoch: u64,
    },
    /// Something else is kept there already, and what is kept is never replaced.
    Kept {
        /// What it is.
        what: &'static str,
        /// Its key: the tree size of a head, the epoch of a snapshot.
        at: u64,
    },
    /// The last receipt cannot be replaced any more.
    Covered {
        /// Its epoch.
        epoch: u64,
        /// What stands on it.
        by: &'static str,
    },
    /// Nothing that is dropped may be without a head that covers it.
    Uncovered {
        /// The tree size that must be covered.
        size: u64,
        /// The largest that is.
        last_head: Option<u64>,
    },
    /// A head of a larger tree than there is.
    BeyondTree {
        /// The head's size.
        size: u64,
        /// The tree's.
        tree_size: u64,
    },
    /// An epoch that cannot be meant here.
    Epoch {
        /// The epoch.
        epoch: u64,
        /// The first that could be.
        first: u64,
        /// The last that could be.
        last: u64,
    },
    /// A log of that size has another number of peaks.
    Peaks {
        /// The log's size.
        size: u64,
        /// How many peaks were given.
        given: usize,
    },
    /// A page was given that has another digest than the one beside it.
    WrongPage(Digest),
    /// A view of this journal is still in use, so that it cannot be made smaller.
    Viewed,
}

impl JournalError {
    pub(crate) fn new(path: &Path, kind: JournalErrorKind) -> Self {
        Self { path: path.to_owned(), kind }
    }

    /// Whether the file is there but cannot be trusted to be whole.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        self.kind.family() == Family::Malformed
    }

    /// Whether the journal is as it was and what was asked of it cannot be.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.kind.family() == Family::Refused
    }
}

/// Who has to act.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Whoever keeps the disk.
    World,
    /// Whoever has a good copy.
    Malformed,
    /// The caller.
    Refused,
}

impl JournalErrorKind {
    pub(crate) fn family(&self) -> Family {
        match self {
            Self::Io(_) | Self::NotFound | Self::Exists | Self::InUse | Self::Stopped | Self::Closed => Family::World,
            Self::NotAJournal
            | Self::Damaged(_)
            | Self::Missing(_)
            | Self::Version(_)
            | Self::Gap { .. }
            | Self::Tree { .. }
            | Self::Page(_) => Family::Malformed,
            Self::TooLarge { .. }
            | Self::NotKept { .. }
            | Self::Kept { .. }
            | Self::Covered { .. }
            | Self::Uncovered { .. }
            | Self::BeyondTree { .. }
            | Self::Epoch { .. }
            | Self::Peaks { .. }
            | Self::WrongPage(_)
            | Self::Viewed => Family::Refused,
        }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.kind)
    }
}

impl fmt::Display for JournalErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::NotFound => f.write_str("no such journal; `avouch run` makes one"),
            Self::Exists => f.write_str("the file is there already; name another or move it away"),
            Self::InUse => f.write_str("another process has this journal open; wait for it to end"),
            Self::Stopped => f.write_str(
                "an earlier write failed, so nothing more is written; what was acknowledged before it stays: \
                 make room or mend the disk, then open the journal again",
            ),
            Self::Closed => f.write_str("the writer of this journal was closed meanwhile; open the journal again"),
            Self::NotAJournal => f.write_str("not a journal: the file does not begin as one (offset 0)"),
            Self::Damaged(words) => {
                write!(f, "the journal is damaged: {words}; restore it from a copy, nothing in it is trusted")
            }
            Self::Missing(part) => write!(f, "the journal has no {part}; it was not written whole"),
            Self::Version(version) => {
                write!(f, "journal format {version} is not known to this program, which reads {FORMAT}")
            }
            Self::Gap { expected, found } => {
                write!(f, "steps are missing: epoch {expected} should come next, but {found} does")
            }
            Self::Tree { level, index } => write!(
                f,
                "the journal is damaged: node {index} of level {level} of the log is not what lies under it; restore it \
                 from a copy"
            ),
            Self::Page(digest) => {
                write!(f, "the journal is damaged: page {digest} is missing or changed; restore it from a copy")
            }
            Self::TooLarge { size, limit } => write!(f, "a value of {size} bytes is over the limit of {limit}"),
            Self::NotKept { what, epoch } => {
                write!(f, "this journal does not keep the {what} of epoch {epoch}: it was pruned, or begins later")
            }
            Self::Kept { what, at } => write!(f, "another {what} is kept at {at} already, and is never replaced"),
            Self::Covered { epoch, by } => {
                write!(f, "the receipt of epoch {epoch} cannot be replaced: {by} stands on it; append a step instead")
            }
            Self::Uncovered { size, last_head } => {
                let covered = last_head.unwrap_or(0);
                write!(f, "only {covered} of {size} steps to be dropped are covered by a signed head; sign one first")
            }
            Self::BeyondTree { size, tree_size } => {
                write!(f, "a head of size {size} cannot be kept: the log has {tree_size} leaves")
            }
            Self::Epoch { epoch, first, last } => write!(f, "epoch {epoch} is not among those from {first} to {last}"),
            Self::Peaks { size, given } => {
                write!(f, "{given} peaks are not those of a log of {size} leaves; give one for each bit of the size")
            }
            Self::WrongPage(digest) => write!(f, "a page was given that does not have its digest {digest}"),
            Self::Viewed => f.write_str("a view of this journal is in use; let it go first"),
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
        redb::Error::PreviousIo => JournalErrorKind::Stopped,
        redb::Error::DatabaseClosed => JournalErrorKind::Closed,
        redb::Error::TableDoesNotExist(_) => JournalErrorKind::Missing("table of steps"),
        redb::Error::UpgradeRequired(version) => JournalErrorKind::Version(u64::from(version)),
        other => JournalErrorKind::Damaged(other.to_string()),
    }
}
