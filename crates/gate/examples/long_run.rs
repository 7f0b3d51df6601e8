//! A million deltas and more against searches from scratch and against LEMON; the default tests have the same on small graphs.
//!
//! `cargo run --release -p gate --example long_run -- [--deltas N] [--full] [--brim] [NAME...]`
//!
//! | word | meaning |
//! | --- | --- |
//! | `--deltas N` | deltas in all, or with `--brim` for each profile; 1,000,000 unless told |
//! | `--full` | the bench graphs of 16,384 vertices; else the same families with 1,024 |
//! | `--brim` | profiles held full instead |
//! | `NAME` | only this family, or this profile |
//!
//! Any difference ends it with a panic that names the place. Counts go to standard output, a line for each family and stream. Speed is
//! of ticks and checks together, a rule of thumb.

#[path = "../tests/dynamic/brim.rs"]
mod brim;
#[path = "../tests/dynamic/counts.rs"]
mod counts;
#[path = "../tests/dynamic/families.rs"]
mod families;
#[path = "../tests/cut/graph.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests of the cut")]
mod graph;
#[path = "../benches/shared/graphs.rs"]
mod graphs;
#[path = "../tests/dynamic/lemon.rs"]
mod lemon;
#[path = "../tests/shared/random.rs"]
#[allow(dead_code, reason = "shared with the tests of this crate")]
mod random;
#[path = "../tests/dynamic/reference.rs"]
mod reference;
#[path = "../tests/dynamic/storm.rs"]
mod storm;
#[path = "../benches/shared/streams.rs"]
#[allow(dead_code, reason = "shared with the benches")]
mod streams;
#[path = "../tests/dynamic/trial.rs"]
mod trial;

use std::time::Instant;

use gate::config::Core;
use gate::profile::Profile;

use counts::Counts;
use lemon::Lemon;
use random::Random;
use trial::{Source, Trial, budget, profile};

/// Deltas in a tick, and units of the cut in a tick: on most graphs a sweep takes a few of them, one alone, or very many.
const LEGS: [(usize, u64); 5] = [(1, 200_000), (10, 200_000), (10, 4_000_000), (4, 30_000), (100, 2_000_000)];

/// Searches from scratch in one leg: at ticks drawn evenly, and at ticks at which the cut came to be known again.
const CHECKS: u64 = 8;

/// No more of them after so many work units: where minimum cuts nest deeply, one search costs as much as most legs.
const UNITS: u64 = 60_000_000;

struct Settings {
    deltas: u64,
    full: bool,
    brim: bool,
    names: Vec<String>,
}

fn main() {
    let settings = settings();
    if settings.brim {
        return Profile::ALL
            .into_iter()
            .filter(|profile| settings.wants(profile.name))
            .for_each(|p| brim(p, &settings));
    }
    let lemon = Lemon::new("long-run").map_err(|missing| println!("without LEMON: no {missing}")).ok();
    let begin = Instant::now();
    let mut all = Counts::default();
    for name in families::NAMES.into_iter().filter(|name| settings.wants(name)) {
        let (edges, vertices) = if settings.full {
            (graphs::edges(name), graphs::VERTICES as u64)
        } else {
            families::edges(name, 1_024, &mut Random(7))
        };
        for stream in Source::NAMES {
            let begin = Instant::now();
            let counts = legs(&edges, vertices, stream, &settings, lemon.as_ref());
            println!("{name} {stream}: {counts}, 0 differences; {:.0} deltas/s", speed(counts.deltas, begin));
            all += counts;
        }
    }
    println!("all: {all}, 0 differences; {:.0} deltas/s", speed(all.deltas, begin));
}

fn settings() -> Settings {
    let mut settings = Settings { deltas: 1_000_000, full: false, brim: false, names: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--deltas" => settings.deltas = words.next().and_then(|n| n.parse().ok()).expect("--deltas N"),
            "--full" => settings.full = true,
            "--brim" => settings.brim = true,
            name => settings.names.push(name.to_owned()),
        }
    }
    for name in &settings.names {
        let known = families::NAMES.contains(&name.as_str()) || Profile::from_name(name).is_some();
        assert!(known, "{name} is neither a family nor a profile");
    }
    settings
}

impl Settings {
    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }
}

fn speed(deltas: u64, begin: Instant) -> f64 {
    deltas as f64 / begin.elapsed().as_secs_f64()
}

/// One stream in legs, each with a gate of its own.
fn legs(edges: &[(u64, u64, u64)], vertices: u64, stream: &str, settings: &Settings, lemon: Option<&Lemon>) -> Counts {
    let share = settings.deltas.div_ceil((families::NAMES.len() * Source::NAMES.len() * LEGS.len()) as u64);
    let mut all = Counts::default();
    for (leg, (deltas, cut)) in LEGS.into_iter().enumerate() {
        let mut random = Random(0x5eed_0440 + leg as u64);
        let profile = profile(vertices, edges.len());
        let limits = [profile.vertices, profile.edges];
        let mut source = Source::new(stream, edges, vertices, limits, random.next());
        let mut slab = Vec::new();
        let mut trial = Trial::new(Core::All, profile, budget(cut), &mut slab);
        trial.spread = leg % 2 == 1;
        trial.load(edges);
        trial.settle();
        let ticks = share.div_ceil(deltas as u64);
        let mut turns = CHECKS;
        for tick in 0..ticks {
            let known = trial.is_fresh();
            trial.tick(&source.deltas(deltas));
            let turned = trial.is_fresh() && !known && turns > 0;
            if trial.counts.searched < UNITS && (turned || random.below(ticks) < CHECKS) {
                turns -= u64::from(turned);
                trial.check(lemon.filter(|_| tick % 3 == 0));
            }
        }
        trial.settle();
        trial.check(lemon);
        all += trial.counts;
    }
    all
}

/// One profile at its brim.
fn brim(profile: Profile, settings: &Settings) {
    let begin = Instant::now();
    let held = brim::hold(profile, settings.deltas, 200);
    let units = |kind: usize| {
        let of_part = |part: &[u64; 3]| format!("{:.2}", part[kind] as f64 / part[2] as f64);
        held.units.iter().map(of_part).collect::<Vec<_>>().join(" ")
    };
    println!(
        "{}: {} vertices, {} edges; {} deltas in {} ticks, {} of them fresh; accepted, then refused 1 to 9: {:?}; \
         {} hashes equal to a search; in the end the same as a gate that loads the edges; {:.0} deltas/s",
        profile.name,
        profile.vertices,
        profile.edges,
        held.deltas,
        held.ticks,
        held.fresh,
        held.outcomes,
        held.hashes,
        speed(held.deltas, begin)
    );
    println!("  units of ingest a delta, in tenths of the run: {}", units(0));
    println!("  units of the cut a delta, in tenths of the run: {}", units(1));
    // Few deltas say little.
    assert!(settings.deltas < 100_000 || held.drift() < 1.1, "late deltas cost what early ones did");
}
