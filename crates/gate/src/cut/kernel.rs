//! The kernel: the graph with vertices that no minimum cut separates contracted into one.
//!
//! A kernel starts as a copy of the graph. A scan ([`super::order`]) proves pairs of vertices more than lambda-hat
//! connected and unites them ([`super::clusters`]); the next kernel is then made from this one, parallel edges merged. Every
//! cut of value at most lambda-hat is a cut of each later kernel.
//!
//! An edge is two arcs. The arc in the row of `v` that names `u` holds what can still flow from `u` to `v`: the weight of
//! the edge at first, and less or more when flow is pushed. The two always add up to twice the weight.

use crate::core_graph::Rows;
use crate::cut::clusters::Clusters;
use crate::work::Work;

/// Rows up to this length are searched from end to end.
const SHORT_ROW: usize = 16;

/// What a kernel holds beside its arrays.
#[derive(Clone, Copy, Debug)]
pub(super) struct KernelState {
    pub(super) vertices: usize,
    /// Arcs that stand in the rows.
    arcs: usize,
    /// Where the rows stand.
    place: Place,
    /// The weights' bits taken together.
    bits: u64,
}

/// Where the rows stand among the places for arcs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// Anywhere: the rows are those of the graph.
    Everywhere,
    /// In the first half alone.
    Front,
    /// In the second half alone.
    Back,
}

impl KernelState {
    pub(super) const EMPTY: Self = Self { vertices: 0, arcs: 0, place: Place::Everywhere, bits: 0 };
}

/// The least value of the cuts seen, and the smallest kernel vertex on the far side of any cut seen of that value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Seen {
    pub(super) value: u64,
    pub(super) least: u16,
}

impl Seen {
    pub(super) const NOTHING: Self = Self { value: u64::MAX, least: u16::MAX };

    /// Takes note of one more cut.
    pub(super) fn see(&mut self, value: u64, least: usize) {
        if value < self.value {
            *self = Self { value, least: least as u16 };
        } else if value == self.value {
            self.least = self.least.min(least as u16);
        }
    }

    /// Takes note of the cut around one vertex. If that is vertex 0, all others are on the far side.
    fn see_degree(&mut self, degree: u64, vertex: usize) {
        self.see(degree, vertex.max(1));
    }
}

/// The contracted graph in rows that ascend by neighbour.
pub(super) struct Kernel<'s> {
    pub(super) state: &'s mut KernelState,
    /// Where the row of a vertex begins.
    pub(super) first: &'s mut [u32],
    /// The number of arcs in the row of a vertex.
    pub(super) len: &'s mut [u16],
    /// The neighbour that an arc names.
    pub(super) to: &'s mut [u16],
    /// What can still flow over an arc towards the vertex in whose row it stands.
    pub(super) room: &'s mut [u64],
}

/// Memory that only a contraction needs.
pub(super) struct Scratch<'s> {
    /// The vertices by cluster.
    pub(super) members: &'s mut [u16],
    /// The neighbours of the cluster under construction.
    pub(super) met: &'s mut [u16],
    pub(super) len: &'s mut [u16],
    pub(super) first: &'s mut [u32],
    /// Weight from the cluster under construction to each other cluster.
    pub(super) sum: &'s mut [u64],
}

impl Kernel<'_> {
    pub(super) fn vertices(&self) -> usize {
        self.state.vertices
    }

    /// All weights are multiples of two to this power.
    pub(super) fn unit(&self) -> u32 {
        self.state.bits.trailing_zeros().min(63)
    }

    /// Where the arcs of `vertex` stand.
    pub(super) fn row(&self, vertex: usize) -> core::ops::Range<usize> {
        let first = self.first[vertex] as usize;
        first..first + usize::from(self.len[vertex])
    }

    /// The other arc of the edge that joins `vertex` and `other`: the one in the row of `other`.
    pub(super) fn twin(&self, vertex: usize, other: usize) -> usize {
        let range = self.row(other);
        let row = &self.to[range.clone()];
        let name = vertex as u16;
        let at =
            if row.len() <= SHORT_ROW { row.iter().position(|to| *to == name) } else { row.binary_search(&name).ok() };
        range.start + at.expect("an edge has two arcs")
    }

    /// Copies `graph` and returns the least of the cuts around one vertex. O(n + m) units.
    pub(super) fn copy(&mut self, graph: &impl Rows, work: &mut Work) -> Seen {
        let n = graph.vertex_count();
        let (mut at, mut least, mut bits, mut sorted) = (0, Seen::NOTHING, 0, true);
        for vertex in 0..n {
            self.first[vertex] = at as u32;
            let (mut degree, mut least_next) = (0, 0);
            for (to, weight) in graph.neighbours(vertex) {
                self.to[at] = to as u16;
                self.room[at] = weight;
                at += 1;
                degree += weight;
                bits |= weight;
                sorted &= to >= least_next;
                least_next = to + 1;
            }
            self.len[vertex] = (at - self.first[vertex] as usize) as u16;
            least.see_degree(degree, vertex);
        }
        assert!(at == 2 * graph.edge_count(), "every edge stands in two rows");
        if !sorted {
            self.deal(graph);
        }
        *self.state = KernelState { vertices: n, arcs: at, place: Place::Everywhere, bits };
        // The same whether the rows came sorted or not.
        work.charge((n + 2 * at) as u64);
        least
    }

    /// Sorts the rows: vertices come in ascending order, and each is written into the rows of its neighbours.
    fn deal(&mut self, graph: &impl Rows) {
        let n = graph.vertex_count();
        self.len[..n].fill(0);
        for vertex in 0..n {
            for (to, weight) in graph.neighbours(vertex) {
                let at = self.first[to] as usize + usize::from(self.len[to]);
                self.to[at] = vertex as u16;
                self.room[at] = weight;
                self.len[to] += 1;
            }
        }
    }

    /// Takes back all flow. `cursor` is scratch. O(n + m) units.
    pub(super) fn restore(&mut self, cursor: &mut [u16], work: &mut Work) {
        let n = self.vertices();
        cursor[..n].fill(0);
        for vertex in 0..n {
            for at in self.row(vertex) {
                let to = usize::from(self.to[at]);
                if to < vertex {
                    continue;
                }
                // Rows ascend: the arcs of a row that name smaller vertices are met one after the other.
                let twin = self.first[to] as usize + usize::from(cursor[to]);
                cursor[to] += 1;
                let weight = (self.room[at] + self.room[twin]) / 2;
                self.room[at] = weight;
                self.room[twin] = weight;
            }
        }
        work.charge((n + self.state.arcs) as u64);
    }

    /// Becomes two vertices joined by an edge of that weight.
    pub(super) fn shrink_to_pair(&mut self, weight: u64) {
        self.first[..2].copy_from_slice(&[0, 1]);
        self.len[..2].fill(1);
        self.to[..2].copy_from_slice(&[1, 0]);
        self.room[..2].fill(weight);
        *self.state = KernelState { vertices: 2, arcs: 2, place: Place::Everywhere, bits: self.state.bits };
    }

    /// Becomes the kernel in which each cluster is one vertex, and returns the least of the cuts around one; or stays as it is
    /// and returns `None` if the arcs between clusters would not fit into half of the memory. O(n + m) units.
    pub(super) fn contract(
        &mut self,
        clusters: &Clusters<'_>,
        scratch: &mut Scratch<'_>,
        work: &mut Work,
    ) -> Option<Seen> {
        let count = clusters.settled();
        let half = self.to.len() / 2;
        work.charge((self.vertices() + self.state.arcs) as u64);
        let base = if self.state.place == Place::Back { 0 } else { half };
        if !self.make_rooms(clusters, scratch, base, half) {
            return None;
        }
        if self.state.place == Place::Everywhere {
            self.move_to_front(clusters.cluster(), scratch.len);
        }
        Self::list_members(clusters, scratch);
        let least = self.merge(clusters, scratch);
        work.charge((self.vertices() + self.state.arcs) as u64);
        self.first[..count].copy_from_slice(&scratch.first[..count]);
        self.len[..count].copy_from_slice(&scratch.len[..count]);
        self.state.vertices = count;
        self.state.arcs = self.len[..count].iter().map(|len| usize::from(*len)).sum();
        self.state.place = if base == 0 { Place::Front } else { Place::Back };
        Some(least)
    }

    /// Gives each new row a place for every arc that leaves its cluster. False if that is more than `half` in all.
    fn make_rooms(&self, clusters: &Clusters<'_>, scratch: &mut Scratch<'_>, base: usize, half: usize) -> bool {
        let cluster = clusters.cluster();
        let count = clusters.settled();
        scratch.first[..count].fill(0);
        for vertex in 0..self.vertices() {
            let own = cluster[vertex];
            let leaving = self.to[self.row(vertex)].iter().filter(|to| cluster[usize::from(**to)] != own).count();
            scratch.first[usize::from(own)] += leaving as u32;
            scratch.len[vertex] = leaving as u16;
        }
        let mut at = base;
        for first in &mut scratch.first[..count] {
            let rooms = *first as usize;
            *first = at as u32;
            at += rooms;
        }
        at - base <= half
    }

    /// Drops the arcs inside clusters and closes the gaps, so that the second half is free. `leaving` arcs of each vertex
    /// stay.
    fn move_to_front(&mut self, cluster: &[u16], leaving: &[u16]) {
        let mut place = 0;
        for vertex in 0..self.vertices() {
            let row = self.row(vertex);
            let first = place;
            self.first[vertex] = first as u32;
            self.len[vertex] = leaving[vertex];
            if leaving[vertex] == 0 {
                continue;
            }
            for at in row {
                if cluster[usize::from(self.to[at])] != cluster[vertex] {
                    self.to[place] = self.to[at];
                    self.room[place] = self.room[at];
                    place += 1;
                }
            }
            debug_assert_eq!(place - first, usize::from(leaving[vertex]));
        }
    }

    /// Sorts the vertices by cluster and leaves the end of each cluster's part in `scratch.len`.
    fn list_members(clusters: &Clusters<'_>, scratch: &mut Scratch<'_>) {
        let cluster = clusters.cluster();
        let count = clusters.settled();
        scratch.len[..count].fill(0);
        for own in cluster {
            scratch.len[usize::from(*own)] += 1;
        }
        let mut at = 0;
        for len in &mut scratch.len[..count] {
            at += core::mem::replace(len, at);
        }
        for (vertex, own) in cluster.iter().enumerate() {
            let place = &mut scratch.len[usize::from(*own)];
            scratch.members[usize::from(*place)] = vertex as u16;
            *place += 1;
        }
    }

    /// Writes the new rows beside the old ones and returns the least of the cuts around one vertex.
    fn merge(&mut self, clusters: &Clusters<'_>, scratch: &mut Scratch<'_>) -> Seen {
        let cluster = clusters.cluster();
        let count = clusters.settled();
        scratch.sum[..count].fill(0);
        let (mut from, mut least) = (0, Seen::NOTHING);
        for own in 0..count {
            // The array of ends becomes the array of lengths as one goes along.
            let end = usize::from(scratch.len[own]);
            scratch.len[own] = 0;
            let mut met = 0;
            let mut degree = 0;
            for &member in &scratch.members[from..end] {
                for at in self.row(usize::from(member)) {
                    let to = usize::from(cluster[usize::from(self.to[at])]);
                    if to == own {
                        continue;
                    }
                    if scratch.sum[to] == 0 {
                        scratch.met[met] = to as u16;
                        met += 1;
                    }
                    scratch.sum[to] += self.room[at];
                    degree += self.room[at];
                }
            }
            least.see_degree(degree, own);
            from = end;
            scratch.met[..met].sort_unstable();
            let first = scratch.first[own] as usize;
            for (place, &to) in (first..).zip(&scratch.met[..met]) {
                self.to[place] = to;
                self.room[place] = core::mem::take(&mut scratch.sum[usize::from(to)]);
            }
            scratch.len[own] = met as u16;
        }
        least
    }
}
