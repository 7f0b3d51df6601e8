//! The resumable search for all minimum cuts.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::core_graph::CoreGraph;
use crate::cut::Cut;
use crate::cut::atoms::Atoms;
use crate::cut::chain::Chain;
use crate::cut::flow::{Flow, NEAR, Search, UNSEEN};
use crate::cut::kernel::{Clusters, Kernel};
use crate::cut::order::Order;
use crate::work::{Progress, Work};

/// A kernel is scanned again while a scan takes away at least a quarter of it, this often at most.
const SCANS_MAX: u32 = 8;

const NONE: u32 = u32::MAX;

/// What the search does at its next step. Every step is O(n + m) units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// No graph, or one with fewer than two vertices, or all is known.
    Done,
    /// Copy the graph into the kernel.
    Load,
    /// Absorb one vertex without flow.
    Scan,
    /// Contract what the scan united.
    Contract,
    /// Absorb one vertex in the sweep, or begin a flow to it.
    Sweep,
    /// One search for more flow to this vertex.
    Flow(usize),
    /// Label atoms, find v1, begin the flow to it.
    Locate,
    /// One search for more flow from s to v1.
    Separate,
    /// T* from the finished flow.
    Reach,
    /// The graph is not connected: label components.
    Components,
}

/// Finds the canonical minimum cut and the family of all minimum cuts of one frozen graph, a step at a time.
///
/// All memory is taken in [`CutSearch::new`]. Results and work used do not depend on how the work is sliced.
pub struct CutSearch<'a> {
    kernel: Kernel<'a>,
    clusters: Clusters<'a>,
    order: Order<'a>,
    flow: Flow<'a>,
    chain: Chain<'a>,
    atoms: Atoms<'a>,
    atom: &'a mut [u32],
    far_side: &'a mut [u8],
    edge_capacity: usize,
    phase: Phase,
    vertices: usize,
    /// lambda-hat: the least value of a cut seen so far. lambda in the end.
    bound: u64,
    /// Weight of the edges between X and the rest, in a scan.
    boundary: u64,
    absorbed: usize,
    scans: u32,
    family: u64,
    components: u32,
    first_separable: Option<u32>,
    far_count: u32,
    outside_count: u32,
}

impl<'a> CutSearch<'a> {
    /// Words that [`CutSearch::new`] takes from the arena.
    #[must_use]
    pub const fn words(vertices: usize, edges: usize) -> usize {
        Kernel::words(vertices, edges)
            + Clusters::words(vertices)
            + Order::words(vertices)
            + Flow::words(vertices, edges)
            + Chain::words(vertices)
            + Atoms::words(vertices)
            + words_for::<u32>(vertices)
            + words_for::<u8>(vertices)
    }

    /// A search for graphs of at most that many vertices and edges.
    pub fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            kernel: Kernel::new(arena, vertices, edges)?,
            clusters: Clusters::new(arena, vertices)?,
            order: Order::new(arena, vertices)?,
            flow: Flow::new(arena, vertices, edges)?,
            chain: Chain::new(arena, vertices)?,
            atoms: Atoms::new(arena, vertices)?,
            atom: arena.take(vertices)?,
            far_side: arena.take(vertices)?,
            edge_capacity: edges,
            phase: Phase::Done,
            vertices: 0,
            bound: 0,
            boundary: 0,
            absorbed: 0,
            scans: 0,
            family: 0,
            components: 0,
            first_separable: None,
            far_count: 0,
            outside_count: 0,
        })
    }

    /// Begins with `graph`, which must fit and must stay as it is until the search is done. Drops what was in flight.
    pub fn start(&mut self, graph: &CoreGraph<'_>) {
        let vertices = graph.vertex_count();
        assert!(vertices <= self.atom.len() && graph.edge_count() <= self.edge_capacity, "the graph fits the search");
        // A search may be dropped in the middle of a flow, which leaves its traces.
        self.flow.end(&self.kernel, &mut Work::new(0));
        self.vertices = vertices;
        self.bound = 0;
        self.scans = 0;
        self.family = 0;
        self.components = vertices.min(1) as u32;
        self.first_separable = None;
        self.far_count = 0;
        self.outside_count = 0;
        self.phase = if vertices < 2 { Phase::Done } else { Phase::Load };
        if vertices == 1 {
            self.atom[0] = 0;
            self.far_side[0] = 0;
        }
    }

    /// Goes on until done or until `work` is exhausted. Checkpoints are at most O(n + m) units apart.
    pub fn advance(&mut self, graph: &CoreGraph<'_>, work: &mut Work) -> Progress {
        debug_assert_eq!(graph.vertex_count(), self.vertices);
        while self.phase != Phase::Done {
            if work.exhausted() {
                return Progress::Pending;
            }
            self.phase = match self.phase {
                Phase::Done => Phase::Done,
                Phase::Load => self.load(graph, work),
                Phase::Scan => self.scan(work),
                Phase::Contract => self.contract(graph, work),
                Phase::Sweep => self.sweep(work),
                Phase::Flow(sink) => self.search(sink, work),
                Phase::Locate => self.locate(work),
                Phase::Separate => self.separate(work),
                Phase::Reach => self.reach(work),
                Phase::Components => self.label_components(graph, work),
            };
        }
        Progress::Done
    }

    /// What was found, once [`CutSearch::advance`] returned [`Progress::Done`].
    #[must_use]
    pub fn result(&self) -> Option<Cut<'_>> {
        (self.phase == Phase::Done).then(|| Cut {
            value: self.bound,
            components: self.components,
            first_separable: self.first_separable,
            far_side: &self.far_side[..self.vertices],
            far_count: self.far_count,
            atom: &self.atom[..self.vertices],
            outside_count: self.outside_count,
            family: self.family,
        })
    }

    fn load(&mut self, graph: &CoreGraph<'_>, work: &mut Work) -> Phase {
        self.clusters.reset(self.vertices);
        self.bound = self.kernel.copy(graph, work);
        if self.bound == 0 {
            return Phase::Components;
        }
        self.begin_scan(work)
    }

    fn begin_scan(&mut self, work: &mut Work) -> Phase {
        self.order.clear(self.kernel.vertices(), work);
        self.absorbed = 0;
        self.boundary = 0;
        self.absorb_in_scan(0, work);
        Phase::Scan
    }

    fn scan(&mut self, work: &mut Work) -> Phase {
        let Some(vertex) = self.order.next(work) else {
            return if self.absorbed < self.kernel.vertices() { Phase::Components } else { Phase::Contract };
        };
        self.absorb_in_scan(vertex, work);
        Phase::Scan
    }

    fn absorb_in_scan(&mut self, vertex: usize, work: &mut Work) {
        let inward = self.order.reach(vertex);
        let clusters = &mut self.clusters;
        let outward = self.order.absorb(&self.kernel, vertex, self.bound, work, |to| clusters.unite(vertex, to));
        self.absorbed += 1;
        self.boundary = self.boundary - inward + outward;
        if self.absorbed < self.kernel.vertices() {
            // X itself is one side of a cut.
            self.bound = self.bound.min(self.boundary);
        }
    }

    fn contract(&mut self, graph: &CoreGraph<'_>, work: &mut Work) -> Phase {
        let before = self.kernel.vertices();
        let after = self.clusters.settle(self.vertices, work);
        assert!(after >= 2, "a cut of the least value seen survives contraction");
        self.scans += 1;
        if after < before {
            let degree = self.kernel.contract(graph, &self.clusters, work);
            self.bound = self.bound.min(degree);
        }
        if after > 2 && after <= before - before / 4 && self.scans < SCANS_MAX {
            return self.begin_scan(work);
        }
        self.begin_sweep(work)
    }

    fn begin_sweep(&mut self, work: &mut Work) -> Phase {
        self.order.clear(self.kernel.vertices(), work);
        self.atoms.reset(self.kernel.vertices(), work);
        self.family = 0;
        self.absorb(0, work);
        Phase::Sweep
    }

    fn sweep(&mut self, work: &mut Work) -> Phase {
        let Some(vertex) = self.order.next(work) else {
            return Phase::Locate;
        };
        if self.order.reach(vertex) > self.bound {
            self.absorb(vertex, work);
            return Phase::Sweep;
        }
        self.flow.begin(&self.kernel, &self.order, vertex, self.bound, work);
        self.continue_flow(vertex, work)
    }

    fn search(&mut self, sink: usize, work: &mut Work) -> Phase {
        match self.flow.augment(&self.kernel, &self.order, work) {
            Search::Augmented => self.continue_flow(sink, work),
            Search::Closed(len) => {
                if self.flow.value() < self.bound {
                    self.bound = self.flow.value();
                    if self.family > 0 {
                        self.family = 0;
                        self.atoms.reset(self.kernel.vertices(), work);
                    }
                }
                self.family += self.chain.walk(&self.kernel, &self.order, &mut self.flow, &mut self.atoms, len, work);
                self.finish_flow(sink, work)
            }
        }
    }

    fn continue_flow(&mut self, sink: usize, work: &mut Work) -> Phase {
        if self.flow.value() > self.bound { self.finish_flow(sink, work) } else { Phase::Flow(sink) }
    }

    fn finish_flow(&mut self, sink: usize, work: &mut Work) -> Phase {
        self.flow.end(&self.kernel, work);
        self.absorb(sink, work);
        Phase::Sweep
    }

    fn absorb(&mut self, vertex: usize, work: &mut Work) {
        self.order.absorb(&self.kernel, vertex, self.bound, work, |_| {});
    }

    fn locate(&mut self, work: &mut Work) -> Phase {
        assert!(self.family > 0, "a connected graph of two vertices has a minimum cut");
        let label = &mut self.flow.queue;
        label[..self.kernel.vertices()].fill(NONE);
        for vertex in 0..self.vertices {
            let class = self.atoms.class(self.clusters.of(vertex));
            if label[class] == NONE {
                label[class] = vertex as u32;
            }
            self.atom[vertex] = label[class];
        }
        work.charge((self.vertices + self.kernel.vertices()) as u64);
        self.note_atoms();
        let first = self.first_separable.expect("a minimum cut separates some vertex from vertex 0");
        self.order.clear(self.kernel.vertices(), work);
        self.absorb(0, work);
        self.flow.begin(&self.kernel, &self.order, self.clusters.of(first as usize), self.bound - 1, work);
        self.continue_separate()
    }

    fn separate(&mut self, work: &mut Work) -> Phase {
        let search = self.flow.augment(&self.kernel, &self.order, work);
        assert!(search == Search::Augmented, "no cut is smaller than a minimum cut");
        self.continue_separate()
    }

    fn continue_separate(&self) -> Phase {
        if self.flow.value() < self.bound { Phase::Separate } else { Phase::Reach }
    }

    /// S* is what s still reaches in the residual graph of a maximum flow to v1; T* is the rest.
    fn reach(&mut self, work: &mut Work) -> Phase {
        let flow = &mut self.flow;
        let mut len = 0;
        for vertex in 0..self.kernel.vertices() {
            if vertex == 0 || flow.spare(&self.order, vertex) > 0 {
                flow.mark[vertex] = NEAR;
                flow.queue[len] = vertex as u32;
                len += 1;
            }
        }
        let mut at = 0;
        while at < len {
            let vertex = flow.queue[at] as usize;
            at += 1;
            for link in self.kernel.row(vertex) {
                work.charge(1);
                let to = link.to();
                if vertex != 0 && flow.mark[to] == UNSEEN && flow.residual_out(vertex, link) > 0 {
                    flow.mark[to] = NEAR;
                    flow.queue[len] = to as u32;
                    len += 1;
                }
            }
        }
        for vertex in 0..self.vertices {
            let far = flow.mark[self.clusters.of(vertex)] == UNSEEN;
            self.far_side[vertex] = u8::from(far);
            self.far_count += u32::from(far);
        }
        work.charge((self.vertices + self.kernel.vertices()) as u64);
        flow.forget(len);
        flow.end(&self.kernel, work);
        Phase::Done
    }

    /// lambda is 0: atoms are the components, and T* is all but the component of vertex 0.
    fn label_components(&mut self, graph: &CoreGraph<'_>, work: &mut Work) -> Phase {
        let n = self.vertices;
        self.atom[..n].fill(NONE);
        self.bound = 0;
        self.components = 0;
        for root in 0..n {
            if self.atom[root] != NONE {
                continue;
            }
            self.components += 1;
            self.atom[root] = root as u32;
            self.flow.queue[0] = root as u32;
            let (mut at, mut len) = (0, 1);
            while at < len {
                let vertex = self.flow.queue[at] as usize;
                at += 1;
                for (to, _) in graph.row(vertex) {
                    if self.atom[to] == NONE {
                        self.atom[to] = root as u32;
                        self.flow.queue[len] = to as u32;
                        len += 1;
                    }
                }
            }
        }
        for (far, atom) in self.far_side.iter_mut().zip(&self.atom[..n]) {
            *far = u8::from(*atom != 0);
        }
        self.note_atoms();
        self.far_count = self.outside_count;
        work.charge((2 * n + graph.neighbours.len()) as u64);
        Phase::Done
    }

    /// v1 is the first vertex outside the atom of vertex 0.
    fn note_atoms(&mut self) {
        let atom = &self.atom[..self.vertices];
        self.first_separable = atom.iter().position(|label| *label != 0).map(|vertex| vertex as u32);
        self.outside_count = atom.iter().filter(|label| **label != 0).count() as u32;
    }
}
