//! The host from outside: packs made on the spot, on both engines.

mod bypass;
mod faults;
mod leases;
mod native;
mod ops_parts;
mod packs;
mod requests;
mod same_bits;
mod sampled;
mod soak;
mod soak_run;
mod statements;
mod swaps;
mod wat_kernels;
