//! The spectral score and the evidence against closed forms, slow oracles, independent programs and simulated streams.

mod dense;
mod evidence_cases;
mod evidence_exact;
mod graphs;
mod null_streams;
mod random;
mod score;
mod vectors;
