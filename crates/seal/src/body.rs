//! A function body decoded: its operators without dead code, its locals, its calls.
//!
//! Code after an unconditional branch is never executed. It is left out here and in the sealed module, so that no later
//! pass has to think about the stack types that validation allows there.

use alloc::vec::Vec;

use wasmparser::{BlockType, FunctionBody, Operator, ValType};

use crate::error::{CheckError, Limit};
use crate::finding::Reason;
use crate::limits;
use crate::merges;
use crate::module::{Module, malformed, within};
use crate::operators::{Traits, traits};

/// One operator, with its bytes in the module.
pub(crate) struct Op<'a> {
    pub(crate) operator: Operator<'a>,
    pub(crate) traits: &'static Traits,
    pub(crate) offset: usize,
    pub(crate) end: usize,
}

/// A decoded function.
pub(crate) struct Body<'a> {
    /// Index of the function, imports first.
    pub(crate) index: u32,
    pub(crate) ops: Vec<Op<'a>>,
    /// Types of parameters and locals.
    pub(crate) locals: Vec<ValType>,
    pub(crate) parameters: u32,
    pub(crate) results: u32,
    /// The local declarations as bytes, their number excluded, and that number.
    pub(crate) declarations: (usize, usize, u32),
    pub(crate) calls: bool,
    pub(crate) has_vectors: bool,
}

/// What decoding gives: a body, or the operators that are not accepted.
pub(crate) enum Decoded<'a> {
    Body(Body<'a>),
    Refused(Vec<(Reason, usize)>),
}

/// Decodes function `index`, whose body is `body`.
pub(crate) fn decode<'a>(module: &Module<'_>, index: u32, body: &FunctionBody<'a>) -> Result<Decoded<'a>, CheckError> {
    let ty = module.function_type(index);
    let mut locals: Vec<ValType> = ty.map(|ty| ty.params().to_vec()).unwrap_or_default();
    let parameters = locals.len() as u32;
    let results = ty.map_or(0, |ty| ty.results().len() as u32);
    let mut reader = body.get_locals_reader().map_err(malformed)?;
    let groups = reader.get_count();
    let first = reader.original_position();
    for _ in 0..groups {
        let offset = reader.original_position();
        let (count, ty) = reader.read().map_err(malformed)?;
        within(locals.len() as u64 + u64::from(count), limits::LOCALS_MAX.into(), Limit::Locals, offset)?;
        locals.extend(core::iter::repeat_n(ty, count as usize));
    }
    let declarations = (first, reader.original_position(), groups);
    let mut out =
        Body { index, ops: Vec::new(), locals, parameters, results, declarations, calls: false, has_vectors: false };
    let mut refused = Vec::new();
    let mut live = Live { nesting: 0, dead: None };
    let mut operators = body.get_operators_reader().map_err(malformed)?;
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset().map_err(malformed)?;
        let end = operators.original_position();
        let Some(traits) = traits(&operator) else {
            refused.push((refusal(&operator), offset));
            continue;
        };
        if !live.step(&operator, offset)? {
            continue;
        }
        out.calls |= matches!(operator, Operator::Call { .. } | Operator::CallIndirect { .. });
        out.has_vectors |= is_vector(traits.name);
        out.ops.push(Op { operator, traits, offset, end });
    }
    out.has_vectors |= out.locals.contains(&ValType::V128) || module.has_vector_types;
    if !refused.is_empty() {
        return Ok(Decoded::Refused(refused));
    }
    merges::limit(module, &out)?;
    Ok(Decoded::Body(out))
}

/// Tracks which code can be reached.
struct Live {
    nesting: u32,
    /// In dead code: how many blocks were opened in it.
    dead: Option<u32>,
}

impl Live {
    /// Whether `operator` is to be kept.
    fn step(&mut self, operator: &Operator<'_>, offset: usize) -> Result<bool, CheckError> {
        let opens = matches!(operator, Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. });
        if opens {
            self.nesting += 1;
            within(self.nesting.into(), limits::NESTING_MAX.into(), Limit::Nesting, offset)?;
        }
        let closes = matches!(operator, Operator::End);
        if closes {
            self.nesting = self.nesting.saturating_sub(1);
        }
        if let Some(depth) = &mut self.dead {
            if opens {
                *depth += 1;
            } else if *depth > 0 {
                *depth -= u32::from(closes);
            } else if closes || matches!(operator, Operator::Else) {
                self.dead = None;
            }
            return Ok(self.dead.is_none());
        }
        if let Operator::BrTable { targets } = operator {
            within(targets.len().into(), limits::BRANCH_TARGETS_MAX.into(), Limit::BranchTargets, offset)?;
        }
        if ends_path(operator) {
            self.dead = Some(0);
        }
        Ok(true)
    }
}

/// Whether nothing after `operator` is executed.
pub(crate) fn ends_path(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Br { .. } | Operator::BrTable { .. } | Operator::Return | Operator::Unreachable)
}

impl Module<'_> {
    /// Numbers of parameters and results of a block.
    pub(crate) fn block_arity(&self, ty: BlockType) -> (usize, usize) {
        match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => self.type_arity(index),
        }
    }

    /// Numbers of parameters and results of type `index`.
    pub(crate) fn type_arity(&self, index: u32) -> (usize, usize) {
        let ty = self.types.get(index as usize).and_then(Option::as_ref);
        ty.map_or((0, 0), |ty| (ty.params().len(), ty.results().len()))
    }
}

fn is_vector(name: &str) -> bool {
    ["V128", "I8x16", "I16x8", "I32x4", "I64x2", "F32x4", "F64x2"].iter().any(|prefix| name.starts_with(prefix))
}

/// The reason to refuse an operator that has no row in the table.
fn refusal(operator: &Operator<'_>) -> Reason {
    use Operator as O;
    if matches!(
        operator,
        O::TableInit { .. }
            | O::ElemDrop { .. }
            | O::TableCopy { .. }
            | O::DataDrop { .. }
            | O::TableFill { .. }
            | O::TableSet { .. }
            | O::TableGrow { .. }
    ) {
        return Reason::MutableTable;
    }
    macro_rules! proposal {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            match operator { $(O::$op { .. } => stringify!($proposal),)* _ => "" }
        };
    }
    match wasmparser::for_each_operator!(proposal) {
        "threads" | "shared_everything_threads" => Reason::Threads,
        "relaxed_simd" => Reason::RelaxedSimd,
        "exceptions" | "legacy_exceptions" => Reason::Exceptions,
        "gc" | "function_references" => Reason::GarbageCollection,
        "tail_call" => Reason::TailCall,
        _ => Reason::UnsupportedFeature,
    }
}
