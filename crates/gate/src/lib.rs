//! The coherence gate: graph, canonical minimum cut, spectral score, evidence, decision.
//!
//! Pure and `no_std`; all memory comes from arenas carved once from a fixed slab. The same inputs give the same
//! report on every machine and engine: integers where a sum's order could matter, `f64` with `+ - * / sqrt` alone elsewhere,
//! everything ordered by external vertex id.
#![no_std]
#![forbid(unsafe_code)]

pub mod arena;
pub mod core_graph;
pub mod cut;
pub mod evidence;
pub mod spectral;
pub mod work;
