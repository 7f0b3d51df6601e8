//! What the store must be, in plain maps, and what its arrays must hold.

use super::std::collections::{BTreeMap, BTreeSet};
use super::std::vec::Vec;

use crate::graph::{Change, DeltaRefusal, GraphStore, WEIGHT_SUM_LIMIT};

/// Neighbours and weights of every active vertex.
pub(super) struct Model {
    vertices: usize,
    edges: usize,
    pub(super) rows: BTreeMap<u64, BTreeMap<u64, u64>>,
    pub(super) edge_count: usize,
    pub(super) weight_sum: u64,
    pub(super) version: u64,
}

impl Model {
    pub(super) fn new(vertices: usize, edges: usize) -> Self {
        Self { vertices, edges, rows: BTreeMap::new(), edge_count: 0, weight_sum: 0, version: 0 }
    }

    pub(super) fn weight(&self, u: u64, v: u64) -> Option<u64> {
        self.rows.get(&u)?.get(&v).copied()
    }

    /// The refusal that comes first, or (before, after, the ends that are new or gone).
    pub(super) fn change(&mut self, u: u64, v: u64, wish: Wish) -> Result<(u64, u64, [bool; 2]), DeltaRefusal> {
        let before = self.weight(u, v);
        let known = |id: u64, rows: &BTreeMap<u64, BTreeMap<u64, u64>>| rows.contains_key(&id);
        match wish {
            Wish::Add(_) if u == v => return Err(DeltaRefusal::SelfLoop),
            Wish::Add(0) | Wish::Update(0) => return Err(DeltaRefusal::ZeroWeight),
            Wish::Add(_) if before.is_some() => return Err(DeltaRefusal::EdgeExists),
            Wish::Remove | Wish::Update(_) if before.is_none() => return Err(DeltaRefusal::NoSuchEdge),
            Wish::Add(_) | Wish::Update(_) | Wish::Remove => {}
        }
        let before = before.unwrap_or(0);
        let (Wish::Add(after) | Wish::Update(after)) = wish else {
            let gone = [(u, v), (v, u)].map(|(id, other)| {
                let row = self.rows.get_mut(&id).unwrap();
                row.remove(&other);
                row.is_empty()
            });
            self.rows.retain(|_, row| !row.is_empty());
            self.edge_count -= 1;
            self.weight_sum -= before;
            self.version += 1;
            return Ok((before, 0, gone));
        };
        if u128::from(self.weight_sum - before) + u128::from(after) >= u128::from(WEIGHT_SUM_LIMIT) {
            return Err(DeltaRefusal::WeightBound);
        }
        let new = [u, v].map(|id| !known(id, &self.rows));
        if self.rows.len() + new.iter().filter(|new| **new).count() > self.vertices {
            return Err(DeltaRefusal::VertexCapacity);
        }
        if before == 0 && self.edge_count == self.edges {
            return Err(DeltaRefusal::EdgeCapacity);
        }
        self.edge_count += usize::from(before == 0);
        self.weight_sum = self.weight_sum - before + after;
        self.version += u64::from(before != after);
        self.rows.entry(u).or_default().insert(v, after);
        self.rows.entry(v).or_default().insert(u, after);
        Ok((before, after, new))
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Wish {
    Add(u64),
    Remove,
    Update(u64),
}

fn apply(graph: &mut GraphStore<'_>, u: u64, v: u64, wish: Wish) -> Result<Change, DeltaRefusal> {
    match wish {
        Wish::Add(weight) => graph.edge_add(u, v, weight),
        Wish::Remove => graph.edge_remove(u, v),
        Wish::Update(weight) => graph.weight_update(u, v, weight),
    }
}

/// One delta to both; panics unless they agree on all that it did.
pub(super) fn both(
    graph: &mut GraphStore<'_>,
    model: &mut Model,
    u: u64,
    v: u64,
    wish: Wish,
) -> Result<(), DeltaRefusal> {
    let slots = [u, v].map(|id| graph.slot_of(id));
    let (expected, found) = (model.change(u, v, wish), apply(graph, u, v, wish));
    let agreed = found.map(|change| {
        let none = [false; 2];
        let (new, gone) = ([change.u_is_new, change.v_is_new], [change.u_gone, change.v_gone]);
        let ends = match wish {
            Wish::Add(_) => {
                assert_eq!((change.u, change.v), (graph.slot_of(u).unwrap(), graph.slot_of(v).unwrap()));
                assert_eq!(gone, none);
                new
            }
            Wish::Remove => {
                assert_eq!([Some(change.u), Some(change.v)], slots);
                assert_eq!(new, none);
                assert_eq!(gone, [change.u, change.v].map(|slot| graph.degree(slot) == 0));
                gone
            }
            Wish::Update(_) => {
                assert_eq!(([Some(change.u), Some(change.v)], new, gone), (slots, none, none));
                none
            }
        };
        (change.before, change.after, ends)
    });
    assert_eq!(agreed, expected, "{wish:?} of {u} and {v}");
    agreed.map(|_| ())
}

impl GraphStore<'_> {
    /// Panics unless all that the arrays hold fits together.
    pub(super) fn check_invariants(&self) {
        let pool = &self.pool;
        assert!(self.order.iter().collect::<BTreeSet<_>>().len() == self.ids.len(), "every slot once");
        for slot in 0..self.ids.len() {
            let (start, len) = (pool.start(slot), usize::from(self.degree(slot as u16)));
            assert!(start + len <= pool.start(slot + 1), "rows do not overlap");
        }
        let mut edges = BTreeSet::new();
        let mut weight_sum = 0;
        for slot in self.slots_by_id().iter().copied() {
            for (position, (neighbour, edge)) in self.row(slot).enumerate() {
                assert_eq!(edge, self.edge_at(slot, position));
                assert_eq!(self.edge_between(neighbour, slot), Some(edge));
                assert!((edge as usize) < self.weights.len());
                if slot < neighbour {
                    assert!(edges.insert(edge), "an edge has a number of its own");
                    weight_sum += self.weight(edge);
                }
            }
            assert!(self.neighbours(slot).is_sorted_by(|a, b| a < b));
        }
        for slot in self.order[self.vertex_count..].iter().copied() {
            assert_eq!(self.degree(slot), 0);
        }
        assert_eq!(edges.len(), self.edge_count);
        assert_eq!(weight_sum, self.weight_sum);
        let mut free = BTreeSet::new();
        let mut next = self.edges_free;
        while next != 0 {
            assert!(next <= self.edges_numbered && free.insert(next - 1) && !edges.contains(&(next - 1)));
            next = self.weights[next as usize - 1] as u32;
        }
        assert_eq!(free.len() + edges.len(), self.edges_numbered as usize);
    }
}

/// Panics unless the graph is the model's, row by row.
pub(super) fn compare(graph: &GraphStore<'_>, model: &Model) {
    graph.check_invariants();
    assert_eq!((graph.edge_count(), graph.version()), (model.edge_count, model.version));
    assert_eq!(graph.weight_sum, model.weight_sum);
    let ids: Vec<u64> = graph.slots_by_id().iter().map(|slot| graph.id(*slot)).collect();
    assert!(ids.iter().eq(model.rows.keys()));
    for (slot, (id, row)) in graph.slots_by_id().iter().zip(&model.rows) {
        assert_eq!(graph.slot_of(*id), Some(*slot));
        assert_eq!(usize::from(graph.degree(*slot)), row.len());
        let found: BTreeMap<u64, u64> = graph.row(*slot).map(|(v, e)| (graph.id(v), graph.weight(e))).collect();
        assert_eq!(&found, row);
        assert!(graph.neighbours(*slot).iter().copied().eq(graph.row(*slot).map(|(v, _)| v)));
    }
    assert_eq!(graph.edges().count(), model.edge_count);
}
