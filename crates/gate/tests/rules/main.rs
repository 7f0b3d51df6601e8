//! The delta rules and the local flow, against brute force and against the static search.

mod both;
mod brute;
mod explicit;
#[path = "../cut/graph.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the other tests of this crate")]
mod graph;
mod limits;
mod live;
mod local;
mod medium;
mod protected;
#[path = "../shared/random.rs"]
#[allow(dead_code, reason = "shared with the other tests of this crate")]
mod random;
mod recompute;
mod small;
mod together;
