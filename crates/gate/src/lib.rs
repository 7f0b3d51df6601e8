//! The coherence gate: graph, canonical minimum cut, spectral score, evidence, decision.
//!
//! Pure and `no_std`; all memory comes from arenas carved once from a fixed slab. The same inputs give the same
//! report on every machine and engine: integers where a sum's order could matter, `f64` with `+ - * / sqrt` alone elsewhere,
//! everything ordered by external vertex id.
//!
//! | module | concept |
//! | --- | --- |
//! | [`tick`] | one tick: the five phases, their budgets, the report |
//! | [`config`] | what a gate is told: core, statistic, policy, budgets |
//! | [`profile`] | what fits in which memory |
//! | [`graph`] | the active graph, in slots |
//! | [`core_graph`] | the graph that a search is started on, in order of external id |
//! | [`cut`] | canonical minimum cut, its family and its hash |
//! | [`spectral`] | spectral score and its certified bounds |
//! | [`evidence`] | e-processes, decision, severity |
//! | [`arena`], [`work`] | memory and work, both fixed beforehand |
#![no_std]
#![forbid(unsafe_code)]

pub mod arena;
pub mod config;
pub mod core_graph;
pub mod cut;
pub mod evidence;
pub mod graph;
pub mod profile;
pub mod spectral;
pub mod tick;
pub mod work;
