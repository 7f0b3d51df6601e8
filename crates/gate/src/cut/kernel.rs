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
    edges: usize,
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
        3 * words_for::<u32>(vertices + 1)
            + words_for::<u32>(2 * vertices)
            + words_for::<u64>(vertices)
            + words_for::<[u64; 2]>(2 * edges)
    }

    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            vertices: 0,
            edges: 0,
            first: arena.take(vertices + 1)?,
            len: arena.take(vertices + 1)?,
            cursor: arena.take(vertices + 1)?,
            members: arena.take(2 * vertices)?,
            sum: arena.take(vertices)?,
            links: arena.take(2 * edges)?,
        })
    }

    pub(super) fn vertices(&self) -> usize {
        self.vertices
    }

    pub(super) fn edges(&self) -> usize {
        self.edges
    }

    /// Where the links of `vertex` stand, for [`Kernel::link`].
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
        self.number_edges(work)
    }

    /// Builds the kernel of `graph` under `clusters` and returns the least weighted degree. O(n + m) units.
    pub(super) fn contract(&mut self, graph: &CoreGraph<'_>, clusters: &Clusters<'_>, work: &mut Work) -> u64 {
        let n = graph.vertex_count();
        self.vertices = clusters.count;
        self.list_members(graph, clusters);
        let mut from = 0;
        for cluster in 0..clusters.count {
            let end = self.cursor[cluster] as usize;
            // The neighbours met are noted behind the member list, in that slice's free half.
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
            // Written into the neighbours' rows, not its own: clusters come in ascending order, so rows end up sorted.
            for &to in &self.members[n..met] {
                let to = to as usize;
                let place = self.first[to] as usize + self.len[to] as usize;
                self.links[place] = Link::pack(cluster, 0, core::mem::take(&mut self.sum[to]));
                self.len[to] += 1;
            }
            from = end;
        }
        work.charge((2 * n + graph.neighbours.len()) as u64);
        self.number_edges(work)
    }

    /// Sorts the vertices by cluster, leaves the end of each cluster's part in `cursor`, and gives each row its room.
    fn list_members(&mut self, graph: &CoreGraph<'_>, clusters: &Clusters<'_>) {
        let (n, count) = (graph.vertex_count(), clusters.count);
        self.cursor[..=count].fill(0);
        self.first[..=count].fill(0);
        self.len[..count].fill(0);
        for vertex in 0..n {
            let cluster = clusters.of[vertex] as usize;
            self.cursor[cluster + 1] += 1;
            self.first[cluster + 1] += graph.offsets[vertex + 1] - graph.offsets[vertex];
        }
        for cluster in 0..count {
            self.cursor[cluster + 1] += self.cursor[cluster];
            self.first[cluster + 1] += self.first[cluster];
        }
        for vertex in 0..n {
            let place = &mut self.cursor[clusters.of[vertex] as usize];
            self.members[*place as usize] = vertex as u32;
            *place += 1;
        }
    }

    /// Gives both links of an edge the same number, and returns the least weighted degree.
    fn number_edges(&mut self, work: &mut Work) -> u64 {
        let mut edges = 0;
        let mut least = u64::MAX;
        for vertex in 0..self.vertices {
            let mut degree = 0;
            let range = self.row_range(vertex);
            self.cursor[vertex] = range.end as u32;
            work.charge(1 + range.len() as u64);
            for at in range {
                let link = Link(self.links[at]);
                degree += link.weight();
                let edge = if link.to() < vertex {
                    // Rows are sorted: the twins of a row's later links are met one after the other.
                    let twin = &mut self.cursor[link.to()];
                    *twin += 1;
                    Link(self.links[*twin as usize - 1]).edge()
                } else {
                    self.cursor[vertex] = self.cursor[vertex].min(at as u32);
                    edges += 1;
                    edges - 1
                };
                self.links[at] = Link::pack(link.to(), edge, link.weight());
            }
            least = least.min(degree);
        }
        self.edges = edges;
        least
    }
}

/// Which kernel vertex each graph vertex belongs to, and a union-find forest over the kernel's vertices.
pub(super) struct Clusters<'a> {
    /// The kernel vertex of each graph vertex.
    of: &'a mut [u32],
    parent: &'a mut [u32],
    count: usize,
}

impl<'a> Clusters<'a> {
    pub(super) const fn words(vertices: usize) -> usize {
        2 * words_for::<u32>(vertices)
    }

    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { of: arena.take(vertices)?, parent: arena.take(vertices)?, count: 0 })
    }

    /// Every vertex for itself.
    pub(super) fn reset(&mut self, vertices: usize) {
        self.count = vertices;
        for vertex in 0..vertices {
            self.of[vertex] = vertex as u32;
            self.parent[vertex] = vertex as u32;
        }
    }

    /// The kernel vertex that holds the graph vertex.
    pub(super) fn of(&self, vertex: usize) -> usize {
        self.of[vertex] as usize
    }

    /// Marks two kernel vertices as one in the next kernel. The smaller number leads, so that vertex 0 stays in 0.
    pub(super) fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.leader(a), self.leader(b));
        self.parent[a.max(b)] = a.min(b) as u32;
    }

    fn leader(&mut self, mut vertex: usize) -> usize {
        while self.parent[vertex] as usize != vertex {
            self.parent[vertex] = self.parent[self.parent[vertex] as usize];
            vertex = self.parent[vertex] as usize;
        }
        vertex
    }

    /// Numbers the united sets 0.. in order of their leaders and applies that to all of `n` graph vertices. Returns
    /// how many sets there are.
    pub(super) fn settle(&mut self, n: usize, work: &mut Work) -> usize {
        let before = self.count;
        let mut count = 0;
        // A leader is smaller than its followers, so by the time it is overwritten with a number all before it are too.
        for vertex in 0..before {
            let up = self.parent[vertex] as usize;
            self.parent[vertex] = if up == vertex {
                count += 1;
                count - 1
            } else {
                self.parent[up]
            };
        }
        for cluster in &mut self.of[..n] {
            *cluster = self.parent[*cluster as usize];
        }
        self.count = count as usize;
        for (vertex, parent) in self.parent[..self.count].iter_mut().enumerate() {
            *parent = vertex as u32;
        }
        work.charge((before + n) as u64);
        self.count
    }
}
