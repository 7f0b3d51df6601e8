//! What a module needs to be a guest, added to a module of the suite: a memory exported as `memory`, and an export in place of a
//! start function. Nothing that the module has is changed or renumbered, so every action of its script means the same.

use wasm_encoder::{ExportKind, ExportSection, MemorySection, MemoryType, Module, RawSection};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

/// The export that takes the place of the start function.
pub(crate) const START: &str = "suite:start";

/// A module with its imports.
pub(crate) struct Furnished {
    pub(crate) bytes: Vec<u8>,
    /// Whether [`START`] is to be called after instantiation.
    pub(crate) has_start: bool,
    /// The module's imports in their order.
    pub(crate) imports: Vec<ImportOf>,
}

/// An import of a module.
pub(crate) struct ImportOf {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) is_function: bool,
}

/// What there is before anything is added.
#[derive(Default)]
struct Has {
    memories: u32,
    export_named_memory: bool,
    start: Option<u32>,
    exports: ExportSection,
    imports: Vec<ImportOf>,
}

/// What becomes of a start function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartFunction {
    /// It stays one.
    Stays,
    /// It becomes the export [`START`].
    Exported,
}

/// `bytes` with what a guest needs. Gives nothing if they cannot be read.
pub(crate) fn furnish(bytes: &[u8], start_function: StartFunction) -> Option<Furnished> {
    let mut has = survey(bytes)?;
    let adds_memory = has.memories == 0;
    if !has.export_named_memory {
        has.exports.export("memory", ExportKind::Memory, 0);
    }
    let keeps_start = start_function == StartFunction::Stays;
    if let (Some(start), false) = (has.start, keeps_start) {
        has.exports.export(START, ExportKind::Func, start);
    }
    let mut memory = MemorySection::new();
    memory.memory(MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None });

    let mut out = Module::new();
    let (mut memory_is_due, mut exports_are_due) = (adds_memory, !has.exports.is_empty());
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.ok()?;
        let Some((id, range)) = payload.as_section() else { continue };
        if matches!(payload, Payload::CodeSectionEntry(_)) {
            continue;
        }
        if memory_is_due && id != 0 && rank(id) > rank(5) {
            out.section(&memory);
            memory_is_due = false;
        }
        if exports_are_due && id != 0 && rank(id) >= rank(7) {
            out.section(&has.exports);
            exports_are_due = false;
        }
        // Exports are written above, and an empty section of memories is replaced.
        if id != 7 && (id != 8 || keeps_start) && !(id == 5 && adds_memory) {
            out.section(&RawSection { id, data: bytes.get(range)? });
        }
    }
    if memory_is_due {
        out.section(&memory);
    }
    if exports_are_due {
        out.section(&has.exports);
    }
    Some(Furnished { bytes: out.finish(), has_start: has.start.is_some(), imports: has.imports })
}

fn survey(bytes: &[u8]) -> Option<Has> {
    let mut has = Has::default();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.ok()? {
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    let import = import.ok()?;
                    let (module, name) = (import.module.to_string(), import.name.to_string());
                    has.memories += u32::from(matches!(import.ty, TypeRef::Memory(_)));
                    let is_function = matches!(import.ty, TypeRef::Func(_));
                    has.imports.push(ImportOf { module, name, is_function });
                }
            }
            Payload::MemorySection(reader) => has.memories += reader.count(),
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export.ok()?;
                    has.export_named_memory |= export.name == "memory";
                    let kind = match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
                        ExternalKind::Table => ExportKind::Table,
                        ExternalKind::Memory => ExportKind::Memory,
                        ExternalKind::Global => ExportKind::Global,
                        ExternalKind::Tag => ExportKind::Tag,
                    };
                    has.exports.export(export.name, kind, export.index);
                }
            }
            Payload::StartSection { func, .. } => has.start = Some(func),
            _ => {}
        }
    }
    Some(has)
}

/// Where a section stands among the others.
fn rank(id: u8) -> u8 {
    match id {
        // Tags come after memories, the data count before the code.
        13 => 2 * 5 + 1,
        12 => 2 * 10 - 1,
        id => 2 * id,
    }
}
