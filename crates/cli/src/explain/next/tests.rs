//! Atoms and next-best cuts against all cuts of small graphs.

use super::*;

/// Numbers that look random and are the same every time (Steele, Lea and Flood 2014, SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

type Edges = Vec<(u32, u32, u64)>;

/// The values of all sides that hold vertex n - 1 not, by their members as bits.
fn cuts(n: usize, edges: &Edges) -> Vec<(u32, u64)> {
    let inside = |side: u32, vertex: u32| side >> vertex & 1 == 1;
    let value =
        |side: u32| edges.iter().filter(|(u, v, _)| inside(side, *u) != inside(side, *v)).map(|edge| edge.2).sum();
    (1..1 << (n - 1)).map(|side| (side, value(side))).collect()
}

/// The least value, the atom of each vertex, and the least value of a cut that separates an atom: by looking at all cuts.
fn brute(n: usize, edges: &Edges) -> (u64, Vec<u32>, Option<u64>) {
    let cuts = cuts(n, edges);
    let least = cuts.iter().map(|(_, value)| *value).min().unwrap_or(0);
    let separates = |side: u32, u: u32, v: u32| (side >> u ^ side >> v) & 1 == 1;
    let together = |u: u32, v: u32| !cuts.iter().any(|(side, value)| *value == least && separates(*side, u, v));
    let atoms = (0..n as u32).map(|v| (0..=v).find(|u| together(*u, v)).expect("itself")).collect::<Vec<u32>>();
    let splits = |side: u32| (0..n as u32).any(|v| separates(side, v, atoms[v as usize]));
    let next = cuts.iter().filter(|(side, _)| splits(*side)).map(|(_, value)| *value).min();
    (least, atoms, next)
}

fn check(n: usize, edges: &Edges) -> Option<u64> {
    let (least, atoms, next) = brute(n, edges);
    let found = search(n, edges, least, WORK_MAX);
    let mut labels = vec![0; n];
    for atom in found.atoms.expect("all atoms of a small graph") {
        atom.iter().for_each(|vertex| labels[*vertex as usize] = atom[0]);
    }
    assert_eq!(labels, atoms, "{n} {edges:?}");
    match (found.next, next) {
        (NextBest::None, None) => {}
        (NextBest::Exact(side), Some(value)) => {
            assert_eq!(side.value, value, "{n} {edges:?}");
            let inside = |vertex: &u32| side.vertices.contains(vertex);
            let weight: u64 = edges.iter().filter(|(u, v, _)| inside(u) != inside(v)).map(|edge| edge.2).sum();
            assert_eq!(weight, value, "the side that is shown has the value that is said: {n} {edges:?}");
            assert!(side.vertices.len() * 2 <= n && side.vertices.is_sorted());
            let splits = (0..n as u32).any(|v| inside(&v) != inside(&atoms[v as usize]));
            assert!(splits, "{n} {edges:?}");
        }
        (found, expected) => panic!("{found:?}, not {expected:?}: {n} {edges:?}"),
    }
    next
}

fn random_graph(random: &mut Random, weights: u64) -> (usize, Edges) {
    let n = 1 + random.below(9) as usize;
    let dense = 1 + random.below(10);
    let mut edges = Vec::new();
    for v in 1..n as u32 {
        for u in 0..v {
            if random.below(10) < dense {
                edges.push((u, v, 1 + random.below(weights)));
            }
        }
    }
    (n, edges)
}

#[test]
fn random_graphs_against_all_their_cuts() {
    let mut random = Random(4);
    let (mut graphs, mut without, mut apart) = (0, 0, 0);
    for weights in [1, 2, 3, 10, 1 << 40] {
        for _ in 0..600 {
            let (n, edges) = random_graph(&mut random, weights);
            graphs += 1;
            without += u32::from(check(n, &edges).is_none());
            apart += u32::from(pieces(n, &edges).len() > 1);
        }
    }
    println!("{graphs} graphs, {apart} of them in pieces, {without} without a next-best cut");
}

#[test]
fn rings_paths_stars_and_cliques() {
    let nothing = search(0, &[], 0, WORK_MAX);
    assert_eq!((nothing.atoms, nothing.next), (Some(Vec::new()), NextBest::None), "the empty graph");
    let mut graphs = 1;
    for n in 2..=9u32 {
        let ring: Edges = (0..n).map(|v| (v, (v + 1) % n, 5)).filter(|_| n > 2).collect();
        let path: Edges = (1..n).map(|v| (v - 1, v, 5)).collect();
        let rising: Edges = (1..n).map(|v| (v - 1, v, u64::from(v))).collect();
        let star: Edges = (1..n).map(|v| (0, v, 1 + u64::from(v % 2))).collect();
        let clique: Edges = (0..n).flat_map(|u| (u + 1..n).map(move |v| (u, v, u64::from(u + v)))).collect();
        for edges in [&ring, &path, &rising, &star, &clique, &Vec::new()] {
            check(n as usize, edges);
            graphs += 1;
        }
        assert_eq!(check(n as usize, &rising), (n > 2).then_some(2));
    }
    println!("{graphs} graphs");
}

#[test]
fn a_search_that_is_stopped_says_so() {
    let mut random = Random(5);
    let (mut unknown, mut at_most, mut exact) = (0, 0, 0);
    for _ in 0..300 {
        let (n, edges) = random_graph(&mut random, 1 << 20);
        let (least, _, next) = brute(n, &edges);
        for work_max in [0, 5, 10, 20, 40, 80] {
            match search(n, &edges, least, work_max).next {
                NextBest::None => assert_eq!(next, None),
                NextBest::Exact(side) => {
                    assert_eq!(Some(side.value), next);
                    exact += 1;
                }
                NextBest::AtMost(side) => {
                    assert!(Some(side.value) >= next);
                    at_most += 1;
                }
                NextBest::Unknown => unknown += 1,
            }
        }
    }
    println!("stopped {unknown} times before any was seen, {at_most} times after, came through {exact} times");
    assert!(unknown > 0 && at_most > 0 && exact > 0);
}

#[test]
fn large_graphs_stay_within_the_limit() {
    let n = 4_096u32;
    let torus: Edges = (0..n).flat_map(|v| [(v, v / 64 * 64 + (v + 1) % 64, 1), (v, (v + 64) % n, 1)]).collect();
    let mut random = Random(6);
    let mut sparse: Edges = (1..n).map(|v| (random.below(u64::from(v)) as u32, v, 1 + random.below(1 << 32))).collect();
    sparse.extend((0..n).map(|v| (v, (v + 1_000) % n, 1 + random.below(1 << 32))));
    let path: Edges = (1..n).map(|v| (v - 1, v, 1 << 32)).collect();
    // Two halves of the path in steps of their own: minimum cuts everywhere in one, none in the other.
    let steps: Edges = (1..n).map(|v| (v - 1, v, 7 + u64::from(v > n / 2) * u64::from(v))).collect();
    for (name, edges, least) in [("torus", &torus, 4), ("path", &path, 1 << 32), ("steps", &steps, 7)] {
        let found = search(n as usize, edges, least, WORK_MAX);
        println!("{name}: {} atoms, {:?}", found.atoms.expect("all atoms").len(), found.next);
        match name {
            "steps" => assert!(matches!(found.next, NextBest::Exact(side) if side.value == 7 + u64::from(n / 2 + 1))),
            _ => assert_eq!(found.next, NextBest::None, "minimum cuts part everything"),
        }
    }
    // The lightest vertex of the sparse graph is its minimum cut, or something else that is at most as light.
    let kernel = Kernel::new(n as usize, &sparse);
    let lightest = (0..n).map(|v| kernel.degree(v)).min().expect("a vertex");
    let found = search(n as usize, &sparse, lightest, WORK_MAX);
    assert!(matches!(&found.next, NextBest::Exact(side) if side.value > lightest), "{:?}", found.next);
    println!("sparse: {} atoms, {:?}", found.atoms.expect("all atoms").len(), found.next);
}
