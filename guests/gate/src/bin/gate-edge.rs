//! The gate with the profile edge.
#![no_std]
#![no_main]

shim::gate_guest!(Profile::EDGE, 16 << 10);
