//! The canonical minimum cut against brute force, known graphs, LEMON, an independent script, and itself in slices.

mod brute;
mod cuts;
mod families;
mod graph;
mod lemon;
mod properties;
mod small;
mod static_graphs;
mod vectors;
