//! The graph that a computation speaks of.

/// What a search is started on: vertices numbered 0..n in ascending order of their external ids, and their edges.
pub trait Rows {
    /// n, the number of vertices.
    fn vertex_count(&self) -> usize;
    /// m, the number of edges.
    fn edge_count(&self) -> usize;
    /// The external id of a vertex; strictly ascending in the vertex.
    fn id(&self, vertex: usize) -> u64;
    /// The neighbours of a vertex, each once, in any order, with the weights of the edges to them (raw 32.32, at least 1).
    fn neighbours(&self, vertex: usize) -> impl Iterator<Item = (usize, u64)>;
}

/// A view of the gate's *core* (the whole active graph, a k-core or a protected set) at one epoch, in compressed rows.
///
/// Vertices are numbered 0..n in ascending order of their external ids, so that "in order of index" is "in order of
/// external id" and nothing that is computed from a view can depend on slots, edge order or history.
#[derive(Clone, Copy, Debug)]
pub struct CoreGraph<'a> {
    /// External ids, ascending; n of them.
    pub ids: &'a [u64],
    /// Row bounds into the two slices below; n + 1 of them, ascending, the first 0 and the last 2m.
    pub offsets: &'a [u32],
    /// Neighbours by index; ascending and without repetition within a row; no loops; 2m of them.
    pub neighbours: &'a [u32],
    /// Weights, raw 32.32 fixed point, each at least 1; `weights[i]` belongs to `neighbours[i]`. The sum over all edges
    /// (each counted once) is below 2^62.
    pub weights: &'a [u64],
}

impl CoreGraph<'_> {
    /// n, the number of vertices.
    #[must_use]
    pub fn vertex_count(&self) -> usize {
        self.ids.len()
    }

    /// m, the number of edges.
    #[must_use]
    pub fn edge_count(&self) -> usize {
        self.neighbours.len() / 2
    }

    /// The neighbours of `vertex` and the weights of the edges to them, in ascending order.
    pub fn row(&self, vertex: usize) -> impl Iterator<Item = (usize, u64)> + '_ {
        let range = self.offsets[vertex] as usize..self.offsets[vertex + 1] as usize;
        self.neighbours[range.clone()].iter().map(|v| *v as usize).zip(self.weights[range].iter().copied())
    }
}

impl Rows for CoreGraph<'_> {
    fn vertex_count(&self) -> usize {
        CoreGraph::vertex_count(self)
    }

    fn edge_count(&self) -> usize {
        CoreGraph::edge_count(self)
    }

    fn id(&self, vertex: usize) -> u64 {
        self.ids[vertex]
    }

    fn neighbours(&self, vertex: usize) -> impl Iterator<Item = (usize, u64)> {
        self.row(vertex)
    }
}
