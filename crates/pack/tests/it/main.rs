//! Tests of packs from outside: the vectors of `spec/`, the schema, shapes, golden files, and everything broken bit by bit.

mod broken;
mod drafts;
mod fixture;
mod golden;
mod paths;
mod schema;
mod shapes;
mod signatures;
mod vectors;
