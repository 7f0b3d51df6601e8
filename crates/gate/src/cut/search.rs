//! The resumable search for all minimum cuts.

use crate::arena::words_for;
use crate::core_graph::Rows;
use crate::cut::arrays::{Arrays, scratch_at};
use crate::cut::clusters::ClustersState;
use crate::cut::flow::{FAR, FlowState, NEAR, Search as End};
use crate::cut::kernel::{KernelState, Seen};
use crate::cut::order::{ABSORBED, OrderState, SEARCH};
use crate::cut::sweep::Sweep;
use crate::cut::{Cut, Cuts, NoCuts};
use crate::work::{Progress, Work};

/// A kernel is scanned again while a scan takes away at least a quarter of it, this often at most.
const SCANS_MAX: u32 = 8;

/// A kernel of less than one in this many vertices is searched in no time.
const FEW_CLUSTERS: usize = 64;

/// Scans for level sets go on while all but one vertex in this many are in the largest.
const LEVELS_SHARE: usize = 8;

const NONE: u16 = u16::MAX;

/// What the search does next. Every step is O(n + m) units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// No graph, or one with fewer than two vertices, or all is known.
    Done,
    /// Begin to scan the kernel.
    Open,
    /// Absorb vertices without flow.
    Scan,
    /// See whether the scan has proved that no cut is smaller than lambda-hat.
    Judge,
    /// Searches for more flow from X to s.
    Anchor,
    /// Absorb vertices, with a flow if need be, until v1 is certain.
    Confirm,
    /// Searches for more flow to v1 from X, which no minimum cut separates from s.
    Close,
    /// Contract what the scan united.
    Contract,
    /// Begin the sweep.
    Turn,
    /// Absorb vertices, each after a flow to it if need be.
    Sweep,
    /// Begin the flow from v1 to s.
    Part,
    /// Searches for more of it.
    Separate,
    /// T* and atoms from the marks of kernel vertices.
    Label(Marked),
    /// The graph is not connected: label components.
    Components,
}

/// Which kernel vertices are marked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Marked {
    /// Those outside T*, as NEAR.
    Outside,
    /// Those in T*, as FAR.
    Inside,
}

/// Finds the canonical minimum cut and, one by one, all minimum cuts of a graph, a step at a time.
///
/// The struct holds what is small; everything else lies in an area that the caller lends at each call, the same each time
/// and untouched in between, at least [`Search::words`] long. Results and work used do not depend on how the work is
/// sliced.
pub struct Search {
    phase: Phase,
    vertices: usize,
    edges: usize,
    kernel: KernelState,
    clusters: ClustersState,
    order: OrderState,
    flow: FlowState,
    sweep: Sweep,
    /// Weight of the edges between X and the rest, in a scan.
    boundary: u64,
    absorbed: usize,
    /// All vertices before this one are in X, in a scan.
    low: usize,
    /// Level sets after the last scan for them.
    levels: usize,
    scans: u32,
    components: u32,
    first_separable: Option<u32>,
    far_count: u32,
    outside_count: u32,
    /// Whether atoms were labelled.
    labelled: bool,
}

impl Search {
    /// A search of nothing, which is done.
    #[must_use]
    pub const fn idle() -> Self {
        Self {
            phase: Phase::Done,
            vertices: 0,
            edges: 0,
            kernel: KernelState::EMPTY,
            clusters: ClustersState::EMPTY,
            order: OrderState::EMPTY,
            flow: FlowState::EMPTY,
            sweep: Sweep::EMPTY,
            boundary: 0,
            absorbed: 0,
            low: 0,
            levels: 0,
            scans: 0,
            components: 0,
            first_separable: None,
            far_count: 0,
            outside_count: 0,
            labelled: true,
        }
    }

    /// Words of the area for graphs of at most that many vertices and edges.
    #[must_use]
    pub const fn words(vertices: usize, edges: usize) -> usize {
        Arrays::words(vertices, edges)
    }

    /// Begins with a copy of `graph`, which must fit. Drops what was in flight. O(n + m) units.
    pub fn start(&mut self, area: &mut [u64], graph: &impl Rows, work: &mut Work) {
        let (n, m) = (graph.vertex_count(), graph.edge_count());
        assert!(n <= usize::from(NONE) && Self::words(n, m) <= area.len(), "the graph fits the area");
        *self = Self { vertices: n, edges: m, components: n.min(1) as u32, ..Self::idle() };
        let mut arrays = self.arrays(area);
        for (vertex, id) in arrays.ids.iter_mut().enumerate() {
            *id = graph.id(vertex);
        }
        if n < 2 {
            self.sweep.seen.value = 0;
            arrays.scratch.iter_mut().for_each(|array| array.fill(0));
            return;
        }
        let (mut kernel, mut clusters, ..) = arrays.for_scan(&mut self.kernel, &mut self.clusters, &mut self.order);
        clusters.reset();
        self.sweep.seen = kernel.copy(graph, work);
        self.phase = if self.sweep.seen.value == 0 { Phase::Components } else { Phase::Open };
    }

    /// Goes on until done or until `work` is exhausted, and gives the minimum cuts to `cuts`, the same at each call.
    /// Checkpoints are at most O(n + m) units apart.
    pub fn advance<C: Cuts>(&mut self, area: &mut [u64], cuts: &mut C, work: &mut Work) -> Progress {
        let arrays = &mut self.arrays(area);
        while self.phase != Phase::Done {
            if work.exhausted() {
                return Progress::Pending;
            }
            self.phase = match self.phase {
                Phase::Done => Phase::Done,
                Phase::Open => self.open(arrays, work),
                Phase::Scan => self.scan(arrays, work),
                Phase::Judge => self.judge::<C>(arrays, work),
                Phase::Anchor => self.anchor(arrays, work),
                Phase::Confirm => self.confirm(arrays, work),
                Phase::Close => self.close(arrays, work),
                Phase::Contract => self.contract(arrays, work),
                Phase::Turn => self.turn(arrays, cuts, work),
                Phase::Sweep => self.sweep(arrays, cuts, work),
                Phase::Part => self.part(arrays, work),
                Phase::Separate => self.separate(arrays, work),
                Phase::Label(marked) => self.label(arrays, cuts, marked, work),
                Phase::Components => self.label_components(arrays, work),
            };
        }
        Progress::Done
    }

    /// What was found, once [`Search::advance`] returned [`Progress::Done`].
    #[must_use]
    pub fn result<'s>(&self, area: &'s [u64]) -> Option<Cut<'s>> {
        let n = self.vertices;
        let array = |number| {
            let at = scratch_at(n, number);
            &area[at..at + words_for::<u16>(n)]
        };
        (self.phase == Phase::Done).then(|| Cut {
            value: self.sweep.seen.value,
            components: self.components,
            first_separable: self.first_separable,
            far_side: &bytemuck::cast_slice(array(1))[..n],
            far_count: self.far_count,
            atom: &bytemuck::cast_slice(array(0))[..if self.labelled { n } else { 0 }],
            outside_count: self.outside_count,
            family: self.sweep.family,
        })
    }

    /// The external ids of the vertices, ascending, from [`Search::start`] on.
    #[must_use]
    pub fn ids<'s>(&self, area: &'s [u64]) -> &'s [u64] {
        &area[..self.vertices]
    }

    /// The kernel vertex of each vertex, which is what [`Cuts`] speaks of.
    #[must_use]
    pub fn kernel_of<'s>(&self, area: &'s [u64]) -> &'s [u16] {
        &bytemuck::cast_slice(&area[self.vertices..scratch_at(self.vertices, 0)])[..self.vertices]
    }

    fn arrays<'s>(&self, area: &'s mut [u64]) -> Arrays<'s> {
        Arrays::carve(area, self.vertices, self.edges).expect("the area is as long as at the start")
    }

    fn open(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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

    fn scan(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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

    /// Vertices in one level set are at least lambda-hat connected, so that every smaller cut separates level sets. If the
    /// largest holds nearly all vertices, more scans from there cost next to nothing.
    fn judge<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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
    fn conclude(&mut self, levels: usize, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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
    fn anchor(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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

    fn confirm(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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
    fn close(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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

    fn contract(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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

    fn turn<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, cuts: &mut C, work: &mut Work) -> Phase {
        let (kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        cuts.reset(kernel.vertices(), work);
        order.clear(&kernel, self.sweep.seen.value, work);
        self.sweep.restart();
        if C::WANTED {
            self.sweep.peel(&kernel, &mut order, paths.labels().into(), work);
        }
        order.absorb(&kernel, 0, self.sweep.seen.value, work, |_, _| {});
        Phase::Sweep
    }

    fn sweep<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, cuts: &mut C, work: &mut Work) -> Phase {
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        match self.sweep.advance(&mut kernel, &mut order, &mut self.flow, &mut paths, cuts, work) {
            Progress::Pending => Phase::Sweep,
            Progress::Done => {
                self.sweep.hang(kernel.vertices(), &order, cuts, work);
                Phase::Part
            }
        }
    }

    /// S* is the smallest side that holds s of all minimum cuts between s and v1, so that the flow goes from v1 to s: the last
    /// search back from s meets it.
    fn part(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let first = usize::from(self.sweep.seen.least);
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        kernel.restore(paths.cursor(), work);
        // Nobody is taken off this queue, and no bound is passed.
        order.clear(&kernel, u64::MAX, work);
        order.absorb(&kernel, first, u64::MAX, work, |_, _| {});
        paths.flow(&mut self.flow).begin(&mut kernel, &mut order, 0, self.sweep.seen.value, work);
        Phase::Separate
    }

    fn separate(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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

    fn label<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, cuts: &mut C, marked: Marked, work: &mut Work) -> Phase {
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
            table[..kernel_vertices].fill(NONE);
            cuts.classes(&mut classes[..kernel_vertices]);
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
    fn label_components(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
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
