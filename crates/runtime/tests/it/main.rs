//! Containers end to end: the shipped guests, sealed, on both engines, against the native library and Node.

mod bisect;
mod deferred;
mod faulty;
mod growth;
mod market;
mod recording;
mod rest;
mod rollback;
mod secrets;
mod shadow;
mod snapshot;
mod streams;
mod support;
mod windows;
