//! Integration tests of `verify`.

#[path = "../../../receipt/tests/it/fixture.rs"]
#[allow(dead_code, reason = "the fixture serves other tests as well")]
mod fixture;
mod memory;
mod parts;
mod pins;
mod store;
mod tamper;
