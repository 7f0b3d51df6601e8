//! The one encoding, the digest over it, and the numbers that host and guest share.
//!
//! | module | concept |
//! | --- | --- |
//! | [`encode`] | deterministic CBOR out: into a vector, a fixed buffer or straight into a hash |
//! | [`decode`] | deterministic CBOR in: refuses whatever [`encode`] would not have written |
//! | [`digest`] | SHA-256, the only digest of the project |
//! | [`abi`] | export names, message kinds and codes of the guest ABI |
//! | [`kernel`] | the kernel ABI: descriptor, params, codes |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod abi;
pub mod decode;
pub mod digest;
pub mod encode;
pub mod kernel;

pub use decode::{DecodeError, Reader};
pub use digest::{Digest, Hasher, sha256};
pub use encode::{Buffer, Encoder, Sink};
