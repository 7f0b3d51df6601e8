//! Times the whole minimum-cut search on a few graphs, and on edge lists named on the command line ("n m", then "u v w").

#[path = "../tests/cut/families.rs"]
#[allow(dead_code)]
mod families;
#[path = "../tests/cut/graph.rs"]
#[allow(dead_code)]
mod graph;

use gate::arena::Arena;
use gate::cut::{CutDigest, CutSearch};
use gate::work::Work;
use graph::{Graph, Random};
use std::time::Instant;

fn main() {
    println!(
        "{:28} {:>6} {:>6} {:>12} {:>9} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "graph", "n", "m", "lambda", "cuts", "units", "all us", "units", "cut us", "hash us"
    );
    let mut random = Random(9);
    let mut unit = |_: &mut Random| 1;
    let mut heavy = |random: &mut Random| 1 + random.next() % (1000 << 32);
    time("K20 unit", &Graph::new(20, &families::clique(20)));
    let weighted: Vec<_> = families::clique(20).into_iter().map(|(a, b, _)| (a, b, heavy(&mut random))).collect();
    time("K20 weighted", &Graph::new(20, &weighted));
    for (n, m) in [(1024, 4096), (4096, 16384)] {
        time("random unit", &Graph::new(n, &families::connected(n, m, &mut random, &mut unit)));
        time("random weighted", &Graph::new(n, &families::connected(n, m, &mut random, &mut heavy)));
        time("planted unit", &Graph::new(n, &families::planted(n, m, 5, &mut random, &mut unit)));
        time("ring of 8-cliques", &Graph::new(n, &families::ring_of_cliques(n / 8, 8)));
        time("cycle", &Graph::new(n, &families::cycle(n)));
        time("path", &Graph::new(n, &families::path(n)));
    }
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file).expect("an edge list");
        let rows: Vec<Vec<u64>> = text
            .lines()
            .map(|line| line.split_whitespace().map(|word| word.parse().expect("a number")).collect())
            .collect();
        let edges: Vec<_> = rows[1..].iter().map(|row| (row[0] as usize, row[1] as usize, row[2])).collect();
        time(file.rsplit('/').next().unwrap_or(&file), &Graph::new(rows[0][0] as usize, &edges));
    }
}

/// The best of at least three runs and as many as fit in a fifth of a second.
fn time(name: &str, graph: &Graph) {
    let core = graph.core();
    let (n, m) = (core.vertex_count(), core.edge_count());
    let mut slab = vec![0; CutSearch::words(n, m)];
    let mut search = CutSearch::new(&mut Arena::new(&mut slab), n, m).expect("words() is enough");
    let begin = Instant::now();
    let (mut best, mut best_cut, mut best_hash, mut runs, mut units, mut units_cut) =
        (f64::MAX, f64::MAX, f64::MAX, 0, 0, 0);
    while runs < 3 || begin.elapsed().as_millis() < 200 {
        let start = Instant::now();
        let mut work = Work::new(u64::MAX);
        search.start(&core, &mut work);
        search.advance_without_family(&mut work);
        best_cut = best_cut.min(start.elapsed().as_secs_f64() * 1e6);
        units_cut = work.used();
        let start = Instant::now();
        let mut work = Work::new(u64::MAX);
        search.start(&core, &mut work);
        search.advance(&mut work);
        best = best.min(start.elapsed().as_secs_f64() * 1e6);
        units = work.used();
        let start = Instant::now();
        let mut digest = CutDigest::start();
        digest.advance(core.ids, &search.result().expect("done"), &mut work);
        std::hint::black_box(digest.finish());
        best_hash = best_hash.min(start.elapsed().as_secs_f64() * 1e6);
        runs += 1;
    }
    let cut = search.result().expect("done");
    println!(
        "{name:28} {n:6} {m:6} {:12} {:9} {units:10} {best:10.1} {units_cut:10} {best_cut:10.1} {best_hash:10.1}",
        cut.value, cut.family
    );
}
