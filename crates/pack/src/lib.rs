//! Kernel packs: from a manifest and files to permission to run them. `spec/pack.md` has the format in words.
//!
//! | module | concept |
//! | --- | --- |
//! | [`trust`] | `Pack<Unverified>` to `Pack<Verified>`: the one way to a module's bytes |
//! | [`terms`] | what whoever runs a pack asks of it |
//! | [`error`] | why a pack is refused: words, exit codes |
//! | [`manifest`] | `kernels.json` as types |
//! | [`interface`] | tensors with shapes of numbers and symbols |
//! | [`shape`] | a call's shapes against an interface |
//! | [`dtype`] | element types and their bytes |
//! | [`golden`] | cases with right outputs |
//! | [`compare`] | within a tolerance or not |
//! | [`files`] | paths and bytes, whatever they came in |
//! | [`path`] | which paths a pack may have |
//! | [`signature`] | Ed25519 over the manifest's bytes |
//! | [`draft`] | making and signing a pack |
//! | [`text`] | names, times, digests |
//! | [`limits`] | how much of everything there may be |
//!
//! Nothing here looks into a module: that it has the exports of the kernel ABI and no imports is for whoever compiles it.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod compare;
pub mod draft;
pub mod dtype;
pub mod error;
mod fields;
pub mod files;
pub mod golden;
pub mod interface;
mod json;
pub mod limits;
pub mod manifest;
pub mod path;
mod read;
pub mod shape;
pub mod signature;
pub mod terms;
pub mod text;
pub mod trust;
mod write;

pub use compare::{Mismatch, Tolerance};
pub use dtype::DType;
pub use error::PackError;
pub use files::Files;
pub use golden::{Case, Golden};
pub use interface::{Dim, Interface, TensorSpec};
pub use manifest::{
    Author, Benchmark, COGNITIVE, Direction, HashedFile, Kernel, Limits, MANIFEST_PATH, Manifest, Model, ModelFormat,
    Parameter, ParameterType, PlatformName, PlatformNeeds, Value,
};
pub use semver::Version;
pub use shape::{Bound, Extent, ShapeError};
pub use signature::{SIGNATURE_PATH, sign};
pub use terms::{Active, Platform, Terms, TrustedKey};
pub use trust::{Pack, Unverified, Verified};
