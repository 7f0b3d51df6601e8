//! The small engine: wasmi, `no_std`, and the other engine's oracle.
//!
//! | module | concept |
//! | --- | --- |
//! | this page | the engine, its containers |
//! | `fault` | what wasmi's errors mean |
//! | `kernel` | kernels |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod fault;
mod kernel;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use codec::abi;
use engine::limits::{MEMORY_BYTES_MAX, NATIVE_STACK_BYTES, TABLE_ELEMENTS_MAX, TABLES_MAX};
use engine::{EngineError, EngineErrorKind, GlobalValue, State, Stop};
use wasmi::{
    Config, ExternType, Global, Linker, Memory, Store, StoreLimits, StoreLimitsBuilder, TypedFunc, Val, ValType,
};

const NAME: &str = "wasmi 2.0";

/// wasmi with the features that sealing accepts, and no fuel: the meter is in the module.
///
/// Each module gets a `wasmi::Engine` of its own: one of those keeps the code of every module that it ever compiled until it
/// is dropped itself, so that a host which compiles one stranger's module after the other would grow for ever.
pub struct WasmiEngine(Config);

impl WasmiEngine {
    /// A new engine.
    #[must_use]
    pub fn new() -> Self {
        let mut config = Config::default();
        config
            .set_max_recursion_depth(NATIVE_STACK_BYTES / 8)
            .set_max_stack_height(NATIVE_STACK_BYTES * 2)
            .wasm_tail_call(false)
            .wasm_relaxed_simd(false)
            .wasm_multi_memory(false)
            .allow_start_fn(false);
        Self(config)
    }
}

impl Default for WasmiEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl engine::Engine for WasmiEngine {
    fn name(&self) -> &'static str {
        NAME
    }

    fn compile(&self, sealed: &[u8]) -> Result<Box<dyn engine::Module>, EngineError> {
        let module = wasmi::Module::new(&wasmi::Engine::new(&self.0), sealed)
            .map_err(|error| EngineError::new(EngineErrorKind::InvalidModule, error.to_string()))?;
        check_seal_exports(&module)?;
        Ok(Box::new(WasmiModule(module)))
    }
}

/// What the host relies on without asking again: sealing's globals are there, mutable and of their types, and those of
/// the state hold numbers.
fn check_seal_exports(module: &wasmi::Module) -> Result<(), EngineError> {
    let wrong =
        |name: &str| EngineError::new(EngineErrorKind::MissingExport, format!("`{name}`; is the module sealed?"));
    let global = |name: &str| match module.get_export(name) {
        Some(ExternType::Global(global)) if global.mutability().is_mut() => Some(global.content()),
        _ => None,
    };
    for (name, wanted) in
        [(abi::GLOBAL_METER, ValType::I64), (abi::GLOBAL_DEPTH, ValType::I32), (abi::GLOBAL_STOP, ValType::I32)]
    {
        if global(name) != Some(wanted) {
            return Err(wrong(name));
        }
    }
    for export in module.exports().filter(|export| export.name().starts_with(abi::GLOBAL_STATE_PREFIX)) {
        if matches!(global(export.name()), None | Some(ValType::FuncRef | ValType::ExternRef)) {
            return Err(wrong(export.name()));
        }
    }
    Ok(())
}

struct WasmiModule(wasmi::Module);

impl engine::Module for WasmiModule {
    fn engine_name(&self) -> &'static str {
        NAME
    }

    fn instantiate(&self) -> Result<Box<dyn engine::Instance>, EngineError> {
        let mut store = Store::new(self.0.engine(), growth_limits(MEMORY_BYTES_MAX, TABLE_ELEMENTS_MAX));
        store.limiter(|limits| limits);
        let instance = Linker::new(self.0.engine())
            .instantiate_and_start(&mut store, &self.0)
            .map_err(|error| EngineError::new(fault::instantiation_kind(&error), error.to_string()))?;
        let missing = |name: &str| EngineError::new(EngineErrorKind::MissingExport, format!("`{name}`"));
        let memory = instance.get_memory(&store, abi::EXPORT_MEMORY).ok_or_else(|| missing(abi::EXPORT_MEMORY))?;
        let global = |name: &str| instance.get_global(&store, name).ok_or_else(|| missing(name));
        let mut state_globals = Vec::new();
        while let Ok(found) = global(&format!("{}{}", abi::GLOBAL_STATE_PREFIX, state_globals.len())) {
            state_globals.push(found);
        }
        Ok(Box::new(WasmiInstance {
            memory,
            meter: global(abi::GLOBAL_METER)?,
            stop: global(abi::GLOBAL_STOP)?,
            state_globals,
            alloc: instance.get_typed_func(&store, abi::EXPORT_ALLOC).map_err(|_| missing(abi::EXPORT_ALLOC))?,
            execute: instance.get_typed_func(&store, abi::EXPORT_EXECUTE).map_err(|_| missing(abi::EXPORT_EXECUTE))?,
            output_len: instance
                .get_typed_func(&store, abi::EXPORT_OUTPUT_LEN)
                .map_err(|_| missing(abi::EXPORT_OUTPUT_LEN))?,
            store,
        }))
    }
}

/// What growth beyond the engine's limits does: it ends the call. (wasmi answers −1 by itself where the module's own maximum
/// is in the way, before it asks these.)
fn growth_limits(memory_bytes: usize, table_elements: usize) -> StoreLimits {
    StoreLimitsBuilder::new()
        .memory_size(memory_bytes)
        .table_elements(table_elements)
        .tables(TABLES_MAX)
        .trap_on_grow_failure(true)
        .build()
}

struct WasmiInstance {
    store: Store<StoreLimits>,
    memory: Memory,
    meter: Global,
    stop: Global,
    state_globals: Vec<Global>,
    alloc: TypedFunc<i32, i32>,
    execute: TypedFunc<(i32, i32), i32>,
    output_len: TypedFunc<(), i32>,
}

impl WasmiInstance {
    fn stop(&self, error: &wasmi::Error) -> Stop {
        match fault::trap(error, self.stop.get(&self.store).i32()) {
            Ok(trap) => Stop::Trap(trap),
            Err(kind) => Stop::World(EngineError::new(kind, error.to_string())),
        }
    }
}

impl engine::Instance for WasmiInstance {
    fn alloc(&mut self, len: i32) -> Result<i32, Stop> {
        self.alloc.call(&mut self.store, len).map_err(|error| self.stop(&error))
    }

    fn execute(&mut self, ptr: i32, len: i32) -> Result<i32, Stop> {
        self.execute.call(&mut self.store, (ptr, len)).map_err(|error| self.stop(&error))
    }

    fn output_len(&mut self) -> Result<i32, Stop> {
        self.output_len.call(&mut self.store, ()).map_err(|error| self.stop(&error))
    }

    fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.store)
    }

    fn meter(&mut self) -> i64 {
        self.meter.get(&self.store).i64().expect("sealing makes the meter an i64")
    }

    fn set_meter(&mut self, units: i64) {
        self.meter.set(&mut self.store, Val::I64(units)).expect("sealing makes the meter a mutable i64");
    }

    fn globals(&mut self, globals: &mut Vec<GlobalValue>) {
        globals.clear();
        globals.extend(self.state_globals.iter().map(|global| to_bits(global.get(&self.store))));
    }

    fn restore(&mut self, state: &State) -> Result<(), EngineError> {
        let mismatch = |what: &str| EngineError::new(EngineErrorKind::StateMismatch, what);
        let missing =
            state.memory.len().checked_sub(self.memory().len()).ok_or_else(|| mismatch("memory is larger"))?;
        self.memory
            .grow(&mut self.store, (missing / 65_536) as u64)
            .map_err(|error| EngineError::new(EngineErrorKind::OutOfResources, error.to_string()))?;
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

fn to_bits(value: Val) -> GlobalValue {
    match value {
        Val::I32(value) => GlobalValue::I32(value as u32),
        Val::I64(value) => GlobalValue::I64(value as u64),
        Val::F32(value) => GlobalValue::F32(value.to_bits()),
        Val::F64(value) => GlobalValue::F64(value.to_bits()),
        Val::V128(value) => GlobalValue::V128(value.as_u128()),
        Val::FuncRef(_) | Val::ExternRef(_) => unreachable!("sealing refuses mutable globals that hold references"),
    }
}

fn from_bits(value: GlobalValue) -> Val {
    match value {
        GlobalValue::I32(bits) => Val::I32(bits as i32),
        GlobalValue::I64(bits) => Val::I64(bits as i64),
        GlobalValue::F32(bits) => Val::F32(wasmi::F32::from_bits(bits)),
        GlobalValue::F64(bits) => Val::F64(wasmi::F64::from_bits(bits)),
        GlobalValue::V128(bits) => Val::V128(bits.into()),
    }
}
