//! Small graphs with their minimum cuts by trying every side, and owned families.

#[path = "../shared/chance.rs"]
mod chance;

pub(crate) use chance::Random;
use gate::arena::Arena;
use gate::cut::family::{Family, Node, Outline};
use gate::work::Work;
use std::collections::BTreeSet;

/// A set of vertices as bits. Of the two sides of a cut it is the one without the lowest vertex.
pub(crate) type Side = u32;

/// Weights by pair of vertices.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) n: usize,
    pub(crate) weights: Vec<u64>,
}

impl Graph {
    pub(crate) fn new(n: usize) -> Self {
        Self { n, weights: vec![0; n * n] }
    }

    pub(crate) fn add(&mut self, a: usize, b: usize, weight: u64) {
        if a != b {
            self.weights[a * self.n + b] += weight;
            self.weights[b * self.n + a] += weight;
        }
    }

    pub(crate) fn weight(&self, a: usize, b: usize) -> u64 {
        self.weights[a * self.n + b]
    }

    /// lambda and the sides without vertex 0 that have it.
    pub(crate) fn minimum_cuts(&self) -> (u64, BTreeSet<Side>) {
        let mut least = u64::MAX;
        let mut family = BTreeSet::new();
        // Gray code: each side differs from the one before in one vertex.
        let (mut side, mut value) = (0u32, 0u64);
        for step in 1..1u32 << (self.n - 1) {
            let vertex = step.trailing_zeros() as usize + 1;
            let inside = side >> vertex & 1;
            for other in (0..self.n).filter(|other| *other != vertex) {
                let weight = self.weight(vertex, other);
                if side >> other & 1 == inside { value += weight } else { value -= weight }
            }
            side ^= 1 << vertex;
            if value < least {
                least = value;
                family.clear();
            }
            if value == least {
                family.insert(side);
            }
        }
        (least, family)
    }
}

/// A graph on 2 to 9 vertices of one of several kinds, often with many minimum cuts.
pub(crate) fn some_graph(random: &mut Random) -> Graph {
    let n = 2 + random.below(8);
    some_graph_on(n, random)
}

/// The same on `n` vertices.
pub(crate) fn some_graph_on(n: usize, random: &mut Random) -> Graph {
    loop {
        let mut graph = Graph::new(n);
        let top = 1 + random.below(3) as u64;
        let weight = |random: &mut Random| 1 + random.next() % top;
        match random.below(8) {
            0 => (0..n).for_each(|v| graph.add(v, (v + 1) % n, 1)),
            1 => (1..n).for_each(|v| graph.add(v, random.below(v), weight(random))),
            2 => (0..n * n).for_each(|pair| graph.add(pair / n, pair % n, u64::from(pair / n < pair % n))),
            3 => {
                (0..n).for_each(|v| graph.add(v, (v + 1) % n, 1));
                (0..1 + random.below(3)).for_each(|_| graph.add(random.below(n), random.below(n), 1));
            }
            4 => {
                (0..n).for_each(|v| graph.add(v, (v + 1) % n, 2));
                (0..1 + random.below(4)).for_each(|_| graph.add(random.below(n), random.below(n), weight(random)));
            }
            5 => cactus(&mut graph, random),
            6 => rings_face_to_face(&mut graph, random),
            _ => {
                let m = n + random.below(2 * n);
                (0..m).for_each(|_| graph.add(random.below(n), random.below(n), weight(random)));
            }
        }
        if graph.minimum_cuts().0 > 0 {
            return renamed(&graph, random);
        }
    }
}

/// Cycles and double edges glued together at vertices; some vertices are then united into heavier blocks.
fn cactus(graph: &mut Graph, random: &mut Random) {
    let mut placed = 1;
    while placed < graph.n {
        let fresh = (1 + random.below(4)).min(graph.n - placed);
        let start = random.below(placed);
        let mut last = start;
        for vertex in placed..placed + fresh {
            graph.add(last, vertex, 2);
            last = vertex;
        }
        graph.add(last, start, 2);
        placed += fresh;
    }
    if random.below(2) == 0 {
        graph.add(random.below(graph.n), random.below(graph.n), 4);
    }
}

/// Two paths whose ends are joined all to all: two rings with an edge between them.
fn rings_face_to_face(graph: &mut Graph, random: &mut Random) {
    let n = graph.n;
    if n < 4 {
        return graph.add(0, n - 1, 1);
    }
    let half = 2 + random.below(n - 3);
    (1..half).for_each(|v| graph.add(v - 1, v, 2));
    (half + 1..n).for_each(|v| graph.add(v - 1, v, 2));
    for a in [0, half - 1] {
        graph.add(a, half, 1);
        graph.add(a, n - 1, 1);
    }
}

fn renamed(graph: &Graph, random: &mut Random) -> Graph {
    let n = graph.n;
    let mut names: Vec<usize> = (0..n).collect();
    random.shuffle(&mut names);
    let mut other = Graph::new(n);
    for a in 0..n {
        for b in 0..a {
            other.add(names[a], names[b], graph.weight(a, b));
        }
    }
    other
}

/// Runs `body` with a family of exactly `vertices` vertices of room.
pub(crate) fn with_family<R>(vertices: usize, body: impl FnOnce(&mut Family<'_>) -> R) -> R {
    let mut words = vec![0; Family::words(vertices)];
    let mut arena = Arena::new(&mut words);
    let mut family = Family::new(&mut arena, vertices).unwrap();
    assert_eq!(arena.words_left(), 0, "words() is exact");
    body(&mut family)
}

/// Inserts a cut by the side that chance says.
pub(crate) fn insert(family: &mut Family<'_>, members: Side, side: Side, random: &mut Random) {
    let side = if random.below(2) == 0 { side } else { members & !side };
    let mut inside = vertices(side);
    random.shuffle(&mut inside);
    let outside = vertices(members & !side);
    family.insert(&inside, outside[random.below(outside.len())], &mut Work::new(u64::MAX));
    family.check();
}

pub(crate) fn vertices(side: Side) -> Vec<u16> {
    (0..32).filter(|vertex| side >> vertex & 1 == 1).collect()
}

fn bits(vertices: &[u16]) -> Side {
    vertices.iter().fold(0, |side, vertex| side | 1 << vertex)
}

/// The side without the lowest member.
pub(crate) fn normal(members: Side, side: Side) -> Side {
    if side & members & members.wrapping_neg() == 0 { side } else { members & !side }
}

/// All cuts of a family. Panics if one comes twice, or the count is another.
pub(crate) fn cuts(family: &Family<'_>, members: Side) -> BTreeSet<Side> {
    let mut found = BTreeSet::new();
    family.cuts(&mut [0; 32], |side| {
        let side = normal(members, bits(side));
        assert!(side != 0 && found.insert(side), "every cut comes once");
    });
    assert_eq!(family.count(), found.len() as u64);
    assert_eq!(family.has_cuts(), !found.is_empty());
    found
}

/// The tree without numbers or direction: its nodes, each with its atom and its neighbours as sets.
pub(crate) fn shape(family: &Family<'_>, members: Side) -> BTreeSet<(bool, Side, Vec<Side>)> {
    let mut nodes: Vec<(bool, Side, Vec<Side>)> = Vec::new();
    family.nodes(&mut [0; 32], |outline| match outline {
        Outline::Begin(node) => nodes.push((node == Node::Ring, 0, Vec::new())),
        Outline::Member(vertex) => nodes.last_mut().unwrap().1 |= 1 << vertex,
        Outline::Neighbour(far) => nodes.last_mut().unwrap().2.push(bits(far)),
    });
    let mut found = BTreeSet::new();
    for (ring, mut atom, mut neighbours) in nodes {
        let all = neighbours.iter().fold(atom, |all, side| all | side);
        assert!(all == members && neighbours.iter().all(|side| *side != 0), "a node's neighbours are all the rest");
        // A hub of one vertex and one edge is a leaf seen from the leaf.
        if !ring && neighbours.len() == 1 && atom.count_ones() == 1 {
            atom = 0;
        }
        if atom == 0 && neighbours.len() == 1 {
            continue;
        }
        if ring {
            let low = neighbours.iter().position(|side| side & members & members.wrapping_neg() != 0).unwrap();
            neighbours.rotate_left(low);
            if neighbours[1] > *neighbours.last().unwrap() {
                neighbours[1..].reverse();
            }
        } else {
            neighbours.sort_unstable();
        }
        assert!(found.insert((ring, atom, neighbours)));
    }
    found
}
