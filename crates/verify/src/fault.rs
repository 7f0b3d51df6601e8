//! What verification may find wrong.

use std::fmt;

/// The first thing that was wrong: what kind, at which epoch if it has one, and in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// The epoch that it is about.
    pub epoch: Option<u64>,
    /// What and where, in words that name the epoch too.
    pub what: String,
}

/// The kinds of [`Fault`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// A signature does not verify, or one that has to be there is not.
    BadSignature,
    /// Receipts, inputs, tree, checkpoints or snapshots do not fit one another or the genesis statement.
    BrokenChain,
    /// Bytes are not what they should be.
    Malformed,
    /// The head that somebody pinned is not there any more: cut short, an old copy, or another history.
    RolledBack,
    /// A file cannot be read.
    World,
}

impl Fault {
    /// A fault without an epoch.
    pub fn new(kind: FaultKind, what: impl Into<String>) -> Self {
        Self { kind, epoch: None, what: what.into() }
    }

    /// A fault at an epoch; `what` follows the words `epoch N: `.
    pub fn at(kind: FaultKind, epoch: u64, what: impl fmt::Display) -> Self {
        Self { kind, epoch: Some(epoch), what: format!("epoch {epoch}: {what}") }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}

impl From<journal::JournalError> for Fault {
    fn from(error: journal::JournalError) -> Self {
        let kind = if error.is_malformed() { FaultKind::Malformed } else { FaultKind::World };
        Self::new(kind, error.to_string())
    }
}
