//! Kernels over HTTP: run, upgrade, roll back, measure. `spec/server.md` has the paths in words.
//!
//! | module | concept |
//! | --- | --- |
//! | [`serve`] | listens, answers, and stops without dropping what it has begun |
//! | [`config`] | how a server is set up |
//! | `handle` | one request: which path, who asks, is there room |
//! | `route`, `query` | the paths; the query of a call |
//! | `calls` | from a body of tensors to a body of tensors |
//! | [`tensors`] | several tensors in one body: the safetensors format |
//! | [`receipts`] | receipts of calls, signed and kept |
//! | [`admin`], [`token`] | upgrade and rollback, and who may ask for them |
//! | `admission` | room for bodies, places in the queue, workers |
//! | `metrics`, `prometheus` | what is counted, and as text |
//! | [`telemetry`] | traces and metrics by OpenTelemetry, as the standard variables say |
//! | [`problem`], `answer`, [`body`] | what is sent back |
//! | `patient` | a peer must keep taking what is sent to it |
//! | [`limits`] | every limit, with its reason |
//!
//! Nothing here names an engine, reads a trust store or knows what a kernel computes.
#![forbid(unsafe_code)]

pub mod admin;
mod admission;
mod answer;
pub mod body;
mod calls;
pub mod config;
mod handle;
pub mod limits;
mod metrics;
mod patient;
pub mod problem;
mod prometheus;
mod query;
pub mod receipts;
mod route;
pub mod serve;
pub mod telemetry;
pub mod tensors;
pub mod token;

pub use admin::{Older, PackRefusal, Packs};
pub use config::{Config, ReceiptsConfig};
pub use problem::{Problem, ProblemKind};
pub use receipts::{Keeper, Kept};
pub use serve::{ServeError, Server, Stop, Stopped};
pub use token::AdminToken;
