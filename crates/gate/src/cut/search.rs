//! The resumable search for all minimum cuts.

use crate::arena::words_for;
use crate::core_graph::Rows;
use crate::cut::arrays::{Arrays, scratch_at};
use crate::cut::flow::{FlowState, NEAR, Search as End};
use crate::cut::kernel::{ClustersState, KernelState};
use crate::cut::order::{OrderState, SEARCH};
use crate::cut::sweep::Sweep;
use crate::cut::{Cut, Cuts};
use crate::work::{Progress, Work};

/// A kernel is scanned again while a scan takes away at least a quarter of it, this often at most.
const SCANS_MAX: u32 = 8;

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
    /// T* and atoms from the finished flow, which has that many vertices on the side of s.
    Label(usize),
    /// The graph is not connected: label components.
    Components,
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
            arrays.scratch.iter_mut().for_each(|array| array.fill(0));
            return;
        }
        let (mut kernel, mut clusters, _) = arrays.for_scan(&mut self.kernel, &mut self.clusters, &mut self.order);
        clusters.reset();
        self.sweep.bound = kernel.copy(graph, work);
        self.phase = if self.sweep.bound == 0 { Phase::Components } else { Phase::Open };
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
                Phase::Contract => self.contract(arrays, work),
                Phase::Turn => self.turn(arrays, cuts, work),
                Phase::Sweep => self.sweep(arrays, cuts, work),
                Phase::Part => self.part(arrays, work),
                Phase::Separate => self.separate(arrays, work),
                Phase::Label(near) => self.label(arrays, cuts, near, work),
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
            value: self.sweep.bound,
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
        let (kernel, mut clusters, mut order) = arrays.for_scan(&mut self.kernel, &mut self.clusters, &mut self.order);
        clusters.part();
        order.clear(&kernel, self.sweep.bound, work);
        self.boundary = order.absorb(&kernel, 0, self.sweep.bound, work, |to| clusters.unite(0, to));
        self.sweep.bound = self.sweep.bound.min(self.boundary);
        self.absorbed = 1;
        Phase::Scan
    }

    fn scan(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (kernel, mut clusters, mut order) = arrays.for_scan(&mut self.kernel, &mut self.clusters, &mut self.order);
        while !work.exhausted() {
            let Some(vertex) = order.next(work) else {
                return if self.absorbed < kernel.vertices() { Phase::Components } else { Phase::Contract };
            };
            let inward = order.spare[vertex];
            let outward = order.absorb(&kernel, vertex, self.sweep.bound, work, |to| clusters.unite(vertex, to));
            self.absorbed += 1;
            self.boundary = self.boundary - inward + outward;
            if self.absorbed < kernel.vertices() {
                // X itself is one side of a cut.
                self.sweep.bound = self.sweep.bound.min(self.boundary);
            }
        }
        Phase::Scan
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
        if after == 2 {
            // A cut of value lambda-hat is left, and only one is.
            kernel.shrink_to_pair(self.sweep.bound);
            clusters.adopt(work);
            return Phase::Turn;
        }
        let Some(degree) = kernel.contract(&clusters, &mut scratch, work) else {
            return Phase::Turn;
        };
        clusters.adopt(work);
        self.sweep.bound = self.sweep.bound.min(degree);
        if after > 2 && after <= before - before / 4 && self.scans < SCANS_MAX { Phase::Open } else { Phase::Turn }
    }

    fn turn<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, cuts: &mut C, work: &mut Work) -> Phase {
        let (kernel, mut order, _) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        cuts.reset(kernel.vertices(), work);
        order.clear(&kernel, self.sweep.bound, work);
        order.absorb(&kernel, 0, self.sweep.bound, work, |_| {});
        Phase::Sweep
    }

    fn sweep<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, cuts: &mut C, work: &mut Work) -> Phase {
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        match self.sweep.advance(&mut kernel, &mut order, &mut self.flow, &mut paths, cuts, work) {
            Progress::Pending => Phase::Sweep,
            Progress::Done => Phase::Part,
        }
    }

    /// S* is the smallest side that holds s of all minimum cuts between s and v1, so that the flow goes from v1 to s: the last
    /// search back from s meets it.
    fn part(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let first = self.sweep.least.expect("a connected graph of two vertices has a minimum cut");
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        kernel.restore(paths.cursor(), work);
        // Nobody is taken off this queue, and no bound is passed.
        order.clear(&kernel, u64::MAX, work);
        order.absorb(&kernel, usize::from(first), u64::MAX, work, |_| {});
        paths.flow(&mut self.flow).begin(&mut kernel, &mut order, 0, self.sweep.bound, work);
        Phase::Separate
    }

    fn separate(&mut self, arrays: &mut Arrays<'_>, work: &mut Work) -> Phase {
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        let mut flow = paths.flow(&mut self.flow);
        while !work.exhausted() {
            if let End::Closed(near) = flow.augment(&mut kernel, &mut order, work) {
                assert!(flow.value() == self.sweep.bound, "v1 is separated by a minimum cut");
                return Phase::Label(near);
            }
        }
        Phase::Separate
    }

    fn label<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, cuts: &C, near: usize, work: &mut Work) -> Phase {
        let n = self.vertices;
        let [atom, far, table, _] = &mut arrays.scratch;
        let far: &mut [u8] = bytemuck::cast_slice_mut(far);
        for (far, of) in far.iter_mut().zip(&*arrays.of) {
            *far = u8::from(arrays.mark[usize::from(*of)] & SEARCH != NEAR);
            self.far_count += u32::from(*far);
        }
        let first = self.sweep.least;
        self.first_separable = arrays.of.iter().position(|of| Some(*of) == first).map(|vertex| vertex as u32);
        work.charge((n + near) as u64);
        self.labelled = C::WANTED;
        if C::WANTED {
            let kernel_vertices = self.kernel.vertices;
            table[..kernel_vertices].fill(NONE);
            for (vertex, (atom, of)) in atom.iter_mut().zip(&*arrays.of).enumerate() {
                let label = &mut table[cuts.class(usize::from(*of))];
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
        self.sweep.bound = 0;
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
