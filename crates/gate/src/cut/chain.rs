//! The minimum cuts that appear with one vertex, as a chain of closures (Karzanov and Timofeev, 1986).
//!
//! Let v be adjacent to X, and let the maximum flow from X to v be lambda. The minimum cuts between X and v are the
//! sets T that hold v, miss X and are closed: whatever could still send flow into T lies in T. Two of them that
//! crossed would leave no edge between their intersection, which holds v, and the outside of their union, which
//! holds X. So they form a chain, each a strongly connected component of the residual graph larger than the one
//! before, and Tarjan's algorithm meets these components in that order.
//!
//! All cuts so far that hold part of an atom hold the whole of it, and those still unknown lie inside one. So the chain ends where it would
//! leave the atom of v: what follows is known ([`super::nested`]).

use crate::cut::Cuts;
use crate::cut::flow::{ACTIVE, FAR, NEAR, UNSEEN};
use crate::cut::kernel::Kernel;
use crate::cut::nested::{Nested, Step};
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
    steps: u16,
    last: Step,
}

/// What a walk looks at.
struct Ground<'g, 'k, C> {
    kernel: &'g Kernel<'k>,
    cuts: &'g C,
    /// Of every cut of the chain.
    value: u64,
}

impl<'s> Chain<'s> {
    /// A chain in `memory` whose smallest cut is the first `near` of `queue`.
    pub(super) fn new([index, low, stack, position]: [&'s mut [u16]; 4], queue: &'s mut [u16], near: usize) -> Self {
        Self {
            index,
            low,
            stack,
            position,
            queue,
            calls: 0,
            waiting: 0,
            count: 0,
            near,
            far: 0,
            steps: 0,
            last: Step::Plain,
        }
    }

    /// Finds every cut of the chain, each of `value`, that lies in the atom of the sink, the first vertex of the queue; `None` if
    /// there is none. Afterwards nothing is marked. O(n + m) units.
    pub(super) fn walk<C: Cuts>(
        &mut self,
        kernel: &Kernel<'_>,
        order: &mut Order<'_>,
        cuts: &C,
        value: u64,
        work: &mut Work,
    ) -> Option<Nested<'_>> {
        work.charge(self.near as u64);
        let sink = self.queue[0];
        if !self.queue[..self.near].iter().all(|vertex| cuts.together(sink, *vertex)) {
            self.forget(order, work);
            return None;
        }
        for vertex in &self.queue[..self.near] {
            self.low[usize::from(*vertex)] = 0;
        }
        self.position[usize::from(sink)] = Step::Plain as u16;
        let ground = Ground { kernel, cuts, value };
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
                    self.explore(&ground, order, to, work);
                }
            }
        }
        self.forget(order, work);
        Some(Nested::new(&self.queue[..self.near], self.low, self.position))
    }

    /// Clears all marks.
    fn forget(&self, order: &mut Order<'_>, work: &mut Work) {
        let vertices = self.queue.len();
        for at in (0..self.near).chain(vertices - self.far..vertices) {
            order.mark[usize::from(self.queue[at])] &= !SEARCH;
        }
        work.charge((self.near + self.far) as u64);
    }

    /// Depth first from `root` through all that could send flow to it. Each component that closes without being
    /// reached from X is one more step.
    fn explore<C: Cuts>(&mut self, ground: &Ground<'_, '_, C>, order: &mut Order<'_>, root: usize, work: &mut Work) {
        if self.closes_alone(ground, order, root, work) {
            self.join(order, root);
            self.step(ground, order, self.near - 1, work);
            return;
        }
        if !self.enter(ground, order, root) {
            return;
        }
        let kernel = ground.kernel;
        while self.calls > 0 {
            let vertex = usize::from(self.stack[self.calls - 1]);
            let position = self.position[vertex];
            work.charge(1);
            if position == kernel.len[vertex] {
                self.leave(ground, order, vertex, work);
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
                UNSEEN => self.enter(ground, order, from),
                _ => false,
            };
            if !closed {
                // Reached from X, and with it all that is on the stack.
                self.abandon(order, work);
                return;
            }
        }
    }

    /// Whether the largest cut so far would with this vertex be closed again: rings and paths have long chains of such.
    fn closes_alone<C: Cuts>(
        &self,
        ground: &Ground<'_, '_, C>,
        order: &Order<'_>,
        vertex: usize,
        work: &mut Work,
    ) -> bool {
        if order.spare[vertex] > 0 || !self.may_join(ground, vertex) {
            return false;
        }
        let row = ground.kernel.row(vertex);
        for (at, arc) in row.clone().enumerate() {
            let mark = order.mark[usize::from(ground.kernel.to[arc])];
            if ground.kernel.room[arc] > 0 && mark & ABSORBED == 0 && mark & SEARCH != NEAR {
                work.charge(at as u64 + 1);
                return false;
            }
        }
        work.charge(row.len() as u64);
        true
    }

    /// Whether a vertex lies in the atom of the sink. All others count as X.
    fn may_join<C: Cuts>(&self, ground: &Ground<'_, '_, C>, vertex: usize) -> bool {
        ground.cuts.together(self.queue[0], vertex as u16)
    }

    /// Begins to explore a vertex, or marks it as reached from X and returns false.
    fn enter<C: Cuts>(&mut self, ground: &Ground<'_, '_, C>, order: &mut Order<'_>, vertex: usize) -> bool {
        if order.spare[vertex] > 0 || !self.may_join(ground, vertex) {
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
    fn leave<C: Cuts>(&mut self, ground: &Ground<'_, '_, C>, order: &mut Order<'_>, vertex: usize, work: &mut Work) {
        self.calls -= 1;
        if self.calls > 0 {
            let caller = usize::from(self.stack[self.calls - 1]);
            self.low[caller] = self.low[caller].min(self.low[vertex]);
        }
        if self.low[vertex] != self.index[vertex] {
            self.waiting += 1;
            let end = self.stack.len();
            self.stack[end - self.waiting] = vertex as u16;
            return;
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
        self.step(ground, order, from, work);
    }

    /// What joined from `from` on is one step.
    ///
    /// No flow can still come from outside a cut of the chain, so that what can go over an edge from inside it is twice its
    /// weight. If there are smaller cuts than these, nothing of this is of use, and no harm.
    fn step<C: Cuts>(&mut self, ground: &Ground<'_, '_, C>, order: &Order<'_>, from: usize, work: &mut Work) {
        self.steps += 1;
        let members = &self.queue[from..self.near];
        for member in members {
            self.low[usize::from(*member)] = self.steps;
        }
        if C::WANTED {
            let (mut inside, mut before) = (0, 0);
            for &member in members {
                let row = ground.kernel.row(usize::from(member));
                work.charge(row.len() as u64);
                for arc in row {
                    let to = usize::from(ground.kernel.to[arc]);
                    if order.mark[to] & (SEARCH | ABSORBED) == NEAR && self.low[to] != self.steps {
                        inside += ground.kernel.room[arc];
                        before += if self.low[to] + 1 == self.steps { ground.kernel.room[arc] } else { 0 };
                    }
                }
            }
            self.last = match (inside == ground.value, before == inside && self.last != Step::Plain) {
                (false, _) => Step::Plain,
                (true, false) => Step::Cut,
                (true, true) => Step::Linked,
            };
        }
        self.position[usize::from(members[0])] = self.last as u16;
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
