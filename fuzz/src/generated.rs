//! Modules that somebody else's generator makes, within what sealing accepts.

use arbitrary::{Arbitrary, Result, Unstructured};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection, MemoryType, Module, TypeSection,
    ValType,
};
use wasm_smith::Config;
use wasmparser::{Operator, Parser, Payload};

/// Pages of 64 KiB that a generated memory may grow to.
pub const PAGES_MAX: u64 = 16;

/// Parameters and results of a function that a module must export.
pub type Signature = (Vec<ValType>, Vec<ValType>);

/// What a generated module must export: a memory, and functions by name.
pub struct Shape {
    /// Pages at the start.
    pub pages: u64,
    /// Pages at most.
    pub pages_max: u64,
    /// Functions by name.
    pub functions: Vec<(String, Signature)>,
}

impl Shape {
    /// One to four functions of any numeric types, `f0` and on.
    ///
    /// # Errors
    /// The bytes are used up.
    pub fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let mut shape = Self::guest(u)?;
        let count = u.int_in_range(1..=4)?;
        shape.functions.clear();
        for at in 0..count {
            let (parameters, results) = (types(u, 4)?, types(u, 3)?);
            shape.functions.push((format!("f{at}"), (parameters, results)));
        }
        Ok(shape)
    }

    /// The functions of the guest ABI.
    ///
    /// # Errors
    /// The bytes are used up.
    pub fn guest(u: &mut Unstructured<'_>) -> Result<Self> {
        let pages = u.int_in_range(0..=2)?;
        let pages_max = if u.ratio(1, 2)? { pages } else { u.int_in_range(pages..=PAGES_MAX)? };
        let i32 = || vec![ValType::I32];
        let functions = vec![
            (codec::abi::EXPORT_ALLOC.to_owned(), (i32(), i32())),
            (codec::abi::EXPORT_EXECUTE.to_owned(), (vec![ValType::I32; 2], i32())),
            (codec::abi::EXPORT_OUTPUT_LEN.to_owned(), (vec![], i32())),
        ];
        Ok(Self { pages, pages_max, functions })
    }

    /// A module with these exports and nothing behind them.
    fn example(&self) -> Vec<u8> {
        let (mut types, mut functions, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        let (mut memories, mut exports) = (MemorySection::new(), ExportSection::new());
        memories.memory(MemoryType {
            minimum: self.pages,
            maximum: Some(self.pages_max),
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        exports.export(codec::abi::EXPORT_MEMORY, ExportKind::Memory, 0);
        for (at, (name, (parameters, results))) in (0..).zip(&self.functions) {
            types.ty().function(parameters.iter().copied(), results.iter().copied());
            functions.function(at);
            let mut body = Function::new([]);
            body.instructions().unreachable().end();
            code.function(&body);
            exports.export(name, ExportKind::Func, at);
        }
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
        module.finish()
    }
}

/// A module of `shape` that the rest of `u` describes. It uses what sealing accepts, and now and then bulk operators that it
/// refuses. With `is_canonical` the generator's own code makes the NaNs of arithmetic canonical.
///
/// # Errors
/// The bytes are used up, or describe no module.
pub fn module(u: &mut Unstructured<'_>, shape: &Shape, is_canonical: bool) -> Result<Vec<u8>> {
    let any = Config::arbitrary(u)?;
    let config = Config {
        exports: Some(shape.example()),
        allow_start_export: false,
        bulk_memory_enabled: u.ratio(1, 4)?,
        canonicalize_nans: is_canonical,
        disallow_traps: u.ratio(1, 2)?,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        generate_custom_sections: u.ratio(1, 8)?,
        max_data_segments: any.max_data_segments % 4,
        max_element_segments: any.max_element_segments % 4,
        max_elements: any.max_elements % 16,
        max_funcs: any.max_funcs % 5,
        max_globals: any.max_globals % 8,
        max_imports: 0,
        max_instructions: any.max_instructions % 400,
        max_memories: 0,
        max_memory32_bytes: PAGES_MAX << 16,
        max_table_elements: any.max_table_elements % 100,
        max_tables: any.max_tables % 2,
        max_tags: 0,
        max_types: any.max_types % 8,
        memory64_enabled: false,
        multi_value_enabled: true,
        reference_types_enabled: u.ratio(1, 4)?,
        relaxed_simd_enabled: false,
        simd_enabled: true,
        tail_call_enabled: false,
        threads_enabled: false,
        ..any
    };
    Ok(wasm_smith::Module::new(config, u)?.to_bytes())
}

/// Whether a module converts between `f32` and `f64`, scalar or vector. That is arithmetic to sealing, which makes its NaNs
/// canonical; the generator leaves theirs as they come.
#[must_use]
pub fn converts_floats(module: &[u8]) -> bool {
    let valid = "a generated module is valid";
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CodeSectionEntry(body) = payload.expect(valid) else { continue };
        let mut operators = body.get_operators_reader().expect(valid);
        while !operators.eof() {
            let (operator, _) = operators.read_with_offset().expect(valid);
            if matches!(
                operator,
                Operator::F32DemoteF64
                    | Operator::F64PromoteF32
                    | Operator::F32x4DemoteF64x2Zero
                    | Operator::F64x2PromoteLowF32x4
            ) {
                return true;
            }
        }
    }
    false
}

fn types(u: &mut Unstructured<'_>, max: usize) -> Result<Vec<ValType>> {
    const ALL: [ValType; 5] = [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::V128];
    (0..u.int_in_range(0..=max)?).map(|_| u.choose(&ALL).copied()).collect()
}
