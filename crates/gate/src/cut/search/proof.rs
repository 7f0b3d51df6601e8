//! Value, v1 and T* alone: the short way that most graphs allow.
//!
//! A scan shows which vertices are at least lambda-hat connected. If that is all of them, or all but for one cut between two
//! sets, lambda is known. Then X starts as the largest set of vertices that are more than lambda connected, which no minimum cut
//! separates, and takes in s and the vertices before the smallest that a minimum cut was seen to separate from s. As long as no
//! minimum cut appears, none separates X, and T* is the largest minimum cut between X and v1.

use super::{Marked, NONE, Phase, Search};
use crate::cut::arrays::Arrays;
use crate::cut::flow::{FAR, Search as End};
use crate::cut::kernel::Seen;
use crate::cut::order::ABSORBED;
use crate::cut::{Cuts, NoCuts};
use crate::work::{Progress, Work};

/// A kernel of less than one in this many vertices is searched in no time.
const FEW_CLUSTERS: usize = 64;

/// Scans for level sets go on while all but one vertex in this many are in the largest.
const LEVELS_SHARE: usize = 8;

impl Search {
    /// Vertices in one level set are at least lambda-hat connected, so that every smaller cut separates level sets. If the
    /// largest holds nearly all vertices, more scans from there cost next to nothing.
    pub(super) fn judge<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        if C::WANTED || self.scans > 0 {
            return Phase::Contract;
        }
        let (kernel, mut clusters, mut order, size) =
            arrays.for_scan(&mut self.kernel, &mut self.clusters, &mut self.order);
        if clusters.count_clusters(work) <= self.vertices / FEW_CLUSTERS + 2 {
            return Phase::Contract;
        }
        let levels = clusters.count_levels(work);
        if levels > 2 {
            let (leader, size) = clusters.largest_level(size, work);
            let n = kernel.vertices();
            if levels == self.levels || n - size > n / LEVELS_SHARE {
                return Phase::Contract;
            }
            self.levels = levels;
            order.clear(&kernel, self.sweep.seen.value, work);
            for vertex in 0..n {
                order.mark[vertex] = if clusters.level_leader(vertex) == leader { ABSORBED } else { 0 };
            }
            let bound = self.sweep.seen.value;
            order.enclose(&kernel, bound, n, work, |to, _| clusters.unite(leader, to, false));
            while let Some(vertex) = order.next(work) {
                order.absorb(&kernel, vertex, bound, work, |to, _| clusters.unite(vertex, to, false));
            }
            return Phase::Judge;
        }
        self.conclude(levels, arrays, work)
    }

    /// lambda is certain: there is one level set, or there are two and the cut between them.
    pub(super) fn conclude(&mut self, levels: usize, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (kernel, mut clusters, mut order, size) =
            arrays.for_scan(&mut self.kernel, &mut self.clusters, &mut self.order);
        let n = kernel.vertices();
        order.clear(&kernel, self.sweep.seen.value, work);
        if levels == 2 {
            let mut only = Seen { value: 0, least: NONE };
            for vertex in 0..n {
                if clusters.level_leader(vertex) != 0 {
                    order.mark[vertex] |= FAR;
                    only.least = only.least.min(vertex as u16);
                    for at in kernel.row(vertex) {
                        let other = clusters.level_leader(usize::from(kernel.to[at]));
                        only.value += if other == 0 { kernel.room[at] } else { 0 };
                        work.charge(1);
                    }
                }
            }
            if only.value < self.sweep.seen.value {
                // The only smaller cut, and so the only minimum cut.
                self.sweep.seen = only;
                return Phase::Label(Marked::Inside);
            }
            self.sweep.seen.see(only.value, usize::from(only.least));
        }
        // lambda is lambda-hat. What is more than lambda connected is never separated, and a large X has short flows.
        let least = usize::from(self.sweep.seen.least);
        let leader = if least == 1 { 0 } else { clusters.largest(size, work).0 };
        for vertex in 0..n {
            order.mark[vertex] = if clusters.leader(vertex) == leader { ABSORBED } else { 0 };
        }
        work.charge(2 * n as u64);
        order.enclose(&kernel, self.sweep.seen.value, least, work, |_, _| {});
        self.sweep.restart();
        if order.absorbed(0) || order.is_ready(0) {
            return Phase::Confirm;
        }
        order.take(0);
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        paths.flow(&mut self.flow).begin(&mut kernel, &mut order, 0, self.sweep.seen.value, work);
        Phase::Anchor
    }

    /// Is s more than lambda connected to X? If not, X begins anew, with s alone.
    pub(super) fn anchor(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        let bound = self.sweep.seen.value;
        while !work.exhausted() {
            let mut flow = paths.flow(&mut self.flow);
            if flow.value() > bound {
                order.absorb(&kernel, 0, bound, work, |_, _| {});
                return Phase::Confirm;
            }
            if let End::Closed(_) = flow.augment(&mut kernel, &mut order, work) {
                kernel.restore(paths.cursor(), work);
                return Phase::Turn;
            }
        }
        Phase::Anchor
    }

    pub(super) fn confirm(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        match self.sweep.confirm(&mut kernel, &mut order, &mut self.flow, &mut paths, work) {
            Progress::Pending => Phase::Confirm,
            Progress::Done if self.sweep.parted => Phase::Part,
            Progress::Done => {
                let first = usize::from(self.sweep.seen.least);
                paths.flow(&mut self.flow).begin(&mut kernel, &mut order, first, self.sweep.seen.value, work);
                Phase::Close
            }
        }
    }

    /// No minimum cut separates X from s, so that T* is the largest minimum cut between v1 and X.
    pub(super) fn close(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        let mut flow = paths.flow(&mut self.flow);
        while !work.exhausted() {
            if let End::Closed(near) = flow.augment(&mut kernel, &mut order, work) {
                assert!(flow.value() == self.sweep.seen.value, "v1 is separated by a minimum cut");
                let mut chain = paths.chain(near);
                let nested = chain.walk(&kernel, &mut order, &NoCuts, self.sweep.seen.value, work);
                for &vertex in nested.expect("v1 is separated by a minimum cut").largest() {
                    order.mark[usize::from(vertex)] |= FAR;
                }
                return Phase::Label(Marked::Inside);
            }
        }
        Phase::Close
    }
}
