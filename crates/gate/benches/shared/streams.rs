//! Streams of deltas for the tick bench, from a model of the graph beside the gate.

use std::collections::HashMap;

use codec::Encoder;

use crate::random::Random;

/// One in 32.32.
pub(crate) const UNIT: u64 = 1 << 32;

/// Which changes come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stream {
    /// An edge goes, an edge changes its weight, an edge comes, in turn; all drawn evenly.
    Uniform,
    /// The same few edges around the minimum cut, again and again: most ticks change it.
    NearCut,
    /// The oldest edge goes, a random one comes.
    Window,
}

impl Stream {
    pub(crate) const ALL: [(Self, &'static str); 3] =
        [(Self::Uniform, "uniform"), (Self::NearCut, "near-cut"), (Self::Window, "window")];
}

/// A change of the graph; weights are raw 32.32.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Delta {
    Add(u64, u64, u64),
    Remove(u64, u64),
    Update(u64, u64, u64),
}

/// The input's one encoding (`spec/input.md`).
pub(crate) fn input(deltas: &[Delta]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut cbor = Encoder::new(&mut bytes);
    cbor.array(2).uint(1).array(deltas.len() as u64);
    for delta in deltas {
        match *delta {
            Delta::Add(u, v, weight) => cbor.array(4).uint(0).uint(u).uint(v).uint(weight),
            Delta::Remove(u, v) => cbor.array(3).uint(1).uint(u).uint(v),
            Delta::Update(u, v, weight) => cbor.array(4).uint(2).uint(u).uint(v).uint(weight),
        };
    }
    bytes
}

type Ends = (u64, u64);

/// The graph as the gate should have it, and where the stream stands. The number of edges never passes what it began with.
pub(crate) struct Model {
    stream: Stream,
    random: Random,
    vertices: u64,
    weights: HashMap<Ends, u64>,
    /// The edges that are there, in an order that only the stream determines; for a window, from the oldest on.
    edges: Vec<Ends>,
    /// For a window: how many of `edges` have gone.
    gone: usize,
    /// For the cut: the edges that come and go, with the weights they began with.
    near: Vec<(Ends, u64)>,
    /// Deltas made.
    turn: u64,
    /// The largest weight of the graph, in units: new ones are drawn up to it, or to 2.
    heaviest: u64,
}

impl Model {
    pub(crate) fn new(graph: &[(u64, u64, u64)], vertices: u64, stream: Stream) -> Self {
        let mut edges: Vec<Ends> = graph.iter().map(|(u, v, _)| (*u, *v)).collect();
        let mut random = Random(11);
        if stream == Stream::Window {
            // The window's age is not the order of ids, which would take all edges of one vertex at once.
            for last in (1..edges.len()).rev() {
                edges.swap(last, random.below(last as u64 + 1) as usize);
            }
        }
        Self {
            stream,
            random,
            vertices,
            weights: graph.iter().map(|(u, v, weight)| ((*u, *v), weight * UNIT)).collect(),
            edges,
            gone: 0,
            near: near_the_cut(graph, vertices),
            turn: 0,
            heaviest: graph.iter().map(|edge| edge.2).max().unwrap_or(1).max(2),
        }
    }

    pub(crate) fn edge_count(&self) -> usize {
        self.weights.len()
    }

    /// The next deltas, each sound when its turn comes.
    pub(crate) fn deltas(&mut self, count: usize) -> Vec<Delta> {
        (0..count)
            .map(|_| {
                let turn = self.turn;
                self.turn += 1;
                match (self.stream, turn % 6) {
                    (Stream::Uniform, 0 | 3) => self.remove_any(),
                    (Stream::Uniform, 1 | 4) => self.update_any(),
                    (Stream::Window, 0 | 2 | 4) => self.remove_oldest(),
                    (Stream::Uniform | Stream::Window, _) => self.add_any(),
                    (Stream::NearCut, _) => self.near_cut(),
                }
            })
            .collect()
    }

    fn remove_any(&mut self) -> Delta {
        let at = self.random.below(self.edges.len() as u64) as usize;
        let (u, v) = self.edges.swap_remove(at);
        self.weights.remove(&(u, v));
        Delta::Remove(u, v)
    }

    fn update_any(&mut self) -> Delta {
        let at = self.random.below(self.edges.len() as u64) as usize;
        let (u, v) = self.edges[at];
        let weight = self.other_weight(self.weights[&(u, v)]);
        self.weights.insert((u, v), weight);
        Delta::Update(u, v, weight)
    }

    fn remove_oldest(&mut self) -> Delta {
        let (u, v) = self.edges[self.gone];
        self.gone += 1;
        self.weights.remove(&(u, v));
        Delta::Remove(u, v)
    }

    fn add_any(&mut self) -> Delta {
        loop {
            let (a, b) = (self.random.below(self.vertices), self.random.below(self.vertices));
            let ends = (a.min(b), a.max(b));
            if a != b && !self.weights.contains_key(&ends) {
                // Graphs of unit weights get unit edges.
                let weight = if self.heaviest == 2 { UNIT } else { (1 + self.random.below(self.heaviest)) * UNIT };
                self.weights.insert(ends, weight);
                self.edges.push(ends);
                return Delta::Add(ends.0, ends.1, weight);
            }
        }
    }

    /// An edge near the cut that is not there comes back; one that is there goes, or gets another weight, or its first one.
    fn near_cut(&mut self) -> Delta {
        let at = self.random.below(self.near.len() as u64) as usize;
        let ((u, v), first) = self.near[at];
        let Some(&weight) = self.weights.get(&(u, v)) else {
            self.weights.insert((u, v), first);
            return Delta::Add(u, v, first);
        };
        if self.random.chance(128) {
            self.weights.remove(&(u, v));
            return Delta::Remove(u, v);
        }
        let weight = if weight == first { self.other_weight(weight) } else { first };
        self.weights.insert((u, v), weight);
        Delta::Update(u, v, weight)
    }

    fn other_weight(&mut self, weight: u64) -> u64 {
        loop {
            let other = (1 + self.random.below(self.heaviest)) * UNIT;
            if other != weight {
                return other;
            }
        }
    }
}

/// The edges at the sixteen vertices of least weight, and those between far parts of the graph, as far as the families have
/// them: five between the halves of `planted`, the ring of `ringcl`. No knowledge of the gate's own cut goes in.
fn near_the_cut(graph: &[(u64, u64, u64)], vertices: u64) -> Vec<(Ends, u64)> {
    let mut weight_of = vec![0; vertices as usize];
    for (u, v, weight) in graph {
        weight_of[*u as usize] += weight;
        weight_of[*v as usize] += weight;
    }
    let mut by_weight: Vec<u64> = (0..vertices).collect();
    by_weight.sort_by_key(|v| (weight_of[*v as usize], *v));
    let mut is_light = vec![false; vertices as usize];
    by_weight.iter().take(16).for_each(|v| is_light[*v as usize] = true);
    let half = vertices / 2;
    let across: Vec<_> = graph.iter().filter(|(u, v, _)| *u < half && *v >= half).collect();
    let ring: Vec<_> = graph.iter().filter(|(u, v, _)| u / 8 != v / 8).collect();
    let bridges = if across.len() <= 16 {
        // The cut of `ringcl` is any two of the ring's edges, of which two lie between the halves.
        if ring.len() == (vertices / 8) as usize { ring } else { across }
    } else {
        Vec::new()
    };
    let mut near: Vec<(Ends, u64)> = bridges.into_iter().map(|(u, v, weight)| ((*u, *v), weight * UNIT)).collect();
    let light = graph.iter().filter(|(u, v, _)| is_light[*u as usize] || is_light[*v as usize]);
    let light: Vec<_> =
        light.map(|(u, v, weight)| ((*u, *v), weight * UNIT)).filter(|edge| !near.contains(edge)).collect();
    near.extend(light);
    near
}
