//! What the crate promises, from outside. One binary: `cargo test -p statement --test it`.

mod bitflips;
mod fixture;
mod runs;
mod variants;
mod vectors;
