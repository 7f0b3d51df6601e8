//! Families of graphs as edge lists.

use crate::graph::Random;

pub(crate) type Edges = Vec<(usize, usize, u64)>;

/// A weight for each new edge.
pub(crate) type Weight<'w> = &'w mut dyn FnMut(&mut Random) -> u64;

pub(crate) fn path(n: usize) -> Edges {
    (1..n).map(|vertex| (vertex - 1, vertex, 1)).collect()
}

pub(crate) fn cycle(n: usize) -> Edges {
    (0..n).map(|vertex| (vertex, (vertex + 1) % n, 1)).collect()
}

pub(crate) fn clique(n: usize) -> Edges {
    (0..n).flat_map(|a| (0..a).map(move |b| (a, b, 1))).collect()
}

/// Cliques of `size` with inner weight 3, joined into a ring by edges of weight 1.
pub(crate) fn ring_of_cliques(count: usize, size: usize) -> Edges {
    let mut edges = Edges::new();
    for block in 0..count {
        edges.extend(clique(size).into_iter().map(|(a, b, _)| (block * size + a, block * size + b, 3)));
        edges.push((block * size + size - 1, (block + 1) % count * size, 1));
    }
    edges
}

pub(crate) fn tree(n: usize, random: &mut Random, weight: Weight<'_>) -> Edges {
    (1..n).map(|vertex| (vertex, random.below(vertex), weight(random))).collect()
}

/// `m` edges thrown at random, repetitions included.
pub(crate) fn scattered(n: usize, m: usize, random: &mut Random, weight: Weight<'_>) -> Edges {
    (0..m).map(|_| (random.below(n), random.below(n), weight(random))).collect()
}

/// A random Hamiltonian cycle and further edges, `m` in all.
pub(crate) fn connected(n: usize, m: usize, random: &mut Random, weight: Weight<'_>) -> Edges {
    let mut order: Vec<usize> = (0..n).collect();
    random.shuffle(&mut order);
    let mut edges: Edges = (0..n).map(|at| (order[at], order[(at + 1) % n], weight(random))).collect();
    edges.extend(scattered(n, m.saturating_sub(n), random, weight));
    edges
}

/// Two random halves joined by `bridges` edges of weight 1.
pub(crate) fn planted(n: usize, m: usize, bridges: usize, random: &mut Random, weight: Weight<'_>) -> Edges {
    let half = n / 2;
    let mut edges = connected(half, m / 2, random, weight);
    edges.extend(connected(n - half, m / 2, random, weight).into_iter().map(|(a, b, w)| (a + half, b + half, w)));
    edges.extend((0..bridges).map(|_| (random.below(half), half + random.below(n - half), 1)));
    edges
}

/// The edges with their vertices renamed at random.
pub(crate) fn renamed(edges: &Edges, n: usize, random: &mut Random) -> Edges {
    let mut names: Vec<usize> = (0..n).collect();
    random.shuffle(&mut names);
    edges.iter().map(|(a, b, weight)| (names[*a], names[*b], *weight)).collect()
}
