//! The fast engine: Wasmtime with Cranelift, pooled instances, copy-on-write images and cached artefacts.
//!
//! | module | concept |
//! | --- | --- |
//! | this page | configuration, the engine and its modules |
//! | `artefact` | compiled code kept on disk, and why it may be trusted |
//! | `deadline` | the wall-clock guard |
//! | `fault` | what Wasmtime's errors mean |
//! | `growth` | how far memory may grow, and whose affair it is when it cannot |
//! | `instance` | a running container |
//! | [`kernel`] | kernels: their configuration, what is asked of a module |
//! | `kernel_instance`, `kernel_state` | a running kernel, and what its store holds |
//! | `wasi_nn` | with the feature of that name: the models of a pack, which the host computes for a kernel |

mod artefact;
mod deadline;
mod fault;
mod growth;
mod instance;
pub mod kernel;
mod kernel_instance;
mod kernel_state;
#[cfg(feature = "wasi-nn")]
pub mod wasi_nn;

use std::path::PathBuf;
use std::time::Duration;

use codec::abi;
use engine::limits::{MEMORY_BYTES_MAX, NATIVE_STACK_BYTES, TABLE_ELEMENTS_MAX, TABLES_MAX};
use engine::{EngineError, EngineErrorKind};
use wasmtime::{
    Config, ExternType, InstanceAllocationStrategy, InstancePre, Linker, Mutability, PoolingAllocationConfig, ValType,
    WasmBacktraceDetails,
};

use crate::artefact::ArtefactCache;
use crate::deadline::{TICKS_PER_DEADLINE, Ticker};
use crate::growth::Growth;
use crate::instance::WasmtimeInstance;
pub use crate::kernel::KernelOptions;

const NAME: &str = "wasmtime 48.0";

/// Instances that may be alive at once in one engine.
pub const INSTANCES_MAX: u32 = 1_024;

/// What may be chosen about the engine. None of it can change a receipt.
#[derive(Clone, Debug)]
pub struct Options {
    /// A guard over each call. It costs: epoch checks spill float registers at every back-edge (×2.9 measured on SIMD
    /// loops), and the sealed meter bounds a call already; so it is off unless asked for.
    pub deadline: Option<Duration>,
    /// Where compiled artefacts are kept; `None` compiles anew each time.
    pub cache: Option<PathBuf>,
}

impl Options {
    /// No deadline, no cache.
    pub const PLAIN: Self = Self { deadline: None, cache: None };
}

/// Wasmtime, configured for sealed modules.
pub struct WasmtimeEngine {
    engine: wasmtime::Engine,
    cache: Option<ArtefactCache>,
    ticker: Option<std::sync::Arc<Ticker>>,
    #[cfg(feature = "wasi-nn")]
    models: Option<wasi_nn::Models>,
}

impl WasmtimeEngine {
    /// A new engine.
    ///
    /// # Errors
    /// [`EngineErrorKind::OutOfResources`] if the address space for the pool cannot be had.
    pub fn new(options: &Options) -> Result<Self, EngineError> {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(INSTANCES_MAX)
            .total_memories(INSTANCES_MAX)
            .total_tables(INSTANCES_MAX)
            .linear_memory_keep_resident(1 << 20);
        Self::build(pool, options.deadline.map(|deadline| deadline / TICKS_PER_DEADLINE), options.cache.as_ref())
    }

    /// The parts that containers and kernels have in common.
    fn build(
        mut pool: PoolingAllocationConfig,
        tick: Option<Duration>,
        cache: Option<&PathBuf>,
    ) -> Result<Self, EngineError> {
        pool.max_memories_per_module(1)
            .max_tables_per_module(TABLES_MAX as u32)
            .max_memory_size(MEMORY_BYTES_MAX)
            .table_elements(TABLE_ELEMENTS_MAX);
        let mut config = Config::new();
        config
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
            .memory_init_cow(true)
            .max_wasm_stack(NATIVE_STACK_BYTES)
            .epoch_interruption(tick.is_some())
            .wasm_backtrace_details(WasmBacktraceDetails::Disable)
            .wasm_relaxed_simd(false);
        let engine = wasmtime::Engine::new(&config)
            .map_err(|error| EngineError::new(EngineErrorKind::OutOfResources, format!("{error:#}")))?;
        let ticker = tick.map(|tick| Ticker::start(&engine, tick));
        Ok(Self {
            engine,
            cache: cache.cloned().map(ArtefactCache::new),
            ticker,
            #[cfg(feature = "wasi-nn")]
            models: None,
        })
    }

    fn compile_bytes(&self, module: &[u8]) -> Result<wasmtime::Module, EngineError> {
        match &self.cache {
            Some(cache) => cache.compile(&self.engine, module),
            None => wasmtime::Module::new(&self.engine, module),
        }
        .map_err(invalid)
    }
}

impl WasmtimeEngine {
    /// Compiles a module that is not sealed, to measure what sealing costs. Its instances have no meter, cannot be saved
    /// and must never be receipted.
    ///
    /// # Errors
    /// [`EngineErrorKind::InvalidModule`] if Wasmtime does not accept the bytes.
    pub fn compile_unsealed(&self, module: &[u8]) -> Result<Box<dyn engine::Module>, EngineError> {
        let module = wasmtime::Module::new(&self.engine, module).map_err(invalid)?;
        self.template(&module)
    }

    fn template(&self, module: &wasmtime::Module) -> Result<Box<dyn engine::Module>, EngineError> {
        let template = Linker::new(&self.engine).instantiate_pre(module).map_err(invalid)?;
        Ok(Box::new(WasmtimeModule { template, ticker: self.ticker.clone() }))
    }
}

fn invalid(error: wasmtime::Error) -> EngineError {
    EngineError::new(EngineErrorKind::InvalidModule, format!("{error:#}"))
}

impl engine::Engine for WasmtimeEngine {
    fn name(&self) -> &'static str {
        NAME
    }

    fn compile(&self, sealed: &[u8]) -> Result<Box<dyn engine::Module>, EngineError> {
        let module = self.compile_bytes(sealed)?;
        check_seal_exports(&module)?;
        self.template(&module)
    }
}

/// What the host relies on without asking again: sealing's globals are there, mutable and of their types, and those of
/// the state hold numbers.
fn check_seal_exports(module: &wasmtime::Module) -> Result<(), EngineError> {
    let wrong =
        |name: &str| EngineError::new(EngineErrorKind::MissingExport, format!("`{name}`; is the module sealed?"));
    let global = |name: &str| match module.get_export(name) {
        Some(ExternType::Global(global)) if global.mutability() == Mutability::Var => Some(global.content().clone()),
        _ => None,
    };
    let is = |name: &str, wanted: fn(&ValType) -> bool| global(name).is_some_and(|found| wanted(&found));
    for (name, holds) in [
        (abi::GLOBAL_METER, is(abi::GLOBAL_METER, ValType::is_i64)),
        (abi::GLOBAL_DEPTH, is(abi::GLOBAL_DEPTH, ValType::is_i32)),
        (abi::GLOBAL_STOP, is(abi::GLOBAL_STOP, ValType::is_i32)),
    ] {
        if !holds {
            return Err(wrong(name));
        }
    }
    for export in module.exports().filter(|export| export.name().starts_with(abi::GLOBAL_STATE_PREFIX)) {
        if !is(export.name(), |found| !found.is_ref()) {
            return Err(wrong(export.name()));
        }
    }
    Ok(())
}

struct WasmtimeModule {
    template: InstancePre<Growth>,
    ticker: Option<std::sync::Arc<Ticker>>,
}

impl engine::Module for WasmtimeModule {
    fn engine_name(&self) -> &'static str {
        NAME
    }

    fn instantiate(&self) -> Result<Box<dyn engine::Instance>, EngineError> {
        Ok(Box::new(WasmtimeInstance::new(&self.template, self.ticker.as_ref())?))
    }
}
