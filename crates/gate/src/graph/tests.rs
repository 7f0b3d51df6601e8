//! The store against plain maps.

extern crate std;

mod cores;
mod histories;
mod limits;
mod model;
#[path = "../../tests/shared/random.rs"]
#[allow(dead_code, reason = "shared with the tests outside")]
mod random;
