//! The delta rules and the local flow, against brute force and against the static search.

mod both;
mod brute;
mod explicit;
mod live;
mod local;
#[path = "../shared/random.rs"]
#[allow(dead_code, reason = "shared with the other tests of this crate")]
mod random;
mod small;
mod together;
