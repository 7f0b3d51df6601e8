//! Small graphs against brute force.

use crate::brute::brute_force;
use crate::families::{self, Edges};
use crate::graph::{Graph, Random};

fn weights(kind: usize) -> impl FnMut(&mut Random) -> u64 {
    move |random| match kind {
        0 => 1,
        1 => 1 + random.next() % 3,
        2 => (1 + random.next() % 3) << 32,
        3 => 1 + random.next() % (1 << 40),
        _ => (1 << 55) + random.next() % 2,
    }
}

fn sample(random: &mut Random, n: usize) -> Edges {
    let mut weight = weights(random.below(5));
    let edges = match random.below(9) {
        0 => families::path(n),
        1 => families::cycle(n),
        2 => families::clique(n),
        3 => families::tree(n, random, &mut weight),
        4 => {
            let mut edges = families::tree(n, random, &mut weight);
            edges.extend(families::scattered(n, n / 2, random, &mut weight));
            edges
        }
        5 => families::planted(n.max(4), 2 * n, 1 + random.below(3), random, &mut weight),
        6 => families::connected(n, n + random.below(2 * n), random, &mut weight),
        7 => {
            let mut edges = families::cycle(n);
            edges.extend(families::scattered(n, 2, random, &mut |_| 1));
            edges
        }
        _ => {
            let m = random.below(3 * n);
            families::scattered(n, m, random, &mut weight)
        }
    };
    families::renamed(&edges, n.max(4), random)
}

#[test]
fn random_graphs_equal_brute_force() {
    let mut random = Random(1);
    let (mut graphs, mut disconnected, mut cuts) = (0, 0, 0);
    for round in 0..12_000 {
        let n = 2 + round % 8;
        let edges = sample(&mut random, n);
        let graph = Graph::new(n.max(4), &edges);
        let expected = brute_force(&graph);
        let found = graph.search();
        expected.check(&found, &graph);
        graphs += 1;
        disconnected += usize::from(expected.value == 0);
        cuts += found.family;
    }
    println!(
        "{graphs} random graphs of 4 to 9 vertices equal brute force, {disconnected} disconnected, {cuts} minimum cuts"
    );
}

#[test]
fn every_graph_of_five_vertices_equals_brute_force() {
    let pairs: Vec<(usize, usize)> = (0..5).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
    let mut graphs = 0;
    for n in 2..=5 {
        let pairs: Vec<_> = pairs.iter().filter(|(a, _)| *a < n).collect();
        for choice in 0..1u32 << pairs.len() {
            let chosen = |at: &usize| choice >> at & 1 == 1;
            let edges: Edges = (0..pairs.len()).filter(chosen).map(|at| (pairs[at].0, pairs[at].1, 1)).collect();
            let graph = Graph::new(n, &edges);
            brute_force(&graph).check(&graph.search(), &graph);
            graphs += 1;
        }
    }
    println!("{graphs} graphs of 2 to 5 vertices, all there are with unit weights, equal brute force");
}

#[test]
fn larger_graphs_equal_brute_force() {
    let mut random = Random(2);
    let mut graphs = 0;
    for _ in 0..60 {
        let n = 10 + random.below(5);
        let edges = sample(&mut random, n);
        let graph = Graph::new(n, &edges);
        brute_force(&graph).check(&graph.search(), &graph);
        graphs += 1;
    }
    println!("{graphs} random graphs of 10 to 14 vertices equal brute force");
}

/// Too large for brute force: here the search with and the search without the family, which go different ways, agree.
#[test]
fn larger_graphs_with_and_without_the_family() {
    let mut random = Random(7);
    let mut cuts = 0;
    for round in 0..1_500 {
        let n = 20 + random.below(if round % 10 == 0 { 600 } else { 60 });
        let mut weight = weights(random.below(4));
        let edges = match random.below(5) {
            0 => families::planted(n, 5 * n, 1 + random.below(4), &mut random, &mut weight),
            1 => families::connected(n, n + random.below(4 * n), &mut random, &mut weight),
            2 => families::ring_of_cliques(n / 5, 5),
            3 => {
                let mut edges = families::tree(n, &mut random, &mut weight);
                edges.extend(families::scattered(n, n, &mut random, &mut weight));
                edges
            }
            _ => families::connected(n, 6 * n, &mut random, &mut weight),
        };
        let edges = families::renamed(&edges, n, &mut random);
        cuts += Graph::new(n, &edges).search().family;
    }
    println!("1500 random graphs of 20 to 620 vertices, {cuts} minimum cuts: value, v1 and T* alike without them");
}

#[test]
fn nothing_and_one_vertex_have_no_cut() {
    for n in 0..2 {
        let found = Graph::new(n, &[]).search();
        assert_eq!((found.value, found.components, found.family), (0, n as u32, 0));
        assert_eq!((found.first_separable, found.far_side), (None, vec![false; n]));
        assert_eq!(found.atom, vec![0; n]);
    }
}

#[test]
fn families_with_known_counts() {
    for n in [3, 10, 64, 300] {
        let found = Graph::new(n, &families::cycle(n)).search();
        assert_eq!((found.value, found.family), (2, (n * (n - 1) / 2) as u64), "cycle of {n}");
        let found = Graph::new(n, &families::path(n)).search();
        assert_eq!((found.value, found.family), (1, n as u64 - 1), "path of {n}");
    }
    for n in [4, 20, 60] {
        let found = Graph::new(n, &families::clique(n)).search();
        assert_eq!((found.value, found.family), (n as u64 - 1, n as u64), "clique of {n}");
    }
    let found = Graph::new(40 * 8, &families::ring_of_cliques(40, 8)).search();
    assert_eq!((found.value, found.family), (2, 40 * 39 / 2), "ring of cliques");
    assert!((0..320).all(|vertex| found.atom[vertex] == (vertex / 8 * 8) as u32));
}
