//! Latency of a tick on the eleven bench graphs, and how fresh what it says is.
//!
//! `cargo bench -p gate --bench ticks [-- GRAPH...]`. Each graph, stream and number of deltas has a gate of its own, which is
//! loaded and left alone until its cut is known; then the clock sees `Gate::tick` alone, with the input encoded beforehand and
//! nothing signed. Set in the environment:
//!
//! | variable | meaning | default |
//! | --- | --- | --- |
//! | `AVOUCH_BENCH_TICKS` | ticks that are measured | 1000 |
//! | `AVOUCH_BENCH_SECONDS` | after which no further tick is begun, for each row | 10 |
//! | `AVOUCH_BENCH_DELTAS` | numbers of deltas in a tick | 1,10,100 |
//! | `AVOUCH_BENCH_STREAMS` | streams | uniform,near-cut,window |
//! | `AVOUCH_BENCH_UNITS` | work units of cut and of score in a tick | 200000,50000 |
//! | `AVOUCH_BENCH_JSON` | a line of JSON for each row instead of the table | not set |

#[path = "shared/graphs.rs"]
mod graphs;
#[path = "shared/streams.rs"]
mod streams;

#[path = "../tests/shared/random.rs"]
#[allow(dead_code)]
mod random;

use std::hint::black_box;
use std::str::FromStr;
use std::time::{Duration, Instant};

use gate::config::{Configuration, ContainerEpochBudget, Core, Statistic};
use gate::evidence::EvidencePolicy;
use gate::profile::Profile;
use gate::tick::Gate;
use gate::tick::report::TickReport;

use streams::{Delta, Model, Stream, UNIT, input};

/// Deltas in one input while the graph is loaded: any profile's message holds them.
const LOAD: usize = 64;

struct Settings {
    ticks: usize,
    time: Duration,
    deltas: Vec<usize>,
    streams: Vec<String>,
    units: Vec<u64>,
    json: bool,
}

fn main() {
    let settings = Settings {
        ticks: variable("TICKS", "1000")[0],
        time: Duration::from_secs(variable("SECONDS", "10")[0]),
        deltas: variable("DELTAS", "1,10,100"),
        streams: variable("STREAMS", "uniform,near-cut,window"),
        units: variable("UNITS", "200000,50000"),
        json: std::env::var_os("AVOUCH_BENCH_JSON").is_some(),
    };
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if !settings.json {
        println!(
            "{:10} {:8} {:>6} {:>6} {:>10} {:>10} {:>10} {:>7} {:>7} {:>7} {:>7} {:>9}",
            "graph",
            "stream",
            "deltas",
            "ticks",
            "p50 us",
            "p99 us",
            "max us",
            "fresh",
            "age p50",
            "p99",
            "max",
            "units p50"
        );
    }
    for (name, _) in graphs::GRAPHS {
        if !wanted.is_empty() && !wanted.iter().any(|word| word == name) {
            continue;
        }
        let edges = graphs::edges(name);
        let chosen = Stream::ALL.into_iter().filter(|(_, word)| settings.streams.iter().any(|wanted| wanted == word));
        for (stream, word) in chosen {
            for deltas in &settings.deltas {
                let row = measure(&edges, stream, *deltas, &settings);
                if settings.json { row.print_json(name, word, *deltas) } else { row.print(name, word, *deltas) }
            }
        }
    }
}

/// A comma-separated variable `AVOUCH_BENCH_…`.
fn variable<T: FromStr>(name: &str, default: &str) -> Vec<T> {
    let text = std::env::var(format!("AVOUCH_BENCH_{name}")).unwrap_or_else(|_| default.to_owned());
    let parsed: Option<Vec<T>> = text.split(',').map(|word| word.parse().ok()).collect();
    parsed.unwrap_or_else(|| panic!("AVOUCH_BENCH_{name} is {text}, which cannot be read"))
}

/// What one gate did in its ticks.
struct Row {
    profile: Profile,
    nanos: Vec<u64>,
    /// Ticks whose cut speaks of the graph as it is at their end.
    fresh: usize,
    /// Ticks since the graph that the last published cut speaks of; 0 where it is fresh.
    ages: Vec<u64>,
    units: Vec<u64>,
    refused: u64,
}

fn measure(edges: &[(u64, u64, u64)], stream: Stream, deltas: usize, settings: &Settings) -> Row {
    let profile = Profile::ALL
        .into_iter()
        .find(|profile| profile.vertices >= graphs::VERTICES && profile.edges >= edges.len())
        .expect("a profile that holds the bench graphs");
    let mut slab = vec![0; profile.slab_words()];
    let encoded = configuration(profile, &settings.units);
    let mut gate = Gate::new(&encoded, profile, &mut slab).expect("a sound configuration");
    let mut epoch = 0;
    load(&mut gate, &mut epoch, edges, settings.time);
    let mut model = Model::new(edges, graphs::VERTICES as u64, stream);
    let mut row = Row { profile, nanos: Vec::new(), fresh: 0, ages: Vec::new(), units: Vec::new(), refused: 0 };
    let begin = Instant::now();
    while row.nanos.len() < settings.ticks && (row.nanos.is_empty() || begin.elapsed() < settings.time) {
        let bytes = input(&model.deltas(deltas));
        let start = Instant::now();
        let report = black_box(gate.tick(epoch, black_box(&bytes)).expect("a sound input"));
        row.nanos.push(start.elapsed().as_nanos() as u64);
        row.take(epoch, &report);
        if report.completed.ingest {
            assert_eq!(report.graph.edges, model.edge_count() as u64, "the gate has the model's graph");
        }
        epoch += 1;
    }
    assert_eq!(row.refused, 0, "every delta of a stream is sound");
    row
}

fn configuration(profile: Profile, units: &[u64]) -> Vec<u8> {
    let configuration = Configuration {
        meter: 1 << 40,
        profile,
        core: Core::All,
        statistic: Statistic::CutDrop,
        policy: EvidencePolicy { null_mean: 1 << 31, margin: 1 << 20, fail_bits: 20, pass_bits: 20, cool_down: 0 },
        loss_scale: 1.0,
        cut_reference: UNIT,
        budget: ContainerEpochBudget {
            total: 1 << 50,
            ingest: 1 << 40,
            cut: units[0],
            spectral: units[1],
            evidence: 1 << 20,
            witness: 1 << 20,
        },
    };
    let mut bytes = Vec::new();
    configuration.encode(&mut bytes);
    bytes
}

/// All edges, then idle ticks until the cut is known, or the time is over: what is not known then counts as stale.
fn load(gate: &mut Gate<'_>, epoch: &mut u64, edges: &[(u64, u64, u64)], time: Duration) {
    let mut tick = |deltas: &[Delta]| {
        let report = gate.tick(*epoch, &input(deltas)).expect("a sound input");
        assert_eq!(report.refused.count, 0, "the graph fits the profile");
        *epoch += 1;
        report
    };
    let deltas: Vec<Delta> = edges.iter().map(|(u, v, weight)| Delta::Add(*u, *v, weight * UNIT)).collect();
    deltas.chunks(LOAD).for_each(|part| assert!(tick(part).completed.ingest, "loading is not bounded by work"));
    let begin = Instant::now();
    while begin.elapsed() < time && !tick(&[]).completed.witness {}
}

impl Row {
    fn take(&mut self, epoch: u64, report: &TickReport) {
        let spoken_of = report.cut.map_or(0, |cut| cut.epoch);
        self.fresh += usize::from(report.completed.cut);
        self.ages.push(if report.completed.cut { 0 } else { epoch - spoken_of });
        self.units.push(report.work.total);
        self.refused += report.refused.count;
    }

    fn print(&self, name: &str, stream: &str, deltas: usize) {
        let micros = |percent| percentile(&self.nanos, percent) as f64 / 1e3;
        println!(
            "{name:10} {stream:8} {deltas:6} {:6} {:10.1} {:10.1} {:10.1} {:6.1}% {:7} {:7} {:7} {:9}",
            self.nanos.len(),
            micros(50),
            micros(99),
            micros(100),
            self.fresh as f64 * 100.0 / self.nanos.len() as f64,
            percentile(&self.ages, 50),
            percentile(&self.ages, 99),
            percentile(&self.ages, 100),
            percentile(&self.units, 50),
        );
    }

    fn print_json(&self, name: &str, stream: &str, deltas: usize) {
        let of = |values: &[u64]| [50, 99, 100].map(|percent| percentile(values, percent));
        let ([p50, p99, max], [age_p50, age_p99, age_max]) = (of(&self.nanos), of(&self.ages));
        println!(
            "{{\"graph\":\"{name}\",\"stream\":\"{stream}\",\"deltas\":{deltas},\"ticks\":{},\"p50_ns\":{p50},\
             \"p99_ns\":{p99},\"max_ns\":{max},\"fresh_ticks\":{},\"age_p50\":{age_p50},\"age_p99\":{age_p99},\
             \"age_max\":{age_max},\"units_p50\":{},\"profile\":\"{}\",\"slab_bytes\":{}}}",
            self.nanos.len(),
            self.fresh,
            percentile(&self.units, 50),
            self.profile.name,
            self.profile.slab_words() * 8,
        );
    }
}

/// The nearest rank: the smallest value that `percent` of a hundred values do not pass.
fn percentile(values: &[u64], percent: usize) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
}
