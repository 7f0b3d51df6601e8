//! The scripts' instances on Wasmtime.

use std::sync::OnceLock;

use wasmtime::{
    Config, Engine, Extern, Func, FuncType, Global, GlobalType, HeapType, Instance, Memory, MemoryType, Module,
    Mutability, Ref, RefType, Store, Table, TableType, Trap, Val, ValType,
};

use crate::value::{End, V};
use crate::world::{SPECTEST_FUNCTIONS, SPECTEST_GLOBALS, World};

pub(crate) struct OnWasmtime {
    store: Store<()>,
    instances: Vec<Instance>,
    memories: Vec<Option<Memory>>,
    spectest: Vec<(String, Extern)>,
    registered: Vec<(String, usize)>,
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut config = Config::new();
        config.max_wasm_stack(seal::Policy::STANDARD.engine_stack_bytes() as usize);
        Engine::new(&config).expect("an engine")
    })
}

impl OnWasmtime {
    pub(crate) fn new() -> Self {
        let mut store = Store::new(engine(), ());
        let mut spectest: Vec<(String, Extern)> = Vec::new();
        for (name, letters) in SPECTEST_FUNCTIONS {
            let params = letters.chars().map(|letter| match letter {
                'i' => ValType::I32,
                'l' => ValType::I64,
                'f' => ValType::F32,
                _ => ValType::F64,
            });
            let ty = FuncType::new(engine(), params, []);
            spectest.push((name.into(), Func::new(&mut store, ty, |_, _, _| Ok(())).into()));
        }
        for (name, value) in SPECTEST_GLOBALS {
            let value = from_v(value, &ValType::I32);
            let ty = GlobalType::new(value.ty(&store).expect("a type"), Mutability::Const);
            spectest.push((name.into(), Global::new(&mut store, ty, value).expect("a global").into()));
        }
        let ty = TableType::new(RefType::FUNCREF, 10, Some(20));
        spectest.push(("table".into(), Table::new(&mut store, ty, Ref::Func(None)).expect("a table").into()));
        let memory = Memory::new(&mut store, MemoryType::new(1, Some(2))).expect("a memory");
        spectest.push(("memory".into(), memory.into()));
        Self { store, instances: Vec::new(), memories: Vec::new(), spectest, registered: Vec::new() }
    }

    fn find(&mut self, module: &str, name: &str) -> Option<Extern> {
        if module == "spectest" {
            return self.spectest.iter().find(|(have, _)| have == name).map(|(_, item)| item.clone());
        }
        let (_, instance) = self.registered.iter().rev().find(|(have, _)| have == module)?;
        self.instances[*instance].get_export(&mut self.store, name)
    }
}

impl World for OnWasmtime {
    fn instantiate(&mut self, bytes: &[u8]) -> Result<usize, End> {
        let module = Module::new(engine(), bytes).map_err(|_| End::Refused)?;
        let mut imports = Vec::new();
        for import in module.imports() {
            imports.push(self.find(import.module(), import.name()).ok_or(End::Unlinkable)?);
        }
        let instance = Instance::new(&mut self.store, &module, &imports).map_err(|error| end_of(&error))?;
        self.memories.push(instance.get_memory(&mut self.store, "memory"));
        self.instances.push(instance);
        Ok(self.instances.len() - 1)
    }

    fn register(&mut self, name: &str, instance: usize) {
        self.registered.push((name.into(), instance));
    }

    fn call(&mut self, instance: usize, export: &str, args: &[V]) -> End {
        let Some(func) = self.instances[instance].get_func(&mut self.store, export) else { return End::NoSuchExport };
        let ty = func.ty(&self.store);
        if args.contains(&V::Host) || ty.params().len() != args.len() {
            return End::NoSuchExport;
        }
        let args: Vec<Val> = args.iter().zip(ty.params()).map(|(arg, ty)| from_v(*arg, &ty)).collect();
        let mut results = vec![Val::I32(0); ty.results().len()];
        match func.call(&mut self.store, &args, &mut results) {
            Ok(()) => End::Done(results.iter().map(to_v).collect()),
            Err(error) => end_of(&error),
        }
    }

    fn get(&mut self, instance: usize, export: &str) -> Option<V> {
        let global = self.instances[instance].get_global(&mut self.store, export)?;
        Some(to_v(&global.get(&mut self.store)))
    }

    fn set(&mut self, instance: usize, export: &str, value: V) {
        if let Some(global) = self.instances[instance].get_global(&mut self.store, export) {
            global.set(&mut self.store, from_v(value, &ValType::I32)).expect("of its type");
        }
    }

    fn memory(&self, instance: usize) -> &[u8] {
        self.memories[instance].map_or(&[], |memory| memory.data(&self.store))
    }
}

fn end_of(error: &wasmtime::Error) -> End {
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => End::Overflowed,
        Some(trap) => End::Trapped(word(*trap)),
        None => End::Unlinkable,
    }
}

fn to_v(val: &Val) -> V {
    match val {
        Val::I32(value) => V::I32(*value),
        Val::I64(value) => V::I64(*value),
        Val::F32(bits) => V::F32(*bits),
        Val::F64(bits) => V::F64(*bits),
        Val::V128(value) => V::V128(value.as_u128()),
        Val::FuncRef(Some(_)) => V::Func,
        Val::FuncRef(None) | Val::ExternRef(None) => V::Null,
        _ => V::Host,
    }
}

fn from_v(value: V, ty: &ValType) -> Val {
    match value {
        V::I32(value) => Val::I32(value),
        V::I64(value) => Val::I64(value),
        V::F32(bits) => Val::F32(bits),
        V::F64(bits) => Val::F64(bits),
        V::V128(bits) => Val::V128(bits.into()),
        V::Null | V::Func | V::Host => match ty {
            ValType::Ref(reference) if matches!(reference.heap_type(), HeapType::Extern) => Val::ExternRef(None),
            _ => Val::FuncRef(None),
        },
    }
}

fn word(trap: Trap) -> &'static str {
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
