//! One search from both ends, and the paths it finds.

use crate::cut::local::live::Live;
use crate::cut::local::sparse::Full;
use crate::cut::local::{BRANCH, End, Local, SPARE_STAMPS, room};

/// After the first spoilt branch a round goes on for this many times the work it took until then, and this much in any
/// case. What the branch hides may be the only short way: past this, a new round finds it sooner.
const PATIENCE: u64 = 4;
const PATIENCE_LEAST: u64 = 64;

/// How a round ended.
pub(super) enum Round {
    /// The flow is more than the bound.
    Enough,
    /// The flow grew, and branches were spoilt: search again.
    Grown,
    /// The flow is maximum: what this end reaches is closed, and in its queue.
    Closed(End),
    /// The limit was passed, or the flow touches more edges than its table holds.
    TooFar,
}

/// What the expansion of a vertex brought.
enum Step {
    On,
    Enough,
    Overflow,
}

impl Local<'_> {
    /// Searches until the flow is enough or one end has nothing left to look at. The end with fewer vertices waiting
    /// goes on, so that a small closed set is found soon even if the other side is the whole graph.
    pub(super) fn round(&mut self, live: &impl Live) -> Round {
        self.open(live);
        let opened = self.spent;
        let mut spoils = false;
        let mut deadline = u64::MAX;
        loop {
            let waiting = [self.tail[0] - self.head[0], self.tail[1] - self.head[1]];
            let end = usize::from(waiting[1] <= waiting[0]);
            if waiting[end] == 0 {
                // A spoilt branch hides what it could still reach.
                return if spoils { Round::Grown } else { Round::Closed(end) };
            }
            if self.spent > self.limit {
                return Round::TooFar;
            }
            if self.spent > deadline {
                return Round::Grown;
            }
            let vertex = self.queue[self.place(end, self.head[end])];
            self.head[end] += 1;
            if spoils && vertex != self.ends[end] && self.is_spoilt(end, self.trail[usize::from(vertex)][BRANCH]) {
                self.spent += 1;
                continue;
            }
            let step = if end == 0 {
                self.expand::<0>(live, vertex, &mut spoils)
            } else {
                self.expand::<1>(live, vertex, &mut spoils)
            };
            match step {
                Step::On => {}
                Step::Enough => return Round::Enough,
                Step::Overflow => return Round::TooFar,
            }
            if spoils && deadline == u64::MAX {
                deadline = self.spent + PATIENCE * (self.spent - opened) + PATIENCE_LEAST;
            }
        }
    }

    /// Fresh stamps, both ends in their queues, no branch spoilt.
    fn open(&mut self, live: &impl Live) {
        if self.stamp > u16::MAX - SPARE_STAMPS {
            self.mark.fill(0);
            self.spent += self.mark.len() as u64;
            self.stamp = 1;
        }
        self.stamps = [self.stamp, self.stamp + 1];
        self.stamp += 2;
        for end in 0..2 {
            let root = self.ends[end];
            self.head[end] = 0;
            self.tail[end] = 0;
            self.mark[usize::from(root)] = self.stamps[end];
            self.push_queue(end, root);
            self.spoilt[end][..live.neighbours(root).len().div_ceil(64)].fill(0);
        }
    }

    /// Looks at the row of `x`, which end `END` reached.
    fn expand<const END: usize>(&mut self, live: &impl Live, x: u16, spoils: &mut bool) -> Step {
        let row = live.neighbours(x);
        let is_root = x == self.ends[END];
        let branch = self.trail[usize::from(x)][BRANCH];
        self.spent += 1 + row.len() as u64;
        let mut from = 0;
        while let Some(position) = self.scan::<END>(live, x, row, from) {
            if self.meet(live, END, x, position, row[position], spoils).is_err() {
                return Step::Overflow;
            }
            if self.value > self.bound {
                return Step::Enough;
            }
            if *spoils && !is_root && self.is_spoilt(END, branch) {
                return Step::On;
            }
            from = position + 1;
        }
        Step::On
    }

    /// Takes unseen neighbours of `x` into the tree, as long as edges can take flow, up to the first that the other
    /// tree holds; returns its position. The arrays stand in locals, so that the loop keeps them in registers.
    fn scan<const END: usize>(&mut self, live: &impl Live, x: u16, row: &[u16], from: usize) -> Option<usize> {
        let [mine, theirs] = [self.stamps[END], self.stamps[1 - END]];
        // No edge here carries flow, so every edge can take some: there is no need to look at weights.
        let x_carries = self.carries(x);
        let is_root = x == self.ends[END];
        let Self { mark, trail, queue, carries, flow, tail, .. } = self;
        let (mark, trail, queue) = (&mut **mark, &mut **trail, &mut **queue);
        let last = queue.len() - 1;
        let mut len = tail[END];
        let branch = trail[usize::from(x)][BRANCH];
        let mut met = None;
        for (position, &y) in row.iter().enumerate().skip(from) {
            let at = usize::from(y);
            let seen = mark[at];
            if seen == mine || !live.inside(y) {
                continue;
            }
            let both = x_carries && carries[at / 64] >> (at % 64) & 1 == 1;
            if both && room(flow, live, END, x, position, y) == 0 {
                continue;
            }
            if seen == theirs {
                met = Some(position);
                break;
            }
            mark[at] = mine;
            trail[at] = [x, position as u16, if is_root { position as u16 } else { branch }, 0];
            queue[if END == 0 { len } else { last - len }] = y;
            len += 1;
        }
        tail[END] = len;
        met
    }

    /// The trees meet at the edge from `x`, of `end`, to `y`, of the other: sends what fits, and spoils the branches
    /// that are full.
    fn meet(
        &mut self,
        live: &impl Live,
        end: End,
        x: u16,
        position: usize,
        y: u16,
        spoils: &mut bool,
    ) -> Result<(), Full> {
        let other = 1 - end;
        let direct = x == self.ends[end] && y == self.ends[other];
        let hidden = *spoils && y != self.ends[other] && self.is_spoilt(other, self.trail[usize::from(y)][BRANCH]);
        if hidden || (direct && self.apart) {
            return Ok(());
        }
        let between = self.residual(live, end, x, position, y);
        let (here, first) = self.narrowest(live, end, x);
        let (there, last) = self.narrowest(live, other, y);
        let amount = between.min(here).min(there);
        debug_assert!(amount > 0, "a tree holds edges that can take flow");
        if self.value + amount > self.bound {
            // The answer is known: nobody will ask for this path.
            self.value += amount;
            return Ok(());
        }
        self.send_over(live, end, x, position, y, amount)?;
        self.send_along(live, end, x, amount)?;
        self.send_along(live, other, y, amount)?;
        self.value += amount;
        for (end, room, branch) in [(end, here, first), (other, there, last)] {
            if room == amount {
                self.spoilt[end][usize::from(branch) / 64] |= 1 << (branch % 64);
                *spoils = true;
            }
        }
        Ok(())
    }

    /// The least that the edges between an end and `vertex` can take, and the branch; no bound at the end itself.
    fn narrowest(&mut self, live: &impl Live, end: End, mut vertex: u16) -> (u64, u16) {
        let branch = self.trail[usize::from(vertex)][BRANCH];
        let mut room = u64::MAX;
        while vertex != self.ends[end] {
            let [prev, via, ..] = self.trail[usize::from(vertex)];
            room = room.min(self.residual(live, end, prev, usize::from(via), vertex));
            vertex = prev;
            self.spent += 1;
        }
        (room, branch)
    }

    fn send_along(&mut self, live: &impl Live, end: End, mut vertex: u16, amount: u64) -> Result<(), Full> {
        while vertex != self.ends[end] {
            let [prev, via, ..] = self.trail[usize::from(vertex)];
            self.send_over(live, end, prev, usize::from(via), vertex, amount)?;
            vertex = prev;
        }
        Ok(())
    }

    fn send_over(
        &mut self,
        live: &impl Live,
        end: End,
        a: u16,
        position: usize,
        b: u16,
        amount: u64,
    ) -> Result<(), Full> {
        let amount = amount as i64;
        self.flow.add(live.edge_at(a, position), if (a < b) == (end == 0) { amount } else { -amount })?;
        self.set_carries(a);
        self.set_carries(b);
        Ok(())
    }

    fn is_spoilt(&self, end: End, branch: u16) -> bool {
        self.spoilt[end][usize::from(branch) / 64] >> (branch % 64) & 1 == 1
    }
}
