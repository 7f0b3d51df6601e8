//! Units and time of the search with the whole family, on the bench graphs and on paths and cycles.

#[path = "../tests/cut/families.rs"]
#[allow(dead_code)]
mod families;
#[path = "../tests/cut/graph.rs"]
#[allow(dead_code)]
mod graph;
#[path = "../benches/shared/graphs.rs"]
mod graphs;
#[path = "../tests/shared/random.rs"]
#[allow(dead_code)]
mod random;

use gate::arena::Arena;
use gate::cut::Search;
use gate::cut::family::Family;
use gate::work::Work;
use graph::Graph;
use std::time::Instant;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    for n in [2048usize, 4096, 16_384] {
        if chosen("cycle") {
            time(&format!("cycle {n}"), &Graph::new(n, &families::cycle(n)));
        }
        if chosen("path") {
            time(&format!("path {n}"), &Graph::new(n, &families::path(n)));
        }
    }
    for (name, _) in graphs::GRAPHS {
        if chosen(name) {
            let edges: Vec<_> = graphs::edges(name).iter().map(|(u, v, w)| (*u as usize, *v as usize, *w)).collect();
            time(name, &Graph::new(graphs::VERTICES, &edges));
        }
    }
}

fn time(name: &str, graph: &Graph) {
    let core = graph.core();
    let (n, m) = (core.vertex_count(), core.edge_count());
    let mut area = vec![0; Search::words(n, m)];
    let mut slab = vec![0; Family::words(n)];
    let mut family = Family::new(&mut Arena::new(&mut slab), n).expect("words() is enough");
    let (mut search, mut best, mut units) = (Search::idle(), f64::MAX, 0);
    for _ in 0..3 {
        let start = Instant::now();
        let mut work = Work::new(u64::MAX);
        search.start(Search::split(&mut area, n).1, &core, &mut work);
        search.advance(Search::split(&mut area, n), &mut family, &mut work);
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        units = work.used();
    }
    let cut = search.result(&area[Search::front_words(n)..]).expect("done");
    let kernel = search.kernel_of(&area[Search::front_words(n)..]).iter().max().map_or(0, |last| last + 1);
    assert_eq!(cut.family, family.count(), "{name}");
    println!(
        "{name:12} {n:6} {m:6} lambda {:6} cuts {:10} kernel {kernel:6} {units:12} units {best:10.2} ms",
        cut.value, cut.family
    );
}
