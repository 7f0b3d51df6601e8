//! The scripts' instances on wasmi.

use wasmi::errors::{ErrorKind, InstantiationError};
use wasmi::{
    Config, Engine, Error, Extern, F32, F64, Func, FuncType, Global, Instance, Memory, MemoryType, Module, Mutability,
    Nullable, Ref, RefType, Store, Table, TableType, TrapCode, Val, ValType,
};

use crate::value::{End, V};
use crate::world::{SPECTEST_FUNCTIONS, SPECTEST_GLOBALS, World};

pub(crate) struct OnWasmi {
    engine: Engine,
    store: Store<()>,
    instances: Vec<Instance>,
    spectest: Vec<(String, Extern)>,
    registered: Vec<(String, usize)>,
}

impl OnWasmi {
    pub(crate) fn new() -> Self {
        let mut config = Config::default();
        config.set_max_recursion_depth(seal::Policy::STANDARD.engine_frames() as usize);
        config.set_max_stack_height(4 << 20);
        let engine = Engine::new(&config);
        let mut store = Store::new(&engine, ());
        let mut spectest: Vec<(String, Extern)> = Vec::new();
        for (name, letters) in SPECTEST_FUNCTIONS {
            let params = letters.chars().map(|letter| match letter {
                'i' => ValType::I32,
                'l' => ValType::I64,
                'f' => ValType::F32,
                _ => ValType::F64,
            });
            let ty = FuncType::new(params.collect::<Vec<_>>(), []);
            spectest.push((name.into(), Func::new(&mut store, ty, |_, _, _| Ok(())).into()));
        }
        for (name, value) in SPECTEST_GLOBALS {
            let global = Global::new(&mut store, from_v(value, ValType::I32), Mutability::Const);
            spectest.push((name.into(), global.into()));
        }
        let ty = TableType::new(RefType::Func, 10, Some(20));
        let table = Table::new(&mut store, ty, Ref::Func(Nullable::Null)).expect("a table");
        spectest.push(("table".into(), table.into()));
        let memory = Memory::new(&mut store, MemoryType::new(1, Some(2))).expect("a memory");
        spectest.push(("memory".into(), memory.into()));
        Self { engine, store, instances: Vec::new(), spectest, registered: Vec::new() }
    }

    fn find(&self, module: &str, name: &str) -> Option<Extern> {
        if module == "spectest" {
            return self.spectest.iter().find(|(have, _)| have == name).map(|(_, item)| *item);
        }
        let (_, instance) = self.registered.iter().rev().find(|(have, _)| have == module)?;
        self.instances[*instance].get_export(&self.store, name)
    }
}

impl World for OnWasmi {
    fn instantiate(&mut self, bytes: &[u8]) -> Result<usize, End> {
        let module = Module::new(&self.engine, bytes).map_err(|_| End::Refused)?;
        let mut imports = Vec::new();
        for import in module.imports() {
            imports.push(self.find(import.module(), import.name()).ok_or(End::Unlinkable)?);
        }
        let instance = Instance::new(&mut self.store, &module, &imports).map_err(|error| end_of(&error))?;
        self.instances.push(instance);
        Ok(self.instances.len() - 1)
    }

    fn register(&mut self, name: &str, instance: usize) {
        self.registered.push((name.into(), instance));
    }

    fn call(&mut self, instance: usize, export: &str, args: &[V]) -> End {
        let Some(func) = self.instances[instance].get_func(&self.store, export) else { return End::NoSuchExport };
        let ty = func.ty(&self.store);
        if args.contains(&V::Host) || ty.params().len() != args.len() {
            return End::NoSuchExport;
        }
        let args: Vec<Val> = args.iter().zip(ty.params()).map(|(arg, ty)| from_v(*arg, *ty)).collect();
        let mut results = vec![Val::I32(0); ty.results().len()];
        match func.call(&mut self.store, &args, &mut results) {
            Ok(()) => End::Done(results.iter().map(to_v).collect()),
            Err(error) => end_of(&error),
        }
    }

    fn get(&mut self, instance: usize, export: &str) -> Option<V> {
        let global = self.instances[instance].get_global(&self.store, export)?;
        Some(to_v(&global.get(&self.store)))
    }

    fn set(&mut self, instance: usize, export: &str, value: V) {
        if let Some(global) = self.instances[instance].get_global(&self.store, export) {
            global.set(&mut self.store, from_v(value, ValType::I32)).expect("of its type");
        }
    }

    fn memory(&self, instance: usize) -> &[u8] {
        self.instances[instance].get_memory(&self.store, "memory").map_or(&[], |memory| memory.data(&self.store))
    }
}

fn end_of(error: &Error) -> End {
    match (error.as_trap_code(), error.kind()) {
        (Some(TrapCode::StackOverflow), _) => End::Overflowed,
        (Some(trap), _) => End::Trapped(word(trap)),
        (None, ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. })) => End::Trapped("table"),
        (None, _) => End::Unlinkable,
    }
}

fn to_v(val: &Val) -> V {
    match val {
        Val::I32(value) => V::I32(*value),
        Val::I64(value) => V::I64(*value),
        Val::F32(value) => V::F32(value.to_bits()),
        Val::F64(value) => V::F64(value.to_bits()),
        Val::V128(value) => V::V128(value.as_u128()),
        Val::FuncRef(Nullable::Val(_)) => V::Func,
        Val::FuncRef(Nullable::Null) | Val::ExternRef(Nullable::Null) => V::Null,
        Val::ExternRef(Nullable::Val(_)) => V::Host,
    }
}

fn from_v(value: V, ty: ValType) -> Val {
    match value {
        V::I32(value) => Val::I32(value),
        V::I64(value) => Val::I64(value),
        V::F32(bits) => Val::F32(F32::from_bits(bits)),
        V::F64(bits) => Val::F64(F64::from_bits(bits)),
        V::V128(bits) => Val::V128(bits.into()),
        V::Null | V::Func | V::Host => Val::default_for_ty(ty),
    }
}

fn word(trap: TrapCode) -> &'static str {
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
