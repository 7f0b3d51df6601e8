//! The minimum cuts that appear with one vertex, as a chain of closures (Karzanov and Timofeev, 1986).
//!
//! Let v be adjacent to X, and let the maximum flow from X to v be lambda. The minimum cuts between X and v are the
//! sets T that hold v, miss X and are closed: whatever could still send flow into T lies in T. Two of them that
//! crossed would leave no edge between their intersection, which holds v, and the outside of their union, which
//! holds X. So they form a chain, each a strongly connected component of the residual graph larger than the one
//! before, and Tarjan's algorithm meets these components in that order.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::cut::atoms::Atoms;
use crate::cut::flow::{ACTIVE, FAR, Flow, NEAR, UNSEEN};
use crate::cut::kernel::Kernel;
use crate::cut::order::Order;
use crate::work::Work;

/// The stacks of Tarjan's algorithm (1972), without recursion.
pub(super) struct Chain<'a> {
    index: &'a mut [u32],
    low: &'a mut [u32],
    stack: &'a mut [u32],
    stack_len: usize,
    calls: &'a mut [u32],
    calls_len: usize,
    /// The next link of a vertex on the call stack to look at.
    position: &'a mut [u32],
    count: u32,
    near_len: usize,
    far_len: usize,
}

impl<'a> Chain<'a> {
    pub(super) const fn words(vertices: usize) -> usize {
        5 * words_for::<u32>(vertices)
    }

    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            index: arena.take(vertices)?,
            low: arena.take(vertices)?,
            stack: arena.take(vertices)?,
            stack_len: 0,
            calls: arena.take(vertices)?,
            calls_len: 0,
            position: arena.take(vertices)?,
            count: 0,
            near_len: 0,
            far_len: 0,
        })
    }

    /// Splits `atoms` along every cut of the chain and returns their number. The smallest, of `near_len` vertices,
    /// is at the head of the flow's queue; afterwards nothing is marked. O(n + m) units.
    pub(super) fn walk(
        &mut self,
        kernel: &Kernel<'_>,
        order: &Order<'_>,
        flow: &mut Flow<'_>,
        atoms: &mut Atoms<'_>,
        near_len: usize,
        work: &mut Work,
    ) -> u64 {
        atoms.split(&flow.queue[..near_len], work);
        let mut cuts = 1;
        self.near_len = near_len;
        self.far_len = 0;
        self.count = 0;
        let mut at = 0;
        // The larger of two successive cuts always has a neighbour of the smaller one in it.
        while at < self.near_len {
            let vertex = flow.queue[at] as usize;
            at += 1;
            work.charge(1);
            for position in kernel.row_range(vertex) {
                let to = kernel.link(position).to();
                work.charge(1);
                if flow.mark[to] == UNSEEN && !order.absorbed(to) {
                    cuts += self.explore(kernel, order, flow, atoms, to, work);
                }
            }
        }
        let vertices = kernel.vertices();
        for at in (0..self.near_len).chain(vertices - self.far_len..vertices) {
            flow.mark[flow.queue[at] as usize] = UNSEEN;
        }
        work.charge((self.near_len + self.far_len) as u64);
        cuts
    }

    /// Depth first from `root` through all that could send flow to it. Each component that closes without being
    /// reached from X is one more cut. Returns how many did.
    fn explore(
        &mut self,
        kernel: &Kernel<'_>,
        order: &Order<'_>,
        flow: &mut Flow<'_>,
        atoms: &mut Atoms<'_>,
        root: usize,
        work: &mut Work,
    ) -> u64 {
        let mut cuts = 0;
        if !self.enter(kernel, order, flow, root) {
            return 0;
        }
        while self.calls_len > 0 {
            let vertex = self.calls[self.calls_len - 1] as usize;
            let position = self.position[vertex] as usize;
            work.charge(1);
            if position < kernel.row_range(vertex).end {
                self.position[vertex] += 1;
                let link = kernel.link(position);
                let from = link.to();
                if order.absorbed(from) || flow.residual_into(vertex, link) == 0 {
                    continue;
                }
                let closed = match flow.mark[from] {
                    NEAR => true,
                    ACTIVE => {
                        self.low[vertex] = self.low[vertex].min(self.index[from]);
                        true
                    }
                    UNSEEN => self.enter(kernel, order, flow, from),
                    _ => false,
                };
                if !closed {
                    // Reached from X, and with it all that is on the stack.
                    self.abandon(kernel, flow, work);
                    return cuts;
                }
            } else {
                cuts += self.leave(flow, atoms, vertex, work);
            }
        }
        cuts
    }

    /// Puts a vertex on both stacks, or marks it as reached from X and returns false.
    fn enter(&mut self, kernel: &Kernel<'_>, order: &Order<'_>, flow: &mut Flow<'_>, vertex: usize) -> bool {
        if flow.spare(order, vertex) > 0 {
            self.set_far(kernel, flow, vertex);
            return false;
        }
        flow.mark[vertex] = ACTIVE;
        self.index[vertex] = self.count;
        self.low[vertex] = self.count;
        self.count += 1;
        self.position[vertex] = kernel.row_range(vertex).start as u32;
        self.stack[self.stack_len] = vertex as u32;
        self.stack_len += 1;
        self.calls[self.calls_len] = vertex as u32;
        self.calls_len += 1;
        true
    }

    /// Takes a finished vertex off the call stack, and its component off the other if it is the component's root.
    fn leave(&mut self, flow: &mut Flow<'_>, atoms: &mut Atoms<'_>, vertex: usize, work: &mut Work) -> u64 {
        self.calls_len -= 1;
        if self.calls_len > 0 {
            let caller = self.calls[self.calls_len - 1] as usize;
            self.low[caller] = self.low[caller].min(self.low[vertex]);
        }
        if self.low[vertex] != self.index[vertex] {
            return 0;
        }
        let from = self.near_len;
        loop {
            self.stack_len -= 1;
            let member = self.stack[self.stack_len];
            flow.mark[member as usize] = NEAR;
            flow.queue[self.near_len] = member;
            self.near_len += 1;
            if member as usize == vertex {
                break;
            }
        }
        atoms.split(&flow.queue[from..self.near_len], work);
        1
    }

    /// Empties both stacks: X reaches every vertex on them.
    fn abandon(&mut self, kernel: &Kernel<'_>, flow: &mut Flow<'_>, work: &mut Work) {
        work.charge(self.stack_len as u64);
        while self.stack_len > 0 {
            self.stack_len -= 1;
            self.set_far(kernel, flow, self.stack[self.stack_len] as usize);
        }
        self.calls_len = 0;
    }

    /// Notes a vertex at the tail end of the queue, which the near ones cannot reach.
    fn set_far(&mut self, kernel: &Kernel<'_>, flow: &mut Flow<'_>, vertex: usize) {
        flow.mark[vertex] = FAR;
        self.far_len += 1;
        flow.queue[kernel.vertices() - self.far_len] = vertex as u32;
    }
}
