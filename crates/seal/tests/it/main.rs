//! Sealed modules on both engines.

mod depth;
mod engines;
mod hazards;
mod loops;
mod merges;
mod meter;
mod nan;
mod note;
mod smith;

use seal::{LoopCharge, MemoryRule, Policy, Sealed, seal};

/// A module from its text; a memory of one page is added to what stands between the parentheses.
pub(crate) fn module(text: &str) -> Vec<u8> {
    wat::parse_str(format!("(module (memory (export \"memory\") 1 1) {text})")).expect("the text is a module")
}

/// Sealed under the standard policy.
pub(crate) fn sealed(bytes: &[u8]) -> Sealed {
    seal(bytes, &Policy::STANDARD).expect("it can be sealed")
}

/// Sealed with every loop charged turn by turn.
pub(crate) fn sealed_each_turn(bytes: &[u8]) -> Sealed {
    seal(bytes, &Policy { loops: LoopCharge::EachTurn, ..Policy::STANDARD }).expect("it can be sealed")
}

/// Memory may grow to sixteen pages.
pub(crate) const GROWING: Policy<'static> = Policy { memory: MemoryRule::Capped { max_pages: 16 }, ..Policy::STANDARD };

/// More than any test needs.
pub(crate) const PLENTY: i64 = 1 << 40;
mod faults;
