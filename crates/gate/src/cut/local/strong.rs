//! The components that join the near side (Tarjan, 1972), without recursion.

use core::ops::Range;

use crate::cut::local::closures::{Closing, Walk};
use crate::cut::local::live::Live;
use crate::cut::local::shape::{Rests, Shape, Side};
use crate::cut::local::{BOUND, BRANCH, Local, PREV, TooFar, VIA};

impl Local<'_> {
    /// Depth first from `root` through all that must lie on its side. The far end reaches none of it. Each component
    /// that closes joins the near side.
    pub(super) fn close(
        &mut self,
        live: &impl Live,
        walk: Walk,
        closing: &mut Closing,
        root: u16,
        give: &mut impl FnMut(&[u16], u16),
    ) -> Result<(), TooFar> {
        closing.count = 0;
        self.enter_component(walk, closing, root);
        while closing.calls_len > 0 {
            let vertex = self.queue[self.place(walk.near, closing.calls_len - 1)];
            let at = usize::from(vertex);
            let position = usize::from(self.trail[at][BRANCH]);
            let row = live.neighbours(vertex);
            self.spent += 1;
            if position == row.len() {
                self.leave_component(live, walk, closing, vertex, give)?;
                continue;
            }
            self.trail[at][BRANCH] += 1;
            let next = row[position];
            let mark = self.mark[usize::from(next)];
            if mark == walk.is_near || !live.inside(next) || self.residual(live, walk.near, vertex, position, next) == 0
            {
                continue;
            }
            debug_assert!(mark != walk.is_far, "the trial closed");
            if mark == walk.active {
                self.trail[at][VIA] = self.trail[at][VIA].min(self.trail[usize::from(next)][PREV]);
            } else {
                self.enter_component(walk, closing, next);
            }
        }
        Ok(())
    }

    /// Puts a vertex on both stacks.
    fn enter_component(&mut self, walk: Walk, closing: &mut Closing, vertex: u16) {
        let at = usize::from(vertex);
        self.mark[at] = walk.active;
        self.trail[at][PREV] = closing.count;
        self.trail[at][VIA] = closing.count;
        self.trail[at][BRANCH] = 0;
        closing.count += 1;
        closing.stack_len += 1;
        let top = self.near.len() - closing.stack_len;
        self.near[top] = vertex;
        let call = self.place(walk.near, closing.calls_len);
        self.queue[call] = vertex;
        closing.calls_len += 1;
    }

    /// Takes a finished vertex off the call stack, and its component off the other if it is the component's root.
    fn leave_component(
        &mut self,
        live: &impl Live,
        walk: Walk,
        closing: &mut Closing,
        vertex: u16,
        give: &mut impl FnMut(&[u16], u16),
    ) -> Result<(), TooFar> {
        closing.calls_len -= 1;
        let at = usize::from(vertex);
        if closing.calls_len > 0 {
            let caller = usize::from(self.queue[self.place(walk.near, closing.calls_len - 1)]);
            self.trail[caller][VIA] = self.trail[caller][VIA].min(self.trail[at][VIA]);
        }
        if self.trail[at][VIA] != self.trail[at][PREV] {
            return Ok(());
        }
        let from = closing.near_len;
        loop {
            let member = self.near[self.near.len() - closing.stack_len];
            closing.stack_len -= 1;
            self.near[closing.near_len] = member;
            closing.near_len += 1;
            if member == vertex {
                break;
            }
        }
        closing.components += 1;
        let new = closing.components;
        self.trail[usize::from(new)][BOUND] = closing.near_len as u16;
        let rests = self.rests(live, walk, closing.shape, from..closing.near_len);
        for i in from..closing.near_len {
            let member = usize::from(self.near[i]);
            self.mark[member] = walk.is_near;
            self.trail[member][PREV] = new;
        }
        let side = closing.shape.take(new, rests);
        self.hand_out(side, new, self.ends[walk.far], give);
        if self.spent > self.limit { Err(TooFar) } else { Ok(()) }
    }

    /// What the new component, not yet marked as near, rests on.
    fn rests(&mut self, live: &impl Live, walk: Walk, shape: Shape, members: Range<usize>) -> Rests {
        let mut rests = Rests { highest: 0, on_first: false, on_second: false };
        for i in members {
            let x = self.near[i];
            let row = live.neighbours(x);
            self.spent += 1 + row.len() as u64;
            for (position, &y) in row.iter().enumerate() {
                if self.mark[usize::from(y)] != walk.is_near || self.residual(live, walk.near, x, position, y) == 0 {
                    continue;
                }
                let below = self.trail[usize::from(y)][PREV];
                rests.highest = rests.highest.max(below);
                rests.on_first |= below == shape.first();
                rests.on_second |= below == shape.second();
            }
        }
        rests
    }

    fn hand_out(&mut self, side: Side, new: u16, outside: u16, give: &mut impl FnMut(&[u16], u16)) {
        let end = |component: u16| usize::from(self.trail[usize::from(component)][BOUND]);
        let whole = end(new - 1)..end(new);
        let base = match side {
            Side::UpTo(component) | Side::Above(component) => 0..end(component),
            Side::Beside(component) => end(component - 1)..end(component),
        };
        if let Side::UpTo(_) = side {
            self.spent += base.len() as u64;
            give(&self.near[base], outside);
            return;
        }
        let len = base.len() + whole.len();
        self.spent += 2 * len as u64;
        self.side[..base.len()].copy_from_slice(&self.near[base.clone()]);
        self.side[base.len()..len].copy_from_slice(&self.near[whole]);
        give(&self.side[..len], outside);
    }
}
