//! What `check` finds, and why `seal` refuses.

use alloc::string::String;
use core::fmt;

/// A determinism hazard at one place of a module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What is wrong.
    pub reason: Reason,
    /// Index of the function, imports counted first, if it is in one.
    pub function: Option<u32>,
    /// The function's name from the module's name section or an export of it.
    pub name: Option<String>,
    /// Byte offset in the module of the first byte of the offending item.
    pub offset: usize,
    /// Whether [`crate::seal`] closes it. If not, it refuses the module.
    pub closed_by_seal: bool,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {:#x}", self.reason.code(), self.offset)?;
        match (&self.name, self.function) {
            (Some(name), Some(index)) => write!(f, " in function {index} `{name}`")?,
            (None, Some(index)) => write!(f, " in function {index}")?,
            (_, None) => {}
        }
        write!(f, ": {}", self.reason.explanation())
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $code:literal $explanation:literal;)*) => {
        /// The closed list of hazards.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// Every reason, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What is wrong and what to do about it, in one or two sentences.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explanation,)* }
            }
        }
    };
}

reasons! {
    /// A relaxed SIMD operator.
    RelaxedSimd "relaxed-simd"
        "relaxed SIMD may give another result on each processor; build without the relaxed-simd target feature";
    /// An atomic operator or a shared memory.
    Threads "threads"
        "threads and atomics make results depend on timing; build without the atomics target feature";
    /// A memory whose maximum is not its minimum.
    GrowableMemory "growable-memory"
        "the memory can grow, which may fail on one host and not on another; link with equal initial and maximum memory, or allow capped growth";
    /// A memory that is larger than the policy's cap from the start.
    MemoryTooLarge "memory-too-large"
        "the memory is larger than the policy's cap from the start; lower its initial size or raise the cap";
    /// An import that the policy does not name.
    ImportNotAllowed "import-not-allowed"
        "only functions that the policy names may be imported; what a module may know comes as recorded input";
    /// NaN bits made by arithmetic reach a place where they can be told apart.
    ObservableNan "observable-nan"
        "the bits of a NaN that arithmetic made differ between processors and can be observed here; sealing makes them canonical";
    /// A start function.
    StartFunction "start-function"
        "a start function would run before the meter is set; export it and call it as a step";
    /// More than one memory.
    SeveralMemories "several-memories"
        "a snapshot keeps one memory; link everything into one";
    /// No memory is exported as `memory`.
    NoMemoryExport "no-memory-export"
        "the host must reach the memory for input and snapshots; export it as `memory`";
    /// A 64-bit memory or table.
    Memory64 "memory64"
        "64-bit memories are not accepted; build for wasm32";
    /// A page size other than 64 KiB.
    PageSize "custom-page-size"
        "only pages of 64 KiB are accepted, because browsers know no others";
    /// An operator that changes a table or drops a segment.
    MutableTable "mutable-table"
        "changes to tables and dropped segments are hidden state that cannot be rolled back or kept in a snapshot";
    /// A mutable global of a reference type.
    ReferenceGlobal "reference-global"
        "a mutable global that holds a reference cannot be kept in a snapshot";
    /// Exception handling.
    Exceptions "exceptions"
        "exception handling is not accepted; build with panic=abort or without exceptions";
    /// Garbage-collected or typed references.
    GarbageCollection "gc"
        "garbage-collected types and typed function references are not accepted";
    /// A tail call.
    TailCall "tail-call"
        "tail calls are not accepted; build without the tail-call target feature";
    /// Anything else outside the accepted feature set.
    UnsupportedFeature "unsupported-feature"
        "outside the accepted feature set: WebAssembly 2.0 without external references and changes to tables";
    /// An export whose name begins with `avouch:`.
    ReservedExport "reserved-export"
        "export names that begin with `avouch:` are reserved for sealing; rename it";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
