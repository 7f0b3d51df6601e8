//! The gate with the profile browser.
#![no_std]
#![no_main]

shim::gate_guest!(Profile::BROWSER, 16 << 10);
