//! What happened in a step, who says so, and how to check it. The formats in words: `spec/receipt.md`, `spec/keys.md`.
//!
//! | module | concept |
//! | --- | --- |
//! | [`claim`] | what a gate guest says of one tick; encoded and signed without allocation |
//! | [`outcome`] | how a step ended: one closed table |
//! | [`frame`] | what the runtime says of one step |
//! | [`body`] | frame and claim together: the pure function of module, configuration, state and input |
//! | [`cose`] | COSE_Sign1, the one envelope (RFC 9052) |
//! | [`signed`] | a receipt: a body under the runtime's signature, or one that a later signature covers |
//! | [`genesis`] | the operator's statement that opens a chain |
//! | [`chain`] | verification of a chain, one receipt at a time, in constant memory |
//! | [`verdict`] | what verification of a chain found |
//! | [`snapshot`] | the manifest of an instance at rest |
//! | [`divergence`] | the statement that two engines disagree about a step |
//! | [`difference`] | the name of the first field in which two bodies differ |
//! | [`invocation`] | the receipt of one kernel's invocation |
//! | [`log`] | the Merkle tree over receipts, its signed heads, proofs and exports |
//! | [`batch`] | strict verification of many signatures together |
//! | [`keys`] | Ed25519 keys, strict verification |
//! | [`post_quantum`] | ML-DSA-44 (FIPS 204), the optional second signature |
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
#[cfg(test)]
extern crate std;

pub mod batch;
pub mod body;
pub mod chain;
pub mod claim;
pub mod cose;
pub mod derive;
pub mod difference;
pub mod divergence;
pub mod error;
pub mod frame;
pub mod genesis;
pub mod invocation;
pub mod keyfile;
pub mod keys;
pub mod limits;
pub mod log;
pub mod outcome;
pub mod post_quantum;
pub mod signed;
pub mod snapshot;
pub mod verdict;

pub use batch::Batch;
pub use body::{Body, body_digest};
pub use chain::{Accepted, BatchVerifier, ChainVerifier, Tip, verify_chain};
pub use claim::{Claim, Components, Decision, Role, Signer};
pub use cose::{sign_claim, verify_claim};
pub use derive::{DUMMY_SEED, InstanceId, InstanceName, KeyMode, KeyRole, RootSecret};
pub use difference::first_difference;
pub use divergence::{Account, Divergence, SignedDivergence};
pub use error::FormatError;
pub use frame::Frame;
pub use genesis::{Genesis, GenesisStatement, Parent, PostQuantumTrust, Trust};
pub use invocation::{Invocation, SignedInvocation};
pub use keys::{CheckedKey, PublicKey, Signature, SigningKey};
pub use outcome::{Denial, Exhaustion, Outcome, TrapCode};
#[cfg(feature = "post-quantum")]
pub use post_quantum::PostQuantumSigningKey;
pub use post_quantum::{CheckedPostQuantumKey, PostQuantumKey, PostQuantumSignature};
pub use signed::Receipt;
pub use snapshot::{Global, GlobalKind, Manifest, Snapshot, State, StatementFault};
pub use verdict::{ChainReport, Coverage, Verdict};
