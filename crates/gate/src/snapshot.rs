//! Freezing the core: from slots to a view in order of external id.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::config::Core;
use crate::core_graph::CoreGraph;
use crate::graph::GraphStore;

/// A vertex slot that is not in the core.
const OUTSIDE: u32 = u32::MAX;

/// The core as it was when [`CoreSnapshot::freeze`] was last called, in compressed rows.
pub struct CoreSnapshot<'a> {
    ids: &'a mut [u64],
    offsets: &'a mut [u32],
    neighbours: &'a mut [u32],
    weights: &'a mut [u64],
    /// Index of each slot, or [`OUTSIDE`].
    index_of: &'a mut [u32],
    /// Scratch, one entry a vertex: degrees, then row cursors.
    cursor: &'a mut [u32],
    /// Scratch: arcs in order of their heads. An arc is twice its edge, plus 1 if it leads to the lower end.
    arcs: &'a mut [u32],
    vertex_count: usize,
    edge_count: usize,
    same_vertices: bool,
}

impl<'a> CoreSnapshot<'a> {
    /// Arena words for this capacity.
    #[must_use]
    pub const fn words(vertices: usize, edges: usize) -> usize {
        words_for::<u64>(vertices)
            + words_for::<u32>(vertices + 1) * 2
            + words_for::<u32>(vertices)
            + words_for::<u32>(edges * 2) * 2
            + words_for::<u64>(edges * 2)
    }

    /// A snapshot of the empty graph.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the arena has less than [`CoreSnapshot::words`] left.
    pub fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            ids: arena.take(vertices)?,
            offsets: arena.take(vertices + 1)?,
            neighbours: arena.take(edges * 2)?,
            weights: arena.take(edges * 2)?,
            index_of: arena.take(vertices)?,
            cursor: arena.take(vertices + 1)?,
            arcs: arena.take(edges * 2)?,
            vertex_count: 0,
            edge_count: 0,
            same_vertices: false,
        })
    }

    /// The frozen core.
    #[must_use]
    pub fn view(&self) -> CoreGraph<'_> {
        let arcs = self.edge_count * 2;
        CoreGraph {
            ids: &self.ids[..self.vertex_count],
            offsets: &self.offsets[..=self.vertex_count],
            neighbours: &self.neighbours[..arcs],
            weights: &self.weights[..arcs],
        }
    }

    /// Whether the last [`CoreSnapshot::freeze`] found the very vertices that the one before had found.
    #[must_use]
    pub fn same_vertices(&self) -> bool {
        self.same_vertices
    }

    /// Copies the core of `graph` as it is now. Returns the work units: a unit for every vertex and edge looked at.
    pub fn freeze(&mut self, graph: &GraphStore<'_>, core: Core<'_>) -> u64 {
        let mut work = self.choose(graph, core);
        self.number(graph);
        self.fill_rows(graph);
        work += (graph.vertex_count() + graph.edge_count() * 3) as u64;
        work
    }

    /// Marks the slots that are in the core with any index but [`OUTSIDE`].
    fn choose(&mut self, graph: &GraphStore<'_>, core: Core<'_>) -> u64 {
        self.index_of.fill(OUTSIDE);
        for slot in graph.slots_by_id() {
            let inside = match core {
                Core::All | Core::KCore(_) => true,
                Core::Protected(ids) => ids.binary_search(&graph.id(*slot)).is_ok(),
            };
            if inside {
                self.index_of[*slot as usize] = 0;
            }
        }
        match core {
            Core::KCore(k) => self.peel(graph, k),
            Core::All | Core::Protected(_) => 0,
        }
    }

    /// Takes vertices with fewer than `k` neighbours away until none is left to take. Each round looks at every edge.
    fn peel(&mut self, graph: &GraphStore<'_>, k: u32) -> u64 {
        let mut work = 0;
        loop {
            let degrees = &mut self.cursor[..graph.slot_count()];
            degrees.fill(0);
            for (ends, _) in graph.edges() {
                if ends.iter().all(|slot| self.index_of[*slot as usize] != OUTSIDE) {
                    ends.iter().for_each(|slot| degrees[*slot as usize] += 1);
                }
            }
            work += (graph.edge_count() + graph.vertex_count()) as u64;
            let mut taken = false;
            for slot in graph.slots_by_id() {
                let index = &mut self.index_of[*slot as usize];
                if *index != OUTSIDE && degrees[*slot as usize] < k {
                    *index = OUTSIDE;
                    taken = true;
                }
            }
            if !taken {
                return work;
            }
        }
    }

    /// Numbers the chosen slots in ascending order of id, and compares the ids with those that they replace.
    fn number(&mut self, graph: &GraphStore<'_>) {
        let before = self.vertex_count;
        self.vertex_count = 0;
        self.same_vertices = true;
        for slot in graph.slots_by_id() {
            let index = &mut self.index_of[*slot as usize];
            if *index != OUTSIDE {
                *index = self.vertex_count as u32;
                let (id, kept) = (graph.id(*slot), &mut self.ids[self.vertex_count]);
                self.same_vertices &= *kept == id;
                *kept = id;
                self.vertex_count += 1;
            }
        }
        // A place beyond the earlier vertices may hold the right id by chance, or from long ago.
        self.same_vertices &= self.vertex_count == before;
    }

    /// Fills the rows, each ascending: arcs are sorted by their heads first (a counting sort), then dealt out to their
    /// tails in that order.
    fn fill_rows(&mut self, graph: &GraphStore<'_>) {
        let n = self.vertex_count;
        let index_of = &*self.index_of;
        let inside = |ends: [u32; 2]| {
            let [a, b] = ends.map(|slot| index_of[slot as usize]);
            (a != OUTSIDE && b != OUTSIDE).then_some([a, b])
        };
        let offsets = &mut self.offsets[..=n];
        offsets.fill(0);
        self.edge_count = 0;
        for [a, b] in graph.edges().filter_map(|(ends, _)| inside(ends)) {
            offsets[a as usize + 1] += 1;
            offsets[b as usize + 1] += 1;
            self.edge_count += 1;
        }
        for row in 0..n {
            offsets[row + 1] += offsets[row];
        }
        let cursor = &mut self.cursor[..n];
        cursor.copy_from_slice(&offsets[..n]);
        for (edge, ends) in graph.edges().map(|(ends, _)| ends).enumerate() {
            if let Some(ends) = inside(ends) {
                for (side, head) in ends.into_iter().enumerate() {
                    let place = &mut cursor[head as usize];
                    self.arcs[*place as usize] = edge as u32 * 2 + side as u32;
                    *place += 1;
                }
            }
        }
        cursor.copy_from_slice(&offsets[..n]);
        for arc in &self.arcs[..self.edge_count * 2] {
            let (ends, weight) = graph.edge((arc / 2) as usize);
            let [a, b] = ends.map(|slot| index_of[slot as usize]);
            let (head, tail) = if arc % 2 == 0 { (a, b) } else { (b, a) };
            let place = &mut cursor[tail as usize];
            self.neighbours[*place as usize] = head;
            self.weights[*place as usize] = weight;
            *place += 1;
        }
    }
}
