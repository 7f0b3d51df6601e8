//! The graph as `spec/input.md` has it, in plain maps.

use std::collections::BTreeMap;

use gate::core_graph::Rows;
use gate::graph::GraphStore;
use gate::profile::Profile;

use crate::random::Random;
use crate::rig::Delta;

/// Edges by their ends, smaller id first, with capacities.
#[derive(Clone)]
pub(crate) struct Model {
    vertices_max: usize,
    edges_max: usize,
    pub(crate) edges: BTreeMap<(u64, u64), u64>,
    pub(crate) degrees: BTreeMap<u64, u32>,
    pub(crate) changes: u64,
    weight_sum: u128,
}

impl Model {
    pub(crate) fn new(profile: Profile) -> Self {
        Self {
            vertices_max: profile.vertices,
            edges_max: profile.edges,
            edges: BTreeMap::new(),
            degrees: BTreeMap::new(),
            changes: 0,
            weight_sum: 0,
        }
    }

    /// Applies a delta, or says the number of the refusal. Where several reasons hold, the checks here give the order.
    pub(crate) fn apply(&mut self, delta: &Delta) -> Result<(), u8> {
        match delta {
            Delta::Add(u, v, weight) => self.add(*u, *v, *weight),
            Delta::Remove(u, v) => self.remove(*u, *v),
            Delta::Update(u, v, weight) => self.update(*u, *v, *weight),
            Delta::Observe(_, values) => {
                let whole = matches!(values.len(), 4 | 8 | 12 | 16);
                let finite = values.chunks_exact(4).all(|v| f32::from_le_bytes(v.try_into().unwrap()).is_finite());
                if whole && finite { Ok(()) } else { Err(8) }
            }
            Delta::Rearm => Ok(()),
        }
    }

    fn add(&mut self, u: u64, v: u64, weight: u64) -> Result<(), u8> {
        let key = (u.min(v), u.max(v));
        let new = [u, v].iter().filter(|id| !self.degrees.contains_key(id)).count();
        if u == v {
            return Err(4);
        }
        if weight == 0 {
            return Err(5);
        }
        if self.edges.contains_key(&key) {
            return Err(6);
        }
        if self.weight_sum + u128::from(weight) >= 1 << 62 {
            return Err(3);
        }
        if self.degrees.len() + new > self.vertices_max {
            return Err(1);
        }
        if self.edges.len() == self.edges_max {
            return Err(2);
        }
        self.edges.insert(key, weight);
        self.weight_sum += u128::from(weight);
        self.changes += 1;
        for id in [u, v] {
            *self.degrees.entry(id).or_insert(0) += 1;
        }
        Ok(())
    }

    fn remove(&mut self, u: u64, v: u64) -> Result<(), u8> {
        let weight = self.edges.remove(&(u.min(v), u.max(v))).ok_or(7)?;
        self.weight_sum -= u128::from(weight);
        self.changes += 1;
        for id in [u, v] {
            let degree = self.degrees.get_mut(&id).unwrap();
            *degree -= 1;
            if *degree == 0 {
                self.degrees.remove(&id);
            }
        }
        Ok(())
    }

    fn update(&mut self, u: u64, v: u64, weight: u64) -> Result<(), u8> {
        if weight == 0 {
            return Err(5);
        }
        let old = self.edges.get_mut(&(u.min(v), u.max(v))).ok_or(7)?;
        let others = self.weight_sum - u128::from(*old);
        if others + u128::from(weight) >= 1 << 62 {
            return Err(3);
        }
        self.changes += u64::from(*old != weight);
        *old = weight;
        self.weight_sum = others + u128::from(weight);
        Ok(())
    }

    /// All edges with both ends inside, as a list.
    pub(crate) fn list(&self, inside: impl Fn(u64) -> bool) -> Vec<(u64, u64, u64)> {
        self.edges.iter().filter(|((u, v), _)| inside(*u) && inside(*v)).map(|((u, v), w)| (*u, *v, *w)).collect()
    }

    /// The vertices of the k-core, one vertex taken away at a time.
    pub(crate) fn k_core(&self, k: u32) -> Vec<u64> {
        let mut left: Vec<u64> = self.degrees.keys().copied().collect();
        loop {
            let weak = left.iter().position(|id| {
                let inside = |other: u64| left.contains(&other);
                let degree = self.edges.keys().filter(|(u, v)| (u == id && inside(*v)) || (v == id && inside(*u)));
                (degree.count() as u32) < k
            });
            match weak {
                Some(place) => left.remove(place),
                None => return left,
            };
        }
    }

    /// Panics unless `graph` has the same edges and vertices.
    pub(crate) fn check(&self, graph: &GraphStore<'_>) {
        assert_eq!(graph.vertex_count(), self.degrees.len());
        assert_eq!(graph.edge_count(), self.edges.len());
        assert_eq!(graph.version(), self.changes);
        let ids: Vec<u64> = graph.slots_by_id().iter().map(|slot| graph.id(*slot)).collect();
        assert!(ids.iter().eq(self.degrees.keys()), "vertices in ascending order");
        let edges: BTreeMap<(u64, u64), u64> = graph
            .edges()
            .map(|(ends, weight)| {
                let [u, v] = ends.map(|slot| graph.id(slot));
                ((u.min(v), u.max(v)), weight)
            })
            .collect();
        assert_eq!(edges, self.edges);
    }

    /// Panics unless `rows` are the subgraph that these vertices, ascending, induce.
    pub(crate) fn check_rows(&self, rows: &impl Rows, vertices: &[u64]) {
        assert!((0..rows.vertex_count()).map(|vertex| rows.id(vertex)).eq(vertices.iter().copied()));
        let inside = |id: u64| vertices.binary_search(&id).is_ok();
        let mut expected: Vec<Vec<(usize, u64)>> = vec![Vec::new(); vertices.len()];
        for (u, v, weight) in self.list(inside) {
            let [u, v] = [u, v].map(|id| vertices.binary_search(&id).unwrap());
            expected[u].push((v, weight));
            expected[v].push((u, weight));
        }
        for (vertex, expected) in expected.iter_mut().enumerate() {
            expected.sort_unstable();
            let mut found: Vec<_> = rows.neighbours(vertex).collect();
            found.sort_unstable();
            assert_eq!(found, *expected, "row of vertex {}", vertices[vertex]);
        }
        assert_eq!(rows.edge_count() * 2, expected.iter().map(Vec::len).sum::<usize>());
    }
}

/// Distinct ids, both ends of the range among them.
pub(crate) fn id_pool(count: usize, rng: &mut Random) -> Vec<u64> {
    let mut pool = vec![0, u64::MAX, 1, u64::MAX - 1, 1 << 63, (1 << 32) - 1, 1 << 32];
    pool.truncate(count);
    while pool.len() < count {
        let id = if rng.chance(128) { rng.next() } else { rng.below(4 * count as u64) };
        if !pool.contains(&id) {
            pool.push(id);
        }
    }
    pool
}

/// A connected random graph over the first `count` ids of a pool: a tree and chords, small weights so that cuts tie.
pub(crate) fn connected(pool: &[u64], count: usize, chords: usize, rng: &mut Random) -> Vec<(u64, u64, u64)> {
    let mut edges = BTreeMap::new();
    for child in 1..count {
        let parent = rng.below(child as u64) as usize;
        edges.insert((pool[parent].min(pool[child]), pool[parent].max(pool[child])), 1 + rng.below(3));
    }
    for _ in 0..chords {
        let (u, v) = (rng.pick(&pool[..count]), rng.pick(&pool[..count]));
        if u != v {
            edges.entry((u.min(v), u.max(v))).or_insert(1 + rng.below(3));
        }
    }
    edges.into_iter().map(|((u, v), weight)| (u, v, weight << 30)).collect()
}
