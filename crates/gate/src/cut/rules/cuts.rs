//! The family, as far as the rules know it.

use crate::cut::family::{Family, Newcomer};
use crate::work::Work;

/// What the rules need of a family of minimum cuts. [`Family`] is one; tests have another, with explicit sets.
pub trait Cuts {
    /// One atom that holds these vertices, and no cut.
    fn reset(&mut self, vertices: impl Iterator<Item = u16>);

    /// A minimum cut by one of its sides, and a vertex not in it. With it come all that follow from crossings.
    fn insert(&mut self, side: &[u16], outside: u16, work: &mut Work);

    /// Whether no cut separates `u` and `v`.
    fn same_atom(&self, u: u16, v: u16) -> bool;

    /// Drops the cuts that separate `u` and `v`; whether any cut is left. If none is, the family may be in any state.
    fn contract(&mut self, u: u16, v: u16, work: &mut Work) -> bool;

    /// Drops the cuts that do not separate `u` and `v`, which some cut separates.
    fn keep_between(&mut self, u: u16, v: u16, work: &mut Work);

    /// A new vertex that is joined to `beside` alone.
    fn add_vertex(&mut self, vertex: u16, beside: u16, newcomer: Newcomer);

    /// Takes out a vertex that had one edge, and its own cut if there was one; whether any cut is left. If none is, the
    /// family may be in any state.
    fn remove_vertex(&mut self, vertex: u16) -> bool;
}

impl Cuts for Family<'_> {
    fn reset(&mut self, vertices: impl Iterator<Item = u16>) {
        self.reset(vertices);
    }

    fn insert(&mut self, side: &[u16], outside: u16, work: &mut Work) {
        self.insert(side, outside, work);
    }

    fn same_atom(&self, u: u16, v: u16) -> bool {
        self.same_atom(u, v)
    }

    fn contract(&mut self, u: u16, v: u16, work: &mut Work) -> bool {
        self.contract(u, v, work)
    }

    fn keep_between(&mut self, u: u16, v: u16, work: &mut Work) {
        self.keep_between(u, v, work);
    }

    fn add_vertex(&mut self, vertex: u16, beside: u16, newcomer: Newcomer) {
        self.add_vertex(vertex, beside, newcomer);
    }

    fn remove_vertex(&mut self, vertex: u16) -> bool {
        self.remove_vertex(vertex)
    }
}
