//! Runs every scalar kernel on the WebAssembly Micro Runtime and compares it, bit for bit but for NaNs, with the library.
//!
//! `wamr-kernels KERNELS GOLDEN GATES` takes the modules of the kernels from a folder (`rope_f32.wasm` and so on, built for
//! `wasm32v1-none`) and the golden files from another. Each operation runs in every direction on calls made from a seed
//! and on the inputs of its golden cases, each on a fresh instance, grown to what the call needs. (The library itself is
//! held to the outputs in the golden files by its own tests.) Gate guests are only started: the third folder is searched
//! for them.

mod call;
mod golden;
mod wamr;

use std::process::ExitCode;

use ops::sample::{Sample, Values};
use ops::signature::Kind;
use ops::{Direction, Op};

/// Calls of each operation and direction.
const CALLS: u64 = 24;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kernels, golden, gates] = &*arguments else {
        eprintln!("usage: wamr-kernels KERNELS GOLDEN GATES: folders of modules, of golden files and of gate guests");
        return ExitCode::FAILURE;
    };
    match wamr::start().and_then(|()| compare_all(kernels, golden)).and_then(|()| start_gates(gates)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare_all(kernels: &str, golden: &str) -> Result<(), String> {
    let (mut calls, mut values) = (0, 0);
    for op in Op::ALL.iter().copied() {
        let path = format!("{kernels}/{}.wasm", op.id());
        let module = std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
        let mut samples = golden::samples(golden, op)?;
        let golden_count = samples.len();
        for direction in [Direction::Forward, Direction::Backward] {
            let random = (0..CALLS).filter_map(|seed| {
                let values = if seed % 2 == 0 { Values::Ordinary } else { Values::Wild };
                let sample = Sample::random(op, direction, values, seed)?;
                Some((format!("{direction:?}, seed {seed}"), sample))
            });
            samples.extend(random);
        }
        let mut compared = 0;
        for (name, sample) in &samples {
            compared += compare(&module, sample).map_err(|error| format!("{}: {name}: {error}", op.id()))?;
        }
        let random = samples.len() - golden_count;
        println!("{:<13} {random} random calls, {golden_count} golden ones: {compared} values, the same bits", op.id());
        calls += samples.len();
        values += compared;
    }
    println!("{calls} calls, {values} values: WAMR and the library agree in every bit but those of NaNs");
    Ok(())
}

/// Starts each gate guest of a folder and asks it for room.
fn start_gates(folder: &str) -> Result<(), String> {
    let mut started = 0;
    for entry in std::fs::read_dir(folder).map_err(|error| format!("{folder}: {error}"))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with("gate-") || !name.ends_with(".wasm") {
            continue;
        }
        let module = std::fs::read(&path).map_err(|error| format!("{name}: {error}"))?;
        let place = wamr::Instance::new(module).and_then(|mut gate| gate.call("alloc", &[64]));
        let place = place.map_err(|error| format!("{name}: {error}"))? as i32;
        if place <= 0 {
            return Err(format!("{name}: has no room for a message: {place}"));
        }
        started += 1;
    }
    println!("{started} gate guests start on WAMR");
    Ok(())
}

/// The number of values compared.
fn compare(module: &[u8], sample: &Sample) -> Result<usize, String> {
    let (here, there) = (call::native(sample)?, call::in_wamr(module, sample)?);
    let mut compared = 0;
    for (number, tensor) in sample.signature().outputs.iter().enumerate() {
        let width = match tensor.kind {
            Kind::F32 | Kind::I32 => 4,
            Kind::F16 => 2,
            Kind::Q4 | Kind::Q8 => 1,
        };
        let pairs = here[number].chunks(width).zip(there[number].chunks(width));
        for (at, (here, there)) in pairs.enumerate() {
            if here != there && !(is_nan(tensor.kind, here) && is_nan(tensor.kind, there)) {
                return Err(format!("{} at {at}: the library has {here:02x?}, WAMR {there:02x?}", tensor.name));
            }
            compared += 1;
        }
    }
    Ok(compared)
}

fn is_nan(kind: Kind, bytes: &[u8]) -> bool {
    match (kind, bytes) {
        (Kind::F32, [a, b, c, d]) => f32::from_le_bytes([*a, *b, *c, *d]).is_nan(),
        (Kind::F16, [a, b]) => u16::from_le_bytes([*a, *b]) & 0x7fff > 0x7c00,
        (Kind::F32 | Kind::F16 | Kind::I32 | Kind::Q4 | Kind::Q8, _) => false,
    }
}
