//! The kernel host: verified packs in service, one at a time, replaced while calls go on.
//!
//! | module | concept |
//! | --- | --- |
//! | [`host`] | one active pack, calls, and what is counted |
//! | [`loaded`] | a verified pack, compiled on an engine for a device class |
//! | [`request`] | what is asked of a kernel, and what is answered |
//! | [`lease`] | a call whose tensors are written and read in the kernel's own memory |
//! | [`swap`], [`compatible`] | upgrade and rollback; what an upgrade asks of interfaces |
//! | [`health`] | golden vectors, before a pack comes into service and again after |
//! | [`failure`], [`error`] | how a kernel can fail; why there is no answer, no pack, no upgrade |
//! | [`metrics`] | what is counted |
//! | [`native`] | the fallback, and the bypass that an operator may ask for |
//! | [`class`], [`limits`] | what a host may give; every limit, with its reason |
//! | `serving`, `attempt`, `prepared` | a pack in service; one call on its way to an answer; a request that was checked |
//! | `layout`, `seat`, `pool` | where a call lies; an instance with a call; instances that wait |
//! | `pace`, `speed` | what a deadline is in cost units; how long calls take |
//! | `invocation` | the unsigned receipt of a call |
//! | `janitor` | drops packs after their grace period |
//!
//! No concrete engine is named here. Nothing that a kernel leaves in its memory is believed: outputs are read where the host
//! itself laid them.
#![forbid(unsafe_code)]

mod attempt;
pub mod class;
pub mod compatible;
pub mod error;
pub mod failure;
pub mod health;
pub mod host;
mod invocation;
mod janitor;
mod layout;
pub mod lease;
pub mod limits;
pub mod loaded;
pub mod metrics;
pub mod native;
mod pace;
mod pool;
mod prepared;
pub mod request;
mod seat;
mod serving;
mod speed;
pub mod swap;

pub use class::DeviceClass;
pub use compatible::Compatibility;
pub use error::{CallError, LoadError, RequestError, StartError, UpgradeError};
pub use failure::{Cause, KernelFailure, KernelMessage, Kind};
pub use health::{Health, HealthFailure, HealthProblem};
pub use host::{Host, HostOptions};
pub use lease::{Lease, LeaseRun};
pub use loaded::{KernelView, Loaded, PackName};
pub use metrics::{CallOutcome, KernelSnapshot, MetricsSnapshot, RolledBack};
pub use native::Bypass;
pub use pack::{DType, Direction, Value};
pub use receipt::invocation::Invocation;
pub use request::{Fallback, Implementation, Input, Mode, Output, Reply, Request};
pub use swap::{Returned, Upgraded};
