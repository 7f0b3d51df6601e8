//! The journal: one file that keeps the inputs, receipts and annexes of one chain, with the sealed module, the
//! configuration and the genesis statement: enough to verify and to replay. It keeps the log over the receipts, its
//! signed heads and snapshots as well.
//!
//! | module | concept |
//! | --- | --- |
//! | [`header`] | what is written once, when the journal is made |
//! | [`base`] | where the kept steps begin: at the start of the chain, where it was pruned, or at a snapshot |
//! | [`writer`] | appending steps, heads and snapshots, and what is promised about them; pruning |
//! | [`reader`] | reading them back |
//! | [`limits`] | how much of it there may be |
//! | [`error`] | what may go wrong, and what to do |
//!
//! Inside, `tables` lists what the file holds, `tally` how much of it, `tree` is the log, `contents` a journal's tables
//! with their checks, `storage` the door to the database.
//!
//! A journal keeps receipts, heads, manifests and statements as bytes and does not know what they mean. It never holds a
//! secret. The file is a `redb` database (`spec/journal.md` lists its tables); a batch of steps is one transaction.
#![forbid(unsafe_code)]

pub mod base;
mod contents;
pub mod error;
pub mod header;
pub mod limits;
pub mod reader;
mod storage;
mod tables;
mod tally;
mod tree;
pub mod writer;

pub use base::Start;
pub use error::{JournalError, JournalErrorKind};
pub use header::Header;
pub use reader::Reader;
/// What a journal needs of a storage; implemented here for files, and elsewhere for whatever else keeps bytes.
pub use redb::StorageBackend;
pub use writer::{Durability, Writer, Written};

/// One step as the journal keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The step's number in its chain, from 1.
    pub epoch: u64,
    /// The exact input bytes.
    pub input: Vec<u8>,
    /// The receipt's bytes; they are also the leaf's in the log.
    pub receipt: Vec<u8>,
    /// What is true of this run but not reproducible, as CBOR; may be empty.
    pub annex: Vec<u8>,
}

impl Entry {
    /// The digest that is kept beside the step.
    fn sum(&self) -> [u8; 32] {
        tables::sum([&self.epoch.to_be_bytes()[..], &self.input, &self.receipt, &self.annex])
    }

    /// Bytes of its parts.
    fn len(&self) -> usize {
        self.input.len() + self.receipt.len() + self.annex.len()
    }
}
