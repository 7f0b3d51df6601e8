//! Eleven large graphs: n = 16,384, about 65,536 edges, of the families on which exact solvers differ most. `_u` has weights of
//! one, `_w` of 1 to 1000.

use std::collections::BTreeMap;

pub(crate) const VERTICES: usize = 16_384;
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

/// A graph in compressed rows.
pub(crate) struct Graph {
    pub(crate) ids: Vec<u64>,
    pub(crate) offsets: Vec<u32>,
    pub(crate) neighbours: Vec<u32>,
    pub(crate) weights: Vec<u64>,
}

/// The graph of that name: `NAME.el` ("n m", then "u v w") in the folder that AVOUCH_BENCH_GRAPHS names, if it is set, and one
/// of the same family otherwise.
pub(crate) fn load(name: &str) -> Graph {
    let Some(folder) = std::env::var_os("AVOUCH_BENCH_GRAPHS") else {
        return generate(name);
    };
    let file = std::path::Path::new(&folder).join(format!("{name}.el"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut rows =
        text.lines().map(|line| line.split_whitespace().map(|word| word.parse().unwrap()).collect::<Vec<u64>>());
    let vertices = rows.next().expect("a first line")[0] as usize;
    let mut edges = Edges::default();
    rows.for_each(|row| edges.add(row[0] as usize, row[1] as usize, row[2]));
    edges.rows(vertices)
}

fn generate(name: &str) -> Graph {
    let (family, kind) = name.split_once('_').expect("family and weights");
    let mut random = Random(7);
    let mut edges = Edges::default();
    let weighted = kind == "w";
    match family {
        "gnm" => {
            edges.cycle(0, VERTICES, weighted, &mut random);
            while edges.0.len() < 4 * VERTICES {
                let (a, b) = (random.below(VERTICES), random.below(VERTICES));
                edges.throw(a, b, weighted, &mut random);
            }
        }
        "ba" => edges.preferential(weighted, &mut random),
        "planted" => {
            for half in [0, VERTICES / 2] {
                (0..4).for_each(|_| edges.cycle(half, VERTICES / 2, weighted, &mut random));
            }
            for _ in 0..5 {
                edges.add(random.below(VERTICES / 2), VERTICES / 2 + random.below(VERTICES / 2), 1);
            }
        }
        "reg8" => (0..4).for_each(|_| edges.cycle(0, VERTICES, weighted, &mut random)),
        "torus8" => edges.torus(weighted, &mut random),
        "ringcl" => edges.ring_of_cliques(),
        _ => panic!("no family {family}"),
    }
    edges.rows(VERTICES)
}

/// The edges so far, smaller end first. What is there stays.
#[derive(Default)]
struct Edges(BTreeMap<(usize, usize), u64>);

impl Edges {
    fn add(&mut self, a: usize, b: usize, weight: u64) {
        if a != b {
            self.0.entry((a.min(b), a.max(b))).or_insert(weight);
        }
    }

    fn throw(&mut self, a: usize, b: usize, weighted: bool, random: &mut Random) {
        let weight = if weighted { 1 + random.below(1000) as u64 } else { 1 };
        self.add(a, b, weight);
    }

    /// A random Hamiltonian cycle over `count` vertices from `first` on.
    fn cycle(&mut self, first: usize, count: usize, weighted: bool, random: &mut Random) {
        let mut order: Vec<usize> = (first..first + count).collect();
        for last in (1..count).rev() {
            order.swap(last, random.below(last + 1));
        }
        for at in 0..count {
            self.throw(order[at], order[(at + 1) % count], weighted, random);
        }
    }

    /// Four edges from each new vertex, to ends of earlier edges (Barabási and Albert, 1999).
    fn preferential(&mut self, weighted: bool, random: &mut Random) {
        let mut ends = Vec::new();
        let mut targets: Vec<usize> = (0..5).collect();
        for vertex in 1..VERTICES {
            if vertex < 5 {
                targets = (0..vertex).collect();
            } else {
                targets.clear();
                while targets.len() < 4 {
                    let end: usize = ends[random.below(ends.len())];
                    if !targets.contains(&end) {
                        targets.push(end);
                    }
                }
            }
            for &target in &targets {
                self.throw(vertex, target, weighted, random);
                ends.extend([vertex, target]);
            }
        }
    }

    /// Each vertex of a 128 by 128 torus with its eight neighbours.
    fn torus(&mut self, weighted: bool, random: &mut Random) {
        const SIDE: usize = 128;
        for (row, column) in (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row, column))) {
            for (down, right) in [(0, 1), (1, 0), (1, 1), (1, SIDE - 1)] {
                let other = (row + down) % SIDE * SIDE + (column + right) % SIDE;
                self.throw(row * SIDE + column, other, weighted, random);
            }
        }
    }

    /// Cliques of eight with inner weight 3, joined into a ring by single edges.
    fn ring_of_cliques(&mut self) {
        for first in (0..VERTICES).step_by(8) {
            (0..8).flat_map(|a| (0..a).map(move |b| (a, b))).for_each(|(a, b)| self.add(first + a, first + b, 3));
            self.add(first + 7, (first + 8) % VERTICES, 1);
        }
    }

    fn rows(&self, vertices: usize) -> Graph {
        let mut rows = vec![Vec::new(); vertices];
        for (&(a, b), &weight) in &self.0 {
            rows[a].push((b as u32, weight));
            rows[b].push((a as u32, weight));
        }
        let mut graph = Graph {
            ids: (0..vertices as u64).collect(),
            offsets: vec![0],
            neighbours: Vec::new(),
            weights: Vec::new(),
        };
        for mut row in rows {
            row.sort_unstable();
            graph.neighbours.extend(row.iter().map(|(to, _)| *to));
            graph.weights.extend(row.iter().map(|(_, weight)| *weight));
            graph.offsets.push(graph.neighbours.len() as u32);
        }
        graph
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}
