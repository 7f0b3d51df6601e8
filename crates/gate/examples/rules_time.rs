//! Times the delta rules on one graph: every edge of a random sample is taken out and put back. Ratios between programs
//! on one machine mean something; the figures alone do not.
//!
//! `rules_time GRAPH.el LAMBDA [changes [rules]]`: the local flow alone, or whole changes with the family; the file has
//! `n m` in its first line, then `u v weight` lines.

#[path = "../tests/rules/recompute.rs"]
mod recompute;

use std::collections::BTreeMap;
use std::time::Instant;

use gate::arena::Arena;
use gate::cut::family::Family;
use gate::cut::local::live::Live;
use gate::cut::local::{Connectivity, Local};
use gate::cut::rules::{Change, Dynamic, Rule, State};
use gate::work::Work;
use recompute::recompute;

/// Each change is timed so often, and the least time counts: the machine may be busy with other things.
const ATTEMPTS: u32 = 3;

/// Rows with room for the edges they start with.
struct Packed {
    start: Vec<u32>,
    len: Vec<u16>,
    to: Vec<u16>,
    edge: Vec<u16>,
    weights: Vec<u64>,
}

impl Packed {
    fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(path).expect("a graph");
        let mut numbers = text.split_ascii_whitespace().map(|word| word.parse::<u64>().expect("a number"));
        let [n, m] = [0, 1].map(|_| numbers.next().expect("n and m") as usize);
        let edges: Vec<[u64; 3]> = (0..m).map(|_| [0, 1, 2].map(|_| numbers.next().expect("an edge"))).collect();
        let mut degree = vec![0u32; n + 1];
        edges.iter().for_each(|edge| (0..2).for_each(|end| degree[edge[end] as usize + 1] += 1));
        for vertex in 0..n {
            degree[vertex + 1] += degree[vertex];
        }
        let mut packed = Self {
            start: degree,
            len: vec![0; n],
            to: vec![0; 2 * m],
            edge: vec![0; 2 * m],
            weights: edges.iter().map(|edge| edge[2] << 32).collect(),
        };
        for (edge, number) in edges.iter().zip(0..) {
            packed.put(edge[0] as usize, edge[1] as u16, number);
            packed.put(edge[1] as usize, edge[0] as u16, number);
        }
        packed
    }

    fn put(&mut self, at: usize, to: u16, edge: u16) {
        let place = self.start[at] as usize + usize::from(self.len[at]);
        self.to[place] = to;
        self.edge[place] = edge;
        self.len[at] += 1;
    }

    /// Takes the edge out of the row of `at`.
    fn take(&mut self, at: usize, edge: u16) -> u16 {
        let start = self.start[at] as usize;
        let last = start + usize::from(self.len[at]) - 1;
        let place = (start..=last).find(|place| self.edge[*place] == edge).expect("the edge");
        let to = self.to[place];
        self.to.swap(place, last);
        self.edge.swap(place, last);
        self.len[at] -= 1;
        to
    }
}

impl Live for Packed {
    fn slots(&self) -> usize {
        self.len.len()
    }

    fn vertex_count(&self) -> usize {
        self.len.len()
    }

    fn vertices(&self) -> impl Iterator<Item = u16> + Clone {
        (0..).take(self.len.len())
    }

    fn neighbours(&self, vertex: u16) -> &[u16] {
        let start = self.start[usize::from(vertex)] as usize;
        &self.to[start..start + usize::from(self.len[usize::from(vertex)])]
    }

    fn edge_at(&self, vertex: u16, position: usize) -> u32 {
        u32::from(self.edge[self.start[usize::from(vertex)] as usize + position])
    }

    fn weight(&self, edge: u32) -> u64 {
        self.weights[edge as usize]
    }

    fn inside(&self, _: u16) -> bool {
        true
    }
}

/// Nearest rank.
fn rank(sorted: &[f64], share: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("rules_time GRAPH.el LAMBDA [changes]");
    let lambda = args.next().and_then(|word| word.parse::<u64>().ok()).expect("lambda") << 32;
    let changes: usize = args.next().map_or(2000, |word| word.parse().expect("a number of changes"));
    let mut graph = Packed::read(&path);
    let slots = graph.slots();
    let mut scratch = vec![0; Local::words(slots)];
    if std::env::args().nth(4).as_deref() == Some("rules") {
        return rules(&mut graph, &mut scratch, changes, path.rsplit('/').next().unwrap_or(&path));
    }
    let (mut stamp, mut seed) = (0, 1u64);
    let (mut times, mut units): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut outcomes: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
    let mut given = (0u64, 0u64);
    for _ in 0..changes {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let u = ((seed >> 40) % slots as u64) as usize;
        let position = (seed >> 20) as usize % usize::from(graph.len[u]);
        let edge = graph.edge[graph.start[u] as usize + position];
        let v = usize::from(graph.take(u, edge));
        graph.take(v, edge);
        let weight = graph.weights[usize::from(edge)];
        let mut best = f64::INFINITY;
        for attempt in 0..ATTEMPTS {
            let started = Instant::now();
            let mut local = Local::enter(&mut scratch, slots, stamp).expect("words");
            let found = local.flow(&graph, u as u16, v as u16, lambda, 1 << 40);
            let mut sides = (0, 0);
            // Exactly `weight` less than lambda: a minimum cut separated the ends, and rule 4 needs no flow.
            if let Connectivity::Exactly(value) = found
                && value + weight > lambda
            {
                local
                    .cuts(&graph, |side, _| sides = (sides.0 + 1, sides.1 + side.len() as u64))
                    .expect("within the limit");
            }
            let spent = local.spent();
            stamp = local.leave();
            best = best.min(started.elapsed().as_secs_f64() * 1e6);
            if attempt + 1 < ATTEMPTS {
                continue;
            }
            let name = match found {
                Connectivity::More => "more",
                Connectivity::Exactly(value) if value == lambda => "equal",
                Connectivity::Exactly(value) if value + weight > lambda => "below",
                Connectivity::Exactly(_) => "rule 4",
                Connectivity::TooFar => "too far",
            };
            let entry = outcomes.entry(name).or_default();
            *entry = (entry.0 + 1, entry.1 + best);
            if name != "rule 4" {
                times.push(best);
                units.push(spent as f64);
                given = (given.0 + sides.0, given.1 + sides.1);
            }
        }
        graph.put(u, v as u16, edge);
        graph.put(v, u as u16, edge);
    }
    times.sort_by(f64::total_cmp);
    units.sort_by(f64::total_cmp);
    let name = path.rsplit('/').next().unwrap_or(&path);
    println!(
        "{name:<14} us median {:6.2} p99 {:7.1} max {:7.1}; units median {:6} p99 {:7} max {:7}; cuts {} of {} vertices; {outcomes:.0?}",
        rank(&times, 0.5),
        rank(&times, 0.99),
        rank(&times, 1.0),
        rank(&units, 0.5),
        rank(&units, 0.99),
        rank(&units, 1.0),
        given.0,
        given.1
    );
}

/// Whole changes, with the family: a random edge goes, and comes back.
fn rules(graph: &mut Packed, scratch: &mut [u64], changes: usize, name: &str) {
    let slots = graph.slots();
    let mut slab = vec![0; Family::words(slots)];
    let mut family = Family::new(&mut Arena::new(&mut slab), slots).expect("words");
    let mut dynamic = Dynamic::new(1 << 20);
    let started = Instant::now();
    dynamic.set(recompute(graph, &mut family, scratch));
    let built = started.elapsed().as_secs_f64() * 1e3;
    let (mut seed, mut stale) = (1u64, 0);
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for _ in 0..changes {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let u = ((seed >> 40) % slots as u64) as usize;
        let edge = graph.edge[graph.start[u] as usize + (seed >> 20) as usize % usize::from(graph.len[u])];
        let weight = graph.weights[usize::from(edge)];
        let v = usize::from(graph.take(u, edge));
        graph.take(v, edge);
        for (before, after) in [(weight, 0), (0, weight)] {
            if after > 0 {
                graph.put(u, v as u16, edge);
                graph.put(v, u as u16, edge);
            }
            let flags = (false, false, false, false);
            let (u_is_new, v_is_new, u_gone, v_gone) = flags;
            let change = Change { u: u as u16, v: v as u16, before, after, u_is_new, v_is_new, u_gone, v_gone };
            let mut work = Work::new(u64::MAX);
            let started = Instant::now();
            let rule = dynamic.apply(change, graph, &mut family, scratch, &mut work).expect("words");
            let time = started.elapsed().as_secs_f64() * 1e6;
            times.entry(format!("{rule:?}")).or_default().push(time);
            if rule != Rule::Skipped {
                times.entry("all".into()).or_default().push(time);
            }
        }
        if dynamic.state() == State::Stale {
            stale += 1;
            if stale > 20 {
                break;
            }
            dynamic.set(recompute(graph, &mut family, scratch));
        }
    }
    println!("{name}: built in {built:.0} ms, stale {stale} times, {} cuts", family.count());
    for (rule, times) in &mut times {
        times.sort_by(f64::total_cmp);
        let [median, high, most] = [0.5, 0.99, 1.0].map(|share| rank(times, share));
        println!("    {rule:<14} {:>6} us median {median:7.2} p99 {high:7.1} max {most:7.1}", times.len());
    }
}
