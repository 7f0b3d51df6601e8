//! Whole changes, with the family.

use std::collections::BTreeMap;
use std::time::Instant;

use gate::arena::Arena;
use gate::cut::family::Family;
use gate::cut::local::live::Live;
use gate::cut::rules::{Change, Dynamic, State};
use gate::work::Work;

use crate::packed::{Edge, Packed};
use crate::random::Random;
use crate::ranks;
use crate::recompute::recompute;

/// Edges that are gone while ticks run.
const GONE: usize = 1000;

/// After so many searches the graph is not worth more time.
const STALE_MAX: u32 = 100;

/// The state, and what it has met so far.
struct Run<'a> {
    dynamic: Dynamic,
    family: Family<'a>,
    scratch: Vec<u64>,
    times: BTreeMap<String, Vec<f64>>,
    stale: u32,
}

impl<'a> Run<'a> {
    fn new(graph: &Packed, slab: &'a mut [u64]) -> Self {
        let slots = graph.slots();
        let mut run = Self {
            dynamic: Dynamic::new(1 << 18),
            family: Family::new(&mut Arena::new(slab), slots).expect("words"),
            scratch: vec![0; Dynamic::words(slots)],
            times: BTreeMap::new(),
            stale: 0,
        };
        run.recompute(graph);
        run
    }

    fn recompute(&mut self, graph: &Packed) {
        self.dynamic.set(recompute(graph, &mut self.family, &mut self.scratch));
        self.dynamic.scratch_changed();
    }

    /// A search if one is due; whether it was.
    fn refresh(&mut self, graph: &Packed) -> bool {
        let is_stale = self.dynamic.state() == State::Stale;
        if is_stale {
            self.stale += 1;
            self.recompute(graph);
        }
        is_stale
    }

    /// Microseconds and units.
    fn apply(&mut self, graph: &Packed, edge: Edge, before: u64, after: u64) -> [f64; 2] {
        let Edge { u, v, .. } = edge;
        let change = Change { u, v, before, after, u_is_new: false, v_is_new: false, u_gone: false, v_gone: false };
        let mut work = Work::new(u64::MAX);
        let started = Instant::now();
        let rule = self.dynamic.apply(change, graph, &mut self.family, &mut self.scratch, &mut work).expect("words");
        let time = started.elapsed().as_secs_f64() * 1e6;
        self.times.entry(format!("{rule:?}")).or_default().push(time);
        [time, work.used() as f64]
    }

    fn print(self, graph: &Packed) {
        let Self { dynamic, mut family, mut scratch, times, .. } = self;
        let (state, count) = (dynamic.state(), family.count());
        assert_eq!((state, count), (recompute(graph, &mut family, &mut scratch), family.count()), "as from scratch");
        println!("    {state:?}, {count} cuts");
        for (rule, times) in times {
            println!("    {rule:<14} {:>6} us {}", times.len(), ranks(times));
        }
    }
}

/// An edge goes, and comes back.
pub(crate) fn time(graph: &mut Packed, name: &str, count: usize) {
    let mut slab = vec![0; Family::words(graph.slots())];
    let mut run = Run::new(graph, &mut slab);
    let mut random = Random(1);
    for _ in 0..count {
        let edge = graph.take(&mut random);
        if graph.leaves_alone(edge) {
            graph.give_back(edge);
            continue;
        }
        run.apply(graph, edge, edge.weight, 0);
        graph.give_back(edge);
        run.apply(graph, edge, 0, edge.weight);
        if run.refresh(graph) && run.stale == STALE_MAX {
            break;
        }
    }
    println!("{name}: {} searches", run.stale);
    run.print(graph);
}

/// Ticks of five edges that go and five that come back, out of a thousand that are gone. A search at once follows each
/// tick that ends stale.
pub(crate) fn time_ticks(graph: &mut Packed, name: &str, count: usize) {
    let mut random = Random(1);
    let mut gone: Vec<Edge> = Vec::new();
    while gone.len() < GONE {
        gone.extend(take(graph, &mut random));
    }
    let mut slab = vec![0; Family::words(graph.slots())];
    let mut run = Run::new(graph, &mut slab);
    let (mut ticks, mut times, mut units) = (0, Vec::new(), Vec::new());
    while ticks < count && run.stale < STALE_MAX {
        let mut tick = [0.0; 2];
        for _ in 0..5 {
            if let Some(edge) = take(graph, &mut random) {
                gone.push(edge);
                let cost = run.apply(graph, edge, edge.weight, 0);
                tick = [tick[0] + cost[0], tick[1] + cost[1]];
            }
            let edge = gone.swap_remove(random.below(gone.len() as u64) as usize);
            graph.give_back(edge);
            let cost = run.apply(graph, edge, 0, edge.weight);
            tick = [tick[0] + cost[0], tick[1] + cost[1]];
        }
        ticks += 1;
        if !run.refresh(graph) {
            times.push(tick[0]);
            units.push(tick[1]);
        }
    }
    println!("{name}: {ticks} ticks, {} stale; a tick: us {}; units {}", run.stale, ranks(times), ranks(units));
    run.print(graph);
}

/// A random edge, unless a vertex would go with it.
fn take(graph: &mut Packed, random: &mut Random) -> Option<Edge> {
    let edge = graph.take(random);
    if graph.leaves_alone(edge) {
        graph.give_back(edge);
        return None;
    }
    Some(edge)
}
