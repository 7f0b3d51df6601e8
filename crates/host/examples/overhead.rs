//! What a call costs beyond the native one: `cargo run --release -p host --example overhead`.
//!
//! The same algorithm on the same bytes, all ways in turn within one process; medians, and ratios to the native call.
#![allow(dead_code, reason = "the test's modules hold more than a measurement needs")]

#[path = "../tests/it/native.rs"]
mod native;
#[path = "../tests/it/ops_parts.rs"]
mod ops_parts;
#[path = "../tests/it/packs.rs"]
mod packs;
#[path = "../tests/it/sampled.rs"]
mod sampled;

use std::time::{Duration, Instant};

use host::{DeviceClass, Direction, Fallback, Host, HostOptions, Mode};
use ops::Op;
use ops::sample::{Sample, Values};
use shipped::Form;

/// Rounds of each measurement.
const ROUNDS: usize = 41;

fn main() {
    let parts: Vec<_> = Op::ALL.iter().map(|op| ops_parts::part(*op, Form::Simd)).collect();
    let pack = packs::pack("ops", "1.0.0", &parts);
    let host = Host::start(packs::wasmtime(), DeviceClass::SERVER, HostOptions::PLAIN, pack).unwrap();
    println!("{:14} {:>10} {:>11} {:>16} {:>16} {:>16}", "kernel", "bytes in", "native µs", "lease", "call", "metered");
    for (op, dims) in [
        (Op::KvPackQ8, vec![("rows", 1), ("dim", 32)]),
        (Op::KvPackQ8, vec![("rows", 16), ("dim", 4_096)]),
        (Op::KvUnpackQ8, vec![("rows", 64), ("dim", 4_096)]),
        (Op::RmsNormF32, vec![("rows", 1), ("dim", 1_024)]),
        (Op::RmsNormF32, vec![("rows", 64), ("dim", 4_096)]),
        (Op::RopeF32, vec![("batch", 1), ("seq", 1), ("heads", 8), ("dim", 128)]),
        (Op::RopeF32, vec![("batch", 1), ("seq", 64), ("heads", 32), ("dim", 128)]),
        (Op::SwigluF32, vec![("rows", 64), ("dim", 4_096)]),
        (Op::LoraF32, vec![("rows", 8), ("in", 1_024), ("out", 1_024), ("rank", 16)]),
    ] {
        let sample = Sample::of_shape(op, ops::Direction::Forward, dims, Values::Ordinary, 1).unwrap();
        row(&host, &sample);
    }
}

fn row(host: &Host, sample: &Sample) {
    let shapes = sampled::shapes(sample);
    let deadline = Mode::Deadline(Duration::from_secs(10));
    let warm = sampled::request(sample, &shapes, deadline, Fallback::None);
    let fresh = sampled::request(sample, &shapes, Mode::Metered { budget: 1 << 40 }, Fallback::None);
    let listed: Vec<&[u32]> = shapes.iter().map(Vec::as_slice).collect();
    let mut lease = host.lease(warm.kernel, Direction::Forward, &listed, &warm.parameters, deadline).unwrap();
    for input in &warm.inputs {
        lease.input_mut(input.name.unwrap()).unwrap().copy_from_slice(input.bytes);
    }
    let mut arena = native::Arena::lay_out(sample);
    let mut times = [(); 4].map(|()| Vec::with_capacity(ROUNDS));
    let once = measure(|| arena.run(ops::Implementation::Fast), 1);
    let turns = (200_000 / once.as_nanos().max(1)).clamp(1, 2_000) as u32;
    for _ in 0..ROUNDS {
        times[0].push(measure(|| arena.run(ops::Implementation::Fast), turns));
        times[1].push(measure(|| lease.run().unwrap(), turns));
        times[2].push(measure(|| host.call(&warm).unwrap(), turns));
        times[3].push(measure(|| host.call(&fresh).unwrap(), turns));
    }
    let [native, lease, call, metered] = times.map(|mut times| {
        times.sort_unstable();
        times[ROUNDS / 2].as_secs_f64() * 1e6
    });
    let bytes: usize = sample.inputs.iter().map(Vec::len).sum();
    let beside = |time: f64| format!("{:.2} (+{:.2} µs)", time / native, time - native);
    println!(
        "{:14} {bytes:>10} {native:>11.2} {:>16} {:>16} {:>16}",
        sample.op.id(),
        beside(lease),
        beside(call),
        beside(metered)
    );
}

/// The time of one turn.
fn measure<T>(mut work: impl FnMut() -> T, turns: u32) -> Duration {
    let began = Instant::now();
    for _ in 0..turns {
        std::hint::black_box(work());
    }
    began.elapsed() / turns
}
