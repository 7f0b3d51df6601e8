//! Everything that is tested from outside of the crate.

mod batch;
mod bitflips;
mod chains;
mod claims;
mod coverage;
mod edge_cases;
mod fixture;
mod invocations;
mod keys;
mod log_bitflips;
mod log_fixture;
mod log_forms;
mod log_merkle;
mod log_tiles;
mod log_vectors;
mod post_quantum;
mod receipts;
mod statements;
mod stock_tools;
mod vectors;
