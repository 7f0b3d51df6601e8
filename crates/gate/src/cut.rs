//! The canonical minimum cut, the family of all minimum cuts, and their hash. `spec/cut.md` has the definition.
//!
//! Let s be the vertex of smallest id. A minimum cut is written as its side T without s. *v1* is the smallest vertex
//! in any such T, and *T\** the largest T that holds v1; it is unique because minimum cuts form a lattice. *Atoms* are
//! the classes of vertices that no minimum cut separates. All of these depend on the graph alone.
//!
//! | module | concept |
//! | --- | --- |
//! | `kernel` | the graph with vertices contracted that no minimum cut separates |
//! | `order` | who joins the growing set X next |
//! | `flow` | maximum flow from X to a vertex, up to a bound |
//! | `chain` | all minimum cuts that first appear with one vertex |
//! | `atoms` | the partition that the cuts found so far leave |
//! | [`family`] | all minimum cuts as one tree |
//! | [`digest`] | the cut hash and the vertex-set digest |
//! | `search` | the resumable search that joins them |
//! | [`local`] | maximum flow between two vertices of the live graph, and all minimum cuts between them |
//! | [`rules`] | how the family changes with one edge |
//!
//! Two passes. Scans without flow (Nagamochi, Ono and Ibaraki, 1994) contract what is more than lambda-hat connected
//! until little shrinks. Then one sweep over the kernel: X starts as {s}, vertices join one at a time, and a vertex whose
//! weight to X is at most lambda-hat is first separated from X by a flow. Every minimum cut is met exactly once, at
//! the first vertex of T that joins.

mod atoms;
mod chain;
pub mod digest;
pub mod family;
mod flow;
mod kernel;
pub mod local;
mod order;
pub mod rules;
mod search;

pub use digest::{CutDigest, vertex_set_digest};
pub use search::CutSearch;

/// What a finished [`CutSearch`] found. Vertices are indices of the [`crate::core_graph::CoreGraph`].
#[derive(Clone, Copy, Debug)]
pub struct Cut<'a> {
    /// lambda, the weight of a minimum cut, raw 32.32. 0 if the graph is not connected or has fewer than two vertices.
    pub value: u64,
    /// Connected components; 0 for the empty graph.
    pub components: u32,
    /// v1, the smallest vertex that a minimum cut separates from vertex 0; `None` below two vertices.
    pub first_separable: Option<u32>,
    /// T* by vertex: 1 inside, 0 outside.
    pub far_side: &'a [u8],
    /// The number of vertices in T*.
    pub far_count: u32,
    /// The smallest vertex of each vertex's atom. Atoms are the components if the graph is not connected.
    pub atom: &'a [u32],
    /// The number of vertices outside the atom of vertex 0.
    pub outside_count: u32,
    /// The number of minimum cuts, at most n(n-1)/2. 0 if the graph is not connected or has fewer than two vertices.
    pub family: u64,
}

impl Cut<'_> {
    /// Whether `vertex` lies in T*.
    #[must_use]
    pub fn is_far(&self, vertex: usize) -> bool {
        self.far_side[vertex] == 1
    }
}
