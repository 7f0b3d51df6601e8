//! The host under load for minutes: `cargo run --release -p host --example soak -- --minutes 10 --threads 8`.
//!
//! Exits with 1 if an innocent call failed, a reply mixed packs, counts did not add up or memory grew.
#![allow(dead_code, reason = "the test's modules hold more than a soak needs")]

#[path = "../tests/it/native.rs"]
mod native;
#[path = "../tests/it/ops_parts.rs"]
mod ops_parts;
#[path = "../tests/it/packs.rs"]
mod packs;
#[path = "../tests/it/sampled.rs"]
mod sampled;
#[path = "../tests/it/soak_run.rs"]
mod soak_run;
#[path = "../tests/it/wat_kernels.rs"]
mod wat_kernels;

use std::process::ExitCode;
use std::time::Duration;

use soak_run::Soak;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut soak =
        Soak { time: Duration::from_secs(600), turns_min: 7, threads: 8, swap_every: Duration::from_secs(1) };
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|value| value.parse::<f64>().ok()).filter(|value| *value > 0.0);
        match (name.as_str(), value) {
            ("--minutes", Some(minutes)) => soak.time = Duration::from_secs_f64(minutes * 60.0),
            ("--threads", Some(threads)) => soak.threads = threads as u64,
            _ => {
                eprintln!("usage: soak [--minutes N] [--threads N]");
                return ExitCode::from(2);
            }
        }
    }
    let wrong = soak_run::run(packs::wasmtime(), soak);
    wrong.iter().for_each(|what| println!("WRONG: {what}"));
    println!("{}", if wrong.is_empty() { "good" } else { "not good" });
    ExitCode::from(u8::from(!wrong.is_empty()))
}
