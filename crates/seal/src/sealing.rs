//! Module bytes to sealed module bytes.

use alloc::format;
use alloc::vec::Vec;

use codec::{Digest, abi, sha256};
use wasm_encoder::{BlockType, Encode, ExportKind, Section as _};
use wasmparser::{FuncType, ValType, Validator};

use crate::body::Body;
use crate::check::{ACCEPTED, Findings, for_each_body};
use crate::cost::cost_table_digest;
use crate::error::SealError;
use crate::meter;
use crate::module::{Module, Section, section};
use crate::nan::Places;
use crate::note::Note;
use crate::policy::{NanBits, Policy};
use crate::rewrite::{Added, Plan, frame_of, rewrite};

/// Name of the custom section that says how a module was sealed: see `spec/seal.md`.
pub const SEAL_SECTION: &str = "avouch:seal";
/// Version of the sealed form.
pub const SEAL_VERSION: u64 = 1;

/// A sealed module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// A valid module.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes: its name.
    pub digest: Digest,
    /// What was done.
    pub report: Report,
}

/// What sealing did, as counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    /// Functions with a body.
    pub functions: u32,
    /// Places where a region is charged.
    pub charges: u32,
    /// Loops that are charged ahead.
    pub loops_ahead: u32,
    /// Loops in all.
    pub loops: u32,
    /// Functions charged for their frame.
    pub frames: u32,
    /// Places where a NaN is made canonical.
    pub nan_places: u32,
    /// Mutable globals of the module itself, exported as state.
    pub state_globals: u32,
    /// Bytes before sealing.
    pub bytes_before: u64,
    /// Bytes after sealing.
    pub bytes_after: u64,
}

/// Seals `module` under `policy`. The same input gives the same bytes.
///
/// # Errors
/// If [`check`](crate::check()) fails, or finds a hazard that sealing does not close.
pub fn seal(module: &[u8], policy: &Policy<'_>) -> Result<Sealed, SealError> {
    let module = Module::parse(module)?;
    let mut findings = Findings::of(&module, policy);
    let mut sealer = Sealer::new(&module, policy);
    for_each_body(&module, |index, source| {
        if let Some((body, places)) = findings.body(&module, index, source)? {
            let plan = Plan {
                charges: meter::charges(&body, policy.loops),
                places: match policy.nan {
                    NanBits::Canonical => places,
                    NanBits::AsMade => Places::default(),
                },
                frame: frame_of(&module, &body),
                max_pages: policy.max_pages(),
            };
            sealer.function(&body, &plan);
        }
        Ok(())
    })?;
    let open: Vec<_> = findings.finish(&module).into_iter().filter(|finding| !finding.closed_by_seal).collect();
    if let Some(first) = open.first() {
        return Err(SealError::Refused { first: first.clone(), count: open.len() });
    }
    let mut report = sealer.report;
    let bytes = sealer.finish();
    if let Err(error) = Validator::new_with_features(ACCEPTED).validate_all(&bytes) {
        return Err(SealError::OutputInvalid { offset: error.offset() });
    }
    report.bytes_after = bytes.len() as u64;
    Ok(Sealed { digest: sha256(&bytes), bytes, report })
}

struct Sealer<'m> {
    module: &'m Module<'m>,
    policy: &'m Policy<'m>,
    added: Added,
    /// Types appended for blocks with several results.
    new_types: Vec<Vec<ValType>>,
    code: Vec<u8>,
    report: Report,
}

impl<'m> Sealer<'m> {
    fn new(module: &'m Module<'m>, policy: &'m Policy<'m>) -> Self {
        let globals = module.globals.len() as u32;
        Self {
            module,
            policy,
            added: Added { meter: globals, depth: globals + 1, stop: globals + 2 },
            new_types: Vec::new(),
            code: Vec::new(),
            report: Report {
                functions: 0,
                charges: 0,
                loops_ahead: 0,
                loops: 0,
                frames: 0,
                nan_places: 0,
                state_globals: module.globals.iter().filter(|(global, _)| global.mutable).count() as u32,
                bytes_before: module.bytes.len() as u64,
                bytes_after: 0,
            },
        }
    }

    fn function(&mut self, body: &Body<'_>, plan: &Plan) {
        let module = self.module;
        let result = match module.function_type(body.index).map(FuncType::results) {
            None | Some([]) => BlockType::Empty,
            Some([one]) => BlockType::Result(value_type(*one)),
            Some(several) => BlockType::FunctionType(self.type_of_results(several)),
        };
        rewrite(self.module, body, plan, self.added, result).as_slice().encode(&mut self.code);
        let report = &mut self.report;
        report.functions += 1;
        report.charges += (plan.charges.each.len() + plan.charges.ahead.len()) as u32;
        report.loops_ahead += plan.charges.ahead.len() as u32;
        report.loops +=
            body.ops.iter().filter(|op| matches!(op.operator, wasmparser::Operator::Loop { .. })).count() as u32;
        report.frames += u32::from(plan.frame.is_some());
        report.nan_places += plan.places.len() as u32;
    }

    /// The index of the type without parameters and with these `results`, appended if there is none.
    fn type_of_results(&mut self, results: &[ValType]) -> u32 {
        let is_it =
            |ty: &Option<FuncType>| ty.as_ref().is_some_and(|ty| ty.params().is_empty() && ty.results() == results);
        let old = self.module.types.len();
        let position = self
            .module
            .types
            .iter()
            .position(is_it)
            .or_else(|| self.new_types.iter().position(|have| have == results).map(|position| old + position));
        position.unwrap_or_else(|| {
            self.new_types.push(results.to_vec());
            old + self.new_types.len() - 1
        }) as u32
    }

    fn finish(self) -> Vec<u8> {
        let mut out = wasm_encoder::Module::HEADER.to_vec();
        let mut has = (false, false);
        for part in &self.module.sections {
            // Sections that sealing adds to and that the module lacks come before the first that must follow them.
            if !has.0 && order(part.id) >= order(section::GLOBAL) {
                self.globals(&mut out, (part.id == section::GLOBAL).then_some(part));
                has.0 = true;
            }
            if !has.1 && order(part.id) >= order(section::EXPORT) {
                self.exports(&mut out, (part.id == section::EXPORT).then_some(part));
                has.1 = true;
            }
            match part.id {
                section::GLOBAL | section::EXPORT => {}
                section::TYPE => self.types(&mut out, part),
                section::MEMORY => self.memory(&mut out),
                section::CODE => write_section(&mut out, section::CODE, part.count, 0, &[], &self.code),
                _ => {
                    out.push(part.id);
                    self.module.bytes[part.range.clone()].encode(&mut out);
                }
            }
        }
        if !has.0 {
            self.globals(&mut out, None);
        }
        if !has.1 {
            self.exports(&mut out, None);
        }
        if let Some(names) = &self.module.names {
            custom(&mut out, "name", &self.module.bytes[names.clone()]);
        }
        custom(&mut out, SEAL_SECTION, &self.statement());
        out
    }

    /// How the module was sealed, as CBOR.
    fn statement(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        Note::of(self.policy, cost_table_digest()).encode(&mut bytes);
        bytes
    }

    fn types(&self, out: &mut Vec<u8>, part: &Section) {
        let mut added = Vec::new();
        for results in &self.new_types {
            added.push(0x60);
            0_u32.encode(&mut added);
            (results.len() as u32).encode(&mut added);
            results.iter().for_each(|ty| value_type(*ty).encode(&mut added));
        }
        write_section(out, section::TYPE, part.count, self.new_types.len(), self.items(part), &added);
    }

    fn memory(&self, out: &mut Vec<u8>) {
        let mut memories = wasm_encoder::MemorySection::new();
        for (memory, _) in &self.module.memories {
            let maximum = memory.maximum.unwrap_or(u64::MAX).min(self.policy.max_pages().into());
            memories.memory(wasm_encoder::MemoryType {
                minimum: memory.initial,
                maximum: Some(maximum),
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
        }
        memories.append_to(out);
    }

    fn globals(&self, out: &mut Vec<u8>, part: Option<&Section>) {
        let mut added = wasm_encoder::GlobalSection::new();
        let ty = |val_type| wasm_encoder::GlobalType { val_type, mutable: true, shared: false };
        added.global(ty(wasm_encoder::ValType::I64), &wasm_encoder::ConstExpr::i64_const(0));
        let depth = self.policy.depth_limit.min(i32::MAX as u32) as i32;
        added.global(ty(wasm_encoder::ValType::I32), &wasm_encoder::ConstExpr::i32_const(depth));
        added.global(ty(wasm_encoder::ValType::I32), &wasm_encoder::ConstExpr::i32_const(abi::SealStop::None as i32));
        self.extended(out, section::GLOBAL, part, &added, added.len());
    }

    fn exports(&self, out: &mut Vec<u8>, part: Option<&Section>) {
        let mut added = wasm_encoder::ExportSection::new();
        added.export(abi::GLOBAL_METER, ExportKind::Global, self.added.meter);
        added.export(abi::GLOBAL_DEPTH, ExportKind::Global, self.added.depth);
        added.export(abi::GLOBAL_STOP, ExportKind::Global, self.added.stop);
        let mutable = (0_u32..).zip(&self.module.globals).filter(|(_, (global, _))| global.mutable);
        for (number, (index, _)) in mutable.enumerate() {
            added.export(&format!("{}{number}", abi::GLOBAL_STATE_PREFIX), ExportKind::Global, index);
        }
        self.extended(out, section::EXPORT, part, &added, added.len());
    }

    /// Writes a section of the module's own items and the `count` items of `added`.
    fn extended(&self, out: &mut Vec<u8>, id: u8, part: Option<&Section>, added: &impl Encode, count: u32) {
        // An encoded section is its length, its number of items and the items.
        let mut encoded = Vec::new();
        added.encode(&mut encoded);
        let items = skip_leb(skip_leb(&encoded));
        let (old, own) = part.map_or((0, &[][..]), |part| (part.count, self.items(part)));
        write_section(out, id, old, count as usize, own, items);
    }

    /// The items of a section as bytes, their number excluded.
    fn items(&self, part: &Section) -> &'m [u8] {
        skip_leb(&self.module.bytes[part.range.clone()])
    }
}

fn write_section(out: &mut Vec<u8>, id: u8, old: u32, added: usize, own: &[u8], new: &[u8]) {
    let mut contents = Vec::with_capacity(own.len() + new.len() + 5);
    (old + added as u32).encode(&mut contents);
    contents.extend_from_slice(own);
    contents.extend_from_slice(new);
    out.push(id);
    contents.as_slice().encode(out);
}

fn custom(out: &mut Vec<u8>, name: &str, data: &[u8]) {
    wasm_encoder::CustomSection { name: name.into(), data: data.into() }.append_to(out);
}

/// The bytes after a LEB128 number.
fn skip_leb(bytes: &[u8]) -> &[u8] {
    let len = bytes.iter().position(|byte| byte & 0x80 == 0).map_or(bytes.len(), |last| last + 1);
    &bytes[len..]
}

/// Where a section stands among the others: the data count comes before the code, whatever its number.
fn order(id: u8) -> u8 {
    match id {
        // Tags come before globals.
        13 => 2 * section::MEMORY + 1,
        12 => 2 * section::CODE - 1,
        id => 2 * id,
    }
}

fn value_type(ty: ValType) -> wasm_encoder::ValType {
    use wasm_encoder::{RefType, ValType as Out};
    match ty {
        ValType::I32 => Out::I32,
        ValType::I64 => Out::I64,
        ValType::F32 => Out::F32,
        ValType::F64 => Out::F64,
        ValType::V128 => Out::V128,
        // The accepted feature set has no other reference type; anything else is refused before the module is written.
        ValType::Ref(_) => Out::Ref(RefType::FUNCREF),
    }
}
