//! The active graph: vertices that have edges, edges, weights. Fixed capacity; every change is accepted or refused
//! whole.
//!
//! What the graph *is* depends on its edges alone: a vertex is active exactly while it has an edge. Slots and numbers
//! of edges depend on history; what is said of the graph is said by [`CoreRows`], which orders everything by external
//! id.

mod change;
mod core_rows;
mod pool;
mod table;
#[cfg(test)]
mod tests;

pub use change::{Change, DeltaRefusal};
pub use core_rows::CoreRows;

use crate::arena::{Arena, OutOfMemory, words_for};
use pool::Pool;
use table::{Table, mix};

/// The sum of all active weights stays below this, so that sums of weights fit 63 bits everywhere.
pub const WEIGHT_SUM_LIMIT: u64 = 1 << 62;

/// Values that an observation may carry for one vertex.
pub const FEATURES: usize = 4;

/// Vertices that a graph may have room for: a slot is a `u16`, and one of them is [`NONE`].
pub const VERTICES_MAX: usize = 65_535;

/// Edges that a graph may have room for: a number of an edge has 24 bits.
pub const EDGES_MAX: usize = 1 << 24;

/// No slot.
pub const NONE: u16 = u16::MAX;

/// The active graph in its arenas: 36 bytes a vertex (if their capacity is a power of two) and 17 an edge, 19.25 above
/// 65,536 edges. 16,384 vertices and 65,536 edges take 1,664 KiB.
pub struct GraphStore<'a> {
    /// External id of each vertex slot.
    ids: &'a mut [u64],
    /// The first `vertex_count` are the slots of active vertices in ascending order of external id; the others are the
    /// free slots, a stack whose top is the first of them.
    order: &'a mut [u16],
    /// External id to slot.
    table: Table<'a>,
    /// Last observed values of each vertex slot.
    features: &'a mut [[f32; FEATURES]],
    /// Who is adjacent to whom, by which edge.
    pool: Pool<'a>,
    /// Weight of each edge, raw 32.32. The weight of an edge that is not there is the next such edge's number plus one.
    weights: &'a mut [u64],
    vertex_count: usize,
    edge_count: usize,
    /// Edges that ever were there have numbers below this.
    edges_numbered: u32,
    /// Number plus one of the last such edge that went; 0 if all are there.
    edges_free: u32,
    weight_sum: u64,
    version: u64,
    vertices_version: u64,
}

impl<'a> GraphStore<'a> {
    /// Arena words for this capacity.
    #[must_use]
    pub const fn words(vertices: usize, edges: usize) -> usize {
        words_for::<u64>(vertices)
            + words_for::<u16>(vertices)
            + Table::words(vertices)
            + words_for::<[f32; FEATURES]>(vertices)
            + Pool::words(vertices, edges)
            + words_for::<u64>(edges)
    }

    /// An empty graph.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the arena has less than [`GraphStore::words`] left.
    pub fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        assert!(vertices <= VERTICES_MAX && edges <= EDGES_MAX, "slots have 16 bits, numbers of edges 24");
        let order: &'a mut [u16] = arena.carve(vertices)?;
        order.iter_mut().zip(0..).for_each(|(place, slot)| *place = slot);
        Ok(Self {
            ids: arena.take(vertices)?,
            order,
            table: Table::new(arena, vertices)?,
            features: arena.take(vertices)?,
            pool: Pool::new(arena, vertices, edges)?,
            weights: arena.take(edges)?,
            vertex_count: 0,
            edge_count: 0,
            edges_numbered: 0,
            edges_free: 0,
            weight_sum: 0,
            version: 0,
            vertices_version: 0,
        })
    }

    /// Number of active vertices.
    #[must_use]
    pub fn vertex_count(&self) -> usize {
        self.vertex_count
    }

    /// Number of edges.
    #[must_use]
    pub fn edge_count(&self) -> usize {
        self.edge_count
    }

    /// Number of accepted changes to edges since the start.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Number of times that a vertex became active or inactive since the start.
    #[must_use]
    pub fn vertices_version(&self) -> u64 {
        self.vertices_version
    }

    /// Work units of all moves within the rows since the start. What else a delta costs is the unit that every delta
    /// is. A single delta may share out all places twice: 3n + m/8 + 1 units at the most, for n vertices and m edges of
    /// capacity.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.pool.units()
    }

    /// Slots of active vertices in ascending order of external id.
    #[must_use]
    pub fn slots_by_id(&self) -> &[u16] {
        &self.order[..self.vertex_count]
    }

    /// One more than the greatest slot that there can be.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.ids.len()
    }

    /// External id of an active slot.
    #[must_use]
    pub fn id(&self, slot: u16) -> u64 {
        self.ids[usize::from(slot)]
    }

    /// The slot of an active vertex.
    #[must_use]
    pub fn slot_of(&self, id: u64) -> Option<u16> {
        self.table.find(mix(id), |slot| self.id(slot) == id)
    }

    /// The number of edges at a slot; 0 exactly if it is free.
    #[must_use]
    pub fn degree(&self, slot: u16) -> u16 {
        self.pool.degree(slot)
    }

    /// The slots that are adjacent to this one, ascending.
    #[must_use]
    pub fn neighbours(&self, slot: u16) -> &[u16] {
        self.pool.row(slot)
    }

    /// The number of the edge to the neighbour at this position of [`GraphStore::neighbours`]. It stays the edge's
    /// number for as long as the edge is there, and is below the capacity.
    #[must_use]
    pub fn edge_at(&self, slot: u16, position: usize) -> u32 {
        self.pool.edge_at(slot, position)
    }

    /// The neighbours of a slot with the numbers of the edges to them, ascending.
    pub fn row(&self, slot: u16) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.pool.arcs(slot)
    }

    /// The weight of the edge with this number, raw 32.32.
    #[must_use]
    pub fn weight(&self, edge: u32) -> u64 {
        self.weights[edge as usize]
    }

    /// The number of the edge between two slots.
    #[must_use]
    pub fn edge_between(&self, a: u16, b: u16) -> Option<u32> {
        let (short, long) = if self.degree(a) <= self.degree(b) { (a, b) } else { (b, a) };
        self.pool.find(short, long).map(|position| self.edge_at(short, position))
    }

    /// Edges as pairs of slots, each once, with raw weights, in no order that means anything.
    pub fn edges(&self) -> impl Iterator<Item = ([u16; 2], u64)> + '_ {
        let upwards = |slot: u16| self.row(slot).filter(move |(neighbour, _)| slot < *neighbour);
        self.slots_by_id()
            .iter()
            .flat_map(move |slot| upwards(*slot).map(|(neighbour, edge)| ([*slot, neighbour], self.weight(edge))))
    }

    /// Adds an edge.
    ///
    /// # Errors
    /// The graph is unchanged; see [`DeltaRefusal`].
    pub fn edge_add(&mut self, u: u64, v: u64, weight: u64) -> Result<Change, DeltaRefusal> {
        if u == v {
            return Err(DeltaRefusal::SelfLoop);
        }
        if weight == 0 {
            return Err(DeltaRefusal::ZeroWeight);
        }
        let (known_u, known_v) = (self.slot_of(u), self.slot_of(v));
        if let (Some(a), Some(b)) = (known_u, known_v)
            && self.edge_between(a, b).is_some()
        {
            return Err(DeltaRefusal::EdgeExists);
        }
        self.check_sum(self.weight_sum, weight)?;
        let (u_is_new, v_is_new) = (known_u.is_none(), known_v.is_none());
        if self.vertex_count + usize::from(u_is_new) + usize::from(v_is_new) > self.ids.len() {
            return Err(DeltaRefusal::VertexCapacity);
        }
        if self.edge_count == self.weights.len() {
            return Err(DeltaRefusal::EdgeCapacity);
        }
        let a = known_u.unwrap_or_else(|| self.activate(u));
        let b = known_v.unwrap_or_else(|| self.activate(v));
        self.insert_edge([a, b], weight);
        Ok(Change { u: a, v: b, before: 0, after: weight, u_is_new, v_is_new, u_gone: false, v_gone: false })
    }

    /// Removes an edge; ends that have no other edge become inactive and lose their features.
    ///
    /// # Errors
    /// [`DeltaRefusal::NoSuchEdge`]; the graph is unchanged.
    pub fn edge_remove(&mut self, u: u64, v: u64) -> Result<Change, DeltaRefusal> {
        let (a, b, edge) = self.find_edge(u, v).ok_or(DeltaRefusal::NoSuchEdge)?;
        let before = self.weight(edge);
        for (slot, other) in [(a, b), (b, a)] {
            let position = self.pool.find(slot, other).expect("an edge is in the rows of both its ends");
            self.pool.remove(slot, position);
        }
        self.weights[edge as usize] = u64::from(self.edges_free);
        self.edges_free = edge + 1;
        self.edge_count -= 1;
        self.weight_sum -= before;
        self.version += 1;
        let [u_gone, v_gone] = [a, b].map(|slot| self.degree(slot) == 0);
        for (slot, gone) in [(a, u_gone), (b, v_gone)] {
            if gone {
                self.deactivate(slot);
            }
        }
        Ok(Change { u: a, v: b, before, after: 0, u_is_new: false, v_is_new: false, u_gone, v_gone })
    }

    /// Gives an edge another weight. The same weight once more is accepted and changes nothing.
    ///
    /// # Errors
    /// The graph is unchanged; see [`DeltaRefusal`].
    pub fn weight_update(&mut self, u: u64, v: u64, weight: u64) -> Result<Change, DeltaRefusal> {
        if weight == 0 {
            return Err(DeltaRefusal::ZeroWeight);
        }
        let (a, b, edge) = self.find_edge(u, v).ok_or(DeltaRefusal::NoSuchEdge)?;
        let before = self.weight(edge);
        let others = self.weight_sum - before;
        self.check_sum(others, weight)?;
        if before != weight {
            self.weights[edge as usize] = weight;
            self.weight_sum = others + weight;
            self.version += 1;
        }
        let [u_is_new, v_is_new, u_gone, v_gone] = [false; 4];
        Ok(Change { u: a, v: b, before, after: weight, u_is_new, v_is_new, u_gone, v_gone })
    }

    /// Keeps the values observed at a vertex, if it is active.
    pub fn observe(&mut self, vertex: u64, values: [f32; FEATURES]) {
        if let Some(slot) = self.slot_of(vertex) {
            self.features[usize::from(slot)] = values;
        }
    }

    /// The values last observed at an active vertex; zeros if there were none.
    #[must_use]
    pub fn features(&self, vertex: u64) -> Option<[f32; FEATURES]> {
        self.slot_of(vertex).map(|slot| self.features[usize::from(slot)])
    }

    fn check_sum(&self, others: u64, weight: u64) -> Result<(), DeltaRefusal> {
        match others.checked_add(weight) {
            Some(sum) if sum < WEIGHT_SUM_LIMIT => Ok(()),
            _ => Err(DeltaRefusal::WeightBound),
        }
    }

    /// The slots of two vertices and the edge between them.
    fn find_edge(&self, u: u64, v: u64) -> Option<(u16, u16, u32)> {
        let (a, b) = (self.slot_of(u)?, self.slot_of(v)?);
        Some((a, b, self.edge_between(a, b)?))
    }

    /// Puts in an edge that is not there. The caller has checked that there is room for it.
    fn insert_edge(&mut self, ends: [u16; 2], weight: u64) {
        let edge = match self.edges_free.checked_sub(1) {
            Some(edge) => {
                self.edges_free = self.weights[edge as usize] as u32;
                edge
            }
            None => {
                self.edges_numbered += 1;
                self.edges_numbered - 1
            }
        };
        self.weights[edge as usize] = weight;
        let [a, b] = ends;
        self.pool.insert(a, b, edge);
        self.pool.insert(b, a, edge);
        self.edge_count += 1;
        self.weight_sum += weight;
        self.version += 1;
    }

    /// Takes a free slot for a vertex that is about to get an edge. The caller has checked that there is one.
    fn activate(&mut self, id: u64) -> u16 {
        let slot = self.order[self.vertex_count];
        self.ids[usize::from(slot)] = id;
        self.table.insert(mix(id), slot);
        let place = self.place_by_id(id);
        self.order.copy_within(place..self.vertex_count, place + 1);
        self.order[place] = slot;
        self.vertex_count += 1;
        self.vertices_version += 1;
        slot
    }

    fn deactivate(&mut self, slot: u16) {
        let id = self.id(slot);
        self.table.remove(mix(id), slot, |other| mix(self.ids[usize::from(other)]));
        let place = self.place_by_id(id);
        self.order.copy_within(place + 1..self.vertex_count, place);
        self.vertex_count -= 1;
        self.vertices_version += 1;
        self.order[self.vertex_count] = slot;
        self.features[usize::from(slot)] = [0.0; FEATURES];
    }

    fn place_by_id(&self, id: u64) -> usize {
        self.slots_by_id().partition_point(|other| self.id(*other) < id)
    }
}
