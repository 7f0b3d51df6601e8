//! The sweep: X grows by one vertex at a time, and each is separated from X by a flow first if it can be.
//!
//! Every minimum cut is met exactly once, at the first vertex of T that joins X.
//!
//! If the cuts themselves are not wanted and lambda is known, X need not take in everything ([`Sweep::confirm`]): v1 is known
//! as soon as X holds all vertices before the smallest that some minimum cut was seen to separate from s.

use crate::cut::arrays::Paths;
use crate::cut::flow::{Flow, FlowState, Search as End};
use crate::cut::kernel::{Kernel, Seen};
use crate::cut::order::{ABSORBED, Order};
use crate::cut::{Cuts, NoCuts};
use crate::work::{Progress, Work};

/// How far a sweep is and what it has found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    /// lambda-hat, the least value of a cut seen so far, and the smallest kernel vertex in a cut of that value. lambda and v1
    /// in the end.
    pub(super) seen: Seen,
    /// Minimum cuts given out, if wanted.
    pub(super) family: u64,
    /// Whether a vertex of X is separated from s by a cut of value lambda-hat, as far as is known.
    pub(super) parted: bool,
    /// All kernel vertices before this one are in X.
    low: usize,
    /// A flow of more than this shows all that there is to know.
    limit: u64,
    /// The vertex that a flow goes to.
    sink: Option<usize>,
    /// Whether an edge joins X and the sink. Else the minimum cuts between them need not be a chain.
    adjacent: bool,
}

impl Sweep {
    pub(super) const EMPTY: Self =
        Self { seen: Seen::NOTHING, family: 0, parted: false, low: 0, limit: 0, sink: None, adjacent: false };

    /// X is a new one.
    pub(super) fn restart(&mut self) {
        *self = Self { seen: self.seen, ..Self::EMPTY };
    }

    /// Goes on until the sweep is through or `work` is exhausted.
    pub(super) fn advance<C: Cuts>(
        &mut self,
        kernel: &mut Kernel<'_>,
        order: &mut Order<'_>,
        flow: &mut FlowState,
        paths: &mut Paths<'_>,
        cuts: &mut C,
        work: &mut Work,
    ) -> Progress {
        while !work.exhausted() {
            self.limit = self.new_limit::<C>(order, work);
            if self.sink.is_none() {
                let Some(vertex) = order.next(work) else {
                    return Progress::Done;
                };
                self.turn_to(vertex, kernel, order, &mut paths.flow(flow), work);
            } else {
                self.press(kernel, order, flow, paths, cuts, work);
            }
        }
        Progress::Pending
    }

    /// Goes on until all vertices before the smallest one seen in a minimum cut are in X, or `work` is exhausted. lambda is
    /// known, and no vertex from that smallest on is queued below it.
    pub(super) fn confirm(
        &mut self,
        kernel: &mut Kernel<'_>,
        order: &mut Order<'_>,
        flow: &mut FlowState,
        paths: &mut Paths<'_>,
        work: &mut Work,
    ) -> Progress {
        self.limit = self.seen.value;
        while !work.exhausted() {
            if self.sink.is_none() {
                if self.settled(order, work) {
                    return Progress::Done;
                }
                let vertex = order.next(work).unwrap_or(self.low);
                self.turn_to(vertex, kernel, order, &mut paths.flow(flow), work);
            } else {
                self.press(kernel, order, flow, paths, &mut NoCuts, work);
            }
        }
        Progress::Pending
    }

    /// The vertex joins X, or a flow to it begins.
    fn turn_to(
        &mut self,
        vertex: usize,
        kernel: &mut Kernel<'_>,
        order: &mut Order<'_>,
        flow: &mut Flow<'_>,
        work: &mut Work,
    ) {
        if order.spare[vertex] > self.limit {
            order.absorb(kernel, vertex, self.limit, work, |_, _| {});
        } else {
            self.sink = Some(vertex);
            self.adjacent = order.spare[vertex] > 0;
            flow.begin(kernel, order, vertex, self.limit, work);
        }
    }

    /// One search for more flow to the sink, which joins X if there is no more or more than enough.
    fn press<C: Cuts>(
        &mut self,
        kernel: &mut Kernel<'_>,
        order: &mut Order<'_>,
        flow: &mut FlowState,
        paths: &mut Paths<'_>,
        cuts: &mut C,
        work: &mut Work,
    ) {
        let mut search = paths.flow(flow);
        let value = search.value();
        if value <= self.limit {
            match search.augment(kernel, order, work) {
                End::Augmented => return,
                End::Closed(near) => {
                    self.lower(value, kernel.vertices(), cuts, work);
                    return self.record(near, kernel, order, paths, cuts, work);
                }
            }
        }
        let sink = self.sink.take().expect("a flow has a sink");
        order.absorb(kernel, sink, self.limit, work, |_, _| {});
    }

    /// All minimum cuts that hold the sink become known, and it joins X. So do steps of one vertex: no other cut of at most
    /// lambda-hat holds such a vertex.
    ///
    /// For let D be one that misses X and the sink, smaller than lambda-hat. By submodularity D ∩ Ti and then D \ T(i-1) are
    /// no more than D, and so the vertex alone is less than lambda-hat, which no vertex is.
    fn record<C: Cuts>(
        &mut self,
        near: usize,
        kernel: &Kernel<'_>,
        order: &mut Order<'_>,
        paths: &mut Paths<'_>,
        cuts: &mut C,
        work: &mut Work,
    ) {
        self.parted = true;
        let sink = self.sink.take().expect("a flow has a sink");
        if let Some(nested) = paths.chain(near).walk(kernel, order, cuts, self.seen.value, work) {
            let least = nested.largest().iter().min().expect("a cut has two sides");
            self.seen.see(self.seen.value, usize::from(*least));
            let steps = || nested.steps().skip(1).filter(|_| self.adjacent);
            let alone = || steps().filter_map(|(members, _)| (members.len() == 1).then_some(members[0]));
            // None of them stands in the queue: all that could flow to them did.
            order.mark[sink] |= ABSORBED;
            for vertex in alone() {
                order.mark[usize::from(vertex)] |= ABSORBED;
            }
            for vertex in alone() {
                order.absorb(kernel, usize::from(vertex), self.limit, work, |_, _| {});
            }
            work.charge(2 * nested.largest().len() as u64);
            if C::WANTED {
                self.family += cuts.add(&nested, work);
            }
        }
        order.absorb(kernel, sink, self.limit, work, |_, _| {});
    }

    /// What `limit` is to be. Never rises.
    ///
    /// If nobody wants the cuts themselves, and X holds all vertices before the smallest that a cut of value lambda-hat was
    /// seen to separate from s, then only smaller cuts matter.
    fn new_limit<C: Cuts>(&mut self, order: &Order<'_>, work: &mut Work) -> u64 {
        if !C::WANTED && self.settled(order, work) { self.seen.value - 1 } else { self.seen.value }
    }

    /// Whether v1 is known if lambda is lambda-hat.
    fn settled(&mut self, order: &Order<'_>, work: &mut Work) -> bool {
        let least = usize::from(self.seen.least);
        while self.low < least && self.low < order.mark.len() && order.absorbed(self.low) {
            self.low += 1;
            work.charge(1);
        }
        self.low >= least
    }

    /// A cut of `value` was met, at most lambda-hat.
    fn lower(&mut self, value: u64, vertices: usize, cuts: &mut impl Cuts, work: &mut Work) {
        if value < self.seen.value {
            self.seen = Seen { value, ..Seen::NOTHING };
            if self.family > 0 {
                self.family = 0;
                cuts.reset(vertices, work);
            }
        }
    }
}
