//! Module bytes to sealed module bytes: plain valid WebAssembly that is deterministic on every engine.
//!
//! | module | concept |
//! | --- | --- |
//! | [`mod@check`] | every determinism hazard of a module |
//! | [`sealing`] | the sealed module: sections put together again |
//! | [`policy`] | what the caller allows |
//! | [`note`] | what a sealed module says of its own sealing |
//! | [`size`] | what an instance of a module begins with |
//! | [`finding`] | the closed list of hazards |
//! | [`error`] | why a module is not sealed |
//! | [`limits`] | every limit, with its reason |
//! | [`cost`] | the versioned cost table and its digest |
//! | `operators` | the one table of accepted operators: cost class and what each does to NaN bits |
//! | `frame` | what a call frame costs |
//! | `module`, `body` | a module and a function taken apart |
//! | `meter`, `counted`, `trips` | where a function is charged; loops whose turns can be counted; paying for them ahead |
//! | `merges` | values that meet where paths join, which compilers pay for |
//! | `nan` | where NaN bits can be told apart, and where to make them canonical |
//! | `rewrite`, `writer` | a function put together again |
//!
//! `spec/seal.md` says what a sealed module is, `spec/cost-table.md` what it charges.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod body;
pub mod check;
pub mod cost;
mod counted;
pub mod error;
pub mod finding;
mod frame;
pub mod limits;
mod merges;
mod meter;
mod module;
mod nan;
pub mod note;
mod operators;
pub mod policy;
mod rewrite;
pub mod sealing;
pub mod size;
mod trips;
mod writer;

pub use check::check;
pub use cost::{COST_TABLE_VERSION, cost_table_digest};
pub use error::{CheckError, Limit, Malformed, SealError, TooLarge};
pub use finding::{Finding, Reason};
pub use note::Note;
pub use policy::{Import, LoopCharge, MemoryRule, NanBits, Policy};
pub use sealing::{Report, SEAL_SECTION, SEAL_VERSION, Sealed, seal};
pub use size::Size;
