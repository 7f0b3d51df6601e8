//! Every determinism hazard of a module.

use alloc::vec::Vec;

use codec::abi;
use wasmparser::{ExternalKind, FunctionBody, ValType, Validator, WasmFeatures};

use crate::body::{Body, Decoded, decode};
use crate::error::CheckError;
use crate::finding::{Finding, Reason};
use crate::limits;
use crate::module::Module;
use crate::nan::{Places, analyse};
use crate::policy::{MemoryRule, Policy};

/// What is accepted: WebAssembly 2.0 (MVP, mutable globals, sign extension, saturating conversions, multi-value, bulk memory,
/// reference types, SIMD), but for external references: only a host can make one, no host call does, and an engine without a
/// garbage collector has none. Operators that change tables are refused besides.
pub(crate) const ACCEPTED: WasmFeatures = WasmFeatures::WASM2.difference(WasmFeatures::GC_TYPES);

/// Lists every determinism hazard of `module` under `policy`, in the order of their offsets.
///
/// A function with an operator that is refused is not searched for observable NaN bits.
///
/// # Errors
/// If the bytes are not a valid module under any feature set, are beyond a limit, or are sealed already.
pub fn check(module: &[u8], policy: &Policy<'_>) -> Result<Vec<Finding>, CheckError> {
    let module = Module::parse(module)?;
    let mut findings = Findings::of(&module, policy);
    for_each_body(&module, |index, body| {
        findings.body(&module, index, body)?;
        Ok(())
    })?;
    Ok(findings.finish(&module))
}

/// Calls `visit` for each function that has a body.
pub(crate) fn for_each_body<'a>(
    module: &Module<'a>,
    mut visit: impl FnMut(u32, &FunctionBody<'a>) -> Result<(), CheckError>,
) -> Result<(), CheckError> {
    module.bodies.iter().zip(module.imported_functions..).try_for_each(|(body, index)| visit(index, body))
}

/// The findings so far.
pub(crate) struct Findings {
    list: Vec<Finding>,
    last_named: Option<(u32, Option<alloc::string::String>)>,
}

impl Findings {
    /// What is wrong outside the function bodies.
    pub(crate) fn of(module: &Module<'_>, policy: &Policy<'_>) -> Self {
        let mut out = Self { list: Vec::new(), last_named: None };
        out.imports(module, policy);
        out.memories(module, policy);
        for offset in &module.other_types {
            out.add(Reason::GarbageCollection, *offset);
        }
        for offset in &module.tables64 {
            out.add(Reason::Memory64, *offset);
        }
        for (global, offset) in &module.globals {
            if global.mutable && matches!(global.content_type, ValType::Ref(_)) {
                out.add(Reason::ReferenceGlobal, *offset);
            }
        }
        for (.., offset) in module.exports.iter().filter(|(name, ..)| name.starts_with("avouch:")) {
            out.add(Reason::ReservedExport, *offset);
        }
        if let Some(offset) = module.tags {
            out.add(Reason::Exceptions, offset);
        }
        if let Some(offset) = module.start {
            out.add(Reason::StartFunction, offset);
        }
        out
    }

    /// What is wrong in one function. Gives it back with its places if nothing is that sealing does not close.
    pub(crate) fn body<'a>(
        &mut self,
        module: &Module<'_>,
        index: u32,
        body: &FunctionBody<'a>,
    ) -> Result<Option<(Body<'a>, Places)>, CheckError> {
        match decode(module, index, body)? {
            Decoded::Refused(operators) => {
                for (reason, offset) in operators {
                    self.add_in(module, index, reason, offset, false);
                }
                Ok(None)
            }
            Decoded::Body(body) => {
                let places = analyse(module, &body)?;
                for op in &places.observers {
                    self.add_in(module, index, Reason::ObservableNan, body.ops[*op as usize].offset, true);
                }
                Ok(Some((body, places)))
            }
        }
    }

    /// All findings by offset, after a last look: whatever else the accepted feature set does not have.
    pub(crate) fn finish(mut self, module: &Module<'_>) -> Vec<Finding> {
        if self.list.iter().all(|finding| finding.closed_by_seal)
            && let Err(error) = Validator::new_with_features(ACCEPTED).validate_all(module.bytes)
        {
            self.add(Reason::UnsupportedFeature, error.offset());
        }
        self.list.sort_by_key(|finding| (finding.offset, finding.reason));
        self.list
    }

    fn imports(&mut self, module: &Module<'_>, policy: &Policy<'_>) {
        for import in &module.imports {
            let is_named = policy
                .allowed_imports
                .iter()
                .any(|allowed| allowed.module == import.module && allowed.name == import.name);
            if !(import.is_function && is_named) {
                self.add(Reason::ImportNotAllowed, import.offset);
            }
        }
    }

    fn memories(&mut self, module: &Module<'_>, policy: &Policy<'_>) {
        for (index, (memory, offset)) in module.memories.iter().enumerate() {
            if memory.shared {
                self.add(Reason::Threads, *offset);
            }
            if memory.memory64 {
                self.add(Reason::Memory64, *offset);
            }
            if memory.page_size_log2.is_some_and(|log2| log2 != 16) {
                self.add(Reason::PageSize, *offset);
            }
            if index > 0 {
                self.add(Reason::SeveralMemories, *offset);
            }
            if memory.maximum != Some(memory.initial) {
                let closed = matches!(policy.memory, MemoryRule::Capped { .. });
                self.list.push(finding(Reason::GrowableMemory, *offset, closed));
            }
            if memory.initial > policy.max_pages().into() {
                self.add(Reason::MemoryTooLarge, *offset);
            }
        }
        let is_export = |(name, kind, ..): &(&str, ExternalKind, u32, usize)| {
            *name == abi::EXPORT_MEMORY && *kind == ExternalKind::Memory
        };
        if !module.exports.iter().any(is_export) {
            self.add(Reason::NoMemoryExport, module.exports.first().map_or(0, |(.., offset)| *offset));
        }
    }

    fn add(&mut self, reason: Reason, offset: usize) {
        self.list.push(finding(reason, offset, false));
    }

    fn add_in(&mut self, module: &Module<'_>, function: u32, reason: Reason, offset: usize, closed_by_seal: bool) {
        // Hazards that are closed are many and alike; those that are not are what the module is refused for.
        if closed_by_seal && self.list.len() >= limits::FINDINGS_MAX {
            return;
        }
        if self.last_named.as_ref().is_none_or(|(index, _)| *index != function) {
            self.last_named = Some((function, module.function_name(function)));
        }
        let name = self.last_named.as_ref().and_then(|(_, name)| name.clone());
        self.list.push(Finding { reason, function: Some(function), name, offset, closed_by_seal });
    }
}

fn finding(reason: Reason, offset: usize, closed_by_seal: bool) -> Finding {
    Finding { reason, function: None, name: None, offset, closed_by_seal }
}
