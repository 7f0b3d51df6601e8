//! Any module on Wasmtime, sealed or not, call by call.
//!
//! The product's own door to Wasmtime runs guests alone. Here functions have any types, and the module may be one that was
//! never sealed, so that what sealing changed can be seen.

use std::sync::OnceLock;

use codec::abi;
use wasm_encoder::{ExportKind, ExportSection, RawSection};
use wasmparser::{ExternalKind, Parser, Payload, ValType};
use wasmtime::{Config, Engine, Instance, Module, Store, Trap, Val};

/// How the exports that [`with_globals`] adds are called: this and the global's index.
const GLOBAL_PREFIX: &str = "global ";

/// A value as its bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bits {
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// An `f32`.
    F32(u32),
    /// An `f64`.
    F64(u64),
    /// A `v128`.
    V128(u128),
    /// A reference, of which nothing is compared.
    Reference,
}

/// How a call ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// With these results.
    Done(Vec<Bits>),
    /// With the module's own trap.
    Trapped(Trap),
    /// With the end of the fuel that a module without a meter gets instead.
    OutOfFuel,
}

/// All that a call leaves behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// The module's own mutable globals, by name.
    pub globals: Vec<(String, Bits)>,
    /// The memory.
    pub memory: Vec<u8>,
}

/// An instance.
pub struct Plain {
    store: Store<()>,
    instance: Instance,
    globals: Vec<String>,
    has_fuel: bool,
}

/// The module with its mutable globals exported. A module without an export section stays as it is.
#[must_use]
pub fn with_globals(module: &[u8]) -> Vec<u8> {
    let (mut out, mut added, mut index) = (wasm_encoder::Module::new(), Vec::new(), 0_u32);
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.expect("a generated module is valid");
        if let Payload::GlobalSection(reader) = &payload {
            for global in reader.clone() {
                let ty = global.expect("a generated module is valid").ty;
                if ty.mutable && !matches!(ty.content_type, ValType::Ref(_)) {
                    added.push(index);
                }
                index += 1;
            }
        }
        if let Payload::ExportSection(reader) = &payload {
            let mut exports = ExportSection::new();
            for export in reader.clone() {
                let export = export.expect("a generated module is valid");
                exports.export(export.name, export_kind(export.kind), export.index);
            }
            for index in &added {
                exports.export(&format!("{GLOBAL_PREFIX}{index}"), ExportKind::Global, *index);
            }
            out.section(&exports);
        } else if let Some((id, range)) = payload.as_section()
            && !matches!(payload, Payload::CodeSectionEntry(_))
        {
            out.section(&RawSection { id, data: &module[range] });
        }
    }
    out.finish()
}

fn export_kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}

impl Plain {
    /// An instance of a sealed module, on an engine with no more stack than sealing asks for. `None` if a segment lies
    /// outside of its memory or table.
    #[must_use]
    pub fn sealed(module: &[u8]) -> Option<Self> {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        let stack = seal::Policy::STANDARD.engine_stack_bytes() as usize;
        Self::new(ENGINE.get_or_init(|| engine(stack, false)), module, false)
    }

    /// An instance of a module as it is, on an engine that stops it when its fuel is used up. `None` as for
    /// [`Plain::sealed`].
    #[must_use]
    pub fn unsealed(module: &[u8]) -> Option<Self> {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        Self::new(ENGINE.get_or_init(|| engine(1 << 20, true)), module, true)
    }

    fn new(engine: &Engine, module: &[u8], has_fuel: bool) -> Option<Self> {
        let module = Module::new(engine, module).expect("a valid module compiles");
        let mut store = Store::new(engine, ());
        if has_fuel {
            // Data segments that a large module starts with take some.
            store.set_fuel(u64::MAX).expect("the engine has fuel");
        }
        let instance = Instance::new(&mut store, &module, &[]).ok()?;
        let names = module.exports().map(|export| export.name().to_owned());
        let globals = names.filter(|name| name.starts_with(GLOBAL_PREFIX)).collect();
        Some(Self { store, instance, globals, has_fuel })
    }

    /// Calls `export` with `units` of meter or fuel.
    pub fn call(&mut self, export: &str, arguments: &[Bits], units: u64) -> End {
        if self.has_fuel {
            self.store.set_fuel(units).expect("the engine has fuel");
        } else {
            self.set_global(abi::GLOBAL_METER, Val::I64(units as i64));
        }
        let function = self.instance.get_func(&mut self.store, export).expect("the export");
        let arguments: Vec<Val> = arguments.iter().map(|bits| to_val(*bits)).collect();
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        match function.call(&mut self.store, &arguments, &mut results) {
            Ok(()) => End::Done(results.iter().map(to_bits).collect()),
            Err(error) => match error.downcast_ref::<Trap>() {
                Some(Trap::OutOfFuel) => End::OutOfFuel,
                Some(trap) => End::Trapped(*trap),
                None => panic!("{error:?}"),
            },
        }
    }

    /// What the calls so far have left behind.
    pub fn left(&mut self) -> Left {
        let memory = self.instance.get_memory(&mut self.store, abi::EXPORT_MEMORY).expect("the memory");
        let memory = memory.data(&self.store).to_vec();
        let globals = self.globals.clone().into_iter().map(|name| (name.clone(), self.global(&name))).collect();
        Left { globals, memory }
    }

    /// The value of an exported global.
    ///
    /// # Panics
    /// There is none of that name.
    pub fn global(&mut self, name: &str) -> Bits {
        let global = self.instance.get_global(&mut self.store, name).expect("the global");
        to_bits(&global.get(&mut self.store))
    }

    fn set_global(&mut self, name: &str, value: Val) {
        let global = self.instance.get_global(&mut self.store, name).expect("the global");
        global.set(&mut self.store, value).expect("a mutable global of this type");
    }
}

fn engine(stack_bytes: usize, has_fuel: bool) -> Engine {
    let mut config = Config::new();
    config.max_wasm_stack(stack_bytes).consume_fuel(has_fuel);
    Engine::new(&config).expect("an engine")
}

fn to_val(bits: Bits) -> Val {
    match bits {
        Bits::I32(value) => Val::I32(value),
        Bits::I64(value) => Val::I64(value),
        Bits::F32(bits) => Val::F32(bits),
        Bits::F64(bits) => Val::F64(bits),
        Bits::V128(value) => Val::V128(value.into()),
        Bits::Reference => Val::FuncRef(None),
    }
}

fn to_bits(val: &Val) -> Bits {
    match val {
        Val::I32(value) => Bits::I32(*value),
        Val::I64(value) => Bits::I64(*value),
        Val::F32(bits) => Bits::F32(*bits),
        Val::F64(bits) => Bits::F64(*bits),
        Val::V128(value) => Bits::V128(value.as_u128()),
        _ => Bits::Reference,
    }
}
