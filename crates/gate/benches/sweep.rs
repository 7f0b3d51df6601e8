//! The static search on eleven large graphs: lambda, v1 and T* alone, and the whole family with its atoms.

#[path = "shared/graphs.rs"]
mod graphs;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gate::arena::Arena;
use gate::core_graph::CoreGraph;
use gate::cut::{Atoms, NoCuts, Search};
use gate::work::Work;

fn sweep(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sweep");
    group.sample_size(20);
    for name in graphs::NAMES {
        let graph = graphs::load(name);
        let core = CoreGraph {
            ids: &graph.ids,
            offsets: &graph.offsets,
            neighbours: &graph.neighbours,
            weights: &graph.weights,
        };
        let (n, m) = (core.vertex_count(), core.edge_count());
        let mut area = vec![0; Search::words(n, m)];
        let mut memory = vec![0; Atoms::words(n)];
        let mut search = Search::idle();
        let mut cut = || {
            let mut work = Work::new(u64::MAX);
            search.start(Search::split(&mut area, n).1, &core, &mut work);
            search.advance(Search::split(&mut area, n), &mut NoCuts, &mut work);
            let found = search.result(&area[Search::front_words(n)..]).expect("done");
            (found.value, found.first_separable, work.used())
        };
        let (value, first, units) = cut();
        let first = first.expect("a cut");
        println!("{name}: n {n}, m {m}, {} bytes, lambda {value}, v1 {first}, {units} units", Search::words(n, m) * 8);
        group.bench_function(BenchmarkId::new("cut", name), |bencher| bencher.iter(|| black_box(cut())));
        let mut all = || {
            let mut work = Work::new(u64::MAX);
            let mut atoms = Atoms::new(&mut Arena::new(&mut memory), n).expect("words() is enough");
            search.start(Search::split(&mut area, n).1, &core, &mut work);
            search.advance(Search::split(&mut area, n), &mut atoms, &mut work);
            (search.result(&area[Search::front_words(n)..]).expect("done").family, work.used())
        };
        let (family, units) = all();
        println!("{name}: {family} minimum cuts, {units} units");
        group.bench_function(BenchmarkId::new("family", name), |bencher| bencher.iter(|| black_box(all())));
    }
    group.finish();
}

criterion_group!(benches, sweep);
criterion_main!(benches);
