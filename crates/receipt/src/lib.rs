//! What happened in a step, who says so, and how to check it. The formats in words: `spec/receipt.md`, `spec/keys.md`.
//!
//! | module | concept |
//! | --- | --- |
//! | [`claim`] | what a gate guest says of one tick; encoded and signed without allocation |
//! | [`outcome`] | how a step ended: one closed table |
//! | [`frame`] | what the runtime says of one step |
//! | [`body`] | frame and claim together: the pure function of module, configuration, state and input |
//! | [`cose`] | COSE_Sign1, the one envelope (RFC 9052) |
//! | [`signed`] | a receipt: a body under the runtime's signature |
//! | [`genesis`] | the operator's statement that opens a chain |
//! | [`chain`] | verification of a chain, one receipt at a time, in constant memory |
//! | [`difference`] | the name of the first field in which two bodies differ |
//! | [`keys`] | Ed25519 keys, strict verification |
//! | [`derive`](mod@derive) | from a root secret to the keys of an instance (HKDF-SHA256) |
//! | [`keyfile`] | the text forms of keys |
//! | [`limits`] | the longest claim, body, receipt, genesis statement |
//! | [`error`] | why bytes are not a receipt |
//!
//! Types that could be confused, and why each exists: a [`Claim`] is the guest's word and a [`Frame`] the runtime's; a
//! [`Body`] joins them and is what a replay compares; a [`Receipt`] is a body that somebody signed. A [`PublicKey`] is
//! 32 bytes; a [`CheckedKey`] is one that strict verification accepts. A [`RootSecret`] only makes other keys; a
//! [`SigningKey`] signs.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod body;
pub mod chain;
pub mod claim;
pub mod cose;
pub mod derive;
pub mod difference;
pub mod error;
pub mod frame;
pub mod genesis;
pub mod keyfile;
pub mod keys;
pub mod limits;
pub mod outcome;
pub mod signed;

pub use body::{Body, body_digest};
pub use chain::{Accepted, ChainReport, ChainVerifier, Tip, Verdict, verify_chain};
pub use claim::{Claim, Components, Decision, Role, Signer};
pub use cose::{sign_claim, verify_claim};
pub use derive::{DUMMY_SEED, InstanceId, InstanceName, KeyMode, KeyRole, RootSecret};
pub use difference::first_difference;
pub use error::FormatError;
pub use frame::Frame;
pub use genesis::{Genesis, GenesisStatement, Trust};
pub use keys::{CheckedKey, PublicKey, Signature, SigningKey};
pub use outcome::{Denial, Exhaustion, Outcome, TrapCode};
pub use signed::Receipt;
