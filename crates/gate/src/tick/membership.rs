//! Which vertices of the live graph are in the core, and how many edges lie between them.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::config::Core;
use crate::cut::local::live::Live;
use crate::graph::{Change, GraphStore};

/// The core's members, kept with every change. A k-core is not kept: one change may empty it, so it is found anew.
pub(super) struct Membership<'a> {
    /// A bit for each slot.
    members: &'a mut [u64],
    pub(super) vertices: usize,
    pub(super) edges: usize,
}

/// What a change of the graph is to the core.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Effect {
    /// Nothing: it lies outside.
    None,
    /// The same change.
    Same,
    /// Something that the rules do not know: a k-core that may be another, a vertex that came or went with an edge to the outside.
    Unknown,
}

impl<'a> Membership<'a> {
    /// Arena words for this capacity.
    pub(super) const fn words(vertices: usize) -> usize {
        words_for::<u64>(vertices.div_ceil(64))
    }

    /// Of the empty graph.
    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { members: arena.take(vertices.div_ceil(64))?, vertices: 0, edges: 0 })
    }

    /// Takes in a change, after the graph has.
    pub(super) fn note(&mut self, graph: &GraphStore<'_>, core: Core<'_>, change: &Change) -> Effect {
        let Change { u, v, before, after, u_is_new, v_is_new, u_gone, v_gone } = *change;
        for (slot, is_new) in [(u, u_is_new), (v, v_is_new)] {
            let inside = match core {
                Core::All => true,
                Core::Protected(ids) => is_new && ids.binary_search(&graph.id(slot)).is_ok(),
                Core::KCore(_) => return Effect::Unknown,
            };
            if is_new && inside {
                self.set(slot, true);
                self.vertices += 1;
            }
        }
        let inside = [self.contains(u), self.contains(v)];
        if inside == [true; 2] {
            self.edges += usize::from(before == 0);
            self.edges -= usize::from(after == 0);
        }
        let moved = [u_is_new || u_gone, v_is_new || v_gone];
        for (slot, gone) in [(u, u_gone), (v, v_gone)] {
            if gone && self.contains(slot) {
                self.set(slot, false);
                self.vertices -= 1;
            }
        }
        match inside {
            [true, true] => Effect::Same,
            [true, false] if moved[0] => Effect::Unknown,
            [false, true] if moved[1] => Effect::Unknown,
            _ => Effect::None,
        }
    }

    /// What a freshly chosen core of this size is.
    pub(super) fn resize(&mut self, vertices: usize, edges: usize) {
        self.vertices = vertices;
        self.edges = edges;
    }

    pub(super) fn contains(&self, slot: u16) -> bool {
        self.members[usize::from(slot) / 64] >> (slot % 64) & 1 == 1
    }

    fn set(&mut self, slot: u16, member: bool) {
        let bit = 1 << (slot % 64);
        let word = &mut self.members[usize::from(slot) / 64];
        *word = if member { *word | bit } else { *word & !bit };
    }
}

/// The core of the live graph, as the delta rules see it.
pub(super) struct LiveCore<'s, 'a> {
    pub(super) graph: &'s GraphStore<'a>,
    pub(super) membership: &'s Membership<'a>,
    /// Whether every vertex is a member.
    pub(super) whole: bool,
}

impl Live for LiveCore<'_, '_> {
    fn slots(&self) -> usize {
        self.graph.slots()
    }

    fn vertex_count(&self) -> usize {
        self.membership.vertices
    }

    fn vertices(&self) -> impl Iterator<Item = u16> + Clone {
        self.graph.slots_by_id().iter().copied().filter(|slot| self.inside(*slot))
    }

    fn neighbours(&self, vertex: u16) -> &[u16] {
        self.graph.neighbours(vertex)
    }

    fn edge_at(&self, vertex: u16, position: usize) -> u32 {
        self.graph.edge_at(vertex, position)
    }

    fn weight(&self, edge: u32) -> u64 {
        self.graph.weight(edge)
    }

    fn inside(&self, vertex: u16) -> bool {
        self.whole || self.membership.contains(vertex)
    }
}
