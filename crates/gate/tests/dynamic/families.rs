//! The eleven bench families at any size: the shapes of `benches/shared/graphs.rs`, drawn from the tests' own generator.

use std::collections::BTreeMap;

use crate::random::Random;

/// The names of the eleven, as the benches have them.
pub(crate) const NAMES: [&str; 11] = [
    "gnm_u",
    "ba_u",
    "planted_u",
    "reg8_u",
    "torus8_u",
    "ringcl_u",
    "gnm_w",
    "ba_w",
    "planted_w",
    "reg8_w",
    "torus8_w",
];

/// Edges (u, v, weight) on about `n` vertices numbered from 0, u < v, ascending; and how many vertices there are. At least 32 are needed.
pub(crate) fn edges(name: &str, n: u64, random: &mut Random) -> (Vec<(u64, u64, u64)>, u64) {
    assert!(n >= 32, "the families need some room");
    let (family, kind) = name.split_once('_').expect("family and kind of weights");
    let mut draw = Draw { random, weighted: kind == "w", edges: BTreeMap::new() };
    let n = match family {
        "gnm" => draw.gnm(n),
        "ba" => draw.ba(n),
        "planted" => draw.planted(n / 2 * 2),
        "reg8" => draw.cycles(0, n, 4),
        "torus8" => draw.torus8(n.isqrt()),
        "ringcl" => draw.ringcl(n / 8),
        other => panic!("no family {other}"),
    };
    (draw.edges.into_iter().map(|((u, v), weight)| (u, v, weight)).collect(), n)
}

struct Draw<'r> {
    random: &'r mut Random,
    weighted: bool,
    edges: BTreeMap<(u64, u64), u64>,
}

impl Draw<'_> {
    /// Takes the edge unless it is a loop or there already.
    fn offer(&mut self, u: u64, v: u64, weight: u64) {
        if u != v {
            self.edges.entry((u.min(v), u.max(v))).or_insert(weight);
        }
    }

    fn weight(&mut self) -> u64 {
        if self.weighted { 1 + self.random.below(1_000) } else { 1 }
    }

    /// So many random Hamiltonian cycles of these vertices.
    fn cycles(&mut self, first: u64, len: u64, count: usize) -> u64 {
        let mut order: Vec<u64> = (first..first + len).collect();
        for _ in 0..count {
            self.random.shuffle(&mut order);
            for at in 0..order.len() {
                let weight = self.weight();
                self.offer(order[at], order[(at + 1) % order.len()], weight);
            }
        }
        len
    }

    fn gnm(&mut self, n: u64) -> u64 {
        self.cycles(0, n, 1);
        while (self.edges.len() as u64) < 4 * n {
            let (u, v) = (self.random.below(n), self.random.below(n));
            let weight = self.weight();
            self.offer(u, v, weight);
        }
        n
    }

    fn ba(&mut self, n: u64) -> u64 {
        let mut ends = Vec::new();
        for u in 1..n {
            let mut chosen = Vec::new();
            while chosen.len() < u.min(4) as usize {
                let v = if u <= 4 { chosen.len() as u64 } else { self.random.pick(&ends) };
                if !chosen.contains(&v) {
                    chosen.push(v);
                }
            }
            for v in chosen {
                let weight = self.weight();
                self.offer(u, v, weight);
                ends.extend([u, v]);
            }
        }
        n
    }

    fn planted(&mut self, n: u64) -> u64 {
        let half = n / 2;
        self.cycles(0, half, 4);
        self.cycles(half, half, 4);
        for _ in 0..5 {
            let (u, v) = (self.random.below(half), half + self.random.below(half));
            self.offer(u, v, 1);
        }
        n
    }

    fn torus8(&mut self, side: u64) -> u64 {
        for i in 0..side {
            for j in 0..side {
                for (down, right) in [(0, 1), (1, 0), (1, 1), (1, side - 1)] {
                    let weight = self.weight();
                    self.offer(i * side + j, (i + down) % side * side + (j + right) % side, weight);
                }
            }
        }
        side * side
    }

    fn ringcl(&mut self, cliques: u64) -> u64 {
        for clique in 0..cliques {
            for i in 0..8 {
                (0..i).for_each(|j| self.offer(clique * 8 + i, clique * 8 + j, 3));
            }
            self.offer(clique * 8 + 7, (clique + 1) % cliques * 8, 1);
        }
        cliques * 8
    }
}
