//! Run and replay.
//!
//! | module | concept |
//! | --- | --- |
//! | [`container`] | one instance with its chain: a step in, a body and a receipt out |
//! | [`exchange`] | talking to a guest whose every word is an allegation |
//! | `rollback` | putting an instance back to where it was before a bad step |
//! | [`replay`](mod@replay) | running a chain again and comparing every body |
//! | [`error`] | what the world may do to a run |
//!
//! It names no concrete engine, file or clock: an engine comes in as a trait object, and what leaves are bytes.
#![forbid(unsafe_code)]

pub mod container;
pub mod error;
pub mod exchange;
pub mod limits;
pub mod replay;
mod rollback;

pub use container::{Container, Plan, Secrets, Stepped};
pub use error::RuntimeError;
pub use replay::{Divergence, Recorded, Replay, replay};
