//! The gate with the profile standard.
#![no_std]
#![no_main]

shim::gate_guest!(Profile::STANDARD, 16 << 10);
