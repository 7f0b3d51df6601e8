//! What the engine adds to a kernel: a call, the meter, an instance.

use std::hint::black_box;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion};
use engine::{KernelEngine, KernelFunction, KernelInstance, KernelLimits, KernelModule};
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};
use ops::{Direction, Implementation, Op};
use seal::{MemoryRule, Policy, seal};

use crate::cases;

const LIMITS: KernelLimits = KernelLimits { pages_max: 1_024, table_elements_max: 16 };

/// The least that a kernel can be asked for: one block.
const SMALLEST: Op = Op::KvPackQ8;

/// Calls that are timed together, and how often: the best of many short ones is what a busy machine cannot hide.
const CALLS: u32 = 50;
const ROUNDS: usize = 2_000;

type Modules = [(&'static str, Box<dyn KernelModule>); 3];

fn modules() -> Modules {
    let metered = WasmtimeEngine::for_kernels(&KernelOptions::METERED).expect("an engine");
    let clocked = WasmtimeEngine::for_kernels(&KernelOptions::CLOCKED).expect("an engine");
    let small = WasmiEngine::new();
    let engines: [(&str, &dyn KernelEngine); 3] = [("wasmtime", &metered), ("clock", &clocked), ("wasmi", &small)];
    engines.map(|(name, engine)| (name, compile(engine)))
}

/// Prints the best and the middle of many rounds, taken in turn.
pub(crate) fn table() {
    let native: (String, Box<dyn FnMut()>) = ("native".to_owned(), Box::new(native()));
    let mut works = vec![native];
    for (name, module) in modules() {
        let module: &'static dyn KernelModule = Box::leak(module);
        let (mut plain, at) = warm(module);
        works.push((
            format!("warm call, {name}"),
            Box::new(move || drop(black_box(plain.call(KernelFunction::Forward, at)))),
        ));
        let (mut metered, at) = warm(module);
        works.push((
            format!("warm call with its meter, {name}"),
            Box::new(move || {
                metered.set_meter(1 << 40);
                drop(black_box(metered.call(KernelFunction::Forward, at)));
                black_box(metered.meter());
            }),
        ));
        let (mut nothing, _) = warm(module);
        works.push((
            format!("a function that does nothing, {name}"),
            Box::new(move || drop(black_box(nothing.call(KernelFunction::Init, 0)))),
        ));
        works.push((format!("make and drop, {name}"), Box::new(move || drop(black_box(module.instantiate())))));
    }
    let mut times = vec![Vec::with_capacity(ROUNDS); works.len()];
    for _ in 0..ROUNDS {
        for ((_, work), times) in works.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (0..CALLS).for_each(|_| work());
            times.push(start.elapsed().as_nanos() as f64 / f64::from(CALLS));
        }
    }
    println!("{:<40} {:>10} {:>10}", "one row of 128 numbers to q8_0", "best ns", "middle ns");
    for ((name, _), times) in works.iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        println!("{name:<40} {:>10.0} {:>10.0}", times[0], times[ROUNDS / 2]);
    }
}

/// The same row in the host's own code.
fn native() -> impl FnMut() {
    let case = cases::case(SMALLEST, Direction::Forward, 1).expect("it has that direction");
    let (placed, end) = cases::place(&case, 0);
    let mut memory = vec![0; end as usize];
    cases::write(&case, &mut memory, &placed);
    move || {
        let memory = black_box(&mut memory);
        black_box(ops::run(SMALLEST, Direction::Forward, Implementation::Fast, memory, 0, &placed.descriptor));
    }
}

/// Runs criterion.
pub(crate) fn run(criterion: &mut Criterion) {
    let modules = modules();
    calls(criterion, &modules);
    instances(criterion, &modules);
}

fn compile(engine: &dyn KernelEngine) -> Box<dyn KernelModule> {
    let bytes = shipped::kernel(SMALLEST.id(), shipped::Form::Simd).expect("it is shipped").bytes;
    let policy = Policy { memory: MemoryRule::Capped { max_pages: 1_024 }, ..Policy::STANDARD };
    let sealed = seal(bytes, &policy).expect("sealed").bytes;
    engine.compile_kernel(&sealed, "kernel_forward", LIMITS).expect("the engine takes it")
}

/// A warm instance with a small call laid out, and the address of the descriptor.
fn warm(module: &dyn KernelModule) -> (Box<dyn KernelInstance>, u32) {
    let mut instance = module.instantiate().expect("an instance");
    instance.set_meter(i64::MAX);
    let info = instance.call(KernelFunction::Info, 0).expect("an address") as usize;
    let arena = u32::from_le_bytes(instance.memory()[info + 4..info + 8].try_into().expect("four bytes"));
    let case = cases::case(SMALLEST, Direction::Forward, 1).expect("it has that direction");
    let (placed, _) = cases::place(&case, arena);
    cases::write(&case, instance.memory_mut(), &placed);
    (instance, placed.at)
}

fn calls(criterion: &mut Criterion, modules: &[(&str, Box<dyn KernelModule>)]) {
    let mut group = criterion.benchmark_group("call of one row");
    let mut native = native();
    group.bench_function("native", |bencher| bencher.iter(&mut native));
    for (name, module) in modules {
        let (mut instance, at) = warm(&**module);
        group.bench_function(BenchmarkId::new("warm instance", name), |bencher| {
            bencher.iter(|| instance.call(KernelFunction::Forward, at).expect("no trap"));
        });
        group.bench_function(BenchmarkId::new("warm instance, metered", name), |bencher| {
            bencher.iter(|| {
                instance.set_meter(1 << 40);
                instance.call(KernelFunction::Forward, at).expect("no trap");
                instance.meter()
            });
        });
        group.bench_function(BenchmarkId::new("nothing but the call", name), |bencher| {
            bencher.iter(|| instance.call(KernelFunction::Init, 0).expect("no trap"));
        });
    }
    group.finish();
}

fn instances(criterion: &mut Criterion, modules: &[(&str, Box<dyn KernelModule>)]) {
    let mut group = criterion.benchmark_group("instance");
    for (name, module) in modules {
        group.bench_function(BenchmarkId::new("make and drop", name), |bencher| {
            bencher.iter(|| module.instantiate().expect("an instance"));
        });
        group.bench_function(BenchmarkId::new("make, init, one row, drop", name), |bencher| {
            bencher.iter(|| {
                let (mut instance, at) = warm(&**module);
                instance.call(KernelFunction::Init, 0).expect("no trap");
                instance.call(KernelFunction::Forward, at).expect("no trap")
            });
        });
    }
    group.finish();
}
