//! What must not matter: slices, a search reused, edge order, names.

use crate::families;
use crate::graph::{Graph, Random, run};
use gate::arena::Arena;
use gate::cut::{CutDigest, CutSearch, Search, vertex_set_digest};
use gate::work::{Progress, Work};
use proptest::prelude::*;

fn some_graphs() -> Vec<Graph> {
    let mut random = Random(3);
    let mut unit = |_: &mut Random| 1;
    let mut heavy = |random: &mut Random| 1 + random.next() % 1000;
    let mut graphs = vec![
        Graph::new(2, &families::path(2)),
        Graph::new(40, &families::path(40)),
        Graph::new(40, &families::cycle(40)),
        Graph::new(20, &families::clique(20)),
        Graph::new(64, &families::ring_of_cliques(8, 8)),
    ];
    for n in [9, 30, 120] {
        graphs.push(Graph::new(n, &families::scattered(n, n, &mut random, &mut unit)));
        graphs.push(Graph::new(n, &families::connected(n, 3 * n, &mut random, &mut unit)));
        graphs.push(Graph::new(n, &families::connected(n, 3 * n, &mut random, &mut heavy)));
        graphs.push(Graph::new(n, &families::planted(n, 4 * n, 3, &mut random, &mut unit)));
    }
    graphs
}

#[test]
fn slices_change_neither_result_nor_work() {
    let graphs = some_graphs();
    let mut random = Random(4);
    for graph in &graphs {
        let whole = graph.search();
        for budget in [1, 2, 7, 100, 5000] {
            assert_eq!(graph.search_in_slices(|| budget), whole, "slices of {budget}");
        }
        assert_eq!(graph.search_in_slices(|| 1 + random.next() % 50), whole, "slices of chance");
    }
    println!("{} graphs in 6 slicings each: same result, same work", graphs.len());
}

#[test]
fn checkpoints_are_close() {
    let graphs = some_graphs();
    let mut greatest = 0.0f64;
    for graph in &graphs {
        let core = graph.core();
        let (n, m) = (core.vertex_count(), core.edge_count());
        let mut slab = vec![0; CutSearch::words(n, m)];
        let mut search = CutSearch::new(&mut Arena::new(&mut slab), n, m).unwrap();
        let mut start = Work::new(0);
        search.start(&core, &mut start);
        assert!(start.used() <= 16 * (n + m) as u64);
        loop {
            let mut work = Work::new(1);
            let progress = search.advance(&mut work);
            greatest = greatest.max(work.used() as f64 / (n + m) as f64);
            assert!(work.used() <= 16 * (n + m) as u64, "{} units for n = {n}, m = {m}", work.used());
            if progress == Progress::Done {
                break;
            }
        }
    }
    println!("greatest step: {greatest:.2} units for each vertex and edge");
}

#[test]
fn no_budget_no_progress() {
    let graph = Graph::new(3, &families::path(3));
    let mut slab = vec![0; CutSearch::words(3, 2)];
    let mut search = CutSearch::new(&mut Arena::new(&mut slab), 3, 2).unwrap();
    search.start(&graph.core(), &mut Work::new(0));
    let mut work = Work::new(0);
    assert_eq!(search.advance(&mut work), Progress::Pending);
    assert_eq!(work.used(), 0);
    assert!(search.result().is_none());
}

/// One search object goes from graph to graph; every other search is dropped half-way first.
#[test]
fn a_search_leaves_no_traces() {
    let graphs = some_graphs();
    let n = graphs.iter().map(|graph| graph.ids.len()).max().unwrap();
    let m = graphs.iter().map(|graph| graph.core().edge_count()).max().unwrap();
    let mut slab = vec![0; CutSearch::words(n, m)];
    let mut search = CutSearch::new(&mut Arena::new(&mut slab), n, m).unwrap();
    let mut random = Random(5);
    let mut dropped = 0;
    for round in 0..600 {
        let graph = &graphs[random.below(graphs.len())];
        let fresh = graph.search();
        let mut start = Work::new(u64::MAX);
        search.start(&graph.core(), &mut start);
        if round % 2 == 0 {
            let _ = search.advance(&mut Work::new(random.next() % fresh.work));
            dropped += 1;
            continue;
        }
        assert_eq!(run(&mut search, &graph.core(), start.used(), &mut || u64::MAX), fresh);
    }
    println!("600 searches in one object, {dropped} of them dropped half-way: same result, same work");
}

#[test]
fn too_little_memory_is_refused() {
    let words = CutSearch::words(10, 20);
    for short in 0..words {
        assert!(CutSearch::new(&mut Arena::new(&mut vec![0; short]), 10, 20).is_err());
    }
    assert!(CutSearch::new(&mut Arena::new(&mut vec![0; words]), 10, 20).is_ok());
}

/// The areas that the profiles set aside.
#[test]
fn a_search_takes_what_it_may() {
    for (vertices, edges, kibibytes) in [(16_384, 65_536, 1_920), (49_152, 196_608, 5_760)] {
        let bytes = 8 * Search::words(vertices, edges);
        assert!(bytes <= kibibytes << 10, "{bytes} bytes");
        println!("{vertices} vertices, {edges} edges: {bytes} bytes, {} KiB", bytes >> 10);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// The order in which edges came, and which end was named first, leave no trace.
    #[test]
    fn edge_order_does_not_matter(
        edges in prop::collection::vec((0..12usize, 0..12usize, 1..5u64), 0..40),
        seed in any::<u64>(),
    ) {
        let first = Graph::new(12, &edges).search();
        let mut random = Random(seed);
        let mut shuffled: Vec<_> = edges.iter().map(|&(a, b, w)| if random.below(2) == 0 { (a, b, w) } else { (b, a, w) }).collect();
        random.shuffle(&mut shuffled);
        prop_assert_eq!(Graph::new(12, &shuffled).search(), first);
    }

    /// Ids enter the hash alone: any other ascending ids give the same cut, and another hash.
    #[test]
    fn ascending_ids_do_not_matter(
        edges in prop::collection::vec((0..12usize, 0..12usize, 1..5u64), 0..40),
        ids in prop::collection::btree_set(any::<u64>(), 12),
    ) {
        let plain = Graph::new(12, &edges).search();
        let ids: Vec<u64> = ids.into_iter().collect();
        let mut other = Graph::with_ids(ids, &edges).search();
        prop_assert_ne!(other.digest, plain.digest);
        // Long ids are more bytes to hash.
        other.digest = plain.digest;
        other.work = plain.work;
        prop_assert_eq!(other, plain);
    }
}

#[test]
fn a_kept_vertex_set_digest_gives_the_same_hash() {
    for graph in &some_graphs() {
        let core = graph.core();
        let mut slab = vec![0; CutSearch::words(core.vertex_count(), core.edge_count())];
        let mut arena = Arena::new(&mut slab);
        let mut search = CutSearch::new(&mut arena, core.vertex_count(), core.edge_count()).unwrap();
        let mut work = Work::new(u64::MAX);
        search.start(&core, &mut work);
        search.advance(&mut work);
        let mut digest = CutDigest::with_vertex_set(vertex_set_digest(core.ids));
        assert_eq!(digest.advance(core.ids, &search.result().unwrap(), &mut work), Progress::Done);
        assert_eq!(digest.finish(), graph.search().digest);
    }
}
