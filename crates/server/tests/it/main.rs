//! Everything that is tested from outside of the crate, over HTTP on loopback.

#[allow(dead_code, reason = "made for the host's own tests")]
#[path = "../../../host/tests/it/packs.rs"]
mod packs;
#[allow(dead_code, reason = "made for the host's own tests")]
#[path = "../../../host/tests/it/wat_kernels.rs"]
mod wat_kernels;

mod bad;
mod calls;
mod client;
mod fixture;
mod prometheus;
mod slow;
mod stop;
#[cfg(feature = "telemetry")]
mod telemetry;
mod upgrade;
