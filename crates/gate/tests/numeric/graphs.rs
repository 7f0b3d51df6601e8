//! Graphs for the tests: a builder of views, the named families, random graphs, files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gate::core_graph::CoreGraph;

use crate::random::Random;

/// One in raw 32.32.
pub(crate) const UNIT: u64 = 1 << 32;

/// An owned view.
pub(crate) struct Graph {
    pub(crate) ids: Vec<u64>,
    offsets: Vec<u32>,
    neighbours: Vec<u32>,
    weights: Vec<u64>,
}

impl Graph {
    /// From edges between indices, in any order; parallel edges add up.
    pub(crate) fn new(n: usize, edges: impl IntoIterator<Item = (usize, usize, u64)>) -> Self {
        let mut rows = vec![BTreeMap::<u32, u64>::new(); n];
        for (u, v, weight) in edges {
            assert_ne!(u, v);
            *rows[u].entry(v as u32).or_default() += weight;
            *rows[v].entry(u as u32).or_default() += weight;
        }
        let mut graph = Self {
            ids: (0..n as u64).map(|index| 10 + 3 * index).collect(),
            offsets: vec![0],
            neighbours: vec![],
            weights: vec![],
        };
        for row in rows {
            graph.neighbours.extend(row.keys());
            graph.weights.extend(row.values());
            graph.offsets.push(graph.neighbours.len() as u32);
        }
        graph
    }

    pub(crate) fn view(&self) -> CoreGraph<'_> {
        CoreGraph { ids: &self.ids, offsets: &self.offsets, neighbours: &self.neighbours, weights: &self.weights }
    }

    pub(crate) fn scaled(mut self, factor: u64) -> Self {
        self.weights.iter_mut().for_each(|weight| *weight *= factor);
        self
    }

    pub(crate) fn degree(&self, vertex: usize) -> u64 {
        self.view().row(vertex).map(|(_, weight)| weight).sum()
    }

    pub(crate) fn max_degree(&self) -> u64 {
        (0..self.ids.len()).map(|vertex| self.degree(vertex)).max().unwrap_or(0)
    }

    /// The minimum cut's value by Stoer and Wagner's algorithm, in its plain cubic form.
    pub(crate) fn min_cut(&self) -> u64 {
        let n = self.ids.len();
        let mut weight = vec![vec![0_u64; n]; n];
        for (u, row) in weight.iter_mut().enumerate() {
            self.view().row(u).for_each(|(v, w)| row[v] = w);
        }
        let mut active: Vec<usize> = (0..n).collect();
        let mut best = u64::MAX;
        while active.len() > 1 {
            let mut key = vec![0_u64; n];
            let mut left = active.clone();
            let (mut last, mut before) = (0, 0);
            while !left.is_empty() {
                let place = (0..left.len()).max_by_key(|place| key[left[*place]]).unwrap();
                before = last;
                last = left.swap_remove(place);
                left.iter().for_each(|v| key[*v] += weight[last][*v]);
            }
            best = best.min(key[last]);
            let moved = weight[last].clone();
            for (v, moved) in moved.into_iter().enumerate().filter(|(v, _)| *v != before && *v != last) {
                weight[before][v] += moved;
                weight[v][before] += moved;
            }
            active.retain(|v| *v != last);
        }
        best
    }
}

pub(crate) fn complete(n: usize) -> Graph {
    Graph::new(n, (0..n).flat_map(|u| (u + 1..n).map(move |v| (u, v, UNIT))))
}

pub(crate) fn path(n: usize) -> Graph {
    Graph::new(n, (1..n).map(|v| (v - 1, v, UNIT)))
}

pub(crate) fn cycle(n: usize) -> Graph {
    Graph::new(n, (0..n).map(|v| (v, (v + 1) % n, UNIT)))
}

pub(crate) fn star(n: usize) -> Graph {
    Graph::new(n, (1..n).map(|v| (0, v, UNIT)))
}

pub(crate) fn bipartite(a: usize, b: usize) -> Graph {
    Graph::new(a + b, (0..a).flat_map(|u| (a..a + b).map(move |v| (u, v, UNIT))))
}

pub(crate) fn hypercube(dimension: u32) -> Graph {
    let n = 1_usize << dimension;
    Graph::new(n, (0..n).flat_map(|u| (0..dimension).map(move |bit| (u, u ^ 1 << bit, UNIT))).filter(|(u, v, _)| u < v))
}

/// A ring of `count` cliques of `size` vertices, with edges of weight `inner`; the last vertex of each is joined to the first
/// of the next by an edge of weight `link`, or not at all if that is 0.
pub(crate) fn ring_of_cliques(count: usize, size: usize, inner: u64, link: u64) -> Graph {
    let cliques = (0..count)
        .flat_map(move |c| (0..size).flat_map(move |u| (0..u).map(move |v| (c * size + u, c * size + v, inner))));
    let links = (0..count).map(move |c| (c * size + size - 1, (c + 1) % count * size, link));
    Graph::new(count * size, cliques.chain(links.filter(|_| link > 0)))
}

/// A torus of `side` by `side` vertices, each joined to the eight around it.
pub(crate) fn torus(side: usize) -> Graph {
    let to = move |i: usize, j: usize| i % side * side + j % side;
    let around = [(0, 1), (1, 0), (1, 1), (1, side - 1)];
    let edges = (0..side * side).flat_map(move |v| {
        let (i, j) = (v / side, v % side);
        around.map(|(down, right)| (v, to(i + down, j + right), UNIT))
    });
    Graph::new(side * side, edges)
}

/// A cycle and random chords, `m` edges drawn in all, with weights up to `weight_max`.
pub(crate) fn random(random: &mut Random, n: usize, m: usize, weight_max: u64) -> Graph {
    let mut edges: Vec<_> =
        (1..n).map(|v| (random.below(v as u64) as usize, v, 1 + random.below(weight_max))).collect();
    while edges.len() < m {
        let (u, v) = (random.below(n as u64) as usize, random.below(n as u64) as usize);
        if u != v {
            edges.push((u, v, 1 + random.below(weight_max)));
        }
    }
    Graph::new(n, edges)
}

/// The graphs of `static_graphs`, with their names and minimum cuts, in order of name; `None` if the folder is absent.
pub(crate) fn static_graphs() -> Option<Vec<(String, Graph, u64)>> {
    let shared = std::env::var_os("AVOUCH_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    let folder = shared.join("data/static_graphs");
    let cuts = std::fs::read_to_string(folder.join("mincuts.csv")).ok()?;
    let read = |line: &str| {
        let mut fields = line.split(',');
        let name = fields.next()?.to_owned();
        let cut = fields.nth(2)?.parse::<u64>().ok()?;
        let text = std::fs::read_to_string(folder.join(format!("{name}.edges"))).ok()?;
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let n = lines.next()?.split_whitespace().next()?.parse().ok()?;
        let edges = lines.filter_map(|line| {
            let mut numbers = line.split_whitespace().map(|number| number.parse::<u64>().unwrap());
            Some((numbers.next()? as usize, numbers.next()? as usize, numbers.next()? * UNIT))
        });
        Some((name, Graph::new(n, edges), cut * UNIT))
    };
    Some(cuts.lines().skip(1).filter_map(read).collect())
}
