//! A module taken apart: what the checks and the rewriting need of each section.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use codec::abi;
use wasmparser::{
    BinaryReaderError, CompositeInnerType, ExternalKind, FuncType, FunctionBody, GlobalType, ImportSectionReader,
    KnownCustom, MemoryType, Name, Parser, Payload, TypeRef, TypeSectionReader, ValType, Validator, WasmFeatures,
};

use crate::error::{CheckError, Limit, Malformed, TooLarge};
use crate::limits;

/// Section numbers of the binary format.
pub(crate) mod section {
    pub(crate) const TYPE: u8 = 1;
    pub(crate) const MEMORY: u8 = 5;
    pub(crate) const GLOBAL: u8 = 6;
    pub(crate) const EXPORT: u8 = 7;
    pub(crate) const CODE: u8 = 10;
}

/// A vector section: where its contents are and how many items it has.
pub(crate) struct Section {
    pub(crate) id: u8,
    pub(crate) range: Range<usize>,
    pub(crate) count: u32,
}

/// An import that is not a function, or is one.
pub(crate) struct ImportItem<'a> {
    pub(crate) module: &'a str,
    pub(crate) name: &'a str,
    pub(crate) is_function: bool,
    pub(crate) offset: usize,
}

/// A valid module under *some* feature set, within the limits.
pub(crate) struct Module<'a> {
    pub(crate) bytes: &'a [u8],
    /// Every section but the custom ones, in order.
    pub(crate) sections: Vec<Section>,
    /// The name section, id and size excluded.
    pub(crate) names: Option<Range<usize>>,
    /// Function types; `None` for types of other kinds.
    pub(crate) types: Vec<Option<FuncType>>,
    /// Whether a function or block type names a vector.
    pub(crate) has_vector_types: bool,
    pub(crate) imports: Vec<ImportItem<'a>>,
    /// Type index of every function, imports first.
    pub(crate) functions: Vec<u32>,
    pub(crate) imported_functions: u32,
    pub(crate) memories: Vec<(MemoryType, usize)>,
    pub(crate) globals: Vec<(GlobalType, usize)>,
    pub(crate) exports: Vec<(&'a str, ExternalKind, u32, usize)>,
    /// Offsets of tables with 64-bit indices.
    pub(crate) tables64: Vec<usize>,
    /// Offsets of types that are not function types.
    pub(crate) other_types: Vec<usize>,
    pub(crate) tags: Option<usize>,
    pub(crate) start: Option<usize>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Module<'a> {
    /// Validates `bytes` under every feature there is and takes them apart.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, CheckError> {
        within(bytes.len() as u64, limits::MODULE_BYTES_MAX as u64, Limit::ModuleBytes, 0)?;
        if !Parser::is_core_wasm(bytes) {
            return Err(CheckError::Malformed(Malformed { offset: 0 }));
        }
        Validator::new_with_features(WasmFeatures::all()).validate_all(bytes).map_err(malformed)?;
        let mut module = Self {
            bytes,
            sections: Vec::new(),
            names: None,
            types: Vec::new(),
            has_vector_types: false,
            imports: Vec::new(),
            functions: Vec::new(),
            imported_functions: 0,
            memories: Vec::new(),
            globals: Vec::new(),
            exports: Vec::new(),
            tables64: Vec::new(),
            other_types: Vec::new(),
            tags: None,
            start: None,
            bodies: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(bytes) {
            module.take(payload.map_err(malformed)?)?;
        }
        if module.exports.iter().any(|(name, ..)| *name == abi::GLOBAL_METER) {
            return Err(CheckError::AlreadySealed);
        }
        Ok(module)
    }

    /// The function type of function `index`.
    pub(crate) fn function_type(&self, index: u32) -> Option<&FuncType> {
        self.types.get(*self.functions.get(index as usize)? as usize)?.as_ref()
    }

    /// The name of function `index` from the name section, else from an export.
    pub(crate) fn function_name(&self, index: u32) -> Option<String> {
        self.name_section_entry(index).or_else(|| {
            let is_it = |entry: &&(&str, ExternalKind, u32, usize)| entry.1 == ExternalKind::Func && entry.2 == index;
            self.exports.iter().find(is_it).map(|(name, ..)| (*name).to_string())
        })
    }

    fn name_section_entry(&self, index: u32) -> Option<String> {
        let range = self.names.clone()?;
        let reader = wasmparser::BinaryReader::new(&self.bytes[range.clone()], range.start);
        for subsection in wasmparser::NameSectionReader::new(reader) {
            if let Name::Function(map) = subsection.ok()? {
                for naming in map {
                    let naming = naming.ok()?;
                    if naming.index == index {
                        return Some(naming.name.to_string());
                    }
                }
            }
        }
        None
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), CheckError> {
        if let Some((id, range)) = payload.as_section()
            && id != 0
            && !matches!(payload, Payload::CodeSectionEntry(_))
        {
            self.sections.push(Section { id, range, count: count_of(&payload) });
        }
        match payload {
            Payload::TypeSection(reader) => self.take_types(reader)?,
            Payload::ImportSection(reader) => self.take_imports(reader)?,
            Payload::FunctionSection(reader) => {
                let total = u64::from(reader.count()) + u64::from(self.imported_functions);
                within(total, limits::FUNCTIONS_MAX.into(), Limit::Functions, reader.range().start)?;
                for ty in reader {
                    self.functions.push(ty.map_err(malformed)?);
                }
            }
            Payload::TableSection(reader) => {
                for table in reader.into_iter_with_offsets() {
                    let (offset, table) = table.map_err(malformed)?;
                    within(table.ty.initial, limits::TABLE_ENTRIES_MAX, Limit::TableEntries, offset)?;
                    if table.ty.table64 {
                        self.tables64.push(offset);
                    }
                }
            }
            Payload::MemorySection(reader) => {
                for memory in reader.into_iter_with_offsets() {
                    let (offset, memory) = memory.map_err(malformed)?;
                    self.memories.push((memory, offset));
                }
            }
            Payload::GlobalSection(reader) => {
                within(reader.count().into(), limits::GLOBALS_MAX.into(), Limit::Globals, reader.range().start)?;
                for global in reader.into_iter_with_offsets() {
                    let (offset, global) = global.map_err(malformed)?;
                    self.globals.push((global.ty, offset));
                }
            }
            Payload::ExportSection(reader) => {
                within(reader.count().into(), limits::EXPORTS_MAX.into(), Limit::Exports, reader.range().start)?;
                for export in reader.into_iter_with_offsets() {
                    let (offset, export) = export.map_err(malformed)?;
                    self.exports.push((export.name, export.kind, export.index, offset));
                }
            }
            Payload::TagSection(reader) => self.tags = Some(reader.range().start),
            Payload::StartSection { range, .. } => self.start = Some(range.start),
            Payload::ElementSection(reader) => {
                within(reader.count().into(), limits::SEGMENTS_MAX.into(), Limit::Segments, reader.range().start)?;
            }
            Payload::DataSection(reader) => {
                within(reader.count().into(), limits::SEGMENTS_MAX.into(), Limit::Segments, reader.range().start)?;
            }
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                within(range.len() as u64, limits::FUNCTION_BYTES_MAX as u64, Limit::FunctionBytes, range.start)?;
                self.bodies.push(body);
            }
            Payload::CustomSection(reader)
                if matches!(reader.as_known(), KnownCustom::Name(_)) && self.names.is_none() =>
            {
                let start = reader.data_offset();
                self.names = Some(start..start + reader.data().len());
            }
            // Sections without contents to look at, and those of feature sets that the narrow validation refuses.
            _ => {}
        }
        Ok(())
    }

    fn take_types(&mut self, reader: TypeSectionReader<'a>) -> Result<(), CheckError> {
        for group in reader.into_iter_with_offsets() {
            let (offset, group) = group.map_err(malformed)?;
            for sub in group.into_types() {
                if let CompositeInnerType::Func(ty) = &sub.composite_type.inner {
                    self.has_vector_types |= ty.params().iter().chain(ty.results()).any(|ty| *ty == ValType::V128);
                    self.types.push(Some(ty.clone()));
                } else {
                    self.types.push(None);
                    self.other_types.push(offset);
                }
            }
        }
        Ok(())
    }

    fn take_imports(&mut self, reader: ImportSectionReader<'a>) -> Result<(), CheckError> {
        for import in reader.into_imports_with_offsets() {
            let (offset, import) = import.map_err(malformed)?;
            let is_function = if let TypeRef::Func(ty) = import.ty {
                self.functions.push(ty);
                self.imported_functions += 1;
                true
            } else {
                false
            };
            self.imports.push(ImportItem { module: import.module, name: import.name, is_function, offset });
        }
        Ok(())
    }
}

/// An error of the validator or parser as one of ours.
pub(crate) fn malformed(error: BinaryReaderError) -> CheckError {
    CheckError::Malformed(Malformed { offset: error.offset() })
}

/// Refuses a `value` beyond `max`.
pub(crate) fn within(value: u64, max: u64, limit: Limit, offset: usize) -> Result<(), CheckError> {
    if value <= max { Ok(()) } else { Err(CheckError::TooLarge(TooLarge { limit, offset })) }
}

fn count_of(payload: &Payload<'_>) -> u32 {
    match payload {
        Payload::TypeSection(reader) => reader.count(),
        Payload::GlobalSection(reader) => reader.count(),
        Payload::ExportSection(reader) => reader.count(),
        Payload::CodeSectionStart { count, .. } => *count,
        _ => 0,
    }
}
