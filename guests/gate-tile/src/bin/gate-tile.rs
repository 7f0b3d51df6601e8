//! The gate with the profile tile.
#![no_std]
#![no_main]

shim::gate_guest!(Profile::TILE, 23 << 10);
