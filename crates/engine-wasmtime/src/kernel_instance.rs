//! A running kernel under Wasmtime.

use std::sync::Arc;

use engine::limits::EPOCH_TICKS;
use engine::{EngineError, EngineErrorKind, KernelFunction, KernelInstance, KernelStop, Trap};
use wasmtime::{Global, InstancePre, Memory, ModuleExport, Store, TypedFunc, Val};

use crate::deadline::Ticker;
use crate::fault;
use crate::instance::instantiation_kind;
use crate::kernel::Exports;
use crate::kernel_state::KernelState;

/// An instance with its store and the exports that the host uses.
pub(crate) struct WasmtimeKernel {
    store: Store<KernelState>,
    memory: Memory,
    init: TypedFunc<(), i32>,
    forward: TypedFunc<i32, i32>,
    backward: Option<TypedFunc<i32, i32>>,
    info: TypedFunc<(), i32>,
    cleanup: TypedFunc<(), i32>,
    seal: Option<SealGlobals>,
    clock: Option<(Arc<Ticker>, u64)>,
}

struct SealGlobals {
    meter: Global,
    stop: Global,
}

impl WasmtimeKernel {
    pub(crate) fn new(
        template: &InstancePre<KernelState>,
        exports: &Exports,
        state: KernelState,
        ticker: Option<&Arc<Ticker>>,
    ) -> Result<Self, EngineError> {
        let mut store = Store::new(template.module().engine(), state);
        store.limiter(|state| &mut state.growth);
        if let Some(ticker) = ticker {
            // A module that is not sealed may have a start function.
            ticker.arm(&mut store, EPOCH_TICKS);
        }
        let instance = template
            .instantiate(&mut store)
            .map_err(|error| EngineError::new(instantiation_kind(&error), format!("{error:#}")))?;
        let mut at = |export: &ModuleExport| {
            instance.get_module_export(&mut store, export).expect("the module has what `Exports::of` found in it")
        };
        const FOUND: &str = "`Exports::of` has seen its type";
        let memory = at(&exports.memory).into_memory().expect(FOUND);
        let seal = exports.seal.as_ref().map(|(meter, stop)| SealGlobals {
            meter: at(meter).into_global().expect(FOUND),
            stop: at(stop).into_global().expect(FOUND),
        });
        let mut function = |export: &ModuleExport| at(export).into_func().expect(FOUND);
        let plain = [&exports.init, &exports.info, &exports.cleanup].map(&mut function);
        let forward = function(&exports.forward);
        let backward = exports.backward.as_ref().map(&mut function);
        let [init, info, cleanup] = plain.map(|function| function.typed(&store).expect(FOUND));
        Ok(Self {
            memory,
            init,
            forward: forward.typed(&store).expect(FOUND),
            backward: backward.map(|function| function.typed(&store).expect(FOUND)),
            info,
            cleanup,
            seal,
            clock: ticker.map(|ticker| (ticker.clone(), EPOCH_TICKS)),
            store,
        })
    }

    fn enter(&mut self, function: KernelFunction, descriptor: u32) -> wasmtime::Result<i32> {
        if let Some((ticker, ticks)) = &self.clock {
            ticker.arm(&mut self.store, *ticks);
        }
        let descriptor = descriptor as i32;
        match function {
            KernelFunction::Init => self.init.call(&mut self.store, ()),
            KernelFunction::Forward => self.forward.call(&mut self.store, descriptor),
            KernelFunction::Backward => match &self.backward {
                Some(backward) => backward.call(&mut self.store, descriptor),
                None => Ok(codec::kernel::Code::NotImplemented as i32),
            },
            KernelFunction::Info => self.info.call(&mut self.store, ()),
            KernelFunction::Cleanup => self.cleanup.call(&mut self.store, ()),
        }
    }

    /// What an error of a call means.
    #[cold]
    fn stop(&mut self, error: &wasmtime::Error) -> KernelStop {
        let stopped_by = self.seal.as_ref().and_then(|seal| seal.stop.get(&mut self.store).i32());
        let memory_bytes = self.memory.data_size(&self.store);
        match fault::trap(error, stopped_by) {
            Ok(trap) => KernelStop::Fault(fault::kernel_fault(error, trap, memory_bytes)),
            Err(EngineErrorKind::Deadline) => KernelStop::EpochDeadline,
            // A sealed module cannot get here but by our mistake: its own limit comes first.
            Err(EngineErrorKind::NativeStackOverflow) if self.seal.is_none() => {
                KernelStop::Fault(fault::kernel_fault(error, Trap::DepthExhausted, memory_bytes))
            }
            Err(kind) => KernelStop::World(EngineError::new(kind, format!("{error:#}"))),
        }
    }
}

impl KernelInstance for WasmtimeKernel {
    #[cfg(not(feature = "wasi-nn"))]
    fn call(&mut self, function: KernelFunction, descriptor: u32) -> Result<i32, KernelStop> {
        self.enter(function, descriptor).map_err(|error| self.stop(&error))
    }

    #[cfg(feature = "wasi-nn")]
    fn call(&mut self, function: KernelFunction, descriptor: u32) -> Result<i32, KernelStop> {
        let result = if self.store.data().inference.is_none() {
            self.enter(function, descriptor)
        } else {
            // Its clock bounds it: the meter of a module that counts as not sealed is never in the way.
            self.set_meter(i64::MAX);
            let memory_bytes = self.memory.data_size(&self.store) as u64;
            crate::wasi_nn::guarded(memory_bytes, || self.enter(function, descriptor))?
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
            Err(error) => Err(EngineError::new(EngineErrorKind::OutOfResources, format!("{pages} pages: {error:#}"))),
        }
    }

    fn meter(&mut self) -> i64 {
        let Some(seal) = &self.seal else { return i64::MAX };
        seal.meter.get(&mut self.store).i64().expect("sealing makes the meter an i64")
    }

    fn set_meter(&mut self, units: i64) {
        if let Some(seal) = &self.seal {
            seal.meter.set(&mut self.store, Val::I64(units)).expect("sealing makes the meter a mutable i64");
        }
    }

    fn set_epoch_ticks(&mut self, ticks: u64) {
        if let Some((_, given)) = &mut self.clock {
            *given = ticks;
        }
    }
}
