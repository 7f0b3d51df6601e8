//! Freezing the core: a copy of its rows in order of external id.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::config::Core;
use crate::core_graph::{CoreGraph, Rows};
use crate::graph::{CoreRows, GraphStore};

/// The core as it was when [`CoreSnapshot::freeze`] was last called, in compressed rows.
pub struct CoreSnapshot<'a> {
    ids: &'a mut [u64],
    offsets: &'a mut [u32],
    neighbours: &'a mut [u32],
    weights: &'a mut [u64],
    /// Scratch: the next free place of each row.
    cursor: &'a mut [u32],
    /// Scratch for [`CoreRows`].
    scratch: &'a mut [u64],
    vertex_count: usize,
    edge_count: usize,
    same_vertices: bool,
}

impl<'a> CoreSnapshot<'a> {
    /// Arena words for this capacity.
    #[must_use]
    pub const fn words(vertices: usize, edges: usize) -> usize {
        words_for::<u64>(vertices)
            + words_for::<u32>(vertices + 1)
            + words_for::<u32>(vertices)
            + words_for::<u32>(edges * 2)
            + words_for::<u64>(edges * 2)
            + CoreRows::words(vertices)
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
            cursor: arena.take(vertices)?,
            scratch: arena.take(CoreRows::words(vertices))?,
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

    /// Whether the last [`CoreSnapshot::freeze`] found the very vertices that the one before had found; never of a
    /// k-core.
    #[must_use]
    pub fn same_vertices(&self) -> bool {
        self.same_vertices
    }

    /// Copies the core of `graph` as it is now. Returns the work units: a unit for every vertex and edge looked at.
    ///
    /// Rows ascend because they are filled by their heads: vertex by vertex in ascending order, each is dealt out to
    /// the rows of its neighbours.
    pub fn freeze(&mut self, graph: &GraphStore<'_>, core: Core<'_>) -> u64 {
        let rows = CoreRows::choose(graph, core, &mut Arena::new(self.scratch)).expect("room for these rows");
        let (before, n) = (self.vertex_count, rows.vertex_count());
        (self.vertex_count, self.edge_count) = (n, rows.edge_count());
        // A place beyond the earlier vertices may hold the right id by chance, or from long ago.
        self.same_vertices = n == before && !matches!(core, Core::KCore(_));
        let mut end = 0;
        for vertex in 0..n {
            let (id, kept) = (rows.id(vertex), &mut self.ids[vertex]);
            self.same_vertices &= *kept == id;
            *kept = id;
            self.offsets[vertex] = end;
            self.cursor[vertex] = end;
            end += rows.neighbours(vertex).count() as u32;
        }
        self.offsets[n] = end;
        for head in 0..n {
            for (tail, weight) in rows.neighbours(head) {
                let place = self.cursor[tail] as usize;
                self.neighbours[place] = head as u32;
                self.weights[place] = weight;
                self.cursor[tail] += 1;
            }
        }
        debug_assert_eq!(end as usize, self.edge_count * 2);
        rows.units() + n as u64 + u64::from(end) * 2
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
        for [u, v] in old {
            graph.edge_remove(u, v).unwrap();
        }
        for pair in ids.windows(2) {
            graph.edge_add(pair[0], pair[1], 1 << 32).unwrap();
        }
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
