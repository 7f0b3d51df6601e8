//! Containers end to end: the shipped guests, sealed, on both engines, against the native library and Node.

mod market;
mod rollback;
mod secrets;
mod streams;
mod support;
