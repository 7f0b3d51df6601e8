//! The spectral score.

use std::cell::RefCell;
use std::f64::consts::PI;

use gate::core_graph::Rows;
use gate::spectral::{ONE, STEPS_MAX, Score, SpectralSearch, lower_bound};
use gate::work::{Progress, Work};

use crate::dense;
use crate::graphs::{Graph, UNIT, bipartite, complete, cycle, hypercube, path, random, star, static_graphs};
use crate::random::Random;

/// The score, with slices of `slice` units, and the number of calls that it took.
fn sliced(graph: &Graph, slice: u64) -> (Score, u32) {
    let view = graph.view();
    // What the area holds before must not matter.
    let mut area = vec![0xa5a5_a5a5_5a5a_5a5a; SpectralSearch::words(view.vertex_count(), view.edge_count())];
    let mut search = SpectralSearch::new();
    search.start(&mut area, &view, &mut Work::new(slice));
    for call in 1.. {
        if search.advance(&mut area, &mut Work::new(slice)) == Progress::Done {
            return (search.result().unwrap(), call);
        }
        assert_eq!(search.result(), None);
    }
    unreachable!()
}

pub(crate) fn score(graph: &Graph) -> Score {
    sliced(graph, u64::MAX).0
}

/// Checks a graph whose nu2 is known, and returns the relative error of the score.
fn check(name: &str, graph: &Graph, nu2: f64, tolerance: f64) -> f64 {
    let n = graph.ids.len();
    let found = score(graph);
    let sigma = nu2 * (n - 1) as f64 / n as f64;
    let lower = lower_bound(graph.min_cut(), n as u32, graph.max_degree());
    let raw = sigma * ONE as f64;
    let error = (found.score as f64 - raw).abs() / raw;
    // 3 units for the resolution of the score itself.
    assert!(
        (found.score as f64 - raw).abs() <= tolerance * raw + 3.0,
        "{name}: {found:?}, sigma {sigma}, error {error:e}"
    );
    assert!(found.upper as f64 >= raw * (1.0 - 1e-12), "{name}: the upper bound {} is below sigma {raw}", found.upper);
    assert!(lower as f64 <= raw * (1.0 + 1e-12), "{name}: the lower bound {lower} is above sigma {raw}");
    assert!(found.score <= found.upper && lower <= found.upper, "{name}: {found:?}, lower {lower}");
    let certified = found.at_least(lower);
    assert!(lower <= certified.score && certified.score <= found.upper);
    assert!(f64::from(found.neg_log2_nu2) <= (-nu2.log2()).max(0.0) + 1e-9, "{name}: {found:?}, nu2 {nu2}");
    assert!(f64::from(found.neg_log2_nu2) + 1.1 >= -nu2.log2(), "{name}: {found:?}, nu2 {nu2}");
    error
}

#[test]
fn closed_forms() {
    let mut checked = 0;
    let mut expect = |name: String, graph: Graph, nu2: f64| {
        check(&name, &graph, nu2, 1e-9);
        checked += 1;
    };
    for n in 2..30 {
        expect(format!("complete {n}"), complete(n), n as f64 / (n - 1) as f64);
        expect(format!("path {n}"), path(n), 1.0 - (PI / (n - 1) as f64).cos());
        if n > 2 {
            expect(format!("cycle {n}"), cycle(n), 1.0 - (2.0 * PI / n as f64).cos());
            expect(format!("star {n}"), star(n), 1.0);
            expect(format!("bipartite {n} by 3"), bipartite(n, 3), 1.0);
        }
    }
    for dimension in 1..=9 {
        expect(format!("hypercube {dimension}"), hypercube(dimension), 2.0 / f64::from(dimension));
    }
    expect("cycle 64".into(), cycle(64), 1.0 - (2.0 * PI / 64.0).cos());
    println!("{checked} closed forms within 1e-9 of the score");
}

#[test]
fn a_complete_graph_has_the_score_one() {
    for n in [2, 3, 7, 20] {
        let found = score(&complete(n));
        assert_eq!(found.upper, ONE);
        assert!(found.score >= ONE - 2, "K{n}: {found:?}");
    }
}

#[test]
fn no_cut_no_score() {
    let two_parts = Graph::new(5, [(0, 1, 1), (1, 2, 7), (3, 4, 9)]);
    let isolated = Graph::new(4, [(0, 1, 1), (1, 2, 7)]);
    for graph in [two_parts, isolated, Graph::new(1, []), Graph::new(0, []), Graph::new(3, [])] {
        assert_eq!(score(&graph), Score::ZERO);
        assert_eq!(score(&graph).at_least(lower_bound(0, graph.ids.len() as u32, graph.max_degree())), Score::ZERO);
    }
}

#[test]
fn random_graphs_agree_with_jacobi() {
    let mut rng = Random(1);
    let (mut worst, mut checked) = (0.0_f64, 0);
    for round in 0..400 {
        let n = 2 + rng.below(39) as usize;
        let m = n + rng.below(3 * n as u64) as usize;
        let weight_max = [1, 1_000, UNIT, 1 << 50][round % 4];
        let graph = random(&mut rng, n, m, weight_max);
        worst = worst.max(check(&format!("random {round}"), &graph, dense::nu2(&graph), 1e-6));
        checked += 1;
    }
    println!("{checked} random graphs of up to 40 vertices, greatest relative error {worst:.1e}");
}

#[test]
fn scaling_all_weights_changes_nothing() {
    let mut rng = Random(2);
    for _ in 0..50 {
        let seed = rng.next();
        let make = || random(&mut Random(seed), 30, 80, 1_000);
        let plain = score(&make());
        // A power of two changes no mantissa; any other factor may move the last bits of a float.
        assert_eq!(score(&make().scaled(1 << 30)), plain);
        let (found, loose) = (score(&make().scaled(1_000_003)), 1 << 4);
        assert!(found.score.abs_diff(plain.score) <= loose && found.upper.abs_diff(plain.upper) <= 1 << 12);
    }
}

#[test]
fn slices_of_work_change_nothing() {
    let mut rng = Random(3);
    let mut calls = 0;
    for round in 0..40 {
        let n = 2 + rng.below(60) as usize;
        let graph = if round % 10 == 9 { complete(n) } else { random(&mut rng, n, 2 * n, 100) };
        let (whole, once) = sliced(&graph, u64::MAX);
        assert_eq!(once, 1);
        for slice in [1, 700, 5_000] {
            let (found, count) = sliced(&graph, slice);
            assert_eq!(found, whole);
            calls += count;
        }
    }
    println!("40 scores, the same in {calls} slices");
}

#[test]
fn work_is_what_the_documentation_says() {
    let mut rng = Random(4);
    let graph = random(&mut rng, 300, 1_200, 100);
    let view = graph.view();
    let (n, m) = (300, view.edge_count() as u64);
    let mut area = vec![0; SpectralSearch::words(n, m as usize)];
    let mut search = SpectralSearch::new();
    let mut work = Work::new(u64::MAX);
    search.start(&mut area, &view, &mut work);
    let n = n as u64;
    assert_eq!(work.used(), 4 * m + 3 * n);
    assert_eq!(search.advance(&mut area, &mut work), Progress::Done);
    let k = u64::from(search.result().unwrap().steps);
    assert_eq!(k, STEPS_MAX as u64);
    let all_but_the_union_find =
        (4 * m + 3 * n) + 5 * n + k * (m + 3 * n) + 106 * k + 2 * n + (k - 1) * (m + 2 * n) + (m + 2 * n);
    let union_find = work.used() - all_but_the_union_find;
    assert!((n..=9 * (n + m)).contains(&union_find), "{union_find}");
    assert_eq!(SpectralSearch::work_max(n as usize, m as usize), all_but_the_union_find + 9 * (n + m));
    println!("{} units in all, {union_find} of them for n = {n}, m = {m} in the union-find", work.used());
}

/// A graph whose rows come in another order each time.
struct Shuffled<'g>(&'g Graph, RefCell<Random>);

impl Rows for Shuffled<'_> {
    fn vertex_count(&self) -> usize {
        self.0.ids.len()
    }

    fn edge_count(&self) -> usize {
        self.0.view().edge_count()
    }

    fn id(&self, vertex: usize) -> u64 {
        self.0.ids[vertex]
    }

    fn neighbours(&self, vertex: usize) -> impl Iterator<Item = (usize, u64)> {
        let mut row: Vec<_> = self.0.view().row(vertex).collect();
        self.1.borrow_mut().shuffle(&mut row);
        row.into_iter()
    }
}

#[test]
fn the_order_of_rows_and_what_the_area_held_change_nothing() {
    let mut rng = Random(5);
    let mut area = vec![0; SpectralSearch::words(80, 240)];
    let mut search = SpectralSearch::new();
    let mut checked = 0;
    for _ in 0..60 {
        let n = 1 + rng.below(80) as usize;
        let graph = random(&mut rng, n, if n == 1 { 0 } else { 3 * n }, 1 << 50);
        // The same search, in the same area, larger than need be.
        let rows = Shuffled(&graph, RefCell::new(Random(rng.next())));
        search.start(&mut area, &rows, &mut Work::new(u64::MAX));
        assert_eq!(search.advance(&mut area, &mut Work::new(u64::MAX)), Progress::Done);
        assert_eq!(search.result(), Some(score(&graph)));
        assert_eq!(search.max_degree(), graph.max_degree());
        checked += 1;
    }
    println!("{checked} scores, the same from shuffled rows in a used area");
}

#[test]
fn connectivity_is_seen_in_any_order_of_joining() {
    let mut rng = Random(6);
    let (mut connected, mut work_most) = (0, 0.0_f64);
    for round in 0..400 {
        // A forest of a few trees whose vertices lie anywhere, so that trees join late and in odd order.
        let n = 2 + rng.below(300) as usize;
        let mut order: Vec<usize> = (0..n).collect();
        rng.shuffle(&mut order);
        let roots = if round % 2 == 0 { 1 } else { 2 + rng.below(3) as usize };
        let edges = (1..n).filter(|v| *v >= roots).map(|v| {
            let upper = if roots == 1 || rng.chance(128) { rng.below(v as u64) as usize } else { v - roots };
            (order[v], order[upper], 1 + rng.below(9))
        });
        let graph = Graph::new(n, edges.collect::<Vec<_>>());
        let found = score(&graph);
        let whole = roots == 1;
        assert_eq!(found.upper > 0, whole, "round {round}: {found:?}");
        connected += u32::from(whole);
        let mut work = Work::new(u64::MAX);
        let mut area = vec![0; SpectralSearch::words(n, n)];
        let mut search = SpectralSearch::new();
        search.start(&mut area, &graph.view(), &mut work);
        search.advance(&mut area, &mut work);
        let most = SpectralSearch::work_max(n, graph.view().edge_count());
        assert!(work.used() <= most);
        work_most = work_most.max(work.used() as f64 / most as f64);
    }
    println!("400 forests, {connected} of them trees; at most {work_most:.3} of the most work");
}

#[test]
fn start_vectors_that_deflate_to_nothing_are_replaced() {
    // Ids that SplitMix64 maps to words with the same upper 53 bits: the start vector is constant. Found by inverting it.
    let unmix = |z: u64| {
        let unshift = |z: u64, by: u32| (0..64 / by + 1).fold(z, |y, _| z ^ (y >> by));
        let inverse = |odd: u64| (0..6).fold(odd, |x, _| x.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(x))));
        let z = unshift(z, 31).wrapping_mul(inverse(0x94d0_49bb_1331_11eb));
        let z = unshift(z, 27).wrapping_mul(inverse(0xbf58_476d_1ce4_e5b9));
        unshift(z, 30).wrapping_sub(0x9e37_79b9_7f4a_7c15)
    };
    let mut graph = cycle(9);
    graph.ids = (0..9).map(|low| unmix(0x1234_5678_9abc_d000 + low)).collect();
    graph.ids.sort_unstable();
    check("cycle 9 with equal start entries", &graph, 1.0 - (2.0 * PI / 9.0).cos(), 1e-9);
}

#[test]
fn weights_at_the_limit_do_not_overflow() {
    let heavy = Graph::new(4, [(0, 1, (1 << 62) - 4), (1, 2, 1), (2, 3, 1), (3, 0, 1)]);
    let found = score(&heavy);
    assert!(found.score <= found.upper && found.upper <= ONE);
    let lower = lower_bound(heavy.min_cut(), 4, heavy.max_degree());
    assert!(lower <= found.upper);
    let all = complete(40).scaled((1 << 30) / 800);
    check("complete 40, heavy", &all, 40.0 / 39.0, 1e-9);
}

#[test]
fn bounds_hold_whatever_the_weights() {
    // Weights of all magnitudes: nu2 may lie below what floats resolve, the bounds may not cross all the same.
    let mut rng = Random(8);
    let mut checked = 0;
    for round in 0..300 {
        let n = 2 + rng.below(50) as usize;
        let tree: Vec<_> = (1..n).map(|v| (rng.below(v as u64) as usize, v)).collect();
        let chords: Vec<_> = (0..n).map(|_| (rng.below(n as u64) as usize, rng.below(n as u64) as usize)).collect();
        let pairs = tree.into_iter().chain(chords).filter(|(u, v)| u != v);
        let graph = Graph::new(n, pairs.map(|(u, v)| (u, v, 1_u64 << rng.below(55))).collect::<Vec<_>>());
        let found = score(&graph);
        let certified = found.at_least(lower_bound(graph.min_cut(), n as u32, graph.max_degree()));
        assert!(certified.score <= found.upper && found.upper <= ONE, "round {round}: {found:?}");
        assert!(found.upper > 0 && found.neg_log2_nu2 < 200, "round {round}: {found:?}");
        checked += 1;
    }
    println!("{checked} graphs with weights from 1 to 2^54");
}

#[test]
fn graphs_from_files() {
    let Some(graphs) = static_graphs() else {
        println!("skipped: static_graphs is not there");
        return;
    };
    let mut checked = 0;
    for (name, graph, cut) in &graphs {
        let n = graph.ids.len();
        let found = score(graph);
        let lower = lower_bound(*cut, n as u32, graph.max_degree());
        assert!(lower <= found.upper && found.score <= found.upper, "{name}: {found:?}, lower {lower}");
        if n <= 260 {
            let sigma = dense::nu2(graph) * (n - 1) as f64 / n as f64 * ONE as f64;
            assert!(
                lower as f64 <= sigma + 1.0 && sigma <= found.upper as f64 + 1.0,
                "{name}: sigma {sigma}, {found:?}"
            );
            let error = (found.score as f64 - sigma) / sigma;
            assert!((-1e-6..0.02).contains(&error), "{name}: sigma {sigma}, {found:?}, error {error:e}");
            println!("{name}: n {n}, sigma {:.6}, error {error:.1e}, {} steps", sigma / ONE as f64, found.steps);
        }
        checked += 1;
    }
    println!("{checked} graphs from files");
}
