//! Times deltas on a full graph of 16,384 vertices and 65,536 edges: edges that come and go at random, a hub that all vertices
//! hang on.

#[path = "../tests/shared/random.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod random;

use gate::arena::Arena;
use gate::graph::GraphStore;
use random::Random;
use std::time::Instant;

const VERTICES: u64 = 16_384;
const EDGES: usize = 65_536;

fn main() {
    println!("{:34} {:>9} {:>9} {:>9} {:>9}", "deltas", "median ns", "mean ns", "p99 ns", "p99.9 ns");
    let words = GraphStore::words(VERTICES as usize, EDGES);
    println!("{} KiB", words >> 7);
    for spread in [1, 0x9e37_79b9_7f4a_7c15] {
        let mut slab = vec![0; words];
        let mut graph =
            GraphStore::new(&mut Arena::new(&mut slab), VERTICES as usize, EDGES).expect("words() is enough");
        let mut random = Random(7);
        let id = |vertex: u64| vertex.wrapping_mul(spread);
        let mut edges: Vec<(u64, u64)> = (0..VERTICES).map(|v| (id(v), id((v + 1) % VERTICES))).collect();
        let hub = id(0);
        for (u, v) in &edges {
            graph.edge_add(*u, *v, 1).expect("a ring");
        }
        let mut fill = Times::new("fill");
        while edges.len() < EDGES {
            let (u, v) = (id(random.below(VERTICES)), id(random.below(VERTICES)));
            if fill.time(|| graph.edge_add(u, v, 1).is_ok()) {
                edges.push((u, v));
            }
        }
        fill.print();
        let (mut add, mut remove) = (Times::new("edge_add at the brim"), Times::new("edge_remove at the brim"));
        let mut update = Times::new("weight_update");
        let units = graph.units();
        for round in 0..400_000 {
            let place = VERTICES as usize + random.below(EDGES as u64 - VERTICES) as usize;
            let (u, v) = edges[place];
            update.time(|| graph.weight_update(u, v, 2 + round).is_ok());
            remove.time(|| graph.edge_remove(u, v).is_ok());
            loop {
                let (u, v) = (id(random.below(VERTICES)), id(random.below(VERTICES)));
                if add.time(|| graph.edge_add(u, v, 1).is_ok()) {
                    edges[place] = (u, v);
                    break;
                }
            }
        }
        [&add, &remove, &update].into_iter().for_each(Times::print);
        println!("{} units for 400,000 pairs of them, beside their own", graph.units() - units);
        // The hub takes the place of random edges, then gives it back.
        let (mut add, mut remove) = (Times::new("edge_add at a hub"), Times::new("edge_remove at a hub"));
        for (u, v) in &edges[VERTICES as usize..VERTICES as usize + 16_000] {
            graph.edge_remove(*u, *v).expect("it is there");
        }
        for vertex in 2..16_000 {
            add.time(|| graph.edge_add(hub, id(vertex), 1).is_ok());
        }
        for _ in 0..100_000 {
            let vertex = id(2 + random.below(15_998));
            remove.time(|| graph.edge_remove(hub, vertex).is_ok());
            add.time(|| graph.edge_add(vertex, hub, 1).is_ok());
        }
        [&add, &remove].into_iter().for_each(Times::print);
    }
}

/// The times of one kind of delta.
struct Times {
    name: &'static str,
    nanos: Vec<u64>,
}

impl Times {
    fn new(name: &'static str) -> Self {
        Self { name, nanos: Vec::new() }
    }

    fn time<T>(&mut self, delta: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let outcome = std::hint::black_box(delta());
        self.nanos.push(start.elapsed().as_nanos() as u64);
        outcome
    }

    fn print(&self) {
        let mut nanos = self.nanos.clone();
        nanos.sort_unstable();
        let at = |share: f64| nanos[((nanos.len() - 1) as f64 * share) as usize];
        // Without the slowest thousandth, most of which is other programs.
        let quick = &nanos[..nanos.len() - nanos.len() / 1_000];
        let mean = quick.iter().sum::<u64>() / quick.len() as u64;
        println!("{:34} {:>9} {mean:>9} {:>9} {:>9}", self.name, at(0.5), at(0.99), at(0.999));
    }
}
