//! What sealing costs on Wasmtime: each kernel unsealed, sealed, and sealed without charging counted loops ahead.
//!
//! `cargo bench -p seal` prints a table of ratios, measured with the variants interleaved, and then runs criterion.

use std::hint::black_box;
use std::time::Instant;

use codec::abi;
use criterion::{BenchmarkId, Criterion};
use seal::{LoopCharge, Policy, seal};
use wasmtime::{Engine, Instance, Module, Store, Val};

/// Kernels, by the question they answer.
const GROUPS: [(&str, &[&str]); 4] = [
    ("integer", &["relax", "mix", "copy", "bulk"]),
    ("float", &["dot_scalar", "sum_until", "logistic"]),
    ("vector", &["dot_simd", "axpy"]),
    ("calls", &["calls"]),
];

const TURNS: i32 = 4;
const ROUNDS: usize = 30;
const LAYOUTS: usize = 24;

struct Kernels {
    store: Store<()>,
    instance: Instance,
}

impl Kernels {
    fn new(engine: &Engine, bytes: &[u8]) -> Self {
        let module = Module::new(engine, bytes).expect("a module");
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
        let memory = instance.get_memory(&mut store, abi::EXPORT_MEMORY).expect("a memory");
        let mut state = 1_u32;
        for chunk in memory.data_mut(&mut store).chunks_exact_mut(4) {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            chunk.copy_from_slice(&(f32::from((state >> 16) as u16) / 65_536.0).to_le_bytes());
        }
        Self { store, instance }
    }

    fn run(&mut self, kernel: &str) -> u64 {
        if let Some(meter) = self.instance.get_global(&mut self.store, abi::GLOBAL_METER) {
            meter.set(&mut self.store, Val::I64(i64::MAX)).expect("an i64");
        }
        let function = self.instance.get_func(&mut self.store, kernel).expect("the kernel");
        let mut out = [Val::I32(0)];
        function.call(&mut self.store, &[Val::I32(TURNS)], &mut out).expect("no trap");
        match out[0] {
            Val::I32(value) => value as u64,
            Val::F32(bits) => bits.into(),
            _ => 0,
        }
    }

    fn nanos(&mut self, kernel: &str) -> u64 {
        let start = Instant::now();
        black_box(self.run(kernel));
        start.elapsed().as_nanos() as u64
    }
}

/// The kernels, with `padding` stores before each loop. A loop of four instructions runs at half speed where it lies across a
/// cache line, sealed or not; over several paddings the best of each form is free of that luck.
fn kernels(padding: usize) -> Vec<u8> {
    let stores = "(i32.store8 (i32.const 1048575) (local.get $n))".repeat(padding);
    wat::parse_str(include_str!("kernels.wat").replace(";;pad", &stores)).expect("the kernels")
}

fn main() {
    let plain = kernels(0);
    let ahead = seal(&plain, &Policy::STANDARD).expect("sealed");
    println!(
        "{} loops, {} charged ahead; {} to {} bytes",
        ahead.report.loops,
        ahead.report.loops_ahead,
        plain.len(),
        ahead.bytes.len()
    );
    let engine = Engine::default();
    let mut layouts: Vec<_> = (0..LAYOUTS).map(|padding| variants(&engine, &kernels(padding))).collect();
    table(&mut layouts);
    if std::env::args().any(|argument| argument == "--ratios") {
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    for (group, kernels) in GROUPS {
        let mut group = criterion.benchmark_group(group);
        for kernel in kernels {
            for (name, variant) in ["unsealed", "sealed", "sealed, each turn"].iter().zip(&mut layouts[0]) {
                group.bench_function(BenchmarkId::new(*kernel, name), |bencher| bencher.iter(|| variant.run(kernel)));
            }
        }
        group.finish();
    }
    criterion.final_summary();
}

/// Unsealed, sealed, sealed without charging ahead.
fn variants(engine: &Engine, plain: &[u8]) -> [Kernels; 3] {
    let ahead = seal(plain, &Policy::STANDARD).expect("sealed").bytes;
    let each = seal(plain, &Policy { loops: LoopCharge::EachTurn, ..Policy::STANDARD }).expect("sealed").bytes;
    [plain, &ahead, &each].map(|bytes| Kernels::new(engine, bytes))
}

/// Ratios to the unsealed kernel: of the best median over all layouts, and the middle one over the layouts.
fn table(layouts: &mut [[Kernels; 3]]) {
    println!(
        "{:<12} {:>10} | {:>7} {:>8} | {:>9} {:>8}",
        "kernel", "unsealed", "sealed", "(middle)", "each turn", "(middle)"
    );
    for kernel in GROUPS.iter().flat_map(|(_, kernels)| kernels.iter()) {
        let mut medians = [const { Vec::new() }; 3];
        for variants in layouts.iter_mut() {
            let expected = variants[0].run(kernel);
            assert!(variants.iter_mut().all(|variant| variant.run(kernel) == expected), "{kernel} changes when sealed");
            let mut times = [const { Vec::new() }; 3];
            for _ in 0..ROUNDS {
                for (variant, times) in variants.iter_mut().zip(&mut times) {
                    times.push(variant.nanos(kernel));
                }
            }
            for (times, medians) in times.iter_mut().zip(&mut medians) {
                times.sort_unstable();
                medians.push(times[ROUNDS / 2]);
            }
        }
        medians.iter_mut().for_each(|medians| medians.sort_unstable());
        let [plain, ahead, each] = &medians;
        let ratio = |medians: &[u64], at: usize| medians[at] as f64 / plain[at] as f64;
        let middle = LAYOUTS / 2;
        println!(
            "{kernel:<12} {:>7} ns | {:>7.3} {:>8.3} | {:>9.3} {:>8.3}",
            plain[0],
            ratio(ahead, 0),
            ratio(ahead, middle),
            ratio(each, 0),
            ratio(each, middle)
        );
    }
}
