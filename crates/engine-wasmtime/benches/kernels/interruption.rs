//! What it costs that a call can be ended: each kernel as it is, and in the ways to bound it, in turn in one process.

use std::hint::black_box;
use std::time::Instant;

use codec::{abi, kernel};
use engine::limits::EPOCH_TICKS;
use ops::sample::Sample;
use ops::{Direction, Implementation, Op};
use seal::{LoopCharge, MemoryRule, NanBits, Policy, seal};
use shipped::Form;
use wasmtime::{Config, Engine, Global, Instance, Memory, Module, Store, TypedFunc, Val};

use crate::cases::{self, Placed};

/// Bytes of all regions of a call.
const SIZES: [usize; 3] = [8 << 10, 128 << 10, 2 << 20];

/// Calls that the host's own chunking makes of one.
const CHUNKS: u32 = 16;

const ROUNDS: usize = 25;

/// The least time of one measurement.
const NANOS_MIN: u64 = 400_000;

/// The ways, the first of which bounds nothing and is what the others are compared with. The second is the same again: what
/// it differs by is what a difference does not mean.
const WAYS: [&str; 7] = ["unbounded", "again", "sealed", "meter", "each turn", "epochs", "chunks"];

/// A kernel in one of the ways, with its call laid out.
struct Runner {
    store: Store<()>,
    memory: Memory,
    function: TypedFunc<i32, i32>,
    meter: Option<Global>,
    calls: Vec<(Sample, Placed)>,
}

impl Runner {
    fn new(engine: &Engine, bytes: &[u8], direction: Direction, cases: Vec<Sample>) -> Self {
        let module = Module::new(engine, bytes).expect("a module");
        let mut store = Store::new(engine, ());
        store.set_epoch_deadline(EPOCH_TICKS);
        let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
        let memory = instance.get_memory(&mut store, abi::EXPORT_MEMORY).expect("a memory");
        let meter = instance.get_global(&mut store, abi::GLOBAL_METER);
        let export = match direction {
            Direction::Forward => kernel::EXPORT_FORWARD,
            Direction::Backward => kernel::EXPORT_BACKWARD,
        };
        let function = instance.get_typed_func(&mut store, export).expect("the direction");
        let mut runner = Self { memory, function, meter, calls: Vec::new(), store };
        runner.fill_meter();
        let info = instance.get_typed_func::<(), i32>(&mut runner.store, kernel::EXPORT_INFO).expect("the info");
        let info = info.call(&mut runner.store, ()).expect("an address") as usize;
        let arena = u32::from_le_bytes(runner.memory.data(&runner.store)[info + 4..info + 8].try_into().expect("four"));
        runner.lay_out(arena, cases);
        runner
    }

    fn lay_out(&mut self, arena: u32, cases: Vec<Sample>) {
        let mut end = arena;
        for case in cases {
            let (placed, next) = cases::place(&case, end);
            end = next;
            self.calls.push((case, placed));
        }
        let pages = u64::from(end.div_ceil(65_536)).saturating_sub(self.memory.size(&self.store));
        self.memory.grow(&mut self.store, pages).expect("the memory grows");
        for (case, placed) in &self.calls {
            cases::write(case, self.memory.data_mut(&mut self.store), placed);
        }
    }

    fn fill_meter(&mut self) {
        if let Some(meter) = self.meter {
            meter.set(&mut self.store, Val::I64(i64::MAX)).expect("a mutable i64");
        }
    }

    fn run(&mut self) -> i32 {
        self.fill_meter();
        self.calls
            .iter()
            .fold(0, |code, (_, placed)| code | self.function.call(&mut self.store, placed.at as i32).expect("no trap"))
    }

    /// What the calls have cost, in units; 0 without a meter.
    fn units(&mut self) -> u64 {
        self.run();
        self.meter.map_or(0, |meter| (i64::MAX - meter.get(&mut self.store).i64().expect("an i64")) as u64)
    }

    fn output(&self) -> &[u8] {
        let output = self.calls[0].1.descriptor.output;
        &self.memory.data(&self.store)[output.offset as usize..output.end() as usize]
    }

    fn nanos(&mut self, repeats: u64) -> f64 {
        let start = Instant::now();
        for _ in 0..repeats {
            black_box(self.run());
        }
        start.elapsed().as_nanos() as f64 / repeats as f64
    }
}

/// Prints the table.
pub(crate) fn table(only: Option<&str>) {
    let plain = Engine::default();
    let epochs = Engine::new(Config::new().epoch_interruption(true)).expect("an engine");
    let ways: Vec<String> = WAYS[1..].iter().map(|way| format!("{way:>10}")).collect();
    println!("ratios to the kernel as it is; `native`: the kernel to the host's own code; u/ns: units of the meter");
    println!("{:<22} {:>9} {:>9} {:>7} {:>6} |{}", "kernel", "bytes", "us", "native", "u/ns", ways.concat());
    for op in Op::ALL {
        for direction in [Direction::Forward, Direction::Backward] {
            for bytes in SIZES {
                let name = format!("{}{}", op.id(), if direction == Direction::Backward { " backward" } else { "" });
                if only.is_none_or(|only| name.starts_with(only))
                    && let Some(case) = cases::case(*op, direction, bytes)
                {
                    row(&name, &plain, &epochs, &case, bytes);
                }
            }
        }
    }
}

fn row(name: &str, plain: &Engine, epochs: &Engine, case: &Sample, bytes: usize) {
    let (op, direction) = (case.op, case.direction);
    let module = shipped::kernel(op.id(), Form::Simd).expect("it is shipped").bytes;
    let policy = Policy { memory: MemoryRule::Capped { max_pages: 1_024 }, ..Policy::STANDARD };
    let ahead = seal(module, &policy).expect("sealed").bytes;
    let meter = seal(module, &Policy { nan: NanBits::AsMade, ..policy }).expect("sealed").bytes;
    let each =
        seal(module, &Policy { loops: LoopCharge::EachTurn, nan: NanBits::AsMade, ..policy }).expect("sealed").bytes;
    let whole = || cases::case(op, direction, bytes).into_iter().collect();
    let mut runners = [
        Runner::new(plain, module, direction, whole()),
        Runner::new(plain, module, direction, whole()),
        Runner::new(plain, &ahead, direction, whole()),
        Runner::new(plain, &meter, direction, whole()),
        Runner::new(plain, &each, direction, whole()),
        Runner::new(epochs, module, direction, whole()),
        Runner::new(plain, module, direction, cases::split(case, bytes, CHUNKS)),
    ];
    for (runner, way) in runners.iter_mut().zip(WAYS) {
        let code = runner.run();
        if code != 0 {
            println!("{name:<24} {bytes:>9} {way}: code {code}");
            return;
        }
    }
    for way in 1..6 {
        assert!(runners[way].output() == runners[0].output(), "{name}: {} gives other bits", WAYS[way]);
    }
    let units = runners[2].units();
    let mut native = native(&runners[0]);
    let repeats = (NANOS_MIN / runners[0].nanos(4).max(1.0) as u64).max(1);
    let mut best = [f64::INFINITY; WAYS.len() + 1];
    for _ in 0..ROUNDS {
        for (runner, best) in runners.iter_mut().zip(&mut best) {
            *best = best.min(runner.nanos(repeats));
        }
        best[WAYS.len()] = best[WAYS.len()].min(native(repeats));
    }
    let [base, _, sealed, .., native] = best;
    let ratios: Vec<String> = best[1..WAYS.len()].iter().map(|nanos| format!("{:>10.3}", nanos / base)).collect();
    println!(
        "{name:<22} {:>9} {:>9.1} {:>7.2} {:>6.2} |{}",
        cases::size(case),
        base / 1e3,
        base / native,
        units as f64 / sealed,
        ratios.concat()
    );
}

/// The same call in the host's own code, over a copy of the memory.
fn native(runner: &Runner) -> impl FnMut(u64) -> f64 + use<> {
    let mut memory = runner.memory.data(&runner.store).to_vec();
    let (case, placed) = &runner.calls[0];
    let (op, direction, descriptor) = (case.op, case.direction, placed.descriptor);
    move |repeats| {
        let start = Instant::now();
        for _ in 0..repeats {
            black_box(ops::run(op, direction, Implementation::Fast, &mut memory, 0, &descriptor));
        }
        start.elapsed().as_nanos() as f64 / repeats as f64
    }
}
