//! Kernels under wasmi: sealed ones only, because wasmi has no clock.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::time::Duration;

use codec::kernel::Code;
use codec::{abi, kernel};
use engine::{
    EngineError, EngineErrorKind, KernelEngine, KernelFault, KernelFunction, KernelInstance, KernelLimits,
    KernelModule, KernelStop,
};
use wasmi::{ExternType, Global, Instance, Linker, Memory, Store, StoreLimits, TypedFunc, Val, ValType};

use crate::{NAME, WasmiEngine, check_seal_exports, fault, growth_limits};

impl KernelEngine for WasmiEngine {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tick(&self) -> Option<Duration> {
        None
    }

    fn compile_kernel(
        &self,
        module: &[u8],
        entry_point: &str,
        limits: KernelLimits,
    ) -> Result<Box<dyn KernelModule>, EngineError> {
        let module =
            wasmi::Module::new(&wasmi::Engine::new(&self.0), module).map_err(|error| unfit(error.to_string()))?;
        let pages_max = check_resources(&module, limits)?;
        if module.get_export(abi::GLOBAL_METER).is_none() {
            return Err(unfit("nothing would end a call: the module is not sealed and the engine has no clock"));
        }
        check_seal_exports(&module)?;
        check_functions(&module, entry_point)?;
        let module = WasmiKernelModule {
            has_backward: module.get_export(kernel::EXPORT_BACKWARD).is_some(),
            module,
            entry_point: entry_point.into(),
            pages_max,
            table_elements_max: limits.table_elements_max,
        };
        // wasmi tells of tables and segments only when it makes them. No code of the module runs: it has no start function.
        module.instantiate()?;
        Ok(Box::new(module))
    }
}

fn unfit(why: impl Into<String>) -> EngineError {
    EngineError::new(EngineErrorKind::InvalidModule, why)
}

fn missing(name: &str) -> EngineError {
    EngineError::new(EngineErrorKind::MissingExport, format!("`{name}`"))
}

/// Holds what the module begins with to the limits; the pages that its memory can have.
fn check_resources(module: &wasmi::Module, limits: KernelLimits) -> Result<u32, EngineError> {
    if let Some(import) = module.imports().next() {
        return Err(unfit(format!("it imports `{}` of `{}`; a kernel has no imports", import.name(), import.module())));
    }
    let Some(ExternType::Memory(memory)) = module.get_export(abi::EXPORT_MEMORY) else {
        return Err(missing(abi::EXPORT_MEMORY));
    };
    let pages_max = memory.maximum().unwrap_or(65_536).min(limits.pages_max.into());
    if memory.minimum() > limits.pages_max.into() {
        return Err(unfit(format!("its memory begins with {} pages of {}", memory.minimum(), limits.pages_max)));
    }
    Ok(pages_max as u32)
}

fn check_functions(module: &wasmi::Module, entry_point: &str) -> Result<(), EngineError> {
    let mut wanted = [
        (kernel::EXPORT_INIT, 0),
        (entry_point, 1),
        (kernel::EXPORT_INFO, 0),
        (kernel::EXPORT_CLEANUP, 0),
        (kernel::EXPORT_BACKWARD, 1),
    ]
    .into_iter();
    wanted.try_for_each(|(name, parameters)| match module.get_export(name) {
        Some(ExternType::Func(ty))
            if ty.params() == &[ValType::I32; 1][..parameters] && ty.results() == [ValType::I32] =>
        {
            Ok(())
        }
        None if name == kernel::EXPORT_BACKWARD => Ok(()),
        None => Err(missing(name)),
        Some(_) => Err(EngineError::new(
            EngineErrorKind::MissingExport,
            format!("`{name}` as a function of {parameters} i32 to i32"),
        )),
    })
}

struct WasmiKernelModule {
    module: wasmi::Module,
    entry_point: String,
    has_backward: bool,
    pages_max: u32,
    table_elements_max: u32,
}

impl KernelModule for WasmiKernelModule {
    fn engine_name(&self) -> &'static str {
        NAME
    }

    fn is_sealed(&self) -> bool {
        true
    }

    fn has_backward(&self) -> bool {
        self.has_backward
    }

    fn pages_max(&self) -> u32 {
        self.pages_max
    }

    fn instantiate(&self) -> Result<Box<dyn KernelInstance>, EngineError> {
        let engine = self.module.engine();
        let limits = growth_limits(self.pages_max as usize * 65_536, self.table_elements_max as usize);
        let mut store = Store::new(engine, limits);
        store.limiter(|limits| limits);
        let instance = Linker::new(engine)
            .instantiate_and_start(&mut store, &self.module)
            .map_err(|error| EngineError::new(fault::instantiation_kind(&error), error.to_string()))?;
        Ok(Box::new(WasmiKernel::new(store, instance, &self.entry_point)?))
    }
}

struct WasmiKernel {
    store: Store<StoreLimits>,
    memory: Memory,
    meter: Global,
    stop: Global,
    init: TypedFunc<(), i32>,
    forward: TypedFunc<i32, i32>,
    backward: Option<TypedFunc<i32, i32>>,
    info: TypedFunc<(), i32>,
    cleanup: TypedFunc<(), i32>,
}

impl WasmiKernel {
    fn new(store: Store<StoreLimits>, instance: Instance, entry_point: &str) -> Result<Self, EngineError> {
        let global = |name: &str| instance.get_global(&store, name).ok_or_else(|| missing(name));
        let plain = |name: &str| instance.get_typed_func::<(), i32>(&store, name).map_err(|_| missing(name));
        let forward = instance.get_typed_func(&store, entry_point).map_err(|_| missing(entry_point))?;
        Ok(Self {
            memory: instance.get_memory(&store, abi::EXPORT_MEMORY).ok_or_else(|| missing(abi::EXPORT_MEMORY))?,
            meter: global(abi::GLOBAL_METER)?,
            stop: global(abi::GLOBAL_STOP)?,
            init: plain(kernel::EXPORT_INIT)?,
            forward,
            backward: instance.get_typed_func(&store, kernel::EXPORT_BACKWARD).ok(),
            info: plain(kernel::EXPORT_INFO)?,
            cleanup: plain(kernel::EXPORT_CLEANUP)?,
            store,
        })
    }

    /// What an error of a call means. wasmi tells neither addresses nor places.
    #[cold]
    fn stop(&self, error: &wasmi::Error) -> KernelStop {
        match fault::trap(error, self.stop.get(&self.store).i32()) {
            Ok(trap) => KernelStop::Fault(KernelFault {
                trap,
                address: None,
                memory_bytes: self.memory.data_size(&self.store) as u64,
                place: None,
            }),
            Err(kind) => KernelStop::World(EngineError::new(kind, error.to_string())),
        }
    }
}

impl KernelInstance for WasmiKernel {
    fn call(&mut self, function: KernelFunction, descriptor: u32) -> Result<i32, KernelStop> {
        let descriptor = descriptor as i32;
        let result = match function {
            KernelFunction::Init => self.init.call(&mut self.store, ()),
            KernelFunction::Forward => self.forward.call(&mut self.store, descriptor),
            KernelFunction::Backward => match self.backward {
                Some(backward) => backward.call(&mut self.store, descriptor),
                None => return Ok(Code::NotImplemented as i32),
            },
            KernelFunction::Info => self.info.call(&mut self.store, ()),
            KernelFunction::Cleanup => self.cleanup.call(&mut self.store, ()),
        };
        result.map_err(|error| self.stop(&error))
    }

    fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.store)
    }

    fn grow_to(&mut self, pages: u32) -> Result<(), EngineError> {
        let more = u64::from(pages).saturating_sub(self.memory.size(&self.store));
        match self.memory.grow(&mut self.store, more) {
            Ok(_) => Ok(()),
            Err(error) => Err(EngineError::new(EngineErrorKind::OutOfResources, format!("{pages} pages: {error}"))),
        }
    }

    fn meter(&mut self) -> i64 {
        self.meter.get(&self.store).i64().expect("sealing makes the meter an i64")
    }

    fn set_meter(&mut self, units: i64) {
        self.meter.set(&mut self.store, Val::I64(units)).expect("sealing makes the meter a mutable i64");
    }

    fn set_epoch_ticks(&mut self, _ticks: u64) {}
}
