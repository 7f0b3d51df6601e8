//! The graph as the score needs it: each edge once, in the row of its lower end.
//!
//! It is copied when the computation starts, so that the graph may change meanwhile.

use crate::core_graph::Rows;

/// The rows of a graph above its diagonal.
#[derive(Clone, Copy)]
pub(super) struct UpperRows<'s> {
    /// Where each vertex's row ends, and the next one's begins.
    pub(super) ends: &'s [u32],
    /// The upper ends of the edges, ascending within a row.
    pub(super) neighbours: &'s [u16],
    /// Their weights, raw 32.32.
    pub(super) weights: &'s [u64],
}

/// What the degrees say of a graph.
pub(super) struct Degrees {
    /// The sum of all degrees.
    pub(super) volume: u64,
    /// The greatest of them.
    pub(super) greatest: u64,
}

/// The same slices, to be written.
pub(super) struct UpperRowsMut<'s> {
    pub(super) ends: &'s mut [u32],
    pub(super) neighbours: &'s mut [u16],
    pub(super) weights: &'s mut [u64],
}

impl<'s> UpperRowsMut<'s> {
    /// To be read from now on.
    pub(super) fn read(self) -> UpperRows<'s> {
        UpperRows { ends: self.ends, neighbours: self.neighbours, weights: self.weights }
    }

    /// Copies the edges of `graph` and writes its weighted degrees, each summed as an integer and then rounded.
    ///
    /// Rows come in any order and leave in ascending order without being compared: the vertices, in ascending order, deal
    /// themselves out to their lower neighbours. 4m + 2n units.
    pub(super) fn copy(&mut self, graph: &impl Rows, degrees: &mut [f64]) -> Degrees {
        let (mut volume, mut greatest, mut begin) = (0_u64, 0_u64, 0_u32);
        for (vertex, (degree, end)) in degrees.iter_mut().zip(&mut *self.ends).enumerate() {
            let (mut exact, mut above) = (0_u64, 0_u32);
            for (neighbour, weight) in graph.neighbours(vertex) {
                debug_assert!(neighbour != vertex && weight > 0, "no loops, and no edges without weight");
                exact += weight;
                above += u32::from(neighbour > vertex);
            }
            volume += exact;
            greatest = greatest.max(exact);
            *degree = exact as f64;
            // For now where the row begins; it moves to the end as the row is filled.
            *end = begin;
            begin += above;
        }
        assert!(begin as usize == self.weights.len(), "every edge stands in the rows of both its ends");
        for vertex in 0..self.ends.len() {
            for (neighbour, weight) in graph.neighbours(vertex).filter(|(neighbour, _)| *neighbour < vertex) {
                let place = self.ends[neighbour] as usize;
                self.neighbours[place] = vertex as u16;
                self.weights[place] = weight;
                self.ends[neighbour] += 1;
            }
        }
        Degrees { volume, greatest }
    }
}

impl UpperRows<'_> {
    /// The edges from `vertex` to the neighbours above it, in ascending order.
    pub(super) fn row(&self, vertex: usize) -> impl Iterator<Item = (usize, u64)> + '_ {
        let begin = if vertex == 0 { 0 } else { self.ends[vertex - 1] as usize };
        let range = begin..self.ends[vertex] as usize;
        self.neighbours[range.clone()].iter().map(|v| usize::from(*v)).zip(self.weights[range].iter().copied())
    }

    /// Whether the edges join all vertices, and the work that it took to see it: a unit for each vertex, each edge looked at,
    /// and each step towards a root, at most [`connectivity_work_max`]. `nodes` is scratch, a word for each vertex.
    ///
    /// Union-find by rank with path halving (Tarjan and van Leeuwen, "Worst-case analysis of set union algorithms", 1984).
    pub(super) fn are_connected(&self, nodes: &mut [u32]) -> (bool, u64) {
        let (mut left, mut steps) = (nodes.len().saturating_sub(1), nodes.len() as u64);
        for (vertex, node) in nodes.iter_mut().enumerate() {
            *node = vertex as u32;
        }
        for vertex in 0..nodes.len() {
            let mut root = find(nodes, vertex, &mut steps);
            for (neighbour, _) in self.row(vertex) {
                if left == 0 {
                    return (true, steps);
                }
                steps += 1;
                let other = find(nodes, neighbour, &mut steps);
                if other != root {
                    left -= 1;
                    root = link(nodes, root, other);
                }
            }
        }
        (left == 0, steps)
    }
}

/// A node of the union-find is its parent's index, a root's its own, in the lower bits, and its rank in the upper ones.
const PARENT: u32 = 0xffff;
/// One rank, in a node.
const RANK: u32 = 1 << 16;
/// A tree of rank r has 2^r nodes at least, so that none is higher than 16, and a step of a search goes up by two.
const STEPS_TO_ROOT_MAX: u64 = 8;

/// No more work than this is charged for connectivity: each vertex once, each edge once, and a search for each of them.
pub(super) const fn connectivity_work_max(vertices: u64, edges: u64) -> u64 {
    (1 + STEPS_TO_ROOT_MAX) * (vertices + edges)
}

/// The root of `vertex`; every second vertex on the way is hung one higher.
fn find(nodes: &mut [u32], mut vertex: usize, steps: &mut u64) -> usize {
    loop {
        let parent = (nodes[vertex] & PARENT) as usize;
        if parent == vertex {
            return vertex;
        }
        *steps += 1;
        let higher = nodes[parent] & PARENT;
        nodes[vertex] = (nodes[vertex] & !PARENT) | higher;
        vertex = higher as usize;
    }
}

/// Joins the trees of two roots and returns the root of both.
fn link(nodes: &mut [u32], one: usize, other: usize) -> usize {
    let (upper, lower) = if nodes[one] & !PARENT < nodes[other] & !PARENT { (other, one) } else { (one, other) };
    if nodes[one] & !PARENT == nodes[other] & !PARENT {
        nodes[upper] += RANK;
    }
    nodes[lower] = (nodes[lower] & !PARENT) | upper as u32;
    upper
}
