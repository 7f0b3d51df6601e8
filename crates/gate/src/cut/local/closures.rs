//! All minimum cuts between the two ends of a maximum flow (Picard and Queyranne, 1980).
//!
//! One end's search closed: what it reached is the smallest side that holds that end. A larger one is *closed* too: whatever an edge
//! with room left joins to it lies in it. The near side grows by one strongly connected component of the residual graph after another
//! (Tarjan, 1972). The other end's side, called far, is large and well connected. How far it reaches is found only as far as needed: for each
//! vertex next to the near side two searches grow, from it and on from the far end, until they meet or the first one closes.

use crate::cut::local::live::Live;
use crate::cut::local::shape::{Rests, Shape, Side};
use crate::cut::local::{End, Local, TooFar};

/// The stamps of this walk: the near side and the far side keep those of the round that closed.
#[derive(Clone, Copy)]
struct Walk {
    near: End,
    far: End,
    /// On the near side.
    is_near: u16,
    /// Known to be reached from the far end.
    is_far: u16,
    /// Reached by a trial from a vertex next to the near side.
    tried: u16,
    /// On Tarjan's stack.
    active: u16,
}

/// The near side and Tarjan's stacks.
struct Closing {
    near_len: usize,
    stack_len: usize,
    calls_len: usize,
    /// Components closed, without the smallest side.
    components: u16,
    /// Tarjan's clock within one tree.
    count: u16,
    shape: Shape,
}

impl Local<'_> {
    /// Gives sides of minimum cuts between the two ends to `give`, with a vertex outside. After [`super::Connectivity::Exactly`]
    /// with a positive value that no cut of the graph is below. The sides generate all minimum cuts between the two
    /// ends: together with those that follow where two of them cross, they are all.
    ///
    /// # Errors
    /// [`TooFar`] beyond the limit of the flow. What was given out until then is right, but is not all.
    pub fn cuts(&mut self, live: &impl Live, mut give: impl FnMut(&[u16], u16)) -> Result<(), TooFar> {
        debug_assert!(self.value > 0, "components are not a family of cuts");
        let near = self.closed;
        let walk = Walk {
            near,
            far: 1 - near,
            is_near: self.stamps[near],
            is_far: self.stamps[1 - near],
            tried: self.stamp,
            active: self.stamp + 1,
        };
        self.stamp += 2;
        let near_len = self.tail[near];
        for i in 0..near_len {
            let vertex = self.queue[self.place(near, i)];
            self.near[i] = vertex;
            self.prev[usize::from(vertex)] = 0;
        }
        self.bounds[0] = near_len as u16;
        self.spent += 2 * near_len as u64;
        give(&self.near[..near_len], self.ends[walk.far]);
        let mut closing =
            Closing { near_len, stack_len: 0, calls_len: 0, components: 0, count: 0, shape: Shape::Run { top: 0 } };
        let mut at = 0;
        // The larger of two successive sides always has a neighbour of the smaller one in it.
        while at < closing.near_len {
            let vertex = self.near[at];
            at += 1;
            let row = live.neighbours(vertex);
            self.spent += 1 + row.len() as u64;
            for &next in row {
                let mark = self.mark[usize::from(next)];
                if mark == walk.is_near || mark == walk.is_far || !live.inside(next) {
                    continue;
                }
                if !self.reached_from_far(live, walk, next)? {
                    self.close(live, walk, &mut closing, next, &mut give)?;
                }
            }
        }
        Ok(())
    }

    /// Whether the far end reaches `start`, a vertex of neither side. If so, the path is far from now on.
    fn reached_from_far(&mut self, live: &impl Live, walk: Walk, start: u16) -> Result<bool, TooFar> {
        let Walk { near, far, .. } = walk;
        self.head[near] = 0;
        self.tail[near] = 0;
        self.mark[usize::from(start)] = walk.tried;
        self.prev[usize::from(start)] = start;
        self.push_queue(near, start);
        let mut met = None;
        while met.is_none() {
            let waiting = [self.tail[near] - self.head[near], self.tail[far] - self.head[far]];
            // Either end without anything left to look at means no.
            if waiting.contains(&0) {
                break;
            }
            if self.spent > self.limit {
                return Err(TooFar);
            }
            met = if waiting[0] <= waiting[1] { self.try_on(live, walk) } else { self.grow_far(live, walk) };
        }
        let tried = self.tail[near];
        self.spent += tried as u64;
        for i in 0..tried {
            let vertex = self.queue[self.place(near, i)];
            if self.mark[usize::from(vertex)] == walk.tried {
                self.mark[usize::from(vertex)] = 0;
            }
        }
        let Some(mut vertex) = met else { return Ok(false) };
        loop {
            if self.mark[usize::from(vertex)] != walk.is_far {
                self.mark[usize::from(vertex)] = walk.is_far;
                self.push_queue(far, vertex);
            }
            let prev = self.prev[usize::from(vertex)];
            if prev == vertex {
                return Ok(true);
            }
            vertex = prev;
        }
    }

    /// One vertex of the trial; returns the vertex of the trial that the far side touches, if it does.
    fn try_on(&mut self, live: &impl Live, walk: Walk) -> Option<u16> {
        let x = self.queue[self.place(walk.near, self.head[walk.near])];
        self.head[walk.near] += 1;
        let row = live.neighbours(x);
        self.spent += 1 + row.len() as u64;
        for (position, &y) in row.iter().enumerate() {
            let mark = self.mark[usize::from(y)];
            if mark == walk.tried || mark == walk.is_near || !live.inside(y) {
                continue;
            }
            if self.residual(live, walk.near, x, position, y) == 0 {
                continue;
            }
            if mark == walk.is_far {
                return Some(x);
            }
            self.mark[usize::from(y)] = walk.tried;
            self.prev[usize::from(y)] = x;
            self.push_queue(walk.near, y);
        }
        None
    }

    /// One vertex of the far side; returns the vertex of the trial that it reaches, if it does.
    fn grow_far(&mut self, live: &impl Live, walk: Walk) -> Option<u16> {
        let x = self.queue[self.place(walk.far, self.head[walk.far])];
        let row = live.neighbours(x);
        self.spent += 1 + row.len() as u64;
        for (position, &y) in row.iter().enumerate() {
            let mark = self.mark[usize::from(y)];
            if mark == walk.is_far || !live.inside(y) || self.residual(live, walk.far, x, position, y) == 0 {
                continue;
            }
            debug_assert!(mark != walk.is_near, "the near side is closed");
            if mark == walk.tried {
                // The vertex stays at the head: the rest of its row has not been looked at.
                return Some(y);
            }
            self.mark[usize::from(y)] = walk.is_far;
            self.push_queue(walk.far, y);
        }
        self.head[walk.far] += 1;
        None
    }

    /// Depth first from `root` through all that must lie on its side. The far end reaches none of it. Each component that
    /// closes joins the near side.
    fn close(
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
            let position = usize::from(self.branch[at]);
            let row = live.neighbours(vertex);
            self.spent += 1;
            if position == row.len() {
                self.leave_component(live, walk, closing, vertex, give)?;
                continue;
            }
            self.branch[at] += 1;
            let next = row[position];
            let mark = self.mark[usize::from(next)];
            if mark == walk.is_near || !live.inside(next) || self.residual(live, walk.near, vertex, position, next) == 0
            {
                continue;
            }
            debug_assert!(mark != walk.is_far, "the trial closed");
            if mark == walk.active {
                self.via[at] = self.via[at].min(self.prev[usize::from(next)]);
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
        self.prev[at] = closing.count;
        self.via[at] = closing.count;
        self.branch[at] = 0;
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
            self.via[caller] = self.via[caller].min(self.via[at]);
        }
        if self.via[at] != self.prev[at] {
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
        self.bounds[usize::from(new)] = closing.near_len as u16;
        let rests = self.rests(live, walk, closing.shape, from..closing.near_len);
        for i in from..closing.near_len {
            let member = usize::from(self.near[i]);
            self.mark[member] = walk.is_near;
            self.prev[member] = new;
        }
        let side = closing.shape.take(new, rests);
        self.hand_out(side, new, self.ends[walk.far], give);
        if self.spent > self.limit { Err(TooFar) } else { Ok(()) }
    }

    /// What the new component, not yet marked as near, rests on.
    fn rests(&mut self, live: &impl Live, walk: Walk, shape: Shape, members: core::ops::Range<usize>) -> Rests {
        let mut rests = Rests { highest: 0, on_first: false, on_second: false };
        for i in members {
            let x = self.near[i];
            let row = live.neighbours(x);
            self.spent += 1 + row.len() as u64;
            for (position, &y) in row.iter().enumerate() {
                if self.mark[usize::from(y)] != walk.is_near || self.residual(live, walk.near, x, position, y) == 0 {
                    continue;
                }
                let below = self.prev[usize::from(y)];
                rests.highest = rests.highest.max(below);
                rests.on_first |= below == shape.first();
                rests.on_second |= below == shape.second();
            }
        }
        rests
    }

    fn hand_out(&mut self, side: Side, new: u16, outside: u16, give: &mut impl FnMut(&[u16], u16)) {
        let end = |component: u16| usize::from(self.bounds[usize::from(component)]);
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
