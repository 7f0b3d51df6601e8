//! Graphs whose score fifty steps cannot find: the certified interval answers for them, up to full size.

use std::f64::consts::PI;

use gate::spectral::{ONE, STEPS_MAX, Score, SpectralSearch, lower_bound};
use gate::work::{Progress, Work};

use crate::dense;
use crate::graphs::{Graph, UNIT, ring_of_cliques, torus};
use crate::score::score;

/// nu2 of [`ring_of_cliques`] with at least three cliques of at least three vertices.
///
/// Turning the ring by one clique is a symmetry, so that nu2's eigenvector is a wave: what a clique has, the next has
/// times exp(i theta), theta = 2 pi / count. Within a clique the vertices without a link are alike. What is left are three
/// unknowns; elimination gives F(nu) = 0 below, in a form without cancellation, so that a nu of 1e-8 has all its digits.
fn nu2(count: usize, size: usize, inner: u64, link: u64) -> f64 {
    let (c, l, others) = (inner as f64, link as f64, size as f64 - 2.0);
    let (inside, end) = (c * (others + 1.0), c * (others + 1.0) + l);
    let sine = (PI / count as f64).sin();
    let is_below = |nu: f64| {
        let g = c * c * others / (2.0 * c - nu * inside);
        let pulled = 4.0 * (c + g) * l * sine * sine;
        let moved = nu * (end + c * others * inside / (2.0 * c - nu * inside)) * (end * (1.0 - nu) + c + l);
        moved < pulled
    };
    let (mut below, mut above) = (0.0, c / inside);
    for _ in 0..200 {
        let middle = below + (above - below) / 2.0;
        if is_below(middle) { below = middle } else { above = middle }
    }
    above
}

/// What is published of a graph with this minimum cut, checked against the true nu2.
fn check(name: &str, graph: &Graph, cut: u64, nu2: f64) -> (Score, u64, f64) {
    let n = graph.ids.len();
    let sigma = nu2 * (n - 1) as f64 / n as f64 * ONE as f64;
    let lower = lower_bound(cut, n as u32, graph.max_degree());
    let found = score(graph).at_least(lower);
    assert!(lower as f64 <= sigma, "{name}: the lower bound {lower} is above sigma {sigma}");
    assert!(sigma <= found.upper as f64, "{name}: the upper bound {} is below sigma {sigma}", found.upper);
    assert!(lower <= found.score && found.score <= found.upper, "{name}: {found:?}, lower {lower}");
    assert!(f64::from(found.neg_log2_nu2) <= -nu2.log2(), "{name}: {found:?}, nu2 {nu2}");
    println!(
        "{name}: sigma {sigma:.1} raw (nu2 {nu2:.2e}), in [{lower}, {}], score {}; lower {:.1} times too small, score {:.1} \
         times too great, nu2 <= 2^-{} where -log2 nu2 is {:.1}",
        found.upper,
        found.score,
        sigma / lower as f64,
        found.score as f64 / sigma,
        found.neg_log2_nu2,
        -nu2.log2(),
    );
    (found, lower, sigma)
}

#[test]
fn the_closed_form_of_rings_is_the_dense_eigenvalue() {
    let (mut checked, mut worst) = (0, 0.0_f64);
    for count in 3..=8 {
        for size in 3..=7 {
            for (inner, link) in [(UNIT, UNIT), (3 * UNIT, UNIT), (UNIT, UNIT >> 10)] {
                let exact = dense::nu2(&ring_of_cliques(count, size, inner, link));
                let error = (nu2(count, size, inner, link) - exact).abs() / exact;
                assert!(error < 1e-9, "{count} cliques of {size}, {inner} and {link}: {error:e}");
                worst = worst.max(error);
                checked += 1;
            }
        }
    }
    println!("{checked} rings against Jacobi, greatest relative error {worst:.1e}");
}

#[test]
fn rings_of_cliques_lie_in_their_interval_and_are_told_from_disconnected_graphs() {
    for count in [3, 8, 32, 128, 512, 2_048] {
        let graph = ring_of_cliques(count, 8, 3 * UNIT, UNIT);
        let exact = nu2(count, 8, 3 * UNIT, UNIT);
        let (found, lower, _) = check(&format!("{count} cliques of 8"), &graph, 2 * UNIT, exact);
        assert!(lower > 0 && found.neg_log2_nu2 < 64, "connected, and seen to be");
        let parts = ring_of_cliques(count, 8, 3 * UNIT, 0);
        assert_eq!(score(&parts), Score::ZERO, "without the links");
    }
    // Links so light that sigma is far below what 32 bits after the point can say: the cut's value still is not zero.
    let graph = ring_of_cliques(2_048, 8, 1 << 40, 1);
    let exact = nu2(2_048, 8, 1 << 40, 1);
    let (found, lower, sigma) = check("2048 cliques of 8, links of 2^-32", &graph, 2, exact);
    assert!(sigma < 1e-3 && lower == 0 && found.upper > 0 && found.neg_log2_nu2 < 64);
}

#[test]
fn a_full_standard_graph_takes_no_more_work_than_is_promised() {
    let (n, m) = (16_384, 65_536);
    let graph = torus(128);
    let view = graph.view();
    assert_eq!((view.vertex_count(), view.edge_count()), (n, m));
    // Waves along one axis: each vertex's eight neighbours are two in its own line and three in each line beside it.
    let exact = 0.75 * (1.0 - (2.0 * PI / 128.0).cos());
    check("torus of 128 by 128", &graph, 8 * UNIT, exact);
    let most = SpectralSearch::work_max(n, m);
    let mut area = vec![!0; SpectralSearch::words(n, m)];
    assert!(area.len() * 8 <= 1_536 << 10, "what a flight may take");
    let (mut search, mut work) = (SpectralSearch::new(), Work::new(u64::MAX));
    search.start(&mut area, &view, &mut work);
    let start = work.used();
    let (mut used, mut longest, mut calls) = (start, 0, 0);
    loop {
        let mut work = Work::new(1);
        let progress = search.advance(&mut area, &mut work);
        used += work.used();
        longest = longest.max(work.used());
        calls += 1;
        if progress == Progress::Done {
            break;
        }
    }
    let (n, m) = (n as u64, m as u64);
    assert!(used <= most && longest <= 9 * m + 14 * n && start == 4 * m + 3 * n);
    assert_eq!(calls, 2 * STEPS_MAX + 3);
    println!(
        "{used} units of at most {most}, {start} of them at the start, {calls} stages of at most {longest}; {} KiB",
        (area.len() * 8) >> 10
    );
}
