//! Tests of packs from outside: the vectors of `spec/`, the schema, shapes, golden files, everything broken bit by bit.

mod fixture;
mod vectors;
