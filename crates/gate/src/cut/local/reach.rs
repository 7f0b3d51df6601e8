//! What the far end reaches, found only as far as somebody asks.

use crate::cut::local::closures::Walk;
use crate::cut::local::live::Live;
use crate::cut::local::{Local, PREV, TooFar};

/// The far side grows first until this many times as many vertices wait there: it is kept, and every trial meets it
/// sooner.
const FAR_SHARE: usize = 4;

impl Local<'_> {
    /// Whether the far side reaches `start`, a vertex of neither side. If so, the path is far from now on; otherwise no
    /// trace is left.
    pub(super) fn reached_from_far(&mut self, live: &impl Live, walk: Walk, start: u16) -> Result<bool, TooFar> {
        if self.try_from(live, walk, start)? {
            return Ok(true);
        }
        self.unmark_tried(walk);
        Ok(false)
    }

    /// The two searches, until they meet or one of them has nothing left to look at. If they meet, the path is far from
    /// now on.
    pub(super) fn try_from(&mut self, live: &impl Live, walk: Walk, start: u16) -> Result<bool, TooFar> {
        let Walk { near, far, .. } = walk;
        self.head[near] = 0;
        self.tail[near] = 0;
        self.mark[usize::from(start)] = walk.tried;
        self.trail[usize::from(start)][PREV] = start;
        self.push_queue(near, start);
        let mut met = None;
        while met.is_none() {
            let waiting = [self.tail[near] - self.head[near], self.tail[far] - self.head[far]];
            // Either end without anything left to look at means no.
            if waiting.contains(&0) {
                return Ok(false);
            }
            if self.spent > self.limit {
                return Err(TooFar);
            }
            met =
                if FAR_SHARE * waiting[0] <= waiting[1] { self.try_on(live, walk) } else { self.grow_far(live, walk) };
        }
        // First, for the far side's queue may grow over the trial's.
        self.unmark_tried(walk);
        while let Some(vertex) = met {
            let at = usize::from(vertex);
            self.spent += 1;
            self.mark[at] = walk.is_far;
            self.push_queue(far, vertex);
            met = Some(self.trail[at][PREV]).filter(|prev| *prev != vertex);
        }
        Ok(true)
    }

    fn unmark_tried(&mut self, walk: Walk) {
        let tried = self.tail[walk.near];
        self.spent += tried as u64;
        for i in 0..tried {
            let vertex = self.queue[self.place(walk.near, i)];
            self.mark[usize::from(vertex)] = 0;
        }
    }

    /// One vertex of the trial; returns the vertex of the trial that the far side touches, if it does.
    pub(super) fn try_on(&mut self, live: &impl Live, walk: Walk) -> Option<u16> {
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
            self.trail[usize::from(y)][PREV] = x;
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
}
