//! Kernel packs: from a manifest and files to permission to run them. `spec/pack.md` has the format in words.
#![no_std]
#![forbid(unsafe_code)]
