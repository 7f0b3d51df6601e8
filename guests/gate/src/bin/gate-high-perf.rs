//! The gate with the profile high-perf.
#![no_std]
#![no_main]

shim::gate_guest!(Profile::HIGH_PERF, 16 << 10);
