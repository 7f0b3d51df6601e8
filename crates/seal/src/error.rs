//! Why a module was not sealed.

use alloc::string::{String, ToString};
use core::fmt;
use wasmparser::{Validator, WasmFeatures};

use crate::finding::Finding;

/// The bytes are not a valid module under any feature set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// Byte offset of what is wrong.
    pub offset: usize,
}

impl Malformed {
    /// What the validator says about `module`, for people. Not stable; never part of anything hashed.
    #[must_use]
    pub fn detail(&self, module: &[u8]) -> String {
        match Validator::new_with_features(WasmFeatures::all()).validate_all(module) {
            Ok(_) => self.to_string(),
            Err(error) => error.message().to_string(),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a valid WebAssembly module: wrong at byte {:#x}; build it again", self.offset)
    }
}

impl core::error::Error for Malformed {}

/// What of a module is beyond its limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// [`crate::limits::MODULE_BYTES_MAX`].
    ModuleBytes,
    /// [`crate::limits::FUNCTION_BYTES_MAX`].
    FunctionBytes,
    /// [`crate::limits::FUNCTIONS_MAX`].
    Functions,
    /// [`crate::limits::LOCALS_MAX`].
    Locals,
    /// [`crate::limits::GLOBALS_MAX`].
    Globals,
    /// [`crate::limits::EXPORTS_MAX`].
    Exports,
    /// [`crate::limits::BRANCH_TARGETS_MAX`].
    BranchTargets,
    /// [`crate::limits::NESTING_MAX`].
    Nesting,
    /// [`crate::limits::LOOP_VALUES_MAX`].
    LoopValues,
    /// [`crate::limits::JOIN_LOCALS_MAX`].
    JoinLocals,
    /// [`crate::limits::SEGMENTS_MAX`].
    Segments,
    /// [`crate::limits::TABLE_ENTRIES_MAX`].
    TableEntries,
    /// [`crate::limits::ANALYSIS_STEPS_MAX`] or [`crate::limits::ANALYSIS_INPUTS_MAX`].
    Analysis,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ModuleBytes => "bytes of the module",
            Self::FunctionBytes => "bytes of a function",
            Self::Functions => "functions",
            Self::Locals => "locals of a function",
            Self::Globals => "globals",
            Self::Exports => "exports",
            Self::BranchTargets => "targets of a br_table",
            Self::Nesting => "nested blocks",
            Self::LoopValues => "values carried around the loops of a function",
            Self::JoinLocals => "ends of blocks times locals of a function",
            Self::Segments => "segments",
            Self::TableEntries => "table entries",
            Self::Analysis => "merges in the NaN analysis of a function",
        })
    }
}

/// A module beyond a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge {
    /// Of what there is too much.
    pub limit: Limit,
    /// Byte offset of the item that is too large.
    pub offset: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "too many {} at byte {:#x}; split the module", self.limit, self.offset)
    }
}

impl core::error::Error for TooLarge {}

/// Why `check` could not look at a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckError {
    /// Not a module.
    Malformed(Malformed),
    /// Beyond a limit.
    TooLarge(TooLarge),
    /// It is sealed already.
    AlreadySealed,
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::TooLarge(error) => error.fmt(f),
            Self::AlreadySealed => f.write_str("the module is sealed already; seal what it was made from"),
        }
    }
}

impl core::error::Error for CheckError {}

/// Why a module was not sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SealError {
    /// `check` could not look at it.
    Check(CheckError),
    /// It has hazards that sealing does not close.
    Refused {
        /// The first of them.
        first: Finding,
        /// How many there are.
        count: usize,
    },
    /// What sealing made is not valid: a fault of `seal`, never seen; the module is not handed out.
    OutputInvalid {
        /// Byte offset in the sealed bytes.
        offset: usize,
    },
}

impl From<CheckError> for SealError {
    fn from(error: CheckError) -> Self {
        Self::Check(error)
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(error) => error.fmt(f),
            Self::Refused { first, count: 1 } => write!(f, "refused: {first}"),
            Self::Refused { first, count } => write!(f, "refused: {first} (and {} more)", count - 1),
            Self::OutputInvalid { offset } => {
                write!(
                    f,
                    "sealing made an invalid module (byte {offset:#x}); this is a fault of the program: report it"
                )
            }
        }
    }
}

impl core::error::Error for SealError {}
