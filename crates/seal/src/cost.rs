//! The versioned cost table and its digest.
//!
//! What a step is charged is a function of the path it took through the sealed module: the sum of the costs of the
//! operators on the path, plus what bulk operators and memory growth cost by length.

use codec::{Digest, Encoder, Hasher};

use crate::frame;
use crate::limits;
use crate::operators::TABLE;

/// Version of the rules in this module, in `frame` and of where charges are placed. Numbers and rows are hashed
/// too; this is for a change of meaning that leaves them as they are.
pub const COST_TABLE_VERSION: u64 = 1;

/// Classes of operators, each with one cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// Moves and constants, which engines make into nothing. Every loop turn and every call has an operator that is not free.
    Free,
    /// Integer arithmetic, comparisons, branches, globals.
    Simple,
    /// Scalar float arithmetic.
    Float,
    /// A 128-bit vector operator.
    Vector,
    /// One load or store.
    Memory,
    /// Division, remainder, square root.
    Divide,
    /// `br_table`.
    BranchTable,
    /// `call`, entering and leaving the callee included.
    Call,
    /// `call_indirect`, its checks included.
    CallIndirect,
    /// `memory.copy`, `memory.fill`, `memory.init`: before the length is counted.
    Bulk,
    /// `memory.grow`: before the pages are counted.
    Grow,
}

/// Each class, its name in the specification, and its cost in meter units.
const CLASSES: [(Class, &str, u32); 11] = [
    (Class::Free, "free", 0),
    (Class::Simple, "simple", 1),
    (Class::Float, "float", 1),
    (Class::Vector, "vector", 1),
    (Class::Memory, "memory", 1),
    (Class::Divide, "divide", 8),
    (Class::BranchTable, "branch-table", 3),
    (Class::Call, "call", 8),
    (Class::CallIndirect, "call-indirect", 12),
    (Class::Bulk, "bulk", 16),
    (Class::Grow, "grow", 64),
];

/// Bulk operators cost one unit more for every `1 << BULK_SHIFT` bytes, rounded down.
pub(crate) const BULK_SHIFT: u32 = 3;
/// `memory.grow` costs this many units more for every page asked for, if that is at most [`limits::PAGES_MAX`].
pub(crate) const GROW_PAGE_COST: u32 = 8192;

impl Class {
    /// The cost in meter units.
    pub(crate) const fn cost(self) -> u32 {
        CLASSES[self as usize].2
    }
}

const _: () = {
    let mut index = 0;
    while index < CLASSES.len() {
        assert!(CLASSES[index].0 as usize == index, "classes stand in order");
        index += 1;
    }
    // A turn of a loop that is charged ahead costs at most the function's code; its product with 2^32 turns must fit.
    assert!((limits::FUNCTION_BYTES_MAX as u64) * 64 < 1 << 30);
};

/// SHA-256 over the canonical CBOR of the cost table: version, classes with their costs, every accepted operator with its
/// class, the lengths charged by bulk operators and growth, and the frame-cost formula. Byte layout: `spec/cost-table.md`.
#[must_use]
pub fn cost_table_digest() -> Digest {
    let mut hasher = Hasher::new();
    let mut out = Encoder::new(&mut hasher);
    out.map(5).uint(0).uint(COST_TABLE_VERSION);
    out.uint(1).array(CLASSES.len() as u64);
    for (_, name, cost) in CLASSES {
        out.array(2).text(name).uint(u64::from(cost));
    }
    out.uint(2).array(TABLE.len() as u64);
    for row in TABLE {
        out.array(2).text(row.name).uint(row.class as u64);
    }
    out.uint(3).array(3).uint(u64::from(BULK_SHIFT)).uint(u64::from(GROW_PAGE_COST)).uint(limits::PAGES_MAX.into());
    out.uint(4).array(4);
    for part in [frame::BASE, frame::SLOT, frame::VECTOR_SLOT, frame::LEAF_FREE_MAX] {
        out.uint(u64::from(part));
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::cost_table_digest;

    /// The digest is in every receipt: a change of it must be meant, and be in the change log.
    #[test]
    fn the_digest_is_the_one_that_receipts_have() {
        assert_eq!(cost_table_digest().to_string(), "914a1165a816ffc5fad455187086055146c2d7e4748fd92ad8a6644b6658049e");
    }
}
