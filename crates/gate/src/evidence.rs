//! Evidence: anytime-valid tests of "all is well" and "something is wrong", in integers.
//!
//! A statistic x in [0, 1] arrives once a tick. The Fail process is an e-process against "given the past, its mean is at most
//! m"; Ville's inequality bounds the chance that it ever reaches a threshold without cause, whatever the dependence
//! between ticks. The Pass process is one against "its mean is at least m + d". Method: betting with weighted starts
//! (Shin, Ramdas, Rinaldo, "E-detectors", 2024; Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting",
//! 2024). `spec/evidence.md` has the whole definition in words, the guarantees, and the hash byte by byte.
//!
//! | module | concept |
//! | --- | --- |
//! | `policy` | null mean, margin, levels, cool-down |
//! | `bets` | who bets against which mean, at which stake |
//! | `magnitude` | numbers that only ever round down |
//! | `state` | observations, episodes, decision, severity, hash |
//!
//! There is no float in here. A statistic whose *low* values alarm is handed in as `ONE - x`.

mod bets;
mod magnitude;
mod policy;
mod state;

pub use policy::{EvidencePolicy, PolicyError};
pub use state::{Decision, Evidence, Observation};

/// One in Q0.32.
pub const ONE: u64 = 1 << 32;

/// Null means that severity is measured against; they divide what lies above m in one part more than this.
const SEVERITY_GRID: u32 = 8;
