//! A soak: random kernels and shapes from many threads, an upgrade or a forced rollback every while, faulty kernels among the
//! innocent ones. `examples/soak.rs` runs it for minutes, a test for seconds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engine::KernelEngine;
use host::{
    CallOutcome, Compatibility, DeviceClass, Direction, Fallback, Host, HostOptions, Implementation, Input, Mode,
    Request, UpgradeError,
};
use ops::Op;
use ops::sample::{Random, Sample, Values};
use pack::{Pack, Verified};
use shipped::Form;

use crate::native;
use crate::ops_parts::part;
use crate::packs::{Part, pack};
use crate::sampled::{request, shapes};
use crate::wat_kernels::{Wat, add, add_golden, add_part};

/// Samples of each operation and direction; threads draw from them.
const SAMPLES: u64 = 12;

/// What a soak does.
#[derive(Clone, Copy)]
pub(crate) struct Soak {
    pub(crate) time: Duration,
    /// Upgrades and attempts at them that there must be, whatever the time.
    pub(crate) turns_min: u32,
    pub(crate) threads: u64,
    pub(crate) swap_every: Duration,
}

/// What went wrong, in words, at most a few dozen; and how much was done.
#[derive(Default)]
pub(crate) struct Findings {
    wrong: Mutex<Vec<String>>,
}

impl Findings {
    fn say(&self, what: String) {
        let mut wrong = self.wrong.lock().unwrap();
        if wrong.len() < 40 {
            wrong.push(what);
        }
    }

    fn check(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.say(what());
        }
    }
}

/// A call and what is right for it.
struct Known {
    sample: Sample,
    wanted: Vec<Vec<u8>>,
}

/// What a thread did: calls by kernel and outcome.
type Tally = BTreeMap<(String, CallOutcome), u64>;

/// Runs a soak and says what was wrong.
pub(crate) fn run(engine: Arc<dyn KernelEngine>, soak: Soak) -> Vec<String> {
    let forms = [Form::Simd, Form::Scalar].map(|form| Op::ALL.iter().map(|op| part(*op, form)).collect::<Vec<_>>());
    let options = HostOptions { grace: Duration::from_millis(500), ..HostOptions::PLAIN };
    let host = Host::start(engine, DeviceClass::SERVER, options, make(&forms, 0, Kind::Good)).unwrap();
    let known = known();
    let (findings, stop) = (Findings::default(), AtomicBool::new(false));
    let began = Instant::now();
    let mut rss = vec![rss_bytes()];
    let (tally, swaps) = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..soak.threads)
            .map(|seed| {
                let (host, known, findings, stop) = (&host, &known, &findings, &stop);
                scope.spawn(move || work(host, known, findings, stop, seed))
            })
            .collect();
        let mut swaps = Swaps::default();
        while began.elapsed() < soak.time || swaps.number < soak.turns_min {
            std::thread::sleep(soak.swap_every);
            swaps.turn(&host, &forms, &findings);
            rss.push(rss_bytes());
        }
        stop.store(true, Ordering::Relaxed);
        let mut tally = Tally::new();
        for thread in threads {
            for (key, count) in thread.join().unwrap() {
                *tally.entry(key).or_default() += count;
            }
        }
        (tally, swaps)
    });
    report(&host, &tally, &swaps, &rss, &findings, began.elapsed());
    findings.wrong.into_inner().unwrap()
}

fn known() -> Vec<Known> {
    let mut known = Vec::new();
    for (op, direction) in native::directed() {
        for seed in 0..SAMPLES {
            let values = if seed % 3 == 0 { Values::Wild } else { Values::Ordinary };
            if let Some(sample) = Sample::random(op, direction, values, 10_000 + seed) {
                known.push(Known { wanted: native::run(&sample, ops::Implementation::Fast).unwrap(), sample });
            }
        }
    }
    known
}

/// What a pack is to be.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Good,
    /// Fails its health check before the swap.
    Unhealthy,
    /// Fails its health check after the swap.
    WearsOut,
}

/// A pack with all kernels, a stamp that adds the pack's number, and faulty kernels.
fn make(forms: &[Vec<Part>; 2], number: u32, kind: Kind) -> Pack<Verified> {
    let mut parts = forms[number as usize % 2].clone();
    let mut stamp = add_part(&add(&format!("i32.const {number}")));
    "stamp".clone_into(&mut stamp.kernel.id);
    "stamp.wasm".clone_into(&mut stamp.kernel.module.path);
    let counting = "(i32.store (i32.const 512) (i32.add (i32.load (i32.const 512)) (i32.const 1)))";
    let worn = "(i32.add (i32.const 1) (i32.gt_u (i32.load (i32.const 512)) (i32.const 3)))";
    let code = match kind {
        Kind::Good => add("i32.const 1"),
        Kind::Unhealthy => add("i32.const 9"),
        Kind::WearsOut => format!("{counting} {}", add(worn)),
    };
    parts.extend([stamp, Part { golden: Some(add_golden(2)), ..add_part(&code) }]);
    for (id, forward) in [
        ("trap", "unreachable"),
        ("stray", "(i32.load (i32.const 0x7fffff00))"),
        ("spin", "(loop $again (br $again)) unreachable"),
        ("refuse", "i32.const 6"),
    ] {
        let mut broken = Part { fallback: Some("kv_pack_q8"), ..part(Op::KvPackQ8, Form::Simd) };
        broken.module = crate::packs::sealed(&Wat { forward, ..Wat::EMPTY }.module());
        id.clone_into(&mut broken.kernel.id);
        broken.kernel.module.path = format!("{id}.wasm");
        parts.push(broken);
    }
    pack("soak", &format!("1.0.{number}"), &parts)
}

#[derive(Default)]
struct Swaps {
    number: u32,
    upgrades: u64,
    rollbacks: u64,
    refused: u64,
    automatic: u64,
    health_calls: u64,
}

impl Swaps {
    /// An upgrade, or a rollback, or an upgrade that must fail.
    fn turn(&mut self, host: &Host, forms: &[Vec<Part>; 2], findings: &Findings) {
        self.number += 1;
        let before = host.active_name();
        let kind = match self.number % 7 {
            3 => Kind::Unhealthy,
            5 => Kind::WearsOut,
            _ => Kind::Good,
        };
        match host.upgrade(make(forms, self.number, kind), Compatibility::Required) {
            Ok(done) => {
                findings.check(kind == Kind::Good, || format!("a bad pack was put into service: {}", done.to));
                self.upgrades += 1;
                self.health_calls += done.after.calls as u64;
            }
            Err(UpgradeError::Unhealthy(_)) if kind == Kind::Unhealthy => self.refused += 1,
            Err(UpgradeError::RolledBack { .. }) if kind == Kind::WearsOut => self.automatic += 1,
            Err(error) => findings.say(format!("upgrade {}: {error}", self.number)),
        }
        if kind != Kind::Good {
            findings.check(host.active_name() == before, || "a failed upgrade changed the active pack".to_owned());
        } else if self.number.is_multiple_of(4) {
            match host.rollback() {
                Ok(back) => {
                    findings.check(back.to == before, || format!("rolled back to {}", back.to));
                    self.rollbacks += 1;
                }
                Err(error) => findings.say(format!("rollback {}: {error}", self.number)),
            }
        }
    }
}

fn work(host: &Host, known: &[Known], findings: &Findings, stop: &AtomicBool, seed: u64) -> Tally {
    let mut random = Random::new(0x50a4 + seed);
    let mut tally = Tally::new();
    while !stop.load(Ordering::Relaxed) {
        let (kernel, outcome) = match random.below(10) {
            0 => stamp(host, findings, &mut random),
            1 => faulty(host, findings, &mut random),
            _ => innocent(host, &known[random.below(known.len() as u32) as usize], findings, &mut random),
        };
        *tally.entry((kernel, outcome)).or_default() += 1;
    }
    tally
}

fn mode(random: &mut Random) -> Mode {
    if random.below(3) == 0 { Mode::Metered { budget: 1 << 40 } } else { Mode::Deadline(Duration::from_secs(10)) }
}

/// A right kernel with right inputs: the module answers, with the right bits.
fn innocent(host: &Host, known: &Known, findings: &Findings, random: &mut Random) -> (String, CallOutcome) {
    let Known { sample, wanted } = known;
    let kernel = sample.op.id().to_owned();
    let shapes = shapes(sample);
    match host.call(&request(sample, &shapes, mode(random), Fallback::None)) {
        Ok(reply) => {
            let kinds = sample.signature().outputs.iter().map(|output| output.kind);
            let right = kinds
                .zip(wanted)
                .zip(&reply.outputs)
                .all(|((kind, wanted), output)| native::same(kind, wanted, &output.bytes));
            findings.check(right, || format!("{kernel}: other bits than the library's"));
            (kernel, CallOutcome::Module)
        }
        Err(error) => {
            findings.say(format!("an innocent call failed: {error}"));
            (kernel, CallOutcome::Failed)
        }
    }
}

/// A kernel that adds its pack's number, which is also the pack's version: a reply that mixes packs shows.
fn stamp(host: &Host, findings: &Findings, random: &mut Random) -> (String, CallOutcome) {
    let x = [0; 8];
    let mode = mode(random);
    let request = Request {
        kernel: "stamp",
        direction: Direction::Forward,
        inputs: vec![Input { name: Some("x"), shape: &[2], bytes: &x }],
        parameters: Vec::new(),
        mode,
        fallback: Fallback::None,
    };
    match host.call(&request) {
        Ok(reply) => {
            let number = i32::from_le_bytes(*reply.outputs[0].bytes.first_chunk().unwrap());
            let right = reply.pack.version == format!("1.0.{number}");
            findings.check(right, || format!("{} answered with the number {number}", reply.pack));
        }
        Err(error) => findings.say(format!("a stamp failed: {error}")),
    }
    ("stamp".to_owned(), CallOutcome::Module)
}

/// A kernel that fails, each in its way: the reference answers.
fn faulty(host: &Host, findings: &Findings, random: &mut Random) -> (String, CallOutcome) {
    let (kernel, mode) = match random.below(4) {
        0 => ("trap", mode(random)),
        1 => ("stray", mode(random)),
        2 => ("refuse", mode(random)),
        _ if random.below(8) > 0 => ("spin", Mode::Metered { budget: 20_000 }),
        _ => ("spin", Mode::Deadline(Duration::from_micros(200))),
    };
    let x = [0; 128];
    let inputs = vec![Input { name: Some("x"), shape: &[1, 32], bytes: &x }];
    let (direction, parameters) = (Direction::Forward, Vec::new());
    let request = Request { kernel, direction, inputs, parameters, mode, fallback: Fallback::Reference };
    match host.call(&request) {
        Ok(reply) => findings
            .check(reply.implementation == Implementation::Reference && reply.outputs[0].bytes == [0; 34], || {
                format!("{kernel}: answered by {}", reply.implementation.word())
            }),
        Err(error) => findings.say(format!("{kernel}: no reference: {error}")),
    }
    (kernel.to_owned(), CallOutcome::Degraded)
}

fn report(host: &Host, tally: &Tally, swaps: &Swaps, rss: &[u64], findings: &Findings, took: Duration) {
    let metrics = host.metrics();
    let calls: u64 = tally.values().sum();
    println!("{calls} calls in {took:?}; {} kernels", metrics.kernels.len());
    let Swaps { upgrades, rollbacks, refused, automatic, health_calls, .. } = swaps;
    println!(
        "{upgrades} upgrades, {rollbacks} rollbacks by hand, {refused} packs refused, {automatic} rolled back by themselves"
    );
    for ((kernel, outcome), count) in tally {
        let counted = metrics.kernels.get(kernel).and_then(|kernel| kernel.outcomes.get(outcome)).copied();
        findings.check(counted == Some(*count), || format!("{kernel}, {}: {counted:?} of {count}", outcome.word()));
        println!("  {kernel:14} {:10} {count}", outcome.word());
    }
    findings.check(metrics.adds_up(), || format!("metrics do not add up: {metrics:?}"));
    // Calls of `add` are those of health checks alone; one that fails has compared two cases before it does.
    let health = metrics.kernels.get("add").map_or(0, |add| add.calls);
    findings.check(health == health_calls + 2 * automatic, || format!("{health} calls of health checks"));
    let counted = (metrics.swaps, metrics.manual_rollbacks, metrics.automatic_rollbacks, metrics.refused_upgrades);
    findings.check(counted == (upgrades + automatic, *rollbacks, *automatic, *refused), || format!("{counted:?}"));
    println!("{} calls by packs that were rolled back", metrics.rolled_back_calls);
    println!("{} instances live of {} made", metrics.live_instances, metrics.made_instances);
    let mebibytes = |bytes: u64| bytes / (1 << 20);
    let [start, middle, end] = [rss[rss.len().min(10) / 2], rss[rss.len() / 2], rss[rss.len() - 1]].map(mebibytes);
    println!("resident memory: {start} MiB at the start, {middle} MiB in the middle, {end} MiB at the end");
    // What allocators and pools keep settles in the first half; the second must not add to it.
    findings.check(end <= middle + middle / 8 + 48, || format!("memory grew from {middle} to {end} MiB"));
}

/// Resident memory; 0 where the system does not tell.
fn rss_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4_096
}
