//! Verification: signatures, links, proofs and trust. It runs nothing, writes nothing and reads no clock.
//!
//! | module | concept |
//! | --- | --- |
//! | [`record`] | a journal as a whole: chain, log, checkpoints, snapshots |
//! | [`directory`](mod@directory) | a published log |
//! | [`export`](mod@export) | one file that a journal gave away: proofs and statements |
//! | [`pin`] | the head pin: what is remembered outside of a journal |
//! | [`fault`] | what may be wrong |
//! | [`trust`] | the trust store: which signers are accepted for what, and from when until when |
//!
//! What is trusted comes in as a [`TrustStore`], the time of judgement as a number: the same bytes, store and time give the
//! same findings.
#![forbid(unsafe_code)]

pub mod directory;
pub mod export;
pub mod fault;
pub mod pin;
pub mod record;
pub mod trust;

pub use directory::{Directory, directory};
pub use export::{Export, ExportKind, export};
pub use fault::{Fault, FaultKind};
pub use pin::Pin;
pub use record::{Findings, PostQuantum, Record};
pub use trust::{Role, Signer, Standing, TrustStore};
