//! Why a call into a guest did not return.

use alloc::string::String;
use core::fmt;

/// A call ended without a result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The guest's doing, the same on every engine: may be receipted.
    Trap(Trap),
    /// The world's doing: must never be receipted.
    World(EngineError),
}

/// What a guest can do to end a call: the closed table that every engine maps its own codes to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Trap {
    /// The sealed meter ran below zero.
    MeterExhausted,
    /// The sealed call-depth limit was reached.
    DepthExhausted,
    /// `unreachable` was executed by the guest itself.
    Unreachable,
    /// A load, store or bulk operation outside of linear memory.
    MemoryOutOfBounds,
    /// A table access outside of the table.
    TableOutOfBounds,
    /// An indirect call to an empty table entry or to a function of another type. Browsers do not tell the two apart.
    BadIndirectCall,
    /// An integer division whose result does not fit, or a float, NaN among them, that does not fit the integer type it is
    /// converted to. Engines draw the line between these in different places.
    IntegerOverflow,
    /// An integer division or remainder by zero.
    DivisionByZero,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MeterExhausted => "the budget is used up",
            Self::DepthExhausted => "calls are nested too deeply",
            Self::Unreachable => "the guest executed `unreachable`",
            Self::MemoryOutOfBounds => "memory access out of bounds",
            Self::TableOutOfBounds => "table access out of bounds",
            Self::BadIndirectCall => "indirect call to an empty table entry or a function of another type",
            Self::IntegerOverflow => "a quotient or a converted float does not fit its integer type",
            Self::DivisionByZero => "division by zero",
        })
    }
}

/// The world failed an engine. Never part of a receipt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EngineError {
    /// What kind of failure.
    pub kind: EngineErrorKind,
    /// The engine's own words.
    pub detail: String,
}

/// The kinds of [`EngineError`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EngineErrorKind {
    /// The engine does not accept the module: it is not valid, asks for more than [`crate::limits`], or has a segment out of
    /// bounds. Another host would say the same.
    InvalidModule,
    /// The module lacks an export of the guest ABI or of sealing, or has it with another type.
    MissingExport,
    /// The host has no memory or no free instance.
    OutOfResources,
    /// The wall-clock deadline was hit.
    Deadline,
    /// The native stack ended before the call-depth limit did: the limit is set wrongly.
    NativeStackOverflow,
    /// A state belongs to another module.
    StateMismatch,
    /// Anything else that an engine may say.
    Other,
}

impl EngineError {
    /// An error of `kind` with the engine's own words.
    pub fn new(kind: EngineErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            EngineErrorKind::InvalidModule => "the engine does not accept the module",
            EngineErrorKind::MissingExport => "the module lacks an export that it needs",
            EngineErrorKind::OutOfResources => "the host has no room for another instance",
            EngineErrorKind::Deadline => "the deadline was hit",
            EngineErrorKind::NativeStackOverflow => "the native stack ended before the call-depth limit",
            EngineErrorKind::StateMismatch => "the state belongs to another module",
            EngineErrorKind::Other => "the engine failed",
        };
        write!(f, "{what}: {}", self.detail)
    }
}

impl core::error::Error for EngineError {}
