//! T*, atoms and v1, once lambda is known.

use super::{Marked, NONE, Phase, Search};
use crate::cut::Cuts;
use crate::cut::arrays::Arrays;
use crate::cut::flow::{FAR, NEAR, Search as End};
use crate::cut::order::SEARCH;
use crate::work::Work;

impl Search {
    /// S* is the smallest side that holds s of all minimum cuts between s and v1, so that the flow goes from v1 to s: the last
    /// search back from s meets it.
    pub(super) fn part(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let first = usize::from(self.sweep.seen.least);
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        kernel.restore(paths.cursor(), work);
        // Nobody is taken off this queue, and no bound is passed.
        order.clear(&kernel, u64::MAX, work);
        order.absorb(&kernel, first, u64::MAX, work, |_, _| {});
        paths.flow(&mut self.flow).begin(&mut kernel, &mut order, 0, self.sweep.seen.value, work);
        Phase::Separate
    }

    pub(super) fn separate(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        let mut flow = paths.flow(&mut self.flow);
        while !work.exhausted() {
            if let End::Closed(_) = flow.augment(&mut kernel, &mut order, work) {
                assert!(flow.value() == self.sweep.seen.value, "v1 is separated by a minimum cut");
                return Phase::Label(Marked::Outside);
            }
        }
        Phase::Separate
    }

    pub(super) fn label<C: Cuts>(
        &mut self,
        arrays: &mut Arrays<'_>,
        cuts: &mut C,
        marked: Marked,
        work: &mut Work,
    ) -> Phase {
        let n = self.vertices;
        let [atom, far, table, classes] = &mut arrays.scratch;
        let far: &mut [u8] = bytemuck::cast_slice_mut(far);
        for (far, of) in far.iter_mut().zip(&*arrays.of) {
            let mark = arrays.mark[usize::from(*of)] & SEARCH;
            *far = u8::from(match marked {
                Marked::Outside => mark != NEAR,
                Marked::Inside => mark == FAR,
            });
            self.far_count += u32::from(*far);
        }
        let first = self.sweep.seen.least;
        self.first_separable = arrays.of.iter().position(|of| *of == first).map(|vertex| vertex as u32);
        work.charge(n as u64);
        self.labelled = C::WANTED;
        if C::WANTED {
            let kernel_vertices = self.kernel.vertices;
            cuts.classes(&mut classes[..kernel_vertices]);
            table[..kernel_vertices].fill(NONE);
            for (vertex, (atom, of)) in atom.iter_mut().zip(&*arrays.of).enumerate() {
                let label = &mut table[usize::from(classes[usize::from(*of)])];
                if *label == NONE {
                    *label = vertex as u16;
                }
                *atom = *label;
            }
            self.outside_count = atom.iter().filter(|label| **label != 0).count() as u32;
            let outside = atom.iter().position(|label| *label != 0).map(|vertex| vertex as u32);
            debug_assert_eq!(outside, self.first_separable, "v1 is the first vertex outside the atom of s");
            work.charge((n + kernel_vertices) as u64);
        }
        Phase::Done
    }

    /// lambda is 0: atoms are the components, and T* is all but the component of vertex 0. Nothing was contracted yet.
    pub(super) fn label_components(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let n = self.vertices;
        work.charge((2 * n + 2 * self.edges) as u64);
        let (kernel, _, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        let (atom, queue) = paths.labels();
        atom.fill(NONE);
        self.sweep.seen.value = 0;
        self.components = 0;
        for root in 0..n {
            if atom[root] != NONE {
                continue;
            }
            self.components += 1;
            atom[root] = root as u16;
            queue[0] = root as u16;
            let (mut at, mut len) = (0, 1);
            while at < len {
                let row = kernel.row(usize::from(queue[at]));
                at += 1;
                for &to in &kernel.to[row] {
                    if atom[usize::from(to)] == NONE {
                        atom[usize::from(to)] = root as u16;
                        queue[len] = to;
                        len += 1;
                    }
                }
            }
        }
        let [atom, far, ..] = &mut arrays.scratch;
        let far: &mut [u8] = bytemuck::cast_slice_mut(far);
        for (far, atom) in far.iter_mut().zip(&**atom) {
            *far = u8::from(*atom != 0);
        }
        self.first_separable = atom.iter().position(|label| *label != 0).map(|vertex| vertex as u32);
        self.outside_count = atom.iter().filter(|label| **label != 0).count() as u32;
        self.far_count = self.outside_count;
        Phase::Done
    }
}
