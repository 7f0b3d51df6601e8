//! Scans without flow, and the contractions that they allow.

use super::{Phase, Search};
use crate::cut::arrays::Arrays;
use crate::work::Work;

/// A kernel is scanned again while a scan takes away at least a quarter of it, this often at most.
const SCANS_MAX: u32 = 8;

impl Search {
    pub(super) fn open(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (kernel, mut clusters, mut order, _) =
            arrays.for_scan(&mut self.kernel, &mut self.clusters, &mut self.order);
        clusters.part();
        let bound = self.sweep.seen.value;
        order.clear(&kernel, bound, work);
        self.boundary = order.absorb(&kernel, 0, bound, work, |to, more| clusters.unite(0, to, more));
        self.absorbed = 1;
        self.low = 1;
        Phase::Scan
    }

    pub(super) fn scan(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (kernel, mut clusters, mut order, _) =
            arrays.for_scan(&mut self.kernel, &mut self.clusters, &mut self.order);
        while !work.exhausted() {
            let Some(vertex) = order.next(work) else {
                return if self.absorbed < kernel.vertices() { Phase::Components } else { Phase::Judge };
            };
            let inward = order.spare[vertex];
            let bound = self.sweep.seen.value;
            let outward = order.absorb(&kernel, vertex, bound, work, |to, more| clusters.unite(vertex, to, more));
            self.absorbed += 1;
            self.boundary = self.boundary - inward + outward;
            if self.absorbed < kernel.vertices() && self.boundary <= bound {
                // X itself is one side of a cut.
                while order.absorbed(self.low) {
                    self.low += 1;
                    work.charge(1);
                }
                self.sweep.seen.see(self.boundary, self.low);
            }
        }
        Phase::Scan
    }

    pub(super) fn contract(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (mut kernel, mut clusters, mut scratch) = arrays.for_contraction(&mut self.kernel, &mut self.clusters);
        let before = kernel.vertices();
        let after = clusters.settle(work);
        assert!(after >= 2, "a cut of the least value seen survives contraction");
        self.scans += 1;
        if after == before {
            return Phase::Turn;
        }
        let least = clusters.cluster()[usize::from(self.sweep.seen.least)];
        if after == 2 {
            // A cut of value lambda-hat is left, and only one is.
            kernel.shrink_to_pair(self.sweep.seen.value);
            self.sweep.seen.least = 1;
        } else {
            let Some(seen) = kernel.contract(&clusters, &mut scratch, work) else {
                return Phase::Turn;
            };
            self.sweep.seen.least = least;
            self.sweep.seen.see(seen.value, usize::from(seen.least));
        }
        clusters.adopt(work);
        if after > 2 && after <= before - before / 4 && self.scans < SCANS_MAX { Phase::Open } else { Phase::Turn }
    }
}
