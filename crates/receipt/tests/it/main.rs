//! Everything that is tested from outside of the crate.

mod bitflips;
mod chains;
mod claims;
mod edge_cases;
mod fixture;
mod keys;
mod receipts;
mod stock_tools;
mod vectors;
