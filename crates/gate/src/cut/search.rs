//! The resumable search for all minimum cuts.

mod answer;
mod proof;
mod scan;

use crate::arena::words_for;
use crate::core_graph::Rows;
use crate::cut::arrays::{Arrays, front, scratch_at};
use crate::cut::clusters::ClustersState;
use crate::cut::flow::FlowState;
use crate::cut::kernel::KernelState;
use crate::cut::order::OrderState;
use crate::cut::sweep::Sweep;
use crate::cut::{Cut, Cuts};
use crate::work::{Progress, Work};

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

    /// Words of the front of an area for graphs of at most that many vertices.
    #[must_use]
    pub const fn front_words(vertices: usize) -> usize {
        front(vertices)
    }

    /// Splits an area for graphs of at most that many vertices into its front and the rest. [`Search::start`] and the result
    /// leave the front alone, so that it may hold what the graph of a search is told with.
    #[must_use]
    pub fn split(area: &mut [u64], vertices: usize) -> (&mut [u64], &mut [u64]) {
        area.split_at_mut(front(vertices))
    }

    /// Begins with a copy of `graph`, which must fit. Drops what was in flight. O(n + m) units. `rest` is the area without
    /// its front.
    pub fn start(&mut self, rest: &mut [u64], graph: &impl Rows, work: &mut Work) {
        let (n, m) = (graph.vertex_count(), graph.edge_count());
        let fits = n <= usize::from(NONE) && Self::words(n, m) - front(n) <= rest.len();
        assert!(fits, "the graph fits the area");
        *self = Self { vertices: n, edges: m, components: n.min(1) as u32, ..Self::idle() };
        let mut arrays = Arrays::carve(None, rest, n, m).expect("the area was measured");
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
    pub fn advance<C: Cuts>(
        &mut self,
        (front, rest): (&mut [u64], &mut [u64]),
        cuts: &mut C,
        work: &mut Work,
    ) -> Progress {
        let arrays = Arrays::carve(Some(front), rest, self.vertices, self.edges);
        let arrays = &mut arrays.expect("the area is as long as at the start");
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
    pub fn result<'s>(&self, rest: &'s [u64]) -> Option<Cut<'s>> {
        let n = self.vertices;
        let array = |number| {
            let at = scratch_at(n, number);
            &rest[at..at + words_for::<u16>(n)]
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

    /// The kernel vertex of each vertex, which is what [`Cuts`] speaks of.
    #[must_use]
    pub fn kernel_of<'s>(&self, rest: &'s [u64]) -> &'s [u16] {
        &bytemuck::cast_slice(&rest[..scratch_at(self.vertices, 0)])[..self.vertices]
    }

    fn turn<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, cuts: &mut C, work: &mut Work) -> Phase {
        let (kernel, mut order, _) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        cuts.reset(kernel.vertices(), work);
        order.clear(&kernel, self.sweep.seen.value, work);
        order.absorb(&kernel, 0, self.sweep.seen.value, work, |_, _| {});
        self.sweep.restart();
        Phase::Sweep
    }

    fn sweep<C: Cuts>(&mut self, arrays: &mut Arrays<'_>, cuts: &mut C, work: &mut Work) -> Phase {
        let (mut kernel, mut order, mut paths) = arrays.for_sweep(&mut self.kernel, &mut self.order);
        match self.sweep.advance(&mut kernel, &mut order, &mut self.flow, &mut paths, cuts, work) {
            Progress::Pending => Phase::Sweep,
            Progress::Done => Phase::Part,
        }
    }
}
