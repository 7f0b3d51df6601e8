//! The host from outside: packs made on the spot, on both engines.

mod faults;
mod leases;
mod packs;
mod requests;
mod statements;
mod swaps;
mod wat_kernels;
