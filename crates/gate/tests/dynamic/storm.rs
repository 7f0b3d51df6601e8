//! Streams of their own kind: vertices come and go, pieces fall off and come back, weights tie; or the cut falls and rises.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::random::Random;
use crate::streams::{Delta, UNIT};

type Ends = (u64, u64);

/// The graph as it will be when all that is planned has come, and what comes next.
pub(crate) struct Storm {
    random: Random,
    weights: BTreeMap<Ends, u64>,
    neighbours: BTreeMap<u64, BTreeSet<u64>>,
    /// The weight of each vertex's edges.
    loads: BTreeMap<u64, u64>,
    /// The lightest vertices get lighter and heavy again, and little else happens: each time lambda rises, no rule can tell.
    rising: bool,
    /// An edge that got lighter, with its weight before.
    dipped: Option<(Ends, u64)>,
    /// Ids are below this; it is more than ever are active at once, so that ids come back.
    ids: u64,
    vertices_max: usize,
    edges_max: usize,
    heaviest: u64,
    planned: VecDeque<Delta>,
    /// Edges of pieces that fell off, to be put back.
    owed: Vec<Vec<(Ends, u64)>>,
}

impl Storm {
    pub(crate) fn new(graph: &[(u64, u64, u64)], vertices: u64, limits: [usize; 2], seed: u64, rising: bool) -> Self {
        let mut storm = Self {
            random: Random(seed),
            weights: BTreeMap::new(),
            neighbours: BTreeMap::new(),
            loads: BTreeMap::new(),
            rising,
            dipped: None,
            ids: vertices + vertices / 8 + 8,
            vertices_max: limits[0],
            edges_max: limits[1],
            heaviest: graph.iter().map(|edge| edge.2).max().unwrap_or(1).max(3),
            planned: VecDeque::new(),
            owed: Vec::new(),
        };
        graph.iter().for_each(|(u, v, weight)| storm.add(*u, *v, weight * UNIT));
        storm.planned.clear();
        storm
    }

    /// The next deltas, each sound when its turn comes.
    pub(crate) fn deltas(&mut self, count: usize) -> Vec<Delta> {
        while self.planned.len() < count {
            self.plan();
        }
        self.planned.drain(..count).collect()
    }

    fn plan(&mut self) {
        if self.neighbours.len() < 8 {
            return self.pair();
        }
        if self.rising {
            return match self.random.below(64) {
                0..=15 => self.dip(),
                16..=38 => self.reweigh(),
                39..=50 => self.grow(),
                51..=61 => self.shrink(),
                62 => self.leave(),
                _ => self.arrive(),
            };
        }
        if !self.owed.is_empty() && self.random.chance(80) {
            return self.put_back();
        }
        match self.random.below(32) {
            0..=1 => self.leave(),
            2..=4 => self.arrive(),
            5 => self.pair(),
            6..=7 => self.cut_off(),
            8 => self.mend(),
            9..=12 => self.shrink(),
            13..=17 => self.grow(),
            18..=24 => self.reweigh_at_a_light_vertex(),
            _ => self.reweigh(),
        }
    }

    fn add(&mut self, u: u64, v: u64, weight: u64) {
        let new = [u, v].iter().filter(|id| !self.neighbours.contains_key(id)).count();
        let fits = self.weights.len() < self.edges_max && self.neighbours.len() + new <= self.vertices_max;
        if u == v || self.weights.contains_key(&ends(u, v)) || !fits {
            return;
        }
        self.weights.insert(ends(u, v), weight);
        self.neighbours.entry(u).or_default().insert(v);
        self.neighbours.entry(v).or_default().insert(u);
        self.load([u, v], 0, weight);
        self.planned.push_back(Delta::Add(u, v, weight));
    }

    fn remove(&mut self, u: u64, v: u64) -> u64 {
        let weight = self.weights.remove(&ends(u, v)).expect("an edge that is there");
        for (from, to) in [(u, v), (v, u)] {
            let row = self.neighbours.get_mut(&from).expect("an active vertex");
            row.remove(&to);
            if row.is_empty() {
                self.neighbours.remove(&from);
            }
        }
        self.load([u, v], weight, 0);
        self.planned.push_back(Delta::Remove(v, u));
        weight
    }

    fn load(&mut self, ends: [u64; 2], before: u64, after: u64) {
        for id in ends {
            let load = self.loads.entry(id).or_default();
            *load = *load - before + after;
            if *load == 0 {
                self.loads.remove(&id);
            }
        }
    }

    fn update(&mut self, u: u64, v: u64) {
        let weight = self.weight();
        self.update_to(u, v, weight);
    }

    fn update_to(&mut self, u: u64, v: u64, weight: u64) {
        let old = self.weights.insert(ends(u, v), weight).expect("an edge that is there");
        if weight != old {
            self.load([u, v], old, weight);
            self.planned.push_back(Delta::Update(u, v, weight));
        }
    }

    /// Small weights tie; halves and odd raw values do not.
    fn weight(&mut self) -> u64 {
        match self.random.below(8) {
            0 => UNIT / 2 * (1 + self.random.below(6)),
            1 => 1 + self.random.below(4 * UNIT),
            2 => (1 + self.random.below(self.heaviest)) * UNIT,
            _ => (1 + self.random.below(3)) * UNIT,
        }
    }

    fn active(&mut self) -> u64 {
        let from = self.random.below(self.ids);
        let next = self.neighbours.range(from..).next().or_else(|| self.neighbours.iter().next());
        *next.expect("some vertex is active").0
    }

    fn inactive(&mut self) -> Option<u64> {
        let from = self.random.below(self.ids);
        (from..self.ids).chain(0..from).take(1_000).find(|id| !self.neighbours.contains_key(id))
    }

    fn edge(&mut self) -> Ends {
        let u = self.active();
        let row: Vec<u64> = self.neighbours[&u].iter().copied().collect();
        (u, self.random.pick(&row))
    }

    /// A vertex loses all its edges, one after the other.
    fn leave(&mut self) {
        let u = self.active();
        let mut row: Vec<u64> = self.neighbours[&u].iter().copied().collect();
        if row.len() > 24 {
            return;
        }
        self.random.shuffle(&mut row);
        for v in row {
            self.remove(u, v);
        }
    }

    /// A vertex comes with one to four edges.
    fn arrive(&mut self) {
        let Some(u) = self.inactive() else { return };
        for _ in 0..=self.random.below(4) {
            let (v, weight) = (self.active(), self.weight());
            self.add(u, v, weight);
        }
    }

    /// Two vertices come that know only each other.
    fn pair(&mut self) {
        if let Some(u) = self.inactive()
            && let Some(v) = self.inactive()
        {
            let weight = self.weight();
            self.add(u, v, weight);
        }
    }

    /// Some vertices around one lose all edges to the others.
    fn cut_off(&mut self) {
        let size = 2 + self.random.below(11) as usize;
        let mut piece = vec![self.active()];
        let mut at = 0;
        while at < piece.len() && piece.len() < size {
            let next = self.neighbours[&piece[at]].iter().copied().find(|v| !piece.contains(v));
            match next {
                Some(v) => piece.push(v),
                None => at += 1,
            }
        }
        let edges = piece.iter().flat_map(|u| self.neighbours[u].iter().map(|v| (*u, *v)));
        let boundary: Vec<Ends> = edges.filter(|(_, v)| !piece.contains(v)).collect();
        if boundary.len() <= 40 {
            let gone = boundary.into_iter().map(|(u, v)| ((u, v), self.remove(u, v))).collect();
            self.owed.push(gone);
        }
    }

    fn put_back(&mut self) {
        for ((u, v), weight) in self.owed.pop().unwrap_or_default() {
            self.add(u, v, weight);
        }
    }

    /// An edge from every component to the first.
    fn mend(&mut self) {
        let mut reached = BTreeSet::new();
        let mut firsts = Vec::new();
        for start in self.neighbours.keys() {
            if reached.insert(*start) {
                firsts.push(*start);
                let mut stack = vec![*start];
                while let Some(u) = stack.pop() {
                    stack.extend(self.neighbours[&u].iter().filter(|v| reached.insert(**v)));
                }
            }
        }
        for first in firsts.iter().skip(1) {
            let weight = self.weight();
            self.add(firsts[0], *first, weight);
        }
    }

    fn shrink(&mut self) {
        let (u, v) = self.edge();
        self.remove(u, v);
    }

    fn grow(&mut self) {
        let (u, v, weight) = (self.active(), self.active(), self.weight());
        self.add(u, v, weight);
    }

    /// The lightest vertex gets lighter, so that its edges are the only minimum cut; the next time it gets what it had.
    fn dip(&mut self) {
        if let Some(((u, v), weight)) = self.dipped.take() {
            if self.weights.contains_key(&ends(u, v)) {
                self.update_to(u, v, weight);
            }
            return;
        }
        let (u, _) = self.loads.iter().min_by_key(|(_, load)| **load).expect("some vertex is active");
        let (u, weight_of) = (*u, |v: &u64| self.weights[&ends(*u, *v)]);
        let v = *self.neighbours[&u].iter().max_by_key(|v| weight_of(v)).expect("an active vertex has an edge");
        let weight = weight_of(&v);
        self.dipped = Some(((u, v), weight));
        self.update_to(u, v, weight / 2 + 1);
    }

    fn reweigh(&mut self) {
        let (u, v) = self.edge();
        self.update(u, v);
    }

    /// Of some vertices the one with the fewest edges gets another weight at one of them, and back.
    fn reweigh_at_a_light_vertex(&mut self) {
        let some: Vec<u64> = (0..8).map(|_| self.active()).collect();
        let u = some.into_iter().min_by_key(|u| self.neighbours[u].len()).expect("eight of them");
        let row: Vec<u64> = self.neighbours[&u].iter().copied().collect();
        let v = self.random.pick(&row);
        (0..=self.random.below(2)).for_each(|_| self.update(u, v));
    }
}

fn ends(u: u64, v: u64) -> Ends {
    (u.min(v), u.max(v))
}
