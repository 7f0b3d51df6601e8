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

    /// Whether the last [`CoreSnapshot::freeze`] found the very vertices that the one before had found; never of a k-core.
    #[must_use]
    pub fn same_vertices(&self) -> bool {
        self.same_vertices
    }

    /// Copies the core of `graph` as it is now. Returns the work units: a unit for every vertex and edge looked at.
    pub fn freeze(&mut self, graph: &GraphStore<'_>, core: Core<'_>) -> u64 {
        let one_pass = (graph.vertex_count() + graph.edge_count() * 3) as u64;
        self.choose(graph, core);
        self.number(graph);
        self.fill_rows(graph);
        let Core::KCore(k) = core else { return one_pass };
        self.peel(graph, k);
        self.number(graph);
        self.fill_rows(graph);
        // The ids that were compared are those of the whole graph, not of the core before this one.
        self.same_vertices = false;
        one_pass * 3
    }

    /// Marks the slots that are in the core, before peeling, with any index but [`OUTSIDE`].
    fn choose(&mut self, graph: &GraphStore<'_>, core: Core<'_>) {
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
    }

    /// Takes vertices with fewer than `k` neighbours away until none is left to take. Every vertex is taken once at most
    /// and every row walked once (Batagelj and Zaversnik 2003).
    fn peel(&mut self, graph: &GraphStore<'_>, k: u32) {
        const TAKEN: u32 = u32::MAX;
        let n = self.vertex_count;
        let row = |vertex: usize| self.offsets[vertex] as usize..self.offsets[vertex + 1] as usize;
        // Every active vertex has an arc, so the scratch of the arcs has room for all vertices.
        let (degrees, stack) = (&mut self.cursor[..n], &mut self.arcs[..n]);
        let mut len = 0;
        for (vertex, degree) in degrees.iter_mut().enumerate() {
            *degree = row(vertex).len() as u32;
            if *degree < k {
                *degree = TAKEN;
                stack[len] = vertex as u32;
                len += 1;
            }
        }
        while len > 0 {
            len -= 1;
            for neighbour in &self.neighbours[row(stack[len] as usize)] {
                let degree = &mut degrees[*neighbour as usize];
                if *degree == TAKEN {
                    continue;
                }
                *degree -= 1;
                if *degree < k {
                    *degree = TAKEN;
                    stack[len] = *neighbour;
                    len += 1;
                }
            }
        }
        for slot in graph.slots_by_id() {
            let index = &mut self.index_of[*slot as usize];
            if degrees[*index as usize] == TAKEN {
                *index = OUTSIDE;
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

#[cfg(test)]
mod tests {
    extern crate std;
    use super::CoreSnapshot;
    use crate::arena::Arena;
    use crate::config::Core;
    use crate::cut::{CutDigest, CutSearch, vertex_set_digest};
    use crate::graph::GraphStore;
    use crate::work::Work;

    /// Freezes the path through `ids`, and says whether the vertices are those of the last time.
    fn freeze(graph: &mut GraphStore<'_>, snapshot: &mut CoreSnapshot<'_>, ids: &[u64]) -> bool {
        let old: std::vec::Vec<_> = graph.edges().map(|(ends, _)| ends.map(|slot| graph.id(slot))).collect();
        old.iter().for_each(|[u, v]| graph.edge_remove(*u, *v).unwrap());
        ids.windows(2).for_each(|pair| graph.edge_add(pair[0], pair[1], 1 << 32).unwrap());
        snapshot.freeze(graph, Core::All);
        snapshot.same_vertices()
    }

    #[test]
    fn the_vertices_are_the_same_exactly_if_all_ids_are() {
        let mut slab = std::vec![0; GraphStore::words(8, 8) + CoreSnapshot::words(8, 8)];
        let mut arena = Arena::new(&mut slab);
        let mut graph = GraphStore::new(&mut arena, 8, 8).unwrap();
        let mut snapshot = CoreSnapshot::new(&mut arena, 8, 8).unwrap();
        let cases: [(&[u64], bool); 9] = [
            (&[0, 1], false),
            (&[1, 0], true),
            (&[0, 1, 2], false),
            (&[2, 0, 1], true),
            // Fewer, and more again: the third place still holds its old id.
            (&[0, 1], false),
            (&[0, 1, 2], false),
            (&[0, 1, 3], false),
            (&[], false),
            (&[0, 1, 3], false),
        ];
        for (ids, expected) in cases {
            assert_eq!(freeze(&mut graph, &mut snapshot, ids), expected, "{ids:?}");
        }
        std::println!("{} cases", cases.len());
    }

    #[test]
    fn a_kept_vertex_set_digest_changes_no_cut_hash() {
        let mut slab = std::vec![0; GraphStore::words(8, 8) + CoreSnapshot::words(8, 8) + CutSearch::words(8, 8)];
        let mut arena = Arena::new(&mut slab);
        let mut graph = GraphStore::new(&mut arena, 8, 8).unwrap();
        let mut snapshot = CoreSnapshot::new(&mut arena, 8, 8).unwrap();
        let mut search = CutSearch::new(&mut arena, 8, 8).unwrap();
        let mut kept = None;
        for (ids, same) in [([5, 1, 9, 4], false), ([9, 1, 4, 5], true), ([4, 9, 5, 1], true)] {
            assert_eq!(freeze(&mut graph, &mut snapshot, &ids), same);
            let view = snapshot.view();
            let work = &mut Work::new(u64::MAX);
            search.start(&view, work);
            search.advance(work);
            let found = search.result().unwrap();
            let mut fresh = CutDigest::start();
            fresh.advance(view.ids, &found, work);
            let set = *kept.get_or_insert(fresh.vertex_set());
            assert_eq!(set, vertex_set_digest(view.ids));
            let mut shorter = CutDigest::with_vertex_set(set);
            shorter.advance(view.ids, &found, work);
            assert_eq!(shorter.finish(), fresh.finish());
        }
    }
}
