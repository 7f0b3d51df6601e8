//! A search with an area and an atom partition of its own.

use crate::arena::{Arena, OutOfMemory};
use crate::core_graph::Rows;
use crate::cut::atoms::Atoms;
use crate::cut::search::Search;
use crate::cut::{Cut, NoCuts};
use crate::work::{Progress, Work};

/// Finds the canonical minimum cut, counts the minimum cuts and finds their atoms.
///
/// All memory is taken in [`CutSearch::new`].
pub struct CutSearch<'a> {
    search: Search,
    area: &'a mut [u64],
    atoms: &'a mut [u64],
    vertices: usize,
    edges: usize,
}

impl<'a> CutSearch<'a> {
    /// Words that [`CutSearch::new`] takes from the arena.
    #[must_use]
    pub const fn words(vertices: usize, edges: usize) -> usize {
        Search::words(vertices, edges) + Atoms::words(vertices)
    }

    /// A search for graphs of at most that many vertices and edges.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the arena has less than [`CutSearch::words`].
    pub fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            search: Search::idle(),
            area: arena.take(Search::words(vertices, edges))?,
            atoms: arena.take(Atoms::words(vertices))?,
            vertices,
            edges,
        })
    }

    /// Begins with a copy of `graph`, which must fit. Drops what was in flight.
    pub fn start(&mut self, graph: &impl Rows, work: &mut Work) {
        let fits = graph.vertex_count() <= self.vertices && graph.edge_count() <= self.edges;
        assert!(fits, "the graph fits the search");
        let (_, rest) = Search::split(self.area, self.vertices);
        self.search.start(rest, graph, work);
    }

    /// Goes on until done or until `work` is exhausted, as [`Search::advance`] does.
    pub fn advance(&mut self, work: &mut Work) -> Progress {
        let mut atoms =
            Atoms::new(&mut Arena::new(self.atoms), self.vertices).expect("the memory is as long as its words");
        self.search.advance(Search::split(self.area, self.vertices), &mut atoms, work)
    }

    /// The same for value, v1 and T* alone. Not to be mixed with [`CutSearch::advance`] in one search.
    pub fn advance_without_family(&mut self, work: &mut Work) -> Progress {
        self.search.advance(Search::split(self.area, self.vertices), &mut NoCuts, work)
    }

    /// What was found, once [`CutSearch::advance`] returned [`Progress::Done`].
    #[must_use]
    pub fn result(&self) -> Option<Cut<'_>> {
        let (_, rest) = self.area.split_at(Search::front_words(self.vertices));
        self.search.result(rest)
    }
}
