//! The spectral score and the evidence against closed forms, slow oracles, independent programs and simulated streams.

#[path = "../shared/binomial.rs"]
mod binomial;
mod dense;
mod evidence_cases;
mod evidence_exact;
mod graphs;
mod null_streams;
#[path = "../shared/random.rs"]
#[allow(dead_code, reason = "shared with the other tests of this crate")]
mod random;
mod rings;
mod score;
mod vectors;
