//! Runs every scalar kernel on the WebAssembly Micro Runtime and compares it, bit for bit but for NaNs, with the library.
//!
//! `wamr-kernels FOLDER` takes the modules from a folder: `rope_f32.wasm` and so on, built for `wasm32v1-none`. Each
//! operation runs in every direction on calls made from a seed, each on a fresh instance, grown to what the call needs.

mod call;
mod wamr;

use std::process::ExitCode;

use ops::sample::{Sample, Values};
use ops::signature::Kind;
use ops::{Direction, Op};

/// Calls of each operation and direction.
const CALLS: u64 = 24;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: wamr-kernels FOLDER, where rope_f32.wasm and the other kernels are");
        return ExitCode::FAILURE;
    };
    match wamr::start().and_then(|()| compare_all(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare_all(folder: &str) -> Result<(), String> {
    let (mut calls, mut values) = (0, 0);
    for op in Op::ALL.iter().copied() {
        let path = format!("{folder}/{}.wasm", op.id());
        let module = std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
        for direction in [Direction::Forward, Direction::Backward] {
            let (mut done, mut compared) = (0, 0);
            for seed in 0..CALLS {
                let values = if seed % 2 == 0 { Values::Ordinary } else { Values::Wild };
                let Some(sample) = Sample::random(op, direction, values, seed) else { continue };
                compared += compare(&module, &sample)
                    .map_err(|error| format!("{} {direction:?}, seed {seed}: {error}", op.id()))?;
                done += 1;
            }
            if done > 0 {
                println!(
                    "{:<13} {:<8} {done} calls, {compared} values, the same bits",
                    op.id(),
                    format!("{direction:?}")
                );
            }
            calls += done;
            values += compared;
        }
    }
    println!("{calls} calls, {values} values: WAMR and the library agree in every bit but those of NaNs");
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
