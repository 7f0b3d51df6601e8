//! Kernels on both engines.

mod clock;
mod faults;
mod instances;
mod limits;

use std::time::Duration;

use engine::{KernelEngine, KernelInstance, KernelLimits, KernelModule};
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};
use seal::{MemoryRule, Policy, seal};

/// Enough for every test.
pub(crate) const LIMITS: KernelLimits = KernelLimits { pages_max: 64, table_elements_max: 16 };

/// More than any test needs.
pub(crate) const PLENTY: i64 = 1 << 40;

/// A small pool, so that tests beside each other share the machine's address space.
pub(crate) const METERED: KernelOptions = KernelOptions { instances_max: 8, ..KernelOptions::METERED };

/// The same with a fast clock.
pub(crate) const CLOCKED: KernelOptions = KernelOptions { tick: Some(Duration::from_millis(1)), ..METERED };

/// A kernel whose forward function does `body`, and what else stands beside it: memory of one page, growing to 512.
pub(crate) fn kernel(body: &str, beside: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (memory (export "memory") 1 512)
            {beside}
            (func (export "kernel_init") (result i32) i32.const 0)
            (func (export "kernel_forward") (param $d i32) (result i32) {body} i32.const 0)
            (func (export "kernel_info") (result i32) i32.const 64)
            (func (export "kernel_cleanup") (result i32) i32.const 0))"#
    );
    wat::parse_str(text).expect("the text is a module")
}

/// The module, sealed as a pack's kernels are.
pub(crate) fn sealed(module: &[u8]) -> Vec<u8> {
    let policy = Policy { memory: MemoryRule::Capped { max_pages: 512 }, ..Policy::STANDARD };
    seal(module, &policy).expect("it can be sealed").bytes
}

/// Both engines without a clock.
pub(crate) fn engines() -> [Box<dyn KernelEngine>; 2] {
    let fast = WasmtimeEngine::for_kernels(&METERED).expect("there is address space");
    [Box::new(fast), Box::new(WasmiEngine::new())]
}

/// Wasmtime with its clock.
pub(crate) fn clocked() -> WasmtimeEngine {
    WasmtimeEngine::for_kernels(&CLOCKED).expect("there is address space")
}

pub(crate) fn compile(engine: &dyn KernelEngine, module: &[u8]) -> Box<dyn KernelModule> {
    engine.compile_kernel(module, "kernel_forward", LIMITS).expect("the engine takes it")
}

/// An instance with plenty on its meter.
pub(crate) fn instance(module: &dyn KernelModule) -> Box<dyn KernelInstance> {
    let mut instance = module.instantiate().expect("there is room");
    instance.set_meter(PLENTY);
    instance
}
