//! The whole tick against plain models, twins that saw something else, and simulated streams.
//!
//! | module | question |
//! | --- | --- |
//! | `deltas` | is the graph what the deltas say, and is each refusal the right one? |
//! | `history` | do equal graphs with different pasts give equal cuts and scores? |
//! | `cores` | is the core the one that was declared, down to no vertex at all? |
//! | `budgets` | does partial work come to the same end, and say so honestly? |
//! | `backlog` | are waiting deltas applied in order, and refused by their numbers? |
//! | `changes` | do the changes that are told add up to the graph? |
//! | `inputs` | is every input but the one encoding refused without a trace? |
//! | `configurations` | is there one encoding, and a reason for each refusal? |
//! | `profiles` | does each profile hold what it promises, and no more? |
//! | `streams` | do null streams through the whole gate raise no more alarms than allowed? |
//! | `latch` | when is an alarm released? |

mod backlog;
#[path = "../shared/binomial.rs"]
mod binomial;
mod budgets;
mod changes;
mod configurations;
mod cores;
mod deltas;
mod history;
mod inputs;
mod latch;
mod model;
mod profiles;
#[path = "../shared/random.rs"]
#[allow(dead_code, reason = "shared with the other tests of this crate")]
mod random;
mod rig;
mod shadow;
mod streams;
