//! What the caller allows.

use crate::frame;
use crate::limits::PAGES_MAX;

/// A function import: module name and field name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Import<'a> {
    /// Module name.
    pub module: &'a str,
    /// Field name.
    pub name: &'a str,
}

/// How large the memory may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemoryRule {
    /// Minimum and maximum must be equal.
    Fixed,
    /// The memory may grow up to its own maximum and this one, in pages of 64 KiB; growth is charged by the page.
    Capped {
        /// The largest maximum, 0 to 65,536.
        max_pages: u32,
    },
}

/// When a counted loop is charged. The totals are the same; see `spec/seal.md`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoopCharge {
    /// All turns at once before the loop, where their number is known there.
    Ahead,
    /// Each turn when it begins.
    EachTurn,
}

/// What becomes of the bits of NaNs that float arithmetic makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NanBits {
    /// Canonical wherever they could be told apart: the same on every engine. For everything that is receipted, replayed or
    /// compared.
    Canonical,
    /// As the processor makes them. For calls that are only to be bounded: the seal says so, and such a module must not be
    /// receipted.
    AsMade,
}

/// What `check` and `seal` allow. There is no default: say which one at the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy<'a> {
    /// Functions that may be imported. Memories, tables and globals never may.
    pub allowed_imports: &'a [Import<'a>],
    /// How large the memory may be.
    pub memory: MemoryRule,
    /// The call-depth limit, in frame units (about one byte each); at most `i32::MAX`.
    pub depth_limit: u32,
    /// When counted loops are charged.
    pub loops: LoopCharge,
    /// What becomes of the bits of NaNs.
    pub nan: NanBits,
}

impl Policy<'_> {
    /// No imports, fixed memory, 128 Ki frame units of call depth (about 1,200 small frames), counted loops charged ahead,
    /// canonical NaNs.
    pub const STANDARD: Policy<'static> = Policy {
        allowed_imports: &[],
        memory: MemoryRule::Fixed,
        depth_limit: 131_072,
        loops: LoopCharge::Ahead,
        nan: NanBits::Canonical,
    };

    /// Bytes of native stack with which an engine that keeps frames on it (Wasmtime) cannot overflow before the depth limit
    /// fires: three bytes to a unit, and room for the entry. `tests/it/depth.rs` measures what frames really take.
    #[must_use]
    pub const fn engine_stack_bytes(&self) -> u64 {
        3 * (self.depth_limit as u64 + frame::LEAF_FREE_MAX as u64) + 65_536
    }

    /// Calls that can be active at once before the depth limit fires: what an engine that counts calls (wasmi) must allow.
    #[must_use]
    pub const fn engine_frames(&self) -> u32 {
        self.depth_limit / frame::BASE + 2
    }

    pub(crate) fn max_pages(&self) -> u32 {
        match self.memory {
            MemoryRule::Fixed => PAGES_MAX,
            MemoryRule::Capped { max_pages } => max_pages,
        }
    }
}
