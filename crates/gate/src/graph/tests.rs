//! The store against plain maps: long histories at capacities that are full most of the time.

extern crate std;

#[path = "../../tests/shared/random.rs"]
#[allow(dead_code, reason = "shared with the tests outside")]
mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;
use std::{println, vec};

use super::{Change, CoreRows, DeltaRefusal, GraphStore, NONE, VERTICES_MAX, WEIGHT_SUM_LIMIT};
use crate::arena::Arena;
use crate::config::Core;
use crate::core_graph::Rows;
use random::Random;

/// Neighbours and weights of every active vertex.
struct Model {
    vertices: usize,
    edges: usize,
    rows: BTreeMap<u64, BTreeMap<u64, u64>>,
    edge_count: usize,
    weight_sum: u64,
    version: u64,
}

impl Model {
    fn new(vertices: usize, edges: usize) -> Self {
        Self { vertices, edges, rows: BTreeMap::new(), edge_count: 0, weight_sum: 0, version: 0 }
    }

    fn weight(&self, u: u64, v: u64) -> Option<u64> {
        self.rows.get(&u)?.get(&v).copied()
    }

    /// The refusal that comes first, or (before, after, the ends that are new or gone).
    fn change(&mut self, u: u64, v: u64, wish: Wish) -> Result<(u64, u64, [bool; 2]), DeltaRefusal> {
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
enum Wish {
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
fn both(graph: &mut GraphStore<'_>, model: &mut Model, u: u64, v: u64, wish: Wish) -> Result<(), DeltaRefusal> {
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
    fn check_invariants(&self) {
        let pool = &self.pool;
        assert!(self.order.iter().collect::<BTreeSet<_>>().len() == self.ids.len(), "every slot once");
        let mut owner = vec![NONE; pool.neighbours.len()];
        let mut edges = BTreeSet::new();
        let mut weight_sum = 0;
        for slot in self.slots_by_id().iter().copied() {
            let (start, capacity) = (pool.start(slot), usize::from(pool.capacities[usize::from(slot)]));
            assert!(start + capacity <= pool.end && usize::from(self.degree(slot)) <= capacity);
            for place in &mut owner[start..start + capacity] {
                assert_eq!(*place, NONE, "rows do not overlap");
                *place = slot;
            }
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
        let live =
            |place: usize| owner[place] != NONE && place < pool.start(owner[place]) + pool.row(owner[place]).len();
        for place in 0..owner.len() {
            assert_eq!(pool.neighbours[place] == NONE, !live(place), "arcs and nothing else");
        }
        for slot in self.order[self.vertex_count..].iter().copied() {
            assert_eq!((self.degree(slot), pool.capacities[usize::from(slot)]), (0, 0));
        }
        assert_eq!((edges.len(), pool.arcs), (self.edge_count, 2 * self.edge_count));
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
fn compare(graph: &GraphStore<'_>, model: &Model) {
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

/// What a history draws its pairs from.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Any two ids.
    Uniform,
    /// Few hubs with nearly all others.
    Hubs(u64),
    /// Pairs of a narrow range: few vertices, many edges.
    Dense(u64),
    /// One edge a vertex and short lives: vertices come and go.
    Pairs,
}

impl Shape {
    fn pair(self, ids: u64, rng: &mut Random) -> (u64, u64) {
        let pair = match self {
            Self::Uniform => (rng.below(ids), rng.below(ids)),
            Self::Hubs(hubs) => (rng.below(hubs), rng.below(ids)),
            Self::Dense(width) => (rng.below(width), rng.below(width)),
            Self::Pairs => {
                let u = rng.below(ids / 2) * 2;
                (u, u + 1)
            }
        };
        if rng.chance(128) { pair } else { (pair.1, pair.0) }
    }
}

const SHAPES: [Shape; 6] =
    [Shape::Uniform, Shape::Hubs(1), Shape::Hubs(3), Shape::Dense(12), Shape::Pairs, Shape::Uniform];

/// A history that changes its shape now and then and is at the brim for most of its life.
fn history(vertices: usize, edges: usize, deltas: u64, seed: u64) -> (u64, [u64; 10]) {
    let mut slab = vec![u64::MAX; GraphStore::words(vertices, edges)];
    let mut graph = GraphStore::new(&mut Arena::new(&mut slab), vertices, edges).unwrap();
    let (mut model, mut rng) = (Model::new(vertices, edges), Random(seed));
    let ids = vertices as u64 + 3;
    let spread = |id: u64| id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (mut outcomes, mut compactions, mut shape) = ([0; 10], 0, Shape::Uniform);
    for number in 0..deltas {
        if number % (8 * edges as u64 + 50) == 0 {
            shape = rng.pick(&SHAPES);
        }
        let (mut u, mut v) = shape.pair(ids, &mut rng);
        let (mut wish, draw) = (Wish::Add(1 + rng.below(1 << 30)), rng.below(64));
        if draw < 22 && model.edge_count > 0 {
            // An edge that is there, by way of a vertex that is.
            let at = rng.below(model.rows.len() as u64) as usize;
            let (id, row) = model.rows.iter().nth(at).unwrap();
            let other = row.keys().nth(rng.below(row.len() as u64) as usize).unwrap();
            // Ids are spread over all 64 bits below; the model has the spread ones.
            (u, v) = (*id, *other);
            wish = if draw < 20 { Wish::Remove } else { Wish::Update(1 + rng.below(1 << 30)) };
        } else {
            (u, v) = (spread(u), spread(v));
            wish = match draw {
                60 => Wish::Remove,
                61 => Wish::Update(rng.below(3)),
                62 => Wish::Add(0),
                63 => Wish::Add(WEIGHT_SUM_LIMIT - rng.below(1 << 30)),
                _ => wish,
            };
        }
        let units = graph.units();
        let outcome = both(&mut graph, &mut model, u, v, wish);
        outcomes[outcome.err().map_or(0, |refusal| refusal as usize)] += 1;
        compactions += u64::from(graph.units() > units);
        if graph.units() > units || number % 97 == 0 {
            graph.check_invariants();
        }
        if number % 499 == 0 {
            compare(&graph, &model);
        }
    }
    compare(&graph, &model);
    (compactions, outcomes)
}

#[test]
fn long_histories_at_the_brim() {
    let (mut all, mut compactions) = ([0_u64; 10], 0);
    let sizes = [(2, 1), (3, 1), (3, 3), (5, 4), (8, 7), (9, 16), (24, 24), (24, 60), (40, 100), (200, 220)];
    for ((vertices, edges), seed) in sizes.into_iter().zip(1..) {
        let (compacted, outcomes) = history(vertices, edges, 100_000, seed);
        println!("{vertices} vertices, {edges} edges: {compacted} compactions, outcomes {outcomes:?}");
        compactions += compacted;
        all.iter_mut().zip(outcomes).for_each(|(all, count)| *all += count);
    }
    println!("{} deltas, {compactions} compactions, accepted and refused 1 to 7: {all:?}", all.iter().sum::<u64>());
    assert!(all[..8].iter().all(|count| *count > 1_000) && compactions > 10_000);
}
