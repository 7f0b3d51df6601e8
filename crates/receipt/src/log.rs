//! The log: an RFC 6962 Merkle tree over receipts, its signed heads, and the forms in which others can check it. The
//! formats in words: `spec/log.md`.
//!
//! | module | concept |
//! | --- | --- |
//! | [`merkle`] | the tree: hashes, growth, proofs and their verification (RFC 6962, RFC 9162) |
//! | [`note`] | signed notes (C2SP signed-note) |
//! | [`checkpoint`] | what a log says of itself (C2SP tlog-checkpoint), and the signed head |
//! | [`proof`] | one receipt's place in a log, as a text file (C2SP tlog-proof) |
//! | [`tile`] | a log as a directory of plain files (C2SP tlog-tiles), and the check of one |
//! | [`cose_receipt`] | a proof of inclusion under a signature over the root (RFC 9942) |
//! | [`transparent`] | a receipt that carries its COSE receipt and its genesis statement |
//!
//! A leaf's entry is a receipt's bytes as the journal keeps them. The leaf's number is the epoch, less the epoch before the
//! chain's first receipt, less 1. A head covers only trees that end with a signed receipt; whoever signs sees to that.

pub mod checkpoint;
pub mod cose_receipt;
pub mod merkle;
pub mod note;
pub mod proof;
mod text;
pub mod tile;
pub mod transparent;

pub use checkpoint::{Checkpoint, CheckpointError, SignedHead};
pub use cose_receipt::{CoseReceipt, CoseReceiptError};
pub use note::{Note, NoteError, VerifierKey};
pub use proof::{Included, TlogProof, TlogProofError};
pub use transparent::{Transparent, TransparentError};
