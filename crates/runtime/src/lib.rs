//! Run and replay.
//!
//! | module | concept |
//! | --- | --- |
//! | [`container`] | one instance with its chain: a step in, a body and a receipt out |
//! | `terms` | what every step of one chain is held to, and the step itself |
//! | [`exchange`] | talking to a guest whose every word is an allegation |
//! | `rollback` | putting an instance back to where it was before a bad step |
//! | [`snapshot`] | an instance at rest: named by digests, put together again |
//! | [`pages`] | a memory as digests of its pages, and what of it is new |
//! | [`shadow`] | a second engine that takes steps as they happen |
//! | [`replay`](mod@replay) | running a chain again and comparing every body |
//! | [`windows`] | the same from snapshot to snapshot, several windows at a time |
//! | [`bisect`](mod@bisect) | the first step at which two recordings part |
//! | [`error`] | what the world may do to a run |
//!
//! It names no concrete engine, file or clock: an engine comes in as a trait object, and what leaves are bytes.
#![forbid(unsafe_code)]

pub mod bisect;
pub mod container;
pub mod error;
pub mod exchange;
pub mod limits;
pub mod pages;
pub mod replay;
mod rollback;
pub mod shadow;
pub mod snapshot;
mod terms;
pub mod windows;

pub use bisect::{Agreement, Bisected, Comparable, bisect};
pub use container::{At, Container, Plan, Secrets, Stepped};
pub use error::RuntimeError;
pub use pages::PageImage;
pub use replay::{Divergence, Recorded, Replay, replay};
pub use shadow::Shadow;
pub use snapshot::{RestState, Snapshot, SnapshotError, named_pages};
pub use windows::{Begin, Deviation, Ground, Mark, Recording, WindowedReplay, Windows, replay_windows};
