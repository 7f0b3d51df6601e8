//! Bounded maximum flow from X to one vertex, by shortest augmenting paths found backwards from that vertex.
//!
//! X is one contracted vertex: the edges between X and a vertex outside count as one of weight `reach`. A search ends
//! at the first vertex with unused reach, so it stays near the sink in most graphs.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::cut::kernel::{Kernel, Link};
use crate::cut::order::Order;
use crate::work::Work;

/// Not visited by the search.
pub(super) const UNSEEN: u8 = 0;
/// Known to lie on the sink's side.
pub(super) const NEAR: u8 = 1;
/// On the stack of [`super::chain`].
pub(super) const ACTIVE: u8 = 2;
/// Known to be reached from X.
pub(super) const FAR: u8 = 3;

/// A flow from X to `sink`, and the last search.
pub(super) struct Flow<'a> {
    /// Net flow by edge number, positive from the smaller to the larger vertex. Zero outside `dirty`.
    flow: &'a mut [i64],
    /// Flow from X straight to the vertex. Zero outside `fed`.
    used: &'a mut [u64],
    dirty: &'a mut [u32],
    /// Counts on when `dirty` is full; then all of `flow` is cleared.
    dirty_len: usize,
    fed: &'a mut [u32],
    fed_len: usize,
    /// The next vertex towards the sink.
    next: &'a mut [u32],
    /// The link in the row of `next` that leads here.
    via: &'a mut [u32],
    /// What is known of a vertex; UNSEEN between searches.
    pub(super) mark: &'a mut [u8],
    /// Vertices in the order they were visited.
    pub(super) queue: &'a mut [u32],
    sink: usize,
    value: u64,
}

/// How a search ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// The flow grew.
    Augmented,
    /// The flow is maximum. That many vertices at the head of `queue`, marked NEAR, are the smallest sink side.
    Closed(usize),
}

impl<'a> Flow<'a> {
    pub(super) const fn words(vertices: usize, edges: usize) -> usize {
        words_for::<i64>(edges)
            + words_for::<u64>(vertices)
            + 5 * words_for::<u32>(vertices)
            + words_for::<u8>(vertices)
    }

    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            flow: arena.take(edges)?,
            used: arena.take(vertices)?,
            dirty: arena.take(vertices)?,
            dirty_len: 0,
            fed: arena.take(vertices)?,
            fed_len: 0,
            next: arena.take(vertices)?,
            via: arena.take(vertices)?,
            mark: arena.take(vertices)?,
            queue: arena.take(vertices)?,
            sink: 0,
            value: 0,
        })
    }

    /// Flow that reaches the sink.
    pub(super) fn value(&self) -> u64 {
        self.value
    }

    /// What the vertex could still take from X.
    pub(super) fn spare(&self, order: &Order<'_>, vertex: usize) -> u64 {
        order.reach(vertex) - self.used[vertex]
    }

    /// What could still flow over `link`, which stands in the row of `tail`, towards `tail`.
    pub(super) fn residual_into(&self, tail: usize, link: Link) -> u64 {
        let flow = self.flow[link.edge()];
        let towards = if link.to() < tail { flow } else { -flow };
        (link.weight() as i64 - towards) as u64
    }

    /// What could still flow over `link`, which stands in the row of `tail`, away from `tail`.
    pub(super) fn residual_out(&self, tail: usize, link: Link) -> u64 {
        let flow = self.flow[link.edge()];
        let away = if tail < link.to() { flow } else { -flow };
        (link.weight() as i64 - away) as u64
    }

    /// Starts with the paths of one and two edges, until the flow is more than `bound`.
    pub(super) fn begin(&mut self, kernel: &Kernel<'_>, order: &Order<'_>, sink: usize, bound: u64, work: &mut Work) {
        self.sink = sink;
        self.value = order.reach(sink);
        self.feed(sink, self.value);
        for link in kernel.row(sink) {
            if self.value > bound {
                break;
            }
            work.charge(1);
            let from = link.to();
            if !order.absorbed(from) {
                let amount = self.spare(order, from).min(link.weight());
                if amount > 0 {
                    self.feed(from, amount);
                    self.push(from, sink, link.edge(), amount);
                    self.value += amount;
                }
            }
        }
    }

    /// One search, and the path it finds. O(n + m) units.
    pub(super) fn augment(&mut self, kernel: &Kernel<'_>, order: &Order<'_>, work: &mut Work) -> Search {
        self.queue[0] = self.sink as u32;
        self.mark[self.sink] = NEAR;
        let mut len = 1;
        let mut at = 0;
        while at < len {
            let tail = self.queue[at] as usize;
            at += 1;
            work.charge(1);
            for position in kernel.row_range(tail) {
                let link = kernel.link(position);
                work.charge(1);
                let from = link.to();
                if self.mark[from] != UNSEEN || order.absorbed(from) || self.residual_into(tail, link) == 0 {
                    continue;
                }
                self.next[from] = tail as u32;
                self.via[from] = position as u32;
                if self.spare(order, from) > 0 {
                    self.forget(len);
                    self.send(kernel, order, from, work);
                    return Search::Augmented;
                }
                self.mark[from] = NEAR;
                self.queue[len] = from as u32;
                len += 1;
            }
        }
        Search::Closed(len)
    }

    /// Unmarks the first `len` vertices of the queue.
    pub(super) fn forget(&mut self, len: usize) {
        for &vertex in &self.queue[..len] {
            self.mark[vertex as usize] = UNSEEN;
        }
    }

    /// Back to no flow at all, also half-way: a search or a walk is a single step, so nothing is marked between steps.
    pub(super) fn end(&mut self, kernel: &Kernel<'_>, work: &mut Work) {
        if self.dirty_len > self.dirty.len() {
            self.flow[..kernel.edges()].fill(0);
            work.charge(kernel.edges() as u64);
        } else {
            for &edge in &self.dirty[..self.dirty_len] {
                self.flow[edge as usize] = 0;
            }
            work.charge(self.dirty_len as u64);
        }
        for &vertex in &self.fed[..self.fed_len] {
            self.used[vertex as usize] = 0;
        }
        work.charge(self.fed_len as u64);
        self.dirty_len = 0;
        self.fed_len = 0;
    }

    /// As much as fits along the path that the search left in `next` and `via`.
    fn send(&mut self, kernel: &Kernel<'_>, order: &Order<'_>, start: usize, work: &mut Work) {
        let mut amount = self.spare(order, start);
        let mut vertex = start;
        while vertex != self.sink {
            let next = self.next[vertex] as usize;
            amount = amount.min(self.residual_into(next, kernel.link(self.via[vertex] as usize)));
            vertex = next;
        }
        self.feed(start, amount);
        vertex = start;
        while vertex != self.sink {
            let next = self.next[vertex] as usize;
            self.push(vertex, next, kernel.link(self.via[vertex] as usize).edge(), amount);
            vertex = next;
            work.charge(1);
        }
        self.value += amount;
    }

    fn feed(&mut self, vertex: usize, amount: u64) {
        if self.used[vertex] == 0 {
            self.fed[self.fed_len] = vertex as u32;
            self.fed_len += 1;
        }
        self.used[vertex] += amount;
    }

    fn push(&mut self, from: usize, to: usize, edge: usize, amount: u64) {
        if self.flow[edge] == 0 {
            if let Some(place) = self.dirty.get_mut(self.dirty_len) {
                *place = edge as u32;
            }
            self.dirty_len += 1;
        }
        self.flow[edge] += if from < to { amount as i64 } else { -(amount as i64) };
    }
}
