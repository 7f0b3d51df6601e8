//! The sweep: X grows by one vertex at a time, and each is separated from X by a flow first if it can be.
//!
//! Every minimum cut is met exactly once, at the first vertex of T that joins X.

use crate::cut::Cuts;
use crate::cut::arrays::Paths;
use crate::cut::flow::{FlowState, Search as End};
use crate::cut::kernel::Kernel;
use crate::cut::order::Order;
use crate::work::{Progress, Work};

/// How far a sweep is and what it has found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    /// lambda-hat: the least value of a cut seen so far. lambda in the end.
    pub(super) bound: u64,
    /// Minimum cuts given out, if wanted.
    pub(super) family: u64,
    /// The smallest kernel vertex in any cut of value `bound` met so far.
    pub(super) least: Option<u16>,
    /// All kernel vertices before this one are in X.
    low: usize,
    /// The vertex that a flow goes to.
    sink: Option<usize>,
}

impl Sweep {
    pub(super) const EMPTY: Self = Self { bound: 0, family: 0, least: None, low: 0, sink: None };

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
            let limit = self.limit::<C>(order, work);
            let Some(sink) = self.sink else {
                let Some(vertex) = order.next(work) else {
                    return Progress::Done;
                };
                if order.spare[vertex] > limit {
                    order.absorb(kernel, vertex, limit, work, |_| {});
                } else {
                    self.sink = Some(vertex);
                    paths.flow(flow).begin(kernel, order, vertex, limit, work);
                }
                continue;
            };
            let mut search = paths.flow(flow);
            let value = search.value();
            if value <= limit {
                match search.augment(kernel, order, work) {
                    End::Augmented => continue,
                    End::Closed(near) => {
                        self.lower(value, kernel.vertices(), cuts, work);
                        let (count, least) = paths.chain(near).walk(kernel, order, cuts, work);
                        self.count::<C>(count, least);
                    }
                }
            }
            self.sink = None;
            order.absorb(kernel, sink, limit, work, |_| {});
        }
        Progress::Pending
    }

    /// A flow of more than this shows all that there is to know. Never rises.
    ///
    /// If nobody wants the cuts themselves, and X holds all vertices before the smallest that a cut of value lambda-hat was
    /// seen to separate from s, then only smaller cuts matter.
    fn limit<C: Cuts>(&mut self, order: &Order<'_>, work: &mut Work) -> u64 {
        if C::WANTED {
            return self.bound;
        }
        let Some(least) = self.least else {
            return self.bound;
        };
        while self.low < usize::from(least) && order.absorbed(self.low) {
            self.low += 1;
            work.charge(1);
        }
        if self.low == usize::from(least) { self.bound - 1 } else { self.bound }
    }

    /// A cut of `value` was met, at most lambda-hat.
    fn lower(&mut self, value: u64, vertices: usize, cuts: &mut impl Cuts, work: &mut Work) {
        if value < self.bound {
            self.bound = value;
            self.least = None;
            if self.family > 0 {
                self.family = 0;
                cuts.reset(vertices, work);
            }
        }
    }

    /// A chain of that many cuts was given out, whose largest has `least` as its smallest vertex.
    fn count<C: Cuts>(&mut self, cuts: u64, least: usize) {
        self.least = Some(self.least.map_or(least as u16, |other| other.min(least as u16)));
        if C::WANTED {
            self.family += cuts;
        }
    }
}
