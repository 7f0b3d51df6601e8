//! Kernels under Wasmtime: what may be chosen, and what is asked of a module before it is compiled into a factory.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use codec::{abi, kernel};
use engine::limits::MEMORY_BYTES_MAX;
use engine::{EngineError, EngineErrorKind, KernelEngine, KernelInstance, KernelLimits, KernelModule};
use wasmtime::{ExternType, InstancePre, Linker, ModuleExport, PoolingAllocationConfig, ValType};

use crate::deadline::Ticker;
use crate::growth::Growth;
use crate::kernel_instance::WasmtimeKernel;
use crate::kernel_state::KernelState;
use crate::{NAME, WasmtimeEngine, check_seal_exports, invalid};

/// Places of the pool that may lie unused and warm: about the threads that call kernels.
const WARM_PLACES: u32 = 16;

/// What may be chosen about an engine for kernels. None of it changes a metered result.
#[derive(Clone, Debug)]
pub struct KernelOptions {
    /// The period of the clock; `None` for none, which is faster: see [`crate::Options::deadline`]. Without one, only sealed
    /// modules are compiled.
    pub tick: Option<Duration>,
    /// Where compiled artefacts are kept; `None` compiles anew each time.
    pub cache: Option<PathBuf>,
    /// Instances that may be alive at once.
    pub instances_max: u32,
    /// Bytes of a dropped instance's memory that are cleared in place instead of being given back to the host.
    pub keep_resident_bytes: usize,
}

impl KernelOptions {
    /// No clock, no cache. All of a memory is kept: to give it back and fault it in again costs 4 to 60 times what clearing
    /// it costs (`cargo bench -p engine-wasmtime --bench kernels -- --reset`). What a process then holds is what its calls
    /// held at their busiest moment; where that is too much, keep less.
    pub const METERED: Self =
        Self { tick: None, cache: None, instances_max: 256, keep_resident_bytes: MEMORY_BYTES_MAX };

    /// The same with the server's clock.
    pub const CLOCKED: Self = Self { tick: Some(Duration::from_millis(10)), ..Self::METERED };
}

impl WasmtimeEngine {
    /// A new engine whose pool has the shape of kernels: few instances, large memories, a fast reset.
    ///
    /// # Errors
    /// [`EngineErrorKind::OutOfResources`] if the address space for the pool cannot be had.
    pub fn for_kernels(options: &KernelOptions) -> Result<Self, EngineError> {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(options.instances_max)
            .total_memories(options.instances_max)
            .total_tables(options.instances_max)
            .linear_memory_keep_resident(options.keep_resident_bytes)
            .table_keep_resident(4_096)
            // A place that is warm is taken again before a cold one is touched.
            .max_unused_warm_slots(WARM_PLACES);
        Self::build(pool, options.tick, options.cache.as_ref())
    }
}

impl KernelEngine for WasmtimeEngine {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tick(&self) -> Option<Duration> {
        self.ticker.as_ref().map(|ticker| ticker.tick())
    }

    fn compile_kernel(
        &self,
        module: &[u8],
        entry_point: &str,
        limits: KernelLimits,
    ) -> Result<Box<dyn KernelModule>, EngineError> {
        let module = self.compile_bytes(module)?;
        let pages_max = check_resources(&module, limits)?;
        let is_host_computed = self.check_imports(&module)?;
        let is_sealed = check_seal(&module)?;
        if self.ticker.is_none() && is_host_computed {
            return Err(unfit("nothing would end a call: the host computes for it and the engine has no clock"));
        }
        if self.ticker.is_none() && !is_sealed {
            return Err(unfit("nothing would end a call: the module is not sealed and the engine has no clock"));
        }
        let exports = Exports::of(&module, entry_point, is_sealed)?;
        let template = self.linker(is_host_computed)?.instantiate_pre(&module).map_err(invalid)?;
        let growth = Growth {
            memory_bytes_max: pages_max as usize * 65_536,
            table_elements_max: limits.table_elements_max as usize,
        };
        let ticker = self.ticker.clone();
        Ok(Box::new(WasmtimeKernelModule {
            template,
            exports,
            pages_max,
            growth,
            ticker,
            #[cfg(feature = "wasi-nn")]
            models: is_host_computed.then(|| self.models.clone().unwrap_or_default()),
        }))
    }
}

#[cfg(not(feature = "wasi-nn"))]
impl WasmtimeEngine {
    /// A kernel has no imports, so the host never computes for it.
    fn check_imports(&self, module: &wasmtime::Module) -> Result<bool, EngineError> {
        module.imports().next().map_or(Ok(false), |import| Err(foreign(&import)))
    }

    fn linker(&self, _is_host_computed: bool) -> Result<Linker<KernelState>, EngineError> {
        Ok(Linker::new(&self.engine))
    }
}

#[cfg(feature = "wasi-nn")]
impl WasmtimeEngine {
    /// Lets kernels ask for these models. Only an engine that was given some, be it none, takes kernels with imports.
    #[must_use]
    pub fn with_models(mut self, models: crate::wasi_nn::Models) -> Self {
        self.models = Some(models);
        self
    }

    /// Whether the module imports what the host computes, if this engine has models, and nothing else.
    fn check_imports(&self, module: &wasmtime::Module) -> Result<bool, EngineError> {
        let allowed = |import: &wasmtime::ImportType<'_>| {
            self.models.is_some() && crate::wasi_nn::allows(import.module(), import.name(), &import.ty())
        };
        match module.imports().find(|import| !allowed(import)) {
            Some(import) => Err(foreign(&import)),
            None => Ok(module.imports().next().is_some()),
        }
    }

    fn linker(&self, is_host_computed: bool) -> Result<Linker<KernelState>, EngineError> {
        let mut linker = Linker::new(&self.engine);
        if is_host_computed {
            crate::wasi_nn::link(&mut linker)?;
        }
        Ok(linker)
    }
}

fn foreign(import: &wasmtime::ImportType<'_>) -> EngineError {
    unfit(format!(
        "it imports `{}` of `{}`, which this engine does not give to kernels",
        import.name(),
        import.module()
    ))
}

fn unfit(why: impl Into<String>) -> EngineError {
    EngineError::new(EngineErrorKind::InvalidModule, why)
}

/// Holds what the module begins with to the limits; the pages that its memory can have.
fn check_resources(module: &wasmtime::Module, limits: KernelLimits) -> Result<u32, EngineError> {
    let Some(ExternType::Memory(memory)) = module.get_export(abi::EXPORT_MEMORY) else {
        return Err(missing(abi::EXPORT_MEMORY));
    };
    let pages_max = memory.maximum().unwrap_or(65_536).min(limits.pages_max.into());
    if memory.minimum() > limits.pages_max.into() {
        return Err(unfit(format!("its memory begins with {} pages of {}", memory.minimum(), limits.pages_max)));
    }
    let tables = module.resources_required().max_initial_table_size.unwrap_or(0);
    if tables > limits.table_elements_max.into() {
        return Err(unfit(format!("its table has {tables} elements of {}", limits.table_elements_max)));
    }
    Ok(pages_max as u32)
}

/// Whether the module is sealed: it has all of sealing's exports, or none.
fn check_seal(module: &wasmtime::Module) -> Result<bool, EngineError> {
    let is_sealed =
        [abi::GLOBAL_METER, abi::GLOBAL_DEPTH, abi::GLOBAL_STOP].iter().any(|name| module.get_export(name).is_some());
    if is_sealed {
        check_seal_exports(module)?;
    }
    Ok(is_sealed)
}

fn missing(name: &str) -> EngineError {
    EngineError::new(EngineErrorKind::MissingExport, format!("`{name}`"))
}

/// Where a module keeps what the host uses, so that an instance need not look for names.
pub(crate) struct Exports {
    pub(crate) memory: ModuleExport,
    pub(crate) init: ModuleExport,
    pub(crate) forward: ModuleExport,
    pub(crate) backward: Option<ModuleExport>,
    pub(crate) info: ModuleExport,
    pub(crate) cleanup: ModuleExport,
    /// The meter and the stop code of a sealed module.
    pub(crate) seal: Option<(ModuleExport, ModuleExport)>,
}

impl Exports {
    fn of(module: &wasmtime::Module, entry_point: &str, is_sealed: bool) -> Result<Self, EngineError> {
        let place = |name: &str| module.get_export_index(name).ok_or_else(|| missing(name));
        let function = |name: &str, parameters: usize| match module.get_export(name) {
            Some(ExternType::Func(ty))
                if ty.params().len() == parameters
                    && ty.params().chain(ty.results()).all(|ty| matches!(ty, ValType::I32))
                    && ty.results().len() == 1 =>
            {
                place(name)
            }
            Some(_) => Err(EngineError::new(
                EngineErrorKind::MissingExport,
                format!("`{name}` as a function of {parameters} i32 to i32"),
            )),
            None => Err(missing(name)),
        };
        let has_backward = module.get_export(kernel::EXPORT_BACKWARD).is_some();
        Ok(Self {
            memory: place(abi::EXPORT_MEMORY)?,
            init: function(kernel::EXPORT_INIT, 0)?,
            forward: function(entry_point, 1)?,
            backward: has_backward.then(|| function(kernel::EXPORT_BACKWARD, 1)).transpose()?,
            info: function(kernel::EXPORT_INFO, 0)?,
            cleanup: function(kernel::EXPORT_CLEANUP, 0)?,
            seal: is_sealed.then(|| Ok((place(abi::GLOBAL_METER)?, place(abi::GLOBAL_STOP)?))).transpose()?,
        })
    }
}

struct WasmtimeKernelModule {
    template: InstancePre<KernelState>,
    exports: Exports,
    pages_max: u32,
    growth: Growth,
    ticker: Option<Arc<Ticker>>,
    /// What the host computes for it; nothing for a kernel without imports.
    #[cfg(feature = "wasi-nn")]
    models: Option<crate::wasi_nn::Models>,
}

impl WasmtimeKernelModule {
    fn state(&self) -> KernelState {
        #[cfg(feature = "wasi-nn")]
        if let Some(models) = &self.models {
            let inference = Some(Box::new(crate::wasi_nn::Inference::new(models)));
            return KernelState { growth: self.growth, inference };
        }
        KernelState::plain(self.growth)
    }
}

impl KernelModule for WasmtimeKernelModule {
    fn engine_name(&self) -> &'static str {
        NAME
    }

    fn is_sealed(&self) -> bool {
        self.exports.seal.is_some() && !self.is_host_computed()
    }

    #[cfg(feature = "wasi-nn")]
    fn is_host_computed(&self) -> bool {
        self.models.is_some()
    }

    fn has_backward(&self) -> bool {
        self.exports.backward.is_some()
    }

    fn pages_max(&self) -> u32 {
        self.pages_max
    }

    fn instantiate(&self) -> Result<Box<dyn KernelInstance>, EngineError> {
        Ok(Box::new(WasmtimeKernel::new(&self.template, &self.exports, self.state(), self.ticker.as_ref())?))
    }
}
