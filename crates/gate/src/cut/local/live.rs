//! The graph as it is now, as the delta rules see it: slots, rows and weights.

/// The core of the live graph. Vertices are slots, in rows of no particular order; no loops, no parallel edges.
pub trait Live {
    /// Slots there are, used or not; at most 65,535.
    fn slots(&self) -> usize;

    /// Vertices of the core.
    fn vertex_count(&self) -> usize;

    /// The vertices of the core, in any order.
    fn vertices(&self) -> impl Iterator<Item = u16> + Clone;

    /// The neighbours of a vertex, also those outside the core.
    fn neighbours(&self, vertex: u16) -> &[u16];

    /// The number of the edge to the neighbour at `position` of the row.
    fn edge_at(&self, vertex: u16, position: usize) -> u32;

    /// The weight of an edge, raw 32.32.
    fn weight(&self, edge: u32) -> u64;

    /// Whether a vertex belongs to the core.
    fn inside(&self, vertex: u16) -> bool;
}
