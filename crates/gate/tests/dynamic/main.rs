//! The gate under streams of deltas against searches from scratch, by its reports alone.
//!
//! | module | concept |
//! | --- | --- |
//! | `exact` | all families, streams and budgets: is what is published right for its epoch? |
//! | `cores` | the same for protected vertices and k-cores |
//! | `full` | profiles held at the brim |
//! | `plan` | a trial from its number |
//! | `trial` | a gate beside its reference |
//! | `reference` | the graph in plain maps, and a static search |
//! | `storm`, `families` | deltas and graphs |
//! | `lemon` | an oracle in another language |
//!
//! `examples/long_run.rs` has the same at full size.

mod brim;
mod cores;
mod counts;
mod exact;
mod families;
mod full;
#[path = "../cut/graph.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests of the cut")]
mod graph;
mod lemon;
mod plan;
#[path = "../shared/random.rs"]
#[allow(dead_code, reason = "shared with the other tests of this crate")]
mod random;
mod reference;
mod storm;
#[path = "../../benches/shared/streams.rs"]
#[allow(dead_code, reason = "shared with the benches")]
mod streams;
mod trial;
