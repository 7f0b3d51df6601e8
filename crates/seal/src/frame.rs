//! The cost of a call frame, in units of about one byte of engine stack.
//!
//! Engines overflow their native stack at depths of their own. A sealed module counts frame costs against a limit of its
//! own, and an engine whose stack has room for that many units (see [`crate::Policy::engine_stack_bytes`]) never overflows.

use wasmparser::ValType;

/// Units of every frame: return address, frame pointer, callee-saved registers, alignment.
pub(crate) const BASE: u32 = 96;
/// Units of a local or an operand of at most 64 bits.
pub(crate) const SLOT: u32 = 8;
/// Units of a 128-bit local or operand.
pub(crate) const VECTOR_SLOT: u32 = 16;
/// A function that calls nothing and whose frame costs at most this is not charged.
///
/// A leaf calls nothing, so on any stack there is at most one leaf and it is the last frame. The frames below it are all
/// charged and together cost at most the limit. So the whole stack costs at most the limit plus this constant, and that
/// is what [`crate::Policy::engine_stack_bytes`] provides.
pub(crate) const LEAF_FREE_MAX: u32 = 1_024;

/// The cost of a frame with these `locals` (parameters included), at most `height` operands and `returned` results; every operand
/// counts as a vector if the function has vectors.
pub(crate) fn cost(locals: &[ValType], height: u32, returned: u32, has_vectors: bool) -> u32 {
    let locals: u32 = locals.iter().map(|local| if *local == ValType::V128 { VECTOR_SLOT } else { SLOT }).sum();
    let operand = if has_vectors { VECTOR_SLOT } else { SLOT };
    BASE + locals + operand * (height + returned)
}

/// Whether a function is charged for its frame.
pub(crate) fn is_charged(frame_cost: u32, calls: bool) -> bool {
    calls || frame_cost > LEAF_FREE_MAX
}
