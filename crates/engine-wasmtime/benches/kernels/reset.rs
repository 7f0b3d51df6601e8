//! What an instance costs from its making to its end, by the size of its memory and by what the pool keeps resident.

use std::time::{Duration, Instant};

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, InstancePre, Linker, Module, PoolingAllocationConfig, Store,
};

const SIZES: [usize; 5] = [64 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20];
const KEPT: [usize; 4] = [0, 2 << 20, 16 << 20, 64 << 20];
const ROUNDS: usize = 41;

/// Making, growing, writing to each page, dropping.
type Life = [Duration; 4];

/// Prints the table.
pub(crate) fn table() {
    println!(
        "{:>9} {:>9} {:>8} | {:>9} {:>9} {:>9} {:>9} | {:>9}",
        "memory", "kept", "scan", "make us", "grow", "touch", "drop", "life"
    );
    for size in SIZES {
        for (kept, scan) in KEPT.into_iter().flat_map(|kept| [(kept, Enabled::No), (kept, Enabled::Auto)]) {
            if kept == 0 && scan == Enabled::Auto {
                continue;
            }
            let template = template(kept, scan);
            let mut lives: Vec<Life> = (0..ROUNDS).map(|_| life(&template, size)).collect();
            let middle = std::array::from_fn::<f64, 4, _>(|part| {
                lives.sort_unstable_by_key(|life| life[part]);
                lives[ROUNDS / 2][part].as_nanos() as f64 / 1e3
            });
            let [make, grow, touch, drop] = middle;
            println!(
                "{:>5} KiB {:>5} KiB {scan:>8} | {make:>9.1} {grow:>9.1} {touch:>9.1} {drop:>9.1} | {:>9.1}",
                size >> 10,
                kept >> 10,
                make + grow + touch + drop,
                scan = if scan == Enabled::No { "no" } else { "yes" },
            );
        }
    }
}

fn template(kept: usize, scan: Enabled) -> InstancePre<()> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(4)
        .total_memories(4)
        .total_tables(4)
        .max_memory_size(64 << 20)
        .linear_memory_keep_resident(kept)
        .pagemap_scan(scan);
    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool)).memory_init_cow(true);
    let engine = Engine::new(&config).expect("an engine");
    let bytes = shipped::kernel("rmsnorm_f32", shipped::Form::Simd).expect("it is shipped").bytes;
    let module = Module::new(&engine, bytes).expect("a module");
    Linker::new(&engine).instantiate_pre(&module).expect("no imports")
}

fn life(template: &InstancePre<()>, size: usize) -> Life {
    let start = Instant::now();
    let mut store = Store::new(template.module().engine(), ());
    let instance = template.instantiate(&mut store).expect("an instance");
    let made = Instant::now();
    let memory = instance.get_memory(&mut store, "memory").expect("a memory");
    memory.grow(&mut store, (size >> 16) as u64 - 1).expect("it grows");
    let grown = Instant::now();
    memory.data_mut(&mut store).iter_mut().step_by(4_096).for_each(|byte| *byte = 1);
    let touched = Instant::now();
    drop(store);
    [made - start, grown - made, touched - grown, touched.elapsed()]
}
