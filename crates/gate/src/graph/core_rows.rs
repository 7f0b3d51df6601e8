//! The core as it is now, over the live rows: what searches are started on.

use super::{GraphStore, NONE};
use crate::arena::{Arena, OutOfMemory, words_for};
use crate::config::Core;
use crate::core_graph::Rows;

/// The vertices of the core, numbered in ascending order of external id, over the rows of the graph. A search that is
/// started on it copies what it needs; the view itself lasts no longer than until the next change.
pub struct CoreRows<'s, 'a> {
    graph: &'s GraphStore<'a>,
    /// The vertex of each slot, or [`NONE`].
    vertex_of: &'s [u16],
    /// The slot of each vertex.
    slots: &'s [u16],
    edge_count: usize,
    units: u64,
}

impl<'s, 'a> CoreRows<'s, 'a> {
    /// Arena words for this capacity.
    #[must_use]
    pub const fn words(vertices: usize) -> usize {
        words_for::<u16>(vertices) * 2
    }

    /// Numbers the core of `graph`, in scratch from `arena` that may hold anything.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the arena has less than [`CoreRows::words`] left.
    pub fn choose(graph: &'s GraphStore<'a>, core: Core<'_>, arena: &mut Arena<'s>) -> Result<Self, OutOfMemory> {
        let vertex_of: &'s mut [u16] = arena.carve(graph.slots())?;
        let scratch: &'s mut [u16] = arena.carve(graph.slots())?;
        vertex_of.fill(NONE);
        let (slots, arcs, units) = match core {
            Core::All => (graph.slots_by_id(), graph.edge_count() * 2, 0),
            Core::Protected(ids) => protect(graph, ids, vertex_of, scratch),
            Core::KCore(k) => peel(graph, k, vertex_of, scratch),
        };
        slots.iter().zip(0..).for_each(|(slot, vertex)| vertex_of[usize::from(*slot)] = vertex);
        let units = units + slots.len() as u64;
        Ok(Self { graph, vertex_of, slots, edge_count: arcs / 2, units })
    }

    /// What choosing cost, in work units: a unit for every vertex and edge looked at.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.units
    }

    /// The slot of a vertex of the core.
    #[must_use]
    pub fn slot(&self, vertex: usize) -> u16 {
        self.slots[vertex]
    }

    /// The slots of all vertices of the core, in order.
    #[must_use]
    pub fn slots(&self) -> &'s [u16] {
        self.slots
    }

    /// The vertex at an active slot, if it is in the core.
    #[must_use]
    pub fn vertex_of(&self, slot: u16) -> Option<usize> {
        let vertex = self.vertex_of[usize::from(slot)];
        (vertex != NONE).then_some(usize::from(vertex))
    }
}

impl Rows for CoreRows<'_, '_> {
    fn vertex_count(&self) -> usize {
        self.slots.len()
    }

    fn edge_count(&self) -> usize {
        self.edge_count
    }

    fn id(&self, vertex: usize) -> u64 {
        self.graph.id(self.slots[vertex])
    }

    fn neighbours(&self, vertex: usize) -> impl Iterator<Item = (usize, u64)> {
        let arcs = self.graph.row(self.slots[vertex]);
        arcs.filter_map(|(slot, edge)| self.vertex_of(slot).map(|neighbour| (neighbour, self.graph.weight(edge))))
    }
}

/// The active vertices among `ids`: both lists ascend. Returns their slots, the arcs between them and the work units.
fn protect<'s>(
    graph: &GraphStore<'_>,
    ids: &[u64],
    vertex_of: &mut [u16],
    scratch: &'s mut [u16],
) -> (&'s [u16], usize, u64) {
    let (mut count, mut arcs, mut units) = (0, 0, (graph.vertex_count() + ids.len()) as u64);
    let mut ids = ids.iter().copied().peekable();
    for slot in graph.slots_by_id() {
        let id = graph.id(*slot);
        while ids.next_if(|other| *other < id).is_some() {}
        if ids.next_if_eq(&id).is_some() {
            scratch[count] = *slot;
            vertex_of[usize::from(*slot)] = 0;
            count += 1;
        }
    }
    let slots = &scratch[..count];
    for slot in slots {
        let row = graph.neighbours(*slot);
        arcs += row.iter().filter(|neighbour| vertex_of[usize::from(**neighbour)] != NONE).count();
        units += row.len() as u64;
    }
    (slots, arcs, units)
}

/// Takes vertices with fewer than `k` neighbours away until none is left to take. Every vertex is taken once at most
/// and every row walked once (Batagelj and Zaversnik 2003). Meanwhile `degrees` holds the degrees of those that are
/// left; a degree is less than [`NONE`], since there are fewer slots.
fn peel<'s>(graph: &GraphStore<'_>, k: u32, degrees: &mut [u16], scratch: &'s mut [u16]) -> (&'s [u16], usize, u64) {
    let (mut waiting, mut arcs, mut units) = (0, 0, graph.vertex_count() as u64 * 2);
    for slot in graph.slots_by_id() {
        let degree = graph.degree(*slot);
        if u32::from(degree) < k {
            scratch[waiting] = *slot;
            waiting += 1;
        } else {
            degrees[usize::from(*slot)] = degree;
        }
    }
    while waiting > 0 {
        waiting -= 1;
        let row = graph.neighbours(scratch[waiting]);
        units += row.len() as u64;
        for neighbour in row {
            let degree = &mut degrees[usize::from(*neighbour)];
            if *degree == NONE {
                continue;
            }
            *degree -= 1;
            if u32::from(*degree) < k {
                *degree = NONE;
                scratch[waiting] = *neighbour;
                waiting += 1;
            }
        }
    }
    let mut count = 0;
    for slot in graph.slots_by_id().iter().filter(|slot| degrees[usize::from(**slot)] != NONE) {
        arcs += usize::from(degrees[usize::from(*slot)]);
        scratch[count] = *slot;
        count += 1;
    }
    (&scratch[..count], arcs, units)
}
