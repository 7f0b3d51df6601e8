//! Where packs are kept: a directory, a single file, an OCI registry.
#![forbid(unsafe_code)]
