//! The canonical minimum cut, the family of all minimum cuts, and their hash. `spec/cut.md` has the definition.
//!
//! Let s be the vertex of smallest id. A minimum cut is written as its side T without s. *v1* is the smallest vertex
//! in any such T, and *T\** the largest T that holds v1; it is unique because minimum cuts form a lattice. *Atoms* are
//! the classes of vertices that no minimum cut separates. All of these depend on the graph alone.
//!
//! | module | concept |
//! | --- | --- |
//! | `kernel` | the graph with vertices contracted that no minimum cut separates |
//! | `clusters` | which vertices are proved to be strongly connected |
//! | `order` | who joins the growing set X next |
//! | `flow` | maximum flow from X to a vertex, up to a bound |
//! | `chain` | all minimum cuts that first appear with one vertex |
//! | `nested` | what else follows from a chain of cuts |
//! | `sweep` | the vertices, one by one, and the cuts that appear |
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
//! the first vertex of T that joins. If only value, v1 and T* are wanted, the scans often prove lambda, and the sweep stops
//! where v1 is certain.

mod arrays;
mod atoms;
mod chain;
mod clusters;
pub mod digest;
pub mod family;
mod flow;
mod joined;
mod kernel;
pub mod local;
mod nested;
mod order;
pub mod rules;
mod search;
mod sweep;
mod whole;

pub use atoms::Atoms;
pub use digest::{CutDigest, vertex_set_digest};
pub use nested::{Nested, Step};
pub use search::Search;
pub use whole::CutSearch;

use crate::work::Work;
use family::Newcomer;

/// Who takes the minimum cuts as a [`Search`] meets them, each exactly once.
///
/// Cuts are sets of *kernel vertices*: classes of vertices that no minimum cut separates, numbered 0.. in order of their
/// smallest members. [`Search::kernel_of`] says which vertex belongs to which.
pub trait Cuts {
    /// Whether cuts are taken at all. If not, the search is shorter: it finds the value, v1 and T* alone.
    const WANTED: bool;

    /// All cuts so far were too large: forget them. Called before the first cut too.
    fn reset(&mut self, kernel_vertices: usize, work: &mut Work);

    /// Whether no cut so far separates the two.
    fn together(&self, a: u16, b: u16) -> bool;

    /// More minimum cuts. None of them holds vertex 0, and all lie in one atom of those so far, which may be the largest of them and
    /// itself known. Returns how many are new.
    fn add(&mut self, nested: &Nested<'_>, work: &mut Work) -> u64;

    /// A vertex that was in no cut so far has one edge, which leads to `beside`. Its own cut is minimum, or it is in the atom of
    /// that other.
    fn hang(&mut self, vertex: u16, beside: u16, newcomer: Newcomer);

    /// Writes for each kernel vertex a number of its atom, less than the number of kernel vertices.
    fn classes(&mut self, classes: &mut [u16]);
}

/// Takes no cuts.
pub struct NoCuts;

impl Cuts for NoCuts {
    const WANTED: bool = false;

    fn reset(&mut self, _: usize, _: &mut Work) {}

    fn together(&self, _: u16, _: u16) -> bool {
        true
    }

    fn add(&mut self, _: &Nested<'_>, _: &mut Work) -> u64 {
        0
    }

    fn hang(&mut self, _: u16, _: u16, _: Newcomer) {}

    fn classes(&mut self, _: &mut [u16]) {}
}

/// What a finished [`Search`] found. Vertices are those of the [`crate::core_graph::Rows`] it was started on.
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
    /// The smallest vertex of each vertex's atom. Atoms are the components if the graph is not connected. Empty if it is and
    /// no cuts were wanted.
    pub atom: &'a [u16],
    /// The number of vertices outside the atom of vertex 0; 0 if `atom` is empty.
    pub outside_count: u32,
    /// The number of minimum cuts, at most n(n-1)/2. 0 if the graph is not connected or has fewer than two vertices, or if no
    /// cuts were wanted.
    pub family: u64,
}

impl Cut<'_> {
    /// Whether `vertex` lies in T*.
    #[must_use]
    pub fn is_far(&self, vertex: usize) -> bool {
        self.far_side[vertex] == 1
    }
}
