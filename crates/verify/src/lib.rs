//! Verification: signatures, links, proofs and trust. It runs nothing, writes nothing and reads no clock.
//!
//! | module | concept |
//! | --- | --- |
//! | [`trust`] | the trust store: which signers are accepted for what, and from when until when |
//!
//! What is trusted comes in as a [`TrustStore`], the time of judgement as a number: the same bytes, store and time give the
//! same findings.
#![forbid(unsafe_code)]

pub mod trust;

pub use trust::{Role, Signer, Standing, TrustStore};
