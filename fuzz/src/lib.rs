//! What the fuzz targets share. `docs/fuzzing.md` says what each target holds and how to run them.
//!
//! | module | concept |
//! | --- | --- |
//! | [`cbor`] | any item of the one encoding, read and written again |
//! | [`generated`] | modules that somebody else's generator makes, within what sealing accepts |
//! | `plain` | any module on Wasmtime, sealed or not, call by call |
#![forbid(unsafe_code)]

pub mod cbor;
pub mod generated;
#[cfg(feature = "engines")]
pub mod plain;
