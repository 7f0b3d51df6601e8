//! The kernel: the graph with vertices that no minimum cut separates contracted into one.
//!
//! A kernel starts as a copy of the graph. A scan ([`super::order`]) proves pairs of vertices more than lambda-hat
//! connected and unites them in [`Clusters`]; the kernel is then built anew from the graph, parallel edges merged.
//! Every cut of value at most lambda-hat is a cut of each later kernel.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::core_graph::CoreGraph;
use crate::work::Work;

/// One end of a kernel edge, as the row of the other end holds it: neighbour, edge number, weight.
#[derive(Clone, Copy)]
pub(super) struct Link([u64; 2]);

impl Link {
    fn pack(to: usize, edge: usize, weight: u64) -> [u64; 2] {
        [to as u64 | (edge as u64) << 32, weight]
    }

    pub(super) fn to(self) -> usize {
        self.0[0] as u32 as usize
    }

    pub(super) fn edge(self) -> usize {
        (self.0[0] >> 32) as usize
    }

    pub(super) fn weight(self) -> u64 {
        self.0[1]
    }
}

/// The contracted graph in rows with gaps: a row has room for all the links of its cluster's vertices.
pub(super) struct Kernel<'a> {
    vertices: usize,
    first: &'a mut [u32],
    len: &'a mut [u32],
    links: &'a mut [[u64; 2]],
    /// Weight from the cluster under construction to each other cluster; zero between uses.
    sum: &'a mut [u64],
    cursor: &'a mut [u32],
    members: &'a mut [u32],
}

impl<'a> Kernel<'a> {
    pub(super) const fn words(vertices: usize, edges: usize) -> usize {
        5 * words_for::<u32>(vertices + 1) + words_for::<u64>(vertices) + words_for::<[u64; 2]>(2 * edges)
    }

    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            vertices: 0,
            first: arena.take(vertices + 1)?,
            len: arena.take(vertices + 1)?,
            cursor: arena.take(vertices + 1)?,
            members: arena.take(2 * (vertices + 1))?,
            sum: arena.take(vertices)?,
            links: arena.take(2 * edges)?,
        })
    }

    pub(super) fn vertices(&self) -> usize {
        self.vertices
    }

    pub(super) fn row_range(&self, vertex: usize) -> core::ops::Range<usize> {
        let first = self.first[vertex] as usize;
        first..first + self.len[vertex] as usize
    }

    /// The links of `vertex` in ascending order of neighbour.
    pub(super) fn row(&self, vertex: usize) -> impl ExactSizeIterator<Item = Link> + '_ {
        self.links[self.row_range(vertex)].iter().map(|link| Link(*link))
    }

    /// The link at a position of [`Kernel::row_range`].
    pub(super) fn link(&self, position: usize) -> Link {
        Link(self.links[position])
    }

    /// Copies `graph` and returns the least weighted degree. O(n + m) units.
    pub(super) fn copy(&mut self, graph: &CoreGraph<'_>, work: &mut Work) -> u64 {
        let n = graph.vertex_count();
        self.vertices = n;
        self.first[..=n].copy_from_slice(&graph.offsets[..=n]);
        for (place, (to, weight)) in self.links.iter_mut().zip(graph.neighbours.iter().zip(graph.weights)) {
            *place = Link::pack(*to as usize, 0, *weight);
        }
        for vertex in 0..n {
            self.len[vertex] = graph.offsets[vertex + 1] - graph.offsets[vertex];
        }
        work.charge((n + graph.neighbours.len()) as u64);
        self.number_edges()
    }

    /// Builds the kernel of `graph` under `clusters` and returns the least weighted degree. O(n + m) units.
    pub(super) fn contract(&mut self, graph: &CoreGraph<'_>, clusters: &Clusters<'_>, work: &mut Work) -> u64 {
        let n = graph.vertex_count();
        let vertices = clusters.count;
        self.vertices = vertices;
        let start = self.list_members(graph, clusters);
        self.len[..vertices].fill(0);
        let mut from = 0;
        for (cluster, end) in (0..vertices).zip(start) {
            // Rows fill in ascending order because clusters are met in ascending order. The neighbours met are noted
            // behind the member list, which leaves that half free.
            let mut met = n;
            for at in from..end {
                for (to, weight) in graph.row(self.members[at] as usize) {
                    let to = clusters.of[to] as usize;
                    if to == cluster {
                        continue;
                    }
                    if self.sum[to] == 0 {
                        self.members[met] = to as u32;
                        met += 1;
                    }
                    self.sum[to] += weight;
                }
            }
            for &to in &self.members[n..met] {
                let to = to as usize;
                let place = self.first[to] as usize + self.len[to] as usize;
                self.links[place] = Link::pack(cluster, 0, core::mem::take(&mut self.sum[to]));
                self.len[to] += 1;
            }
            from = end;
        }
        work.charge((2 * n + graph.neighbours.len()) as u64);
        self.number_edges()
    }
}
