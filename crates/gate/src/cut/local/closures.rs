//! All minimum cuts between the two ends of a maximum flow (Picard and Queyranne, 1980).
//!
//! One end's search closed: what it reached is the smallest side that holds that end. A larger one is *closed* too:
//! whatever an edge with room left joins to it lies in it. So the near side grows by one strongly connected component
//! of the residual graph after another, and the set of them, ordered by what must come before what, gives all cuts.
//!
//! Mostly one component is nearly the whole graph and the others hang at the two ends. To walk through it would cost as
//! much as a search of the graph, so the walk goes from both ends towards a *hub*, any vertex. A cut has the hub on one
//! side or on the other: the walk from one end gives those whose near side misses the hub, the walk from the other end
//! the rest. Which vertex is the hub changes what the walks cost, not what they find.
//!
//! The far end and the hub together are the far side of a walk. How far it reaches is found only as far as needed: for
//! each vertex next to the near side two searches grow, from it and on from the far side, until they meet or the first
//! one closes.

use crate::cut::local::live::Live;
use crate::cut::local::shape::Shape;
use crate::cut::local::{BOUND, End, Local, PREV, TooFar};

/// Vertices looked at for a hub.
const HUB_CANDIDATES: usize = 32;

/// A walk from one end, and its stamps.
#[derive(Clone, Copy)]
pub(super) struct Walk {
    pub(super) near: End,
    pub(super) far: End,
    /// On the near side.
    pub(super) is_near: u16,
    /// Known to be reached from the far end or from the hub.
    pub(super) is_far: u16,
    /// Reached by a trial from a vertex next to the near side.
    pub(super) tried: u16,
    /// On Tarjan's stack.
    pub(super) active: u16,
}

/// The near side and Tarjan's stacks.
pub(super) struct Closing {
    pub(super) near_len: usize,
    pub(super) stack_len: usize,
    pub(super) calls_len: usize,
    /// Components closed, without the smallest side.
    pub(super) components: u16,
    /// Tarjan's clock within one tree.
    pub(super) count: u16,
    pub(super) shape: Shape,
}

impl Local<'_> {
    /// Gives sides of minimum cuts between the two ends to `give`, with a vertex outside. After
    /// [`super::Connectivity::Exactly`] with a positive value that no cut of the graph is below. The sides generate all
    /// minimum cuts between the two ends: together with those that follow where two of them cross, they are all.
    ///
    /// # Errors
    /// [`TooFar`] beyond the limit of the flow. What was given out until then is right, but is not all.
    pub fn cuts(&mut self, live: &impl Live, mut give: impl FnMut(&[u16], u16)) -> Result<(), TooFar> {
        debug_assert!(self.value > 0, "components are not a family of cuts");
        let near = self.closed;
        let (is_near, is_far) = (self.stamps[near], self.stamps[1 - near]);
        let walk = Walk { near, far: 1 - near, is_near, is_far, tried: self.stamp, active: self.stamp + 1 };
        let back = Walk {
            near: walk.far,
            far: walk.near,
            is_near: self.stamp + 2,
            is_far: self.stamp + 3,
            tried: self.stamp + 4,
            active: self.stamp + 5,
        };
        self.stamp += 6;
        let hub = self.hub(live, walk);
        if let Some(hub) = hub
            && self.mark[usize::from(hub)] != walk.is_far
        {
            self.mark[usize::from(hub)] = walk.is_far;
            self.push_queue(walk.far, hub);
        }
        let smallest = self.take_near(walk);
        self.walk(live, walk, smallest, &mut give)?;
        if let Some(hub) = hub {
            self.walk_back(live, back, smallest, hub, &mut give)?;
        }
        Ok(())
    }

    /// The vertex of the largest row among some near the far end, so that it is likely to lie in the largest component.
    /// None of the near side, and not the far end itself: without a hub one walk gives all cuts.
    fn hub(&mut self, live: &impl Live, walk: Walk) -> Option<u16> {
        let far_end = self.ends[walk.far];
        let reached = self.tail[walk.far].min(HUB_CANDIDATES);
        let mut best: Option<(usize, u16)> = None;
        let row = live.neighbours(far_end).iter().copied().take(HUB_CANDIDATES);
        for vertex in (0..reached).map(|i| self.queue[self.place(walk.far, i)]).chain(row) {
            let usable = vertex != far_end && self.mark[usize::from(vertex)] != walk.is_near && live.inside(vertex);
            let degree = live.neighbours(vertex).len();
            if usable && best.is_none_or(|(most, _)| degree > most) {
                best = Some((degree, vertex));
            }
        }
        self.spent += 2 * HUB_CANDIDATES as u64;
        best.map(|(_, vertex)| vertex)
    }

    /// Copies what the near end's search reached, marked as near, to the near side, and returns its size.
    fn take_near(&mut self, walk: Walk) -> usize {
        let len = self.tail[walk.near];
        for i in 0..len {
            let vertex = self.queue[self.place(walk.near, i)];
            self.near[i] = vertex;
            self.mark[usize::from(vertex)] = walk.is_near;
            self.trail[usize::from(vertex)][PREV] = 0;
        }
        self.trail[0][BOUND] = len as u16;
        self.spent += 2 * len as u64;
        len
    }

    /// The walk from the other end. The first walk's smallest side, at the head of `near`, is all that reaches its end.
    fn walk_back(
        &mut self,
        live: &impl Live,
        walk: Walk,
        smallest: usize,
        hub: u16,
        give: &mut impl FnMut(&[u16], u16),
    ) -> Result<(), TooFar> {
        for &vertex in &self.near[..smallest] {
            self.mark[usize::from(vertex)] = walk.is_far;
        }
        self.spent += smallest as u64;
        self.head[walk.far] = 0;
        self.tail[walk.far] = 0;
        self.mark[usize::from(hub)] = walk.is_far;
        self.push_queue(walk.far, hub);
        let end = self.ends[walk.near];
        if self.try_from(live, walk, end)? {
            // Every side that holds this end holds the hub.
            return Ok(());
        }
        while self.head[walk.near] < self.tail[walk.near] {
            // The far side had nothing left to look at, so nothing stops the trial before it closes.
            let met = self.try_on(live, walk);
            debug_assert!(met.is_none(), "the far side is complete");
            if self.spent > self.limit {
                return Err(TooFar);
            }
        }
        let smallest = self.take_near(walk);
        self.walk(live, walk, smallest, give)
    }

    /// Lets the near side grow from the `smallest` one at the head of `near`, until only the far side is next to it.
    fn walk(
        &mut self,
        live: &impl Live,
        walk: Walk,
        smallest: usize,
        give: &mut impl FnMut(&[u16], u16),
    ) -> Result<(), TooFar> {
        give(&self.near[..smallest], self.ends[walk.far]);
        let shape = Shape::Run { top: 0 };
        let mut closing = Closing { near_len: smallest, stack_len: 0, calls_len: 0, components: 0, count: 0, shape };
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
                    self.close(live, walk, &mut closing, next, give)?;
                }
            }
        }
        Ok(())
    }
}
