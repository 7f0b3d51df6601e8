//! Both engines behind one function: each is the other's oracle.

use std::sync::OnceLock;

use codec::abi;

/// A value as its bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum V {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(u128),
    Ref,
}

/// How a call ended, in words that both engines share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Done(Vec<V>),
    Trapped(&'static str),
    /// The engine's own stack overflowed: never the same on two engines.
    StackOverflow,
    /// The engine refused the module.
    Refused,
}

/// What can be seen after a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Run {
    pub(crate) end: End,
    pub(crate) memory: Vec<u8>,
    pub(crate) meter: i64,
    pub(crate) depth: i32,
    pub(crate) stop: i32,
    /// The module's own mutable globals.
    pub(crate) state: Vec<V>,
}

impl Run {
    /// The one result.
    pub(crate) fn value(&self) -> V {
        match &self.end {
            End::Done(values) if values.len() == 1 => values[0],
            other => panic!("no single result: {other:?}"),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Which {
    Wasmtime,
    Wasmi,
}

/// Calls `export` of `bytes` with `args`, with `meter` units to spend if the module is sealed.
pub(crate) fn run(which: Which, bytes: &[u8], export: &str, args: &[V], meter: i64) -> Run {
    match which {
        Which::Wasmtime => on_wasmtime(bytes, export, args, meter),
        Which::Wasmi => on_wasmi(bytes, export, args, meter),
    }
}

/// Calls on both engines and compares everything.
pub(crate) fn run_both(bytes: &[u8], export: &str, args: &[V], meter: i64) -> Run {
    let one = run(Which::Wasmtime, bytes, export, args, meter);
    let other = run(Which::Wasmi, bytes, export, args, meter);
    let brief = |run: &Run| Run { memory: Vec::new(), ..run.clone() };
    assert_eq!(brief(&one), brief(&other), "the engines differ in {export}({args:?}) with {meter}");
    let difference = one.memory.iter().zip(&other.memory).position(|(one, other)| one != other);
    assert_eq!((difference, one.memory.len()), (None, other.memory.len()), "the memories differ in {export}({args:?})");
    one
}

fn wasmtime_engine() -> &'static wasmtime::Engine {
    static ENGINE: OnceLock<wasmtime::Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut config = wasmtime::Config::new();
        config.max_wasm_stack(seal::Policy::STANDARD.engine_stack_bytes() as usize);
        wasmtime::Engine::new(&config).expect("an engine")
    })
}

fn on_wasmtime(bytes: &[u8], export: &str, args: &[V], meter: i64) -> Run {
    use wasmtime::{Instance, Module, Store, Val};
    let engine = wasmtime_engine();
    let mut store = Store::new(engine, ());
    let refused = Run { end: End::Refused, memory: vec![], meter: 0, depth: 0, stop: 0, state: vec![] };
    let Ok(module) = Module::new(engine, bytes) else { return refused };
    let Ok(instance) = Instance::new(&mut store, &module, &[]) else { return refused };
    let to_v = |val: &Val| match val {
        Val::I32(value) => V::I32(*value),
        Val::I64(value) => V::I64(*value),
        Val::F32(bits) => V::F32(*bits),
        Val::F64(bits) => V::F64(*bits),
        Val::V128(value) => V::V128(value.as_u128()),
        _ => V::Ref,
    };
    let from_v = |value: &V| match value {
        V::I32(value) => Val::I32(*value),
        V::I64(value) => Val::I64(*value),
        V::F32(bits) => Val::F32(*bits),
        V::F64(bits) => Val::F64(*bits),
        V::V128(value) => Val::V128((*value).into()),
        V::Ref => Val::FuncRef(None),
    };
    let meter_global = instance.get_global(&mut store, abi::GLOBAL_METER);
    if let Some(global) = meter_global {
        global.set(&mut store, Val::I64(meter)).expect("the meter is an i64");
    }
    let func = instance.get_func(&mut store, export).expect("the export");
    let args: Vec<Val> = args.iter().map(from_v).collect();
    let mut results = vec![Val::I32(0); func.ty(&store).results().len()];
    let end = match func.call(&mut store, &args, &mut results) {
        Ok(()) => End::Done(results.iter().map(to_v).collect()),
        Err(error) => match error.downcast_ref::<wasmtime::Trap>() {
            Some(wasmtime::Trap::StackOverflow) => End::StackOverflow,
            Some(trap) => End::Trapped(wasmtime_word(*trap)),
            None => panic!("{error:?}"),
        },
    };
    let memory =
        instance.get_memory(&mut store, "memory").map(|memory| memory.data(&store).to_vec()).unwrap_or_default();
    let mut get = |name: &str| instance.get_global(&mut store, name).map(|global| to_v(&global.get(&mut store)));
    collect(end, memory, &mut get)
}

fn on_wasmi(bytes: &[u8], export: &str, args: &[V], meter: i64) -> Run {
    use wasmi::{Config, Engine, F32, F64, Instance, Module, Store, Val};
    let mut config = Config::default();
    config.set_max_recursion_depth(seal::Policy::STANDARD.engine_frames() as usize);
    config.set_max_stack_height(4 << 20);
    let engine = Engine::new(&config);
    let mut store = Store::new(&engine, ());
    let refused = Run { end: End::Refused, memory: vec![], meter: 0, depth: 0, stop: 0, state: vec![] };
    let Ok(module) = Module::new(&engine, bytes) else { return refused };
    let Ok(instance) = Instance::new(&mut store, &module, &[]) else { return refused };
    let to_v = |val: &Val| match val {
        Val::I32(value) => V::I32(*value),
        Val::I64(value) => V::I64(*value),
        Val::F32(value) => V::F32(value.to_bits()),
        Val::F64(value) => V::F64(value.to_bits()),
        Val::V128(value) => V::V128(value.as_u128()),
        _ => V::Ref,
    };
    let from_v = |value: &V| match value {
        V::I32(value) => Val::I32(*value),
        V::I64(value) => Val::I64(*value),
        V::F32(bits) => Val::F32(F32::from_bits(*bits)),
        V::F64(bits) => Val::F64(F64::from_bits(*bits)),
        V::V128(value) => Val::V128((*value).into()),
        V::Ref => Val::default_for_ty(wasmi::ValType::FuncRef),
    };
    if let Some(global) = instance.get_global(&store, abi::GLOBAL_METER) {
        global.set(&mut store, Val::I64(meter)).expect("the meter is an i64");
    }
    let func = instance.get_func(&store, export).expect("the export");
    let args: Vec<Val> = args.iter().map(from_v).collect();
    let mut results = vec![Val::I32(0); func.ty(&store).results().len()];
    let end = match func.call(&mut store, &args, &mut results) {
        Ok(()) => End::Done(results.iter().map(to_v).collect()),
        Err(error) => match error.as_trap_code() {
            Some(wasmi::TrapCode::StackOverflow) => End::StackOverflow,
            Some(trap) => End::Trapped(wasmi_word(trap)),
            None => panic!("{error:?}"),
        },
    };
    let memory = instance.get_memory(&store, "memory").map(|memory| memory.data(&store).to_vec()).unwrap_or_default();
    let mut get = |name: &str| instance.get_global(&store, name).map(|global| to_v(&global.get(&store)));
    collect(end, memory, &mut get)
}

fn collect(end: End, memory: Vec<u8>, get: &mut dyn FnMut(&str) -> Option<V>) -> Run {
    let meter = if let Some(V::I64(value)) = get(abi::GLOBAL_METER) { value } else { 0 };
    let mut word = |name: &str| if let Some(V::I32(value)) = get(name) { value } else { 0 };
    let (depth, stop) = (word(abi::GLOBAL_DEPTH), word(abi::GLOBAL_STOP));
    let state = (0..).map_while(|number| get(&format!("{}{number}", abi::GLOBAL_STATE_PREFIX))).collect();
    Run { end, memory, meter, depth, stop, state }
}

fn wasmtime_word(trap: wasmtime::Trap) -> &'static str {
    use wasmtime::Trap;
    match trap {
        Trap::UnreachableCodeReached => "unreachable",
        Trap::MemoryOutOfBounds => "memory",
        Trap::TableOutOfBounds => "table",
        Trap::IndirectCallToNull => "null",
        Trap::BadSignature => "signature",
        Trap::IntegerOverflow => "overflow",
        Trap::IntegerDivisionByZero => "division",
        Trap::BadConversionToInteger => "conversion",
        _ => "other",
    }
}

fn wasmi_word(trap: wasmi::TrapCode) -> &'static str {
    use wasmi::TrapCode;
    match trap {
        TrapCode::UnreachableCodeReached => "unreachable",
        TrapCode::MemoryOutOfBounds => "memory",
        TrapCode::TableOutOfBounds => "table",
        TrapCode::IndirectCallToNull => "null",
        TrapCode::BadSignature => "signature",
        TrapCode::IntegerOverflow => "overflow",
        TrapCode::IntegerDivisionByZero => "division",
        TrapCode::BadConversionToInteger => "conversion",
        _ => "other",
    }
}
