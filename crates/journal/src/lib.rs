//! The journal: one file that keeps the inputs, receipts and annexes of one chain, with the sealed module, the
//! configuration and the genesis statement: enough to verify and to replay.
//!
//! | module | concept |
//! | --- | --- |
//! | [`header`] | what is written once, when the journal is made |
//! | [`writer`] | appending steps, and what is promised about them |
//! | [`reader`] | reading them back |
//! | [`error`] | what may go wrong, and what to do |
//!
//! A journal keeps receipts as bytes and does not know what they mean. It never holds a secret. The file is a `redb`
//! database (`spec/journal.md` lists its tables); a batch of steps is one transaction.
#![forbid(unsafe_code)]

pub mod error;
pub mod header;
pub mod reader;
mod tables;
pub mod writer;

pub use error::{JournalError, JournalErrorKind};
pub use header::Header;
pub use reader::Reader;
pub use writer::{Durability, Writer};

/// One step as the journal keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The step's number in its chain, from 1.
    pub epoch: u64,
    /// The exact input bytes.
    pub input: Vec<u8>,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
    /// What is true of this run but not reproducible, as CBOR; may be empty.
    pub annex: Vec<u8>,
}

impl Entry {
    /// The digest that is kept beside the step.
    fn sum(&self) -> [u8; 32] {
        tables::sum([&self.epoch.to_be_bytes()[..], &self.input, &self.receipt, &self.annex])
    }
}
