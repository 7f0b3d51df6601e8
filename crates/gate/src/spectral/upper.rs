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
    /// and each step towards a root. `parents` is scratch, a word for each vertex.
    ///
    /// Union-find with path halving; of two roots the greater hangs below the smaller (Tarjan and van Leeuwen, "Worst-case
    /// analysis of set union algorithms", 1984, section 3: at most m log n steps in all, in practice hardly more than m).
    pub(super) fn are_connected(&self, parents: &mut [u32]) -> (bool, u64) {
        let (mut left, mut steps) = (parents.len().saturating_sub(1), parents.len() as u64);
        for (vertex, parent) in parents.iter_mut().enumerate() {
            *parent = vertex as u32;
        }
        for vertex in 0..parents.len() {
            let mut root = find(parents, vertex, &mut steps);
            for (neighbour, _) in self.row(vertex) {
                if left == 0 {
                    return (true, steps);
                }
                steps += 1;
                let other = find(parents, neighbour, &mut steps);
                if other != root {
                    left -= 1;
                    let (low, high) = if other < root { (other, root) } else { (root, other) };
                    parents[high] = low as u32;
                    root = low;
                }
            }
        }
        (left == 0, steps)
    }
}

/// The root of `vertex`; every second vertex on the way is hung one higher.
fn find(parents: &mut [u32], mut vertex: usize, steps: &mut u64) -> usize {
    loop {
        let parent = parents[vertex] as usize;
        if parent == vertex {
            return vertex;
        }
        *steps += 1;
        parents[vertex] = parents[parent];
        vertex = parents[vertex] as usize;
    }
}
