//! Bounded maximum flow from X to one vertex, by shortest augmenting paths found backwards from that vertex.
//!
//! X is one contracted vertex: the edges between X and a vertex outside count as one, of which `spare` is left. A search
//! ends at the first vertex with something to spare, so it stays near the sink in most graphs.
//!
//! Flow is not taken back when its sink has joined X: what went from X to the sink is then a circulation through X, and a
//! circulation uses up as much of a cut in one direction as it adds in the other. So what can still flow over a cut
//! between X and the rest stays the cut's value, and the next flow may start from there.

use crate::cut::kernel::Kernel;
use crate::cut::order::{ABSORBED, Order, SEARCH, TOUCHED};
use crate::work::Work;

/// Not visited by the search.
pub(super) const UNSEEN: u8 = 0;
/// Known to lie on the sink's side.
pub(super) const NEAR: u8 = 1;
/// On the stack of [`super::chain`].
pub(super) const ACTIVE: u8 = 2;
/// Known to be reached from X.
pub(super) const FAR: u8 = 3;

/// What a flow holds beside its arrays.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlowState {
    sink: usize,
    value: u64,
}

impl FlowState {
    pub(super) const EMPTY: Self = Self { sink: 0, value: 0 };
}

/// A flow from X to `sink`, and the last search.
pub(super) struct Flow<'s> {
    pub(super) state: &'s mut FlowState,
    /// The next vertex towards the sink.
    pub(super) next: &'s mut [u16],
    /// Which arc in the row of `next` leads here.
    pub(super) via: &'s mut [u16],
    /// Vertices in the order they were visited.
    pub(super) queue: &'s mut [u16],
}

/// How a search ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// The flow grew.
    Augmented,
    /// The flow is maximum. That many vertices at the head of `queue`, marked NEAR, are the smallest sink side.
    Closed(usize),
}

impl Flow<'_> {
    /// Flow that reaches the sink.
    pub(super) fn value(&self) -> u64 {
        self.state.value
    }

    /// Starts with the paths of one and two edges, until the flow is more than `bound`.
    pub(super) fn begin(
        &mut self,
        kernel: &mut Kernel<'_>,
        order: &mut Order<'_>,
        sink: usize,
        bound: u64,
        work: &mut Work,
    ) {
        self.state.sink = sink;
        self.state.value = order.spare[sink];
        for at in kernel.row(sink) {
            if self.state.value > bound {
                break;
            }
            work.charge(1);
            let from = usize::from(kernel.to[at]);
            if order.absorbed(from) {
                continue;
            }
            let amount = order.spare[from].min(kernel.room[at]);
            if amount > 0 {
                order.feed(from, amount);
                push(kernel, order, from, sink, at, amount);
                self.state.value += amount;
            }
        }
    }

    /// One search, and the path it finds. O(n + m) units.
    pub(super) fn augment(&mut self, kernel: &mut Kernel<'_>, order: &mut Order<'_>, work: &mut Work) -> Search {
        self.queue[0] = self.state.sink as u16;
        order.mark[self.state.sink] |= NEAR;
        let mut len = 1;
        let mut at = 0;
        while at < len {
            let tail = usize::from(self.queue[at]);
            at += 1;
            let row = kernel.row(tail);
            work.charge(1 + row.len() as u64);
            for (via, (from, room)) in kernel.to[row.clone()].iter().zip(&kernel.room[row]).enumerate() {
                let from = usize::from(*from);
                if order.mark[from] & (SEARCH | ABSORBED) != UNSEEN || *room == 0 {
                    continue;
                }
                self.next[from] = tail as u16;
                self.via[from] = via as u16;
                if order.spare[from] > 0 {
                    self.forget(order, len);
                    self.send(kernel, order, from, work);
                    return Search::Augmented;
                }
                order.mark[from] |= NEAR;
                self.queue[len] = from as u16;
                len += 1;
            }
        }
        Search::Closed(len)
    }

    /// Unmarks the first `len` vertices of the queue.
    pub(super) fn forget(&self, order: &mut Order<'_>, len: usize) {
        for &vertex in &self.queue[..len] {
            order.mark[usize::from(vertex)] &= !SEARCH;
        }
    }

    /// As much as fits along the path that the search left in `next` and `via`.
    fn send(&mut self, kernel: &mut Kernel<'_>, order: &mut Order<'_>, start: usize, work: &mut Work) {
        let mut amount = order.spare[start];
        let mut vertex = start;
        while vertex != self.state.sink {
            amount = amount.min(kernel.room[self.arc(kernel, vertex)]);
            vertex = usize::from(self.next[vertex]);
        }
        order.feed(start, amount);
        vertex = start;
        while vertex != self.state.sink {
            let next = usize::from(self.next[vertex]);
            push(kernel, order, vertex, next, self.arc(kernel, vertex), amount);
            vertex = next;
            work.charge(1);
        }
        self.state.value += amount;
    }

    /// The arc by which the search came to `vertex`.
    fn arc(&self, kernel: &Kernel<'_>, vertex: usize) -> usize {
        kernel.first[usize::from(self.next[vertex])] as usize + usize::from(self.via[vertex])
    }
}

/// Sends flow over `arc`, which stands in the row of `to` and names `from`.
fn push(kernel: &mut Kernel<'_>, order: &mut Order<'_>, from: usize, to: usize, arc: usize, amount: u64) {
    let twin = kernel.twin(to, from);
    kernel.room[arc] -= amount;
    kernel.room[twin] += amount;
    order.mark[from] |= TOUCHED;
    order.mark[to] |= TOUCHED;
}
