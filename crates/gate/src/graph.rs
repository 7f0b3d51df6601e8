//! The active graph: vertices that have edges, edges, weights. Fixed capacity; every change is accepted or refused whole.
//!
//! What the graph *is* depends on its edges alone: a vertex is active exactly while it has an edge. Slots depend on
//! history and never leave this module but through [`crate::snapshot`], which orders everything by external id.

mod table;

use crate::arena::{Arena, OutOfMemory, words_for};
use table::{Table, mix};

/// The sum of all active weights stays below this, so that sums of weights fit 63 bits everywhere.
pub const WEIGHT_SUM_LIMIT: u64 = 1 << 62;

/// Values that an observation may carry for one vertex.
pub const FEATURES: usize = 4;

/// Why a delta was refused. The numbers are part of the claim's format (`spec/input.md`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum DeltaRefusal {
    /// No slot is left for another active vertex.
    VertexCapacity = 1,
    /// No slot is left for another edge.
    EdgeCapacity = 2,
    /// The sum of weights would reach 2^62 raw.
    WeightBound = 3,
    /// Both ends are the same vertex.
    SelfLoop = 4,
    /// The weight is 0.
    ZeroWeight = 5,
    /// `edge_add` of an edge that is there.
    EdgeExists = 6,
    /// `edge_remove` or `weight_update` of an edge that is not there.
    NoSuchEdge = 7,
    /// An observation with no value, more than [`FEATURES`], or one that is not finite.
    BadValues = 8,
    /// More deltas wait than the profile has room for.
    BacklogFull = 9,
}

impl DeltaRefusal {
    /// All, in order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::VertexCapacity,
        Self::EdgeCapacity,
        Self::WeightBound,
        Self::SelfLoop,
        Self::ZeroWeight,
        Self::EdgeExists,
        Self::NoSuchEdge,
        Self::BadValues,
        Self::BacklogFull,
    ];

    /// What it means, in a sentence without a full stop.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::VertexCapacity => "the profile has no room for another active vertex",
            Self::EdgeCapacity => "the profile has no room for another edge",
            Self::WeightBound => "the sum of weights would reach 2^62 raw (2^30 in 32.32)",
            Self::SelfLoop => "both ends are the same vertex",
            Self::ZeroWeight => "the weight is 0; remove the edge instead",
            Self::EdgeExists => "the edge is already there; update its weight instead",
            Self::NoSuchEdge => "there is no such edge",
            Self::BadValues => "an observation needs one to four finite values",
            Self::BacklogFull => "too many deltas wait for a later tick; raise the ingest budget",
        }
    }
}

/// The active graph in its arenas.
pub struct GraphStore<'a> {
    /// External id of each vertex slot.
    ids: &'a mut [u64],
    /// Degree of each vertex slot; 0 marks a free slot.
    degrees: &'a mut [u32],
    /// Slots of active vertices in ascending order of external id; the first `vertex_count` hold.
    order: &'a mut [u32],
    /// Free vertex slots, a stack.
    free_vertices: &'a mut [u32],
    /// External id to slot.
    vertex_table: Table<'a>,
    /// Last observed values of each vertex slot.
    features: &'a mut [[f32; FEATURES]],
    /// Lower and higher slot of each edge; dense, the first `edge_count` hold.
    ends: &'a mut [[u32; 2]],
    /// Weight of each edge, raw 32.32.
    weights: &'a mut [u64],
    /// Pair of slots to edge.
    edge_table: Table<'a>,
    vertex_count: usize,
    edge_count: usize,
    weight_sum: u64,
    version: u64,
}

impl<'a> GraphStore<'a> {
    /// Arena words for this capacity.
    #[must_use]
    pub const fn words(vertices: usize, edges: usize) -> usize {
        words_for::<u64>(vertices)
            + words_for::<u32>(vertices) * 3
            + words_for::<[f32; FEATURES]>(vertices)
            + Table::words(vertices)
            + words_for::<[u32; 2]>(edges)
            + words_for::<u64>(edges)
            + Table::words(edges)
    }

    /// An empty graph.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the arena has less than [`GraphStore::words`] left.
    pub fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        let free_vertices: &'a mut [u32] = arena.take(vertices)?;
        // Popped from the end, so slots are first handed out in ascending order.
        free_vertices.iter_mut().rev().zip(0..).for_each(|(place, slot)| *place = slot);
        Ok(Self {
            ids: arena.take(vertices)?,
            degrees: arena.take(vertices)?,
            order: arena.take(vertices)?,
            free_vertices,
            vertex_table: Table::new(arena, vertices)?,
            features: arena.take(vertices)?,
            ends: arena.take(edges)?,
            weights: arena.take(edges)?,
            edge_table: Table::new(arena, edges)?,
            vertex_count: 0,
            edge_count: 0,
            weight_sum: 0,
            version: 0,
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

    /// Slots of active vertices in ascending order of external id.
    #[must_use]
    pub fn slots_by_id(&self) -> &[u32] {
        &self.order[..self.vertex_count]
    }

    /// External id of an active slot.
    #[must_use]
    pub fn id(&self, slot: u32) -> u64 {
        self.ids[slot as usize]
    }

    /// Edges as pairs of slots with raw weights, in no order that means anything.
    pub fn edges(&self) -> impl Iterator<Item = ([u32; 2], u64)> + '_ {
        self.ends[..self.edge_count].iter().copied().zip(self.weights[..self.edge_count].iter().copied())
    }

    /// The edge with this number, below [`GraphStore::edge_count`].
    #[must_use]
    pub fn edge(&self, number: usize) -> ([u32; 2], u64) {
        (self.ends[number], self.weights[number])
    }

    /// Adds an edge.
    ///
    /// # Errors
    /// The graph is unchanged; see [`DeltaRefusal`].
    pub fn edge_add(&mut self, u: u64, v: u64, weight: u64) -> Result<(), DeltaRefusal> {
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
        let new_vertices = usize::from(known_u.is_none()) + usize::from(known_v.is_none());
        if self.vertex_count + new_vertices > self.ids.len() {
            return Err(DeltaRefusal::VertexCapacity);
        }
        if self.edge_count == self.weights.len() {
            return Err(DeltaRefusal::EdgeCapacity);
        }
        let a = known_u.unwrap_or_else(|| self.activate(u));
        let b = known_v.unwrap_or_else(|| self.activate(v));
        self.insert_edge([a.min(b), a.max(b)], weight);
        Ok(())
    }

    /// Removes an edge; ends that have no other edge become inactive and lose their features.
    ///
    /// # Errors
    /// [`DeltaRefusal::NoSuchEdge`]; the graph is unchanged.
    pub fn edge_remove(&mut self, u: u64, v: u64) -> Result<(), DeltaRefusal> {
        let edge = self.find_edge(u, v).ok_or(DeltaRefusal::NoSuchEdge)?;
        let ends = self.ends[edge as usize];
        self.weight_sum -= self.weights[edge as usize];
        self.edge_table.remove(pair_hash(ends), edge, |other| pair_hash(self.ends[other as usize]));
        let last = self.edge_count as u32 - 1;
        if edge != last {
            let moved = self.ends[last as usize];
            self.edge_table.replace(pair_hash(moved), last, edge);
            self.ends[edge as usize] = moved;
            self.weights[edge as usize] = self.weights[last as usize];
        }
        self.edge_count -= 1;
        self.version += 1;
        for slot in ends {
            self.degrees[slot as usize] -= 1;
            if self.degrees[slot as usize] == 0 {
                self.deactivate(slot);
            }
        }
        Ok(())
    }

    /// Gives an edge another weight.
    ///
    /// # Errors
    /// The graph is unchanged; see [`DeltaRefusal`].
    pub fn weight_update(&mut self, u: u64, v: u64, weight: u64) -> Result<(), DeltaRefusal> {
        if weight == 0 {
            return Err(DeltaRefusal::ZeroWeight);
        }
        let edge = self.find_edge(u, v).ok_or(DeltaRefusal::NoSuchEdge)? as usize;
        let others = self.weight_sum - self.weights[edge];
        self.check_sum(others, weight)?;
        if self.weights[edge] != weight {
            self.weights[edge] = weight;
            self.weight_sum = others + weight;
            self.version += 1;
        }
        Ok(())
    }

    /// Keeps the values observed at a vertex, if it is active.
    pub fn observe(&mut self, vertex: u64, values: [f32; FEATURES]) {
        if let Some(slot) = self.slot_of(vertex) {
            self.features[slot as usize] = values;
        }
    }

    /// The values last observed at an active vertex; zeros if there were none.
    #[must_use]
    pub fn features(&self, vertex: u64) -> Option<[f32; FEATURES]> {
        self.slot_of(vertex).map(|slot| self.features[slot as usize])
    }

    fn check_sum(&self, others: u64, weight: u64) -> Result<(), DeltaRefusal> {
        match others.checked_add(weight) {
            Some(sum) if sum < WEIGHT_SUM_LIMIT => Ok(()),
            _ => Err(DeltaRefusal::WeightBound),
        }
    }

    fn slot_of(&self, id: u64) -> Option<u32> {
        self.vertex_table.find(mix(id), |slot| self.ids[slot as usize] == id)
    }

    fn find_edge(&self, u: u64, v: u64) -> Option<u32> {
        self.edge_between(self.slot_of(u)?, self.slot_of(v)?)
    }

    fn edge_between(&self, a: u32, b: u32) -> Option<u32> {
        let ends = [a.min(b), a.max(b)];
        self.edge_table.find(pair_hash(ends), |edge| self.ends[edge as usize] == ends)
    }

    fn insert_edge(&mut self, ends: [u32; 2], weight: u64) {
        let edge = self.edge_count;
        self.ends[edge] = ends;
        self.weights[edge] = weight;
        self.edge_table.insert(pair_hash(ends), edge as u32);
        self.edge_count += 1;
        self.weight_sum += weight;
        self.version += 1;
        for slot in ends {
            self.degrees[slot as usize] += 1;
        }
    }

    /// Takes a free slot for a vertex that is about to get an edge. The caller has checked that there is one.
    fn activate(&mut self, id: u64) -> u32 {
        let slot = self.free_vertices[self.free_vertices.len() - self.vertex_count - 1];
        self.ids[slot as usize] = id;
        self.vertex_table.insert(mix(id), slot);
        let place = self.slots_by_id().partition_point(|other| self.ids[*other as usize] < id);
        self.order.copy_within(place..self.vertex_count, place + 1);
        self.order[place] = slot;
        self.vertex_count += 1;
        slot
    }

    fn deactivate(&mut self, slot: u32) {
        let id = self.ids[slot as usize];
        self.vertex_table.remove(mix(id), slot, |other| mix(self.ids[other as usize]));
        let place = self.slots_by_id().partition_point(|other| self.ids[*other as usize] < id);
        self.order.copy_within(place + 1..self.vertex_count, place);
        self.vertex_count -= 1;
        self.features[slot as usize] = [0.0; FEATURES];
        let top = self.free_vertices.len() - self.vertex_count - 1;
        self.free_vertices[top] = slot;
    }
}

fn pair_hash(ends: [u32; 2]) -> u64 {
    mix(u64::from(ends[0]) << 32 | u64::from(ends[1]))
}
