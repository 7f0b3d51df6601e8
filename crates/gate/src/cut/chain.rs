//! The minimum cuts that appear with one vertex, as a chain of closures (Karzanov and Timofeev, 1986).
//!
//! Let v be adjacent to X, and let the maximum flow from X to v be lambda. The minimum cuts between X and v are the
//! sets T that hold v, miss X and are closed: whatever could still send flow into T lies in T. Two of them that
//! crossed would leave no edge between their intersection, which holds v, and the outside of their union, which
//! holds X. So they form a chain, each a strongly connected component of the residual graph larger than the one
//! before, and Tarjan's algorithm meets these components in that order.

use crate::cut::Cuts;
use crate::cut::flow::{ACTIVE, FAR, NEAR, UNSEEN};
use crate::cut::kernel::Kernel;
use crate::cut::order::{ABSORBED, Order, SEARCH};
use crate::work::Work;

/// Tarjan's algorithm (1972) without recursion. A vertex is either being explored or waits for its component to close,
/// so that both stacks share one array (Pearce, 2016).
pub(super) struct Chain<'s> {
    index: &'s mut [u16],
    low: &'s mut [u16],
    /// The vertices being explored from the front, those that wait from the end.
    stack: &'s mut [u16],
    /// The next arc of a vertex being explored.
    position: &'s mut [u16],
    /// The largest cut so far from the front, vertices reached from X from the end.
    queue: &'s mut [u16],
    calls: usize,
    waiting: usize,
    count: u16,
    near: usize,
    far: usize,
}

impl<'s> Chain<'s> {
    /// A chain in `memory` whose smallest cut is the first `near` of `queue`.
    pub(super) fn new([index, low, stack, position]: [&'s mut [u16]; 4], queue: &'s mut [u16], near: usize) -> Self {
        Self { index, low, stack, position, queue, calls: 0, waiting: 0, count: 0, near, far: 0 }
    }

    /// Gives every cut of the chain to `cuts`. Returns how many there are; afterwards nothing is marked. O(n + m) units.
    pub(super) fn walk(
        &mut self,
        kernel: &Kernel<'_>,
        order: &mut Order<'_>,
        cuts: &mut impl Cuts,
        work: &mut Work,
    ) -> u64 {
        cuts.cut(&self.queue[..self.near], 0, work);
        let mut count = 1;
        let mut at = 0;
        // The larger of two successive cuts always has a neighbour of the smaller one in it.
        while at < self.near {
            let vertex = usize::from(self.queue[at]);
            at += 1;
            let row = kernel.row(vertex);
            work.charge(1 + row.len() as u64);
            for arc in row {
                let to = usize::from(kernel.to[arc]);
                if order.mark[to] & (SEARCH | ABSORBED) == UNSEEN {
                    count += self.explore(kernel, order, cuts, to, work);
                }
            }
        }
        let vertices = self.queue.len();
        for at in (0..self.near).chain(vertices - self.far..vertices) {
            order.mark[usize::from(self.queue[at])] &= !SEARCH;
        }
        work.charge((self.near + self.far) as u64);
        count
    }

    /// The largest cut of the chain, once it was walked.
    pub(super) fn largest(&self) -> &[u16] {
        &self.queue[..self.near]
    }

    /// Depth first from `root` through all that could send flow to it. Each component that closes without being
    /// reached from X is one more cut. Returns how many did.
    fn explore(
        &mut self,
        kernel: &Kernel<'_>,
        order: &mut Order<'_>,
        cuts: &mut impl Cuts,
        root: usize,
        work: &mut Work,
    ) -> u64 {
        if self.closes_alone(kernel, order, root, work) {
            let from = self.near;
            self.join(order, root);
            cuts.cut(&self.queue[..self.near], from, work);
            return 1;
        }
        let mut count = 0;
        if !self.enter(order, root) {
            return 0;
        }
        while self.calls > 0 {
            let vertex = usize::from(self.stack[self.calls - 1]);
            let position = self.position[vertex];
            work.charge(1);
            if position == kernel.len[vertex] {
                count += self.leave(order, cuts, vertex, work);
                continue;
            }
            self.position[vertex] += 1;
            let arc = kernel.first[vertex] as usize + usize::from(position);
            let from = usize::from(kernel.to[arc]);
            if order.absorbed(from) || kernel.room[arc] == 0 {
                continue;
            }
            let closed = match order.mark[from] & SEARCH {
                NEAR => true,
                ACTIVE => {
                    self.low[vertex] = self.low[vertex].min(self.index[from]);
                    true
                }
                UNSEEN => self.enter(order, from),
                _ => false,
            };
            if !closed {
                // Reached from X, and with it all that is on the stack.
                self.abandon(order, work);
                return count;
            }
        }
        count
    }

    /// Whether the largest cut so far would with this vertex be closed again: rings and paths have long chains of such.
    fn closes_alone(&self, kernel: &Kernel<'_>, order: &Order<'_>, vertex: usize, work: &mut Work) -> bool {
        if order.spare[vertex] > 0 {
            return false;
        }
        let row = kernel.row(vertex);
        for (at, arc) in row.clone().enumerate() {
            let mark = order.mark[usize::from(kernel.to[arc])];
            if kernel.room[arc] > 0 && mark & ABSORBED == 0 && mark & SEARCH != NEAR {
                work.charge(at as u64 + 1);
                return false;
            }
        }
        work.charge(row.len() as u64);
        true
    }

    /// Begins to explore a vertex, or marks it as reached from X and returns false.
    fn enter(&mut self, order: &mut Order<'_>, vertex: usize) -> bool {
        if order.spare[vertex] > 0 {
            self.set_far(order, vertex);
            return false;
        }
        order.mark[vertex] |= ACTIVE;
        self.index[vertex] = self.count;
        self.low[vertex] = self.count;
        self.count += 1;
        self.position[vertex] = 0;
        self.stack[self.calls] = vertex as u16;
        self.calls += 1;
        true
    }

    /// Ends the exploration of a vertex. If it is the first of its component, that closes.
    fn leave(&mut self, order: &mut Order<'_>, cuts: &mut impl Cuts, vertex: usize, work: &mut Work) -> u64 {
        self.calls -= 1;
        if self.calls > 0 {
            let caller = usize::from(self.stack[self.calls - 1]);
            self.low[caller] = self.low[caller].min(self.low[vertex]);
        }
        if self.low[vertex] != self.index[vertex] {
            self.waiting += 1;
            let end = self.stack.len();
            self.stack[end - self.waiting] = vertex as u16;
            return 0;
        }
        let from = self.near;
        self.join(order, vertex);
        while self.waiting > 0 {
            let member = usize::from(self.stack[self.stack.len() - self.waiting]);
            if self.index[member] < self.index[vertex] {
                break;
            }
            self.waiting -= 1;
            self.join(order, member);
        }
        cuts.cut(&self.queue[..self.near], from, work);
        1
    }

    /// The next larger cut has this vertex.
    fn join(&mut self, order: &mut Order<'_>, vertex: usize) {
        order.mark[vertex] = order.mark[vertex] & !SEARCH | NEAR;
        self.queue[self.near] = vertex as u16;
        self.near += 1;
    }

    /// Empties both stacks: X reaches every vertex on them.
    fn abandon(&mut self, order: &mut Order<'_>, work: &mut Work) {
        work.charge((self.calls + self.waiting) as u64);
        while self.calls > 0 {
            self.calls -= 1;
            self.set_far(order, usize::from(self.stack[self.calls]));
        }
        while self.waiting > 0 {
            self.set_far(order, usize::from(self.stack[self.stack.len() - self.waiting]));
            self.waiting -= 1;
        }
    }

    /// Notes a vertex at the tail end of the queue, which the near ones cannot reach.
    fn set_far(&mut self, order: &mut Order<'_>, vertex: usize) {
        order.mark[vertex] |= FAR;
        self.far += 1;
        let end = self.queue.len();
        self.queue[end - self.far] = vertex as u16;
    }
}
