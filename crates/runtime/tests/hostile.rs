//! Hostile guests: one misbehaviour a file, each ending as its first lines say, on both engines, a hundred times over.
//!
//! A test binary of its own, because it measures the memory of its process. `docs/hostile-guests.md` is the table of the
//! files; `AVOUCH_BLESS=1` writes it anew.

#[path = "hostile/case.rs"]
mod case;
#[path = "hostile/run.rs"]
mod run;
#[allow(dead_code, reason = "shared with the other test binary, which uses all of it")]
#[path = "it/support.rs"]
mod support;
#[path = "hostile/table.rs"]
mod table;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use case::Case;
use engine::limits::MEMORY_BYTES_MAX;
use run::{Engines, Prepared, Ran};

/// How often everything is run; fewer if `AVOUCH_HOSTILE_ROUNDS` says so, and then memory is not judged.
const ROUNDS: u32 = 100;
/// Whether a round goes through sealing and compilation again; the others only start containers anew.
fn seals(round: u32) -> bool {
    round <= 6 || round == 8 || round.is_multiple_of(20)
}
/// From round to round, what the process may have gained at most, in bytes. Until about the 25th round Wasmtime's pool fills its
/// warm slots; then nothing is left to fill. A single `wasmi::Engine` for all modules, which would keep the code of those
/// that are gone, gains 9 MiB there.
const GROWTH: [(u32, u32, u64); 2] = [(10, ROUNDS, 16 << 20), (25, ROUNDS, 4 << 20)];
/// The most that one container takes: its memory, that of the instance which replaces it in a rollback, and the restore point.
const CONTAINER_BYTES_MAX: u64 = 3 * MEMORY_BYTES_MAX as u64;
/// What Wasmtime keeps of instances that are gone: 100 warm slots of its pool with 1 MiB each.
const WARM_BYTES_MAX: u64 = 100 << 20;
/// What sealing and compiling the dearest module here takes, on top; the limits of sealing allow 450 MiB for one function.
const COMPILING_BYTES_MAX: u64 = 256 << 20;

/// Every guest ends as its file says: the same outcomes, bodies and receipts on both engines, in every round; the chain of
/// its receipts verifies; nothing hangs; and the memory of the process stays where it was.
#[test]
fn every_hostile_guest_ends_as_its_file_says_a_hundred_times() {
    let cases = case::all();
    table::check(&cases);
    let engines = Engines::new();
    let before = memory();
    let mut first: BTreeMap<String, Ran> = BTreeMap::new();
    let mut prepared: BTreeMap<String, Prepared> = BTreeMap::new();
    let mut runs = 0_u64;
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    let mut resident = BTreeMap::new();
    let mut failures = Vec::new();
    let mut spent: BTreeMap<&str, Duration> = BTreeMap::new();
    let rounds =
        std::env::var("AVOUCH_HOSTILE_ROUNDS").map_or(ROUNDS, |text| text.parse().expect("a number of rounds"));
    for round in 1..=rounds {
        for case in &cases {
            let start = Instant::now();
            if seals(round) {
                prepared.insert(case.name.clone(), engines.prepare(case));
            }
            let ran = run::run(&prepared[&case.name], case, round == 1);
            runs += ran.runs;
            for outcome in &ran.ends {
                *kinds.entry(kind(outcome)).or_default() += ran.runs;
            }
            match first.get(&case.name) {
                None => {
                    failures.extend(case.disagreement(&ran.ends));
                    first.insert(case.name.clone(), ran);
                }
                Some(earlier) => assert!(*earlier == ran, "{}: round {round} differs from round 1", case.name),
            }
            *spent.entry(&case.name).or_default() += start.elapsed();
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        resident.insert(round, memory());
    }
    println!(
        "{} modules, {runs} runs in {rounds} rounds, {} of them sealed anew",
        cases.len(),
        (1..=rounds).filter(|round| seals(*round)).count()
    );
    for name in case::pending() {
        println!("not yet met, and so not run: pending/{name}");
    }
    for (kind, count) in &kinds {
        println!("{count:>8} {kind}");
    }
    let mut slowest: Vec<_> = spent.into_iter().collect();
    slowest.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    for (name, time) in slowest.iter().take(12) {
        println!("{:>8} ms {name}", time.as_millis());
    }
    if rounds >= ROUNDS {
        judge(before, &resident);
    }
}

/// Compares what the process took with what it may take.
fn judge(before: Option<Memory>, resident: &BTreeMap<u32, Option<Memory>>) {
    let (Some(before), Some(last)) = (before, resident[&ROUNDS]) else {
        println!("skipped: /proc/self/status is not there, so memory is not measured");
        return;
    };
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let resident_after = |round: u32| resident[&round].map_or(0, |memory| memory.resident);
    for (round, _) in resident.iter().filter(|(round, _)| [1, 2, 5, 10].contains(*round) || round.is_multiple_of(25)) {
        println!("resident after round {round:>3}: {:6.1} MiB", mib(resident_after(*round)));
    }
    for (from, to, most) in GROWTH {
        let growth = resident_after(to).saturating_sub(resident_after(from));
        println!("grown from round {from} to {to}: {:.1} MiB, at most {:.1} allowed", mib(growth), mib(most));
        assert!(growth <= most, "the process keeps growing");
    }
    let peak_max = before.resident + CONTAINER_BYTES_MAX + WARM_BYTES_MAX + COMPILING_BYTES_MAX;
    println!("peak: {:.1} MiB, at most {:.1} allowed", mib(last.peak), mib(peak_max));
    assert!(last.peak <= peak_max, "the process took more than it may");
}

/// The kind of an outcome: its first word or two.
fn kind(outcome: &str) -> String {
    outcome.split([':', '(']).next().unwrap_or(outcome).trim().to_owned()
}

/// Memory of this process, in bytes.
#[derive(Clone, Copy)]
struct Memory {
    resident: u64,
    peak: u64,
}

fn memory() -> Option<Memory> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
    };
    Some(Memory { resident: field("VmRSS:")?, peak: field("VmHWM:")? })
}

impl Case {
    /// What is wrong if a run that ended like this was not meant to.
    fn disagreement(&self, ends: &[String]) -> Option<String> {
        let expected = self.ends(ends.len());
        (expected != ends).then(|| format!("{}: documented {expected:?}, found {ends:?}", self.name))
    }
}
