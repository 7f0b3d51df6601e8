//! `avouch kernel bench`: a pack's kernels against the same operations in native code, in one run.

mod native;

use std::time::{Duration, Instant};

use host::{Bypass, Host, KernelView, Lease, Mode};
use pack::{Bound, DType, Dim, Direction, Value};
use serde::Serialize;

use self::native::Arena;
use super::{call_failure, find, loaded};
use crate::exit::{Exit, Failure};
use crate::kernel_host::PackArguments;
use crate::output::{self, Format, Report};

/// Elements of the last dimension: two blocks of ggml's, and what a head of attention often has.
const DIMENSION: u32 = 64;

/// Sizes of the dimensions between the first and the last.
const BETWEEN: [u32; 4] = [64, 8, 2, 1];

/// Rounds of a cell, at least; their median counts.
const ROUNDS_MIN: usize = 5;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The kernels; all that have a native operation, if none is named.
    kernel: Vec<String>,
    #[command(flatten)]
    pack: PackArguments,
    /// Bytes of inputs, outputs and scratch together.
    #[arg(long, value_name = "BYTES", value_delimiter = ',', default_value = "4096,65536,1048576,16777216")]
    size: Vec<u64>,
    /// Milliseconds that each cell is measured for.
    #[arg(long, value_name = "MS", default_value_t = 200)]
    cell_ms: u64,
}

#[derive(Serialize)]
struct Table {
    pack: String,
    engine: &'static str,
    rows: Vec<Row>,
}

/// Medians of one kernel at one size, in microseconds.
#[derive(Serialize)]
struct Row {
    kernel: String,
    bytes: u64,
    native_us: f64,
    module_us: f64,
    metered_us: Option<f64>,
    reference_us: f64,
}

impl Report for Table {
    fn table(&self) -> String {
        let heading = ["kernel", "KiB", "native µs", "module", "metered", "reference"];
        let rows = self.rows.iter().map(|row| {
            let ratio = |time: f64| format!("{:.2}", time / row.native_us);
            vec![
                row.kernel.clone(),
                format!("{:.0}", row.bytes as f64 / 1_024.0),
                format!("{:.1}", row.native_us),
                ratio(row.module_us),
                row.metered_us.map_or("no meter".to_owned(), ratio),
                ratio(row.reference_us),
            ]
        });
        let table = output::columns(&heading, &rows.collect::<Vec<_>>());
        let note = if cfg!(debug_assertions) {
            "THIS PROGRAM WAS BUILT WITHOUT OPTIMISATION: native code is slower than it should be, and ratios mean nothing\n"
        } else {
            ""
        };
        format!(
            "{note}{} on {}; ratios to the native fast form, medians of one run; metered calls include their fresh instance\n\n{table}",
            self.pack, self.engine
        )
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    let host = arguments.pack.host(Bypass::NEVER, Duration::ZERO)?;
    let loaded = loaded(&host);
    let kernels: Vec<KernelView<'_>> = if arguments.kernel.is_empty() {
        loaded.kernels().filter(|kernel| kernel.fallback().is_some()).collect()
    } else {
        arguments.kernel.iter().map(|id| find(&loaded, id)).collect::<Result<_, _>>()?
    };
    let mut rows = Vec::new();
    for kernel in kernels {
        for size in &arguments.size {
            rows.extend(measure(&host, kernel, *size, Duration::from_millis(arguments.cell_ms))?);
        }
    }
    output::print(&Table { pack: loaded.name().to_string(), engine: host.engine_name(), rows }, format)?;
    Ok(Exit::Good)
}

/// One kernel at one size; nothing if the kernel may not have that much memory.
fn measure(host: &Host, kernel: KernelView<'_>, size: u64, time: Duration) -> Result<Option<Row>, Failure> {
    let spec = kernel.spec();
    let id = spec.id.as_str();
    let op = kernel.fallback().ok_or_else(|| {
        Failure::message(Exit::Usage, format!("kernel `{id}` has no native operation to be compared with"))
    })?;
    let Some(bound) = of_size(kernel, size) else { return Ok(None) };
    let bytes = bytes_of(&bound);
    if bytes > u64::from(kernel.pages_max().saturating_sub(17)) * 65_536 {
        return Ok(None);
    }
    let inputs = inputs(kernel, &bound);
    let shapes: Vec<&[u32]> = bound.inputs().map(|input| input.dims).collect();
    let parameters: Vec<(&str, Value)> = Vec::new();
    let deadline = Mode::Deadline(kernel.deadline_max());
    let mut lease =
        host.lease(id, Direction::Forward, &shapes, &parameters, deadline).map_err(|error| call_failure(&error))?;
    let mut arena = Arena::new(spec, &bound, &inputs);
    let names: Vec<&str> = spec.forward.inputs().iter().map(|input| input.name.as_str()).collect();
    let mut times: [Vec<f64>; 4] = Default::default();
    let began = Instant::now();
    while times[0].len() < ROUNDS_MIN || began.elapsed() < time {
        times[0].push(arena.run(op, ops::Implementation::Fast));
        write(&mut lease, &names, &inputs);
        times[1].push(micros(lease.run().map_err(|error| call_failure(&error))?.elapsed));
        times[2].push(arena.run(op, ops::Implementation::Reference));
        if kernel.is_sealed() && times[3].len() < ROUNDS_MIN {
            let metered = Mode::Metered { budget: server::limits::BUDGET_DEFAULT };
            let start = Instant::now();
            let mut lease = host
                .lease(id, Direction::Forward, &shapes, &parameters, metered)
                .map_err(|error| call_failure(&error))?;
            let fresh = start.elapsed();
            write(&mut lease, &names, &inputs);
            times[3].push(micros(fresh + lease.run().map_err(|error| call_failure(&error))?.elapsed));
        }
    }
    let [native_us, module_us, reference_us, metered_us] = times.map(|mut times| median(&mut times));
    Ok(Some(Row {
        kernel: id.to_owned(),
        bytes,
        native_us: native_us.unwrap_or_default(),
        module_us: module_us.unwrap_or_default(),
        metered_us,
        reference_us: reference_us.unwrap_or_default(),
    }))
}

fn write(lease: &mut Lease, names: &[&str], inputs: &[Vec<u8>]) {
    for (name, bytes) in names.iter().zip(inputs) {
        if let Some(place) = lease.input_mut(name) {
            place.copy_from_slice(bytes);
        }
    }
}

/// The shapes of a call of about this many bytes: the first symbol grows, the last dimension of the first input has one size,
/// and what lies between has what still fits.
fn of_size(kernel: KernelView<'_>, size: u64) -> Option<Bound> {
    BETWEEN
        .iter()
        .filter_map(|between| of_size_with(kernel, size, *between))
        .min_by_key(|bound| bytes_of(bound).abs_diff(size))
}

fn of_size_with(kernel: KernelView<'_>, size: u64, between: u32) -> Option<Bound> {
    let interface = &kernel.spec().forward;
    let last = interface.inputs().first().and_then(|input| input.shape.last());
    let of = |grown: u32| {
        let value = |(number, symbol): (usize, &String)| match last {
            _ if number == 0 => grown,
            Some(Dim::Symbol(last)) if last == symbol => DIMENSION,
            Some(Dim::Symbol(_) | Dim::Fixed(_)) | None => between,
        };
        let symbols: Vec<u32> = interface.symbols().iter().enumerate().map(value).collect();
        interface.bind_symbols(&symbols).ok()
    };
    // Where the first symbol counts elements of blocks it grows by blocks.
    let unit = if of(1).is_some() { 1 } else { pack::dtype::BLOCK };
    let (one, two) = (bytes_of(&of(unit)?), bytes_of(&of(2 * unit)?));
    let step = two.checked_sub(one).filter(|step| *step > 0)?;
    let units = size.saturating_sub(one.saturating_sub(step)) / step;
    of(u32::try_from(units.max(1)).ok()?.checked_mul(unit)?)
}

fn bytes_of(bound: &Bound) -> u64 {
    let tensors = bound.inputs().chain(bound.outputs()).chain(bound.scratch());
    tensors.map(|tensor| u64::from(tensor.bytes)).sum()
}

/// Bytes for every input: floats between -1 and 1, small numbers, blocks with a small scale.
fn inputs(kernel: KernelView<'_>, bound: &Bound) -> Vec<Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let specs = kernel.spec().forward.inputs().iter().zip(bound.inputs());
    let fill = |(spec, extent): (&pack::TensorSpec, pack::Extent<'_>)| {
        let length = extent.bytes as usize;
        let mut bytes = Vec::with_capacity(length);
        while bytes.len() < length {
            let random = next();
            match spec.dtype {
                DType::F32 => bytes.extend(((random >> 40) as f32 / (1 << 23) as f32 - 1.0).to_le_bytes()),
                // Signs and fractions of numbers between 1/2 and 1, in halves.
                DType::F16 => bytes.extend(((random as u16 & 0x83ff) | 0x3800).to_le_bytes()),
                DType::I32 | DType::U32 => bytes.extend((random as u32 & 0xfff).to_le_bytes()),
                DType::I8 | DType::U8 => bytes.push(random as u8),
                DType::Q4_0 | DType::Q8_0 => {
                    let rest = if spec.dtype == DType::Q4_0 { 16 } else { 32 };
                    bytes.extend(0x2c00_u16.to_le_bytes());
                    bytes.extend((0..rest).map(|place| (random >> (place % 8)) as u8));
                }
            }
        }
        bytes.truncate(length);
        bytes
    };
    specs.map(fill).collect()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn median(times: &mut [f64]) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}
