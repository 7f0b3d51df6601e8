//! A running container under Wasmtime.

use std::sync::Arc;

use codec::abi;
use engine::{EngineError, EngineErrorKind, GlobalValue, State, Stop};
use wasmtime::{Global, InstancePre, Memory, Store, TypedFunc, Val};

use crate::deadline::{TICKS_PER_DEADLINE, Ticker};
use crate::fault;
use crate::growth::{Growth, HostLimit};

/// An instance with its store and the exports that the host uses.
pub(crate) struct WasmtimeInstance {
    store: Store<Growth>,
    memory: Memory,
    seal: Option<SealGlobals>,
    state_globals: Vec<Global>,
    alloc: TypedFunc<i32, i32>,
    execute: TypedFunc<(i32, i32), i32>,
    output_len: TypedFunc<(), i32>,
    ticker: Option<Arc<Ticker>>,
}

/// What sealing exports.
struct SealGlobals {
    meter: Global,
    stop: Global,
}

impl WasmtimeInstance {
    pub(crate) fn new(template: &InstancePre<Growth>, ticker: Option<&Arc<Ticker>>) -> Result<Self, EngineError> {
        let mut store = Store::new(template.module().engine(), Growth::CONTAINER);
        store.limiter(|growth| growth);
        if let Some(ticker) = ticker {
            ticker.arm(&mut store, TICKS_PER_DEADLINE.into());
        }
        let instance = template
            .instantiate(&mut store)
            .map_err(|error| EngineError::new(instantiation_kind(&error), format!("{error:#}")))?;
        let missing = |name: &str| EngineError::new(EngineErrorKind::MissingExport, format!("`{name}`"));
        let mut state_globals = Vec::new();
        while let Some(global) =
            instance.get_global(&mut store, &format!("{}{}", abi::GLOBAL_STATE_PREFIX, state_globals.len()))
        {
            state_globals.push(global);
        }
        let mut global = |name: &str| instance.get_global(&mut store, name);
        let seal =
            global(abi::GLOBAL_METER).zip(global(abi::GLOBAL_STOP)).map(|(meter, stop)| SealGlobals { meter, stop });
        Ok(Self {
            memory: instance.get_memory(&mut store, abi::EXPORT_MEMORY).ok_or_else(|| missing(abi::EXPORT_MEMORY))?,
            seal,
            state_globals,
            alloc: instance.get_typed_func(&mut store, abi::EXPORT_ALLOC).map_err(|_| missing(abi::EXPORT_ALLOC))?,
            execute: instance
                .get_typed_func(&mut store, abi::EXPORT_EXECUTE)
                .map_err(|_| missing(abi::EXPORT_EXECUTE))?,
            output_len: instance
                .get_typed_func(&mut store, abi::EXPORT_OUTPUT_LEN)
                .map_err(|_| missing(abi::EXPORT_OUTPUT_LEN))?,
            ticker: ticker.cloned(),
            store,
        })
    }

    fn arm(&mut self) {
        if let Some(ticker) = &self.ticker {
            ticker.arm(&mut self.store, TICKS_PER_DEADLINE.into());
        }
    }

    fn stop(&mut self, error: &wasmtime::Error) -> Stop {
        let stopped_by = self.seal.as_ref().and_then(|seal| seal.stop.get(&mut self.store).i32());
        match fault::trap(error, stopped_by) {
            Ok(trap) => Stop::Trap(trap),
            Err(kind) => Stop::World(EngineError::new(kind, format!("{error:#}"))),
        }
    }
}

impl engine::Instance for WasmtimeInstance {
    fn alloc(&mut self, len: i32) -> Result<i32, Stop> {
        self.arm();
        self.alloc.call(&mut self.store, len).map_err(|error| self.stop(&error))
    }

    fn execute(&mut self, ptr: i32, len: i32) -> Result<i32, Stop> {
        self.arm();
        self.execute.call(&mut self.store, (ptr, len)).map_err(|error| self.stop(&error))
    }

    fn output_len(&mut self) -> Result<i32, Stop> {
        self.arm();
        self.output_len.call(&mut self.store, ()).map_err(|error| self.stop(&error))
    }

    fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.store)
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

    fn globals(&mut self, globals: &mut Vec<GlobalValue>) {
        globals.clear();
        globals.extend(self.state_globals.iter().map(|global| to_bits(global.get(&mut self.store))));
    }

    fn restore(&mut self, state: &State) -> Result<(), EngineError> {
        let mismatch = |what: &str| EngineError::new(EngineErrorKind::StateMismatch, what);
        let missing =
            state.memory.len().checked_sub(self.memory().len()).ok_or_else(|| mismatch("memory is larger"))?;
        self.memory
            .grow(&mut self.store, (missing / 65_536) as u64)
            .map_err(|error| EngineError::new(EngineErrorKind::OutOfResources, format!("{error:#}")))?;
        if self.memory().len() != state.memory.len() || self.state_globals.len() != state.globals.len() {
            return Err(mismatch("memory size or number of globals differs"));
        }
        self.memory_mut().copy_from_slice(&state.memory);
        for (global, value) in self.state_globals.iter().zip(&state.globals) {
            global.set(&mut self.store, from_bits(*value)).map_err(|_| mismatch("a global is of another type"))?;
        }
        Ok(())
    }
}

/// Whose fault it is that there is no instance: the module's, if it asks for more than the limits or has a segment out of
/// bounds; else the host's.
pub(crate) fn instantiation_kind(error: &wasmtime::Error) -> EngineErrorKind {
    if error.is::<wasmtime::Trap>() || error.is::<HostLimit>() {
        EngineErrorKind::InvalidModule
    } else {
        EngineErrorKind::OutOfResources
    }
}

fn to_bits(value: Val) -> GlobalValue {
    match value {
        Val::I32(value) => GlobalValue::I32(value as u32),
        Val::I64(value) => GlobalValue::I64(value as u64),
        Val::F32(bits) => GlobalValue::F32(bits),
        Val::F64(bits) => GlobalValue::F64(bits),
        Val::V128(value) => GlobalValue::V128(value.as_u128()),
        _ => unreachable!("sealing refuses mutable globals that hold references"),
    }
}

fn from_bits(value: GlobalValue) -> Val {
    match value {
        GlobalValue::I32(bits) => Val::I32(bits as i32),
        GlobalValue::I64(bits) => Val::I64(bits as i64),
        GlobalValue::F32(bits) => Val::F32(bits),
        GlobalValue::F64(bits) => Val::F64(bits),
        GlobalValue::V128(bits) => Val::V128(bits.into()),
    }
}
