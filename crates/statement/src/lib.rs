//! A run as an in-toto statement that other people's tools verify. In words: `spec/statement.md`.
//!
//! | module | concept |
//! | --- | --- |
//! | [`run`] | the predicate: what is stated of a run, and what must agree within it |
//! | [`intoto`] | the in-toto Statement v1 around a run, in its one spelling |
//! | [`dsse`] | the DSSE envelope: payload, payload type, signatures |
//! | [`bundle`] | the Sigstore bundle v0.3 around an envelope |
//! | [`open`](mod@open) | from foreign bytes and trusted keys to a statement, whichever of the two it came in |
//! | [`base64`] | RFC 4648, strictly |
//! | [`json`] | foreign JSON as a tree: no key twice |
//! | [`limits`] | the longest payload, envelope, bundle, name |
//! | [`error`] | why bytes are refused |
//!
//! Types that could be confused, and why each exists: a [`Run`] is what somebody wants to state; a [`Statement`] is a run
//! that was found consistent, with the exact bytes that are signed; an [`Envelope`] is a payload that somebody signed,
//! perhaps; [`Authentic`] is a payload whose signature verified. A [`Document`] was read and an [`Opened`] one verified too.
#![forbid(unsafe_code)]

pub mod base64;
pub mod bundle;
pub mod dsse;
pub mod error;
pub mod intoto;
pub mod json;
pub mod limits;
pub mod open;
pub mod run;
mod wire;

pub use bundle::Bundle;
pub use dsse::{Authentic, Envelope, pae};
pub use error::{Field, Problem, Refusal};
pub use intoto::{Statement, Subject};
pub use open::{Document, Form, Opened, open, read};
pub use run::{ByOutcome, Chain, Counts, Disagreement, Inconsistency, Log, Module, Replay, Run};
