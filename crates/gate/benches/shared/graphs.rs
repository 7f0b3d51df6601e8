//! The eleven bench graphs, the same bits as `benches/peers/graphs.py` makes: each is checked against its digest.
//!
//! The families are drawn from Python's generator with seed 7, so that peers written in other languages run on the same
//! graphs: MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998), and CPython's way from it to `randrange` and `shuffle`.
// Each bench takes the form of a graph that it needs.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Names and SHA-256 of the edge lists: "n m", then "u v weight" ascending.
pub(crate) const GRAPHS: [(&str, &str); 11] = [
    ("gnm_u", "e5fdc5e5b8285855be0880c1336daa5c1d9b4305f9ed9a9350578f417e63bf81"),
    ("ba_u", "d67ff931d9182f9553d5c1c16fbf9b891499cc253bf929df9007a99e9d3b6c5f"),
    ("planted_u", "2e3d707a15aa5d79f71dcc0e885b1e72155688ae1c42f13d223a689ef3c02f25"),
    ("reg8_u", "21c6da161b73bf60a01d8f0defac7205cae18351d2bdedadf4c681233150025b"),
    ("torus8_u", "69dcf578a3a1ac4a3ca776e7d52676662760c2e86fea8b8ad31081072e093357"),
    ("ringcl_u", "f339362e98452645c6daa89cb355fc359efdec71c1b4359a6bdf8a82d101deca"),
    ("gnm_w", "718b2043b361bae21d201ab6414c87f15cfb50d46d438822c9ba239ec68c6553"),
    ("ba_w", "e18607360a39802f3e65eba150b8d9429fa7ee1689a6be6f33a5f8e578057215"),
    ("planted_w", "3093933c0c7be9bfd139302c2867ee8f30046955b0afa28aab5826364dab47f3"),
    ("reg8_w", "4dd363e5486419cfed70ecf4cfb4ded5a13110f78a269a673ca64e62608b367c"),
    ("torus8_w", "da03bbf2348d66848c19fcc0e52775099ad6e2568adf1602918d9933ec05e559"),
];

/// The names alone.
pub(crate) const NAMES: [&str; 11] = {
    let mut names = [""; 11];
    let mut at = 0;
    while at < 11 {
        names[at] = GRAPHS[at].0;
        at += 1;
    }
    names
};

pub(crate) const VERTICES: usize = 16_384;
const EDGES: usize = 65_536;
const SEED: u32 = 7;

/// The edges (u, v, weight) of this graph, u < v, ascending; a weight of 1 is 1 here, not 2^32.
///
/// # Panics
/// If there is no such graph, or it comes out otherwise than it should.
pub(crate) fn edges(name: &str) -> Vec<(u64, u64, u64)> {
    let (_, digest) = GRAPHS.iter().find(|(known, _)| *known == name).expect("the name of a bench graph");
    let (family, kind) = name.split_once('_').expect("family and kind of weights");
    let mut draw = Draw { source: MersenneTwister::new(SEED), weighted: kind == "w", edges: BTreeMap::new() };
    match family {
        "gnm" => draw.gnm(),
        "ba" => draw.ba(),
        "planted" => draw.planted(),
        "reg8" => draw.reg8(),
        "torus8" => draw.torus8(),
        "ringcl" => draw.ringcl(),
        other => panic!("no family {other}"),
    }
    let mut text = format!("{VERTICES} {}\n", draw.edges.len());
    for ((u, v), weight) in &draw.edges {
        writeln!(text, "{u} {v} {weight}").expect("text grows");
    }
    assert_eq!(codec::digest::sha256(text.as_bytes()).to_string(), *digest, "{name} is another graph than the peers'");
    draw.edges.iter().map(|((u, v), weight)| (*u as u64, *v as u64, *weight)).collect()
}

/// A graph in compressed rows, ascending.
pub(crate) struct Graph {
    pub(crate) ids: Vec<u64>,
    pub(crate) offsets: Vec<u32>,
    pub(crate) neighbours: Vec<u32>,
    pub(crate) weights: Vec<u64>,
}

/// The same graph as [`edges`] gives, in rows.
pub(crate) fn load(name: &str) -> Graph {
    let mut rows = vec![Vec::new(); VERTICES];
    for (u, v, weight) in edges(name) {
        rows[u as usize].push((v as u32, weight));
        rows[v as usize].push((u as u32, weight));
    }
    let ids = (0..VERTICES as u64).collect();
    let mut graph = Graph { ids, offsets: vec![0], neighbours: Vec::new(), weights: Vec::new() };
    for mut row in rows {
        row.sort_unstable();
        graph.neighbours.extend(row.iter().map(|(to, _)| *to));
        graph.weights.extend(row.iter().map(|(_, weight)| *weight));
        graph.offsets.push(graph.neighbours.len() as u32);
    }
    graph
}

/// A graph on its way.
struct Draw {
    source: MersenneTwister,
    weighted: bool,
    edges: BTreeMap<(usize, usize), u64>,
}

impl Draw {
    /// Takes the edge unless it is a loop or there already; says whether it did.
    fn offer(&mut self, u: usize, v: usize, weight: u64) -> bool {
        let ends = (u.min(v), u.max(v));
        if u == v || self.edges.contains_key(&ends) {
            return false;
        }
        self.edges.insert(ends, weight);
        true
    }

    /// A weight is drawn for every candidate, also for one that is dropped.
    fn weight(&mut self) -> u64 {
        if self.weighted { 1 + self.source.below(1_000) as u64 } else { 1 }
    }

    /// A random Hamiltonian cycle of these vertices.
    fn cycle(&mut self, first: usize, len: usize) {
        let mut order: Vec<usize> = (first..first + len).collect();
        self.source.shuffle(&mut order);
        for at in 0..len {
            let weight = self.weight();
            self.offer(order[at], order[(at + 1) % len], weight);
        }
    }

    /// A random Hamiltonian cycle, then random pairs.
    fn gnm(&mut self) {
        self.cycle(0, VERTICES);
        while self.edges.len() < EDGES {
            let (u, v) = (self.source.below(VERTICES), self.source.below(VERTICES));
            let weight = self.weight();
            self.offer(u, v, weight);
        }
    }

    /// Preferential attachment (Barabási and Albert, 1999): a 5-clique; each later vertex joins four by their degree.
    fn ba(&mut self) {
        let mut ends = Vec::new();
        for u in 0..5 {
            for v in 0..u {
                let weight = self.weight();
                self.offer(u, v, weight);
                ends.extend([u, v]);
            }
        }
        for u in 5..VERTICES {
            let mut chosen = SmallSet::default();
            while chosen.len < 4 {
                chosen.insert(ends[self.source.below(ends.len())]);
            }
            for v in chosen.places.into_iter().flatten() {
                let weight = self.weight();
                self.offer(u, v, weight);
                ends.extend([u, v]);
            }
        }
    }

    /// Two halves of four random Hamiltonian cycles each, joined by five edges of weight 1.
    fn planted(&mut self) {
        let half = VERTICES / 2;
        for first in [0, half] {
            (0..4).for_each(|_| self.cycle(first, half));
        }
        let mut joined = 0;
        while joined < 5 {
            let (u, v) = (self.source.below(half), half + self.source.below(half));
            joined += usize::from(self.offer(u, v, 1));
        }
    }

    /// Four random Hamiltonian cycles: nearly 8-regular.
    fn reg8(&mut self) {
        (0..4).for_each(|_| self.cycle(0, VERTICES));
    }

    /// The 128 by 128 torus with diagonals.
    fn torus8(&mut self) {
        const SIDE: usize = 128;
        for i in 0..SIDE {
            for j in 0..SIDE {
                for (down, right) in [(0, 1), (1, 0), (1, 1), (1, SIDE - 1)] {
                    let weight = self.weight();
                    self.offer(i * SIDE + j, (i + down) % SIDE * SIDE + (j + right) % SIDE, weight);
                }
            }
        }
    }

    /// A ring of cliques of eight: weight 3 inside, 1 between; every two of the ring's edges are a minimum cut.
    fn ringcl(&mut self) {
        let cliques = VERTICES / 8;
        for clique in 0..cliques {
            for i in 0..8 {
                (0..i).for_each(|j| assert!(self.offer(clique * 8 + i, clique * 8 + j, 3)));
            }
            self.offer(clique * 8 + 7, (clique + 1) % cliques * 8, 1);
        }
    }
}

/// CPython's set of up to four small integers, which is walked in the order of its eight places; a number that finds its place
/// taken goes on as `set_add_entry` does. The order is part of the graph: weights are drawn in it.
#[derive(Default)]
struct SmallSet {
    places: [Option<usize>; 8],
    len: usize,
}

impl SmallSet {
    fn insert(&mut self, number: usize) {
        let (mut place, mut perturb) = (number & 7, number);
        while let Some(there) = self.places[place] {
            if there == number {
                return;
            }
            perturb >>= 5;
            place = (place * 5 + 1 + perturb) & 7;
        }
        self.places[place] = Some(number);
        self.len += 1;
    }
}

/// MT19937 as CPython seeds and reads it.
struct MersenneTwister {
    state: [u32; 624],
    at: usize,
}

impl MersenneTwister {
    /// `init_by_array` with one word.
    fn new(seed: u32) -> Self {
        let mut state = [0_u32; 624];
        state[0] = 19_650_218;
        let mixed = |before: u32| before ^ (before >> 30);
        for i in 1..624 {
            state[i] = mixed(state[i - 1]).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        let mut i = 1;
        for _ in 0..624 {
            state[i] = (state[i] ^ mixed(state[i - 1]).wrapping_mul(1_664_525)).wrapping_add(seed);
            i = step(&mut state, i);
        }
        for _ in 0..623 {
            state[i] = (state[i] ^ mixed(state[i - 1]).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i = step(&mut state, i);
        }
        state[0] = 0x8000_0000;
        Self { state, at: 624 }
    }

    fn word(&mut self) -> u32 {
        if self.at == 624 {
            for i in 0..624 {
                let joined = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % 624] & 0x7fff_ffff);
                let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + 397) % 624] ^ (joined >> 1) ^ twist;
            }
            self.at = 0;
        }
        let mut word = self.state[self.at];
        self.at += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// `randrange(bound)`: as many bits as the bound has, again until they are below it.
    fn below(&mut self, bound: usize) -> usize {
        let unused = (bound as u32).leading_zeros();
        loop {
            let number = (self.word() >> unused) as usize;
            if number < bound {
                return number;
            }
        }
    }

    fn shuffle(&mut self, items: &mut [usize]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

/// One word on; past the last the state closes up.
fn step(state: &mut [u32; 624], i: usize) -> usize {
    if i < 623 {
        return i + 1;
    }
    state[0] = state[623];
    1
}
