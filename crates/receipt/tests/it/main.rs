//! Everything that is tested from outside of the crate.

mod bitflips;
mod chains;
mod claims;
mod edge_cases;
mod fixture;
mod keys;
mod log_bitflips;
mod log_fixture;
mod log_forms;
mod log_merkle;
mod log_tiles;
mod log_vectors;
mod receipts;
mod stock_tools;
mod vectors;
