//! Integration tests of `verify`.

mod store;
