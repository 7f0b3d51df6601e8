//! How a kernel can fail a call, with all that the host knows of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use codec::kernel::{Code, InfoError, KernelInfo, LayoutError, Region};
use engine::{EngineError, KernelFault, Trap};
use pack::Direction;

use crate::limits::MESSAGE_BYTES_MAX;
use crate::loaded::PackName;
use crate::request::Mode;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $word:literal;)*) => {
        /// The kinds of failure, as metrics count them.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All of them.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            /// Its word in metrics and logs.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

kinds! {
    /// The deadline was hit.
    Deadline "deadline";
    /// The budget of a metered call was used up.
    Budget "budget";
    /// A load, store or bulk operation outside of linear memory.
    Memory "memory";
    /// A quotient or a converted float that does not fit its integer.
    Overflow "overflow";
    /// An integer division by zero.
    Division "division";
    /// `unreachable`.
    Unreachable "unreachable";
    /// Calls nested too deeply.
    Stack "stack";
    /// An indirect call to nothing or to a function of another type.
    IndirectCall "indirect-call";
    /// An access outside of a table.
    Table "table";
    /// The kernel returned a code other than OK.
    Code "code";
    /// The kernel returned a number that is no code.
    Nonsense "nonsense";
    /// The kernel could not be set up, or says things of itself that cannot be.
    Setup "setup";
    /// The call's regions break a rule of the layout.
    Layout "layout";
    /// The call needs more memory than the kernel may have.
    TooLarge "too-large";
    /// The host had no room for an instance.
    Room "room";
    /// The engine failed otherwise.
    Engine "engine";
}

/// What went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The module trapped; in deadline mode a used-up meter is a deadline instead.
    Fault(KernelFault),
    /// The call was stopped at its deadline, or its batch had come to its own.
    Deadline {
        /// The deadline.
        limit: Duration,
    },
    /// The budget of a metered call was used up.
    Budget {
        /// The budget, in cost units.
        units: u64,
    },
    /// The kernel returned a code other than OK.
    Code(Code),
    /// The kernel returned a number that is no code.
    Nonsense(i32),
    /// `kernel_init` returned this instead of OK.
    Init(i32),
    /// `kernel_info` returned an address at which no info can lie.
    InfoAddress(u32),
    /// The kernel's info makes no sense.
    Info(InfoError),
    /// The call's regions break a rule of the layout.
    Layout(LayoutError),
    /// The call needs more memory than the kernel may have.
    TooLarge {
        /// Pages that the call needs; `None` if more than there are addresses.
        pages: Option<u32>,
        /// Pages that the kernel may have.
        pages_max: u32,
    },
    /// The host had no room for an instance or its memory.
    Room(EngineError),
    /// The engine failed otherwise.
    Engine(EngineError),
}

impl Cause {
    /// The kind that metrics count it as.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Fault(fault) => match fault.trap {
                Trap::MeterExhausted => Kind::Budget,
                Trap::DepthExhausted => Kind::Stack,
                Trap::Unreachable => Kind::Unreachable,
                Trap::MemoryOutOfBounds => Kind::Memory,
                Trap::TableOutOfBounds => Kind::Table,
                Trap::BadIndirectCall => Kind::IndirectCall,
                Trap::IntegerOverflow => Kind::Overflow,
                Trap::DivisionByZero => Kind::Division,
            },
            Self::Deadline { .. } => Kind::Deadline,
            Self::Budget { .. } => Kind::Budget,
            Self::Code(_) => Kind::Code,
            Self::Nonsense(_) => Kind::Nonsense,
            Self::Init(_) | Self::InfoAddress(_) | Self::Info(_) => Kind::Setup,
            Self::Layout(_) => Kind::Layout,
            Self::TooLarge { .. } => Kind::TooLarge,
            Self::Room(_) => Kind::Room,
            Self::Engine(_) => Kind::Engine,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Deadline { limit } => write!(f, "it was stopped at its deadline of {limit:?}"),
            Self::Budget { units } => write!(f, "its budget of {units} units is used up"),
            Self::Code(code) => write!(f, "it returned {code}"),
            Self::Nonsense(value) => write!(f, "it returned {value}, which is no code"),
            Self::Init(value) => match Code::from_return(*value) {
                Some(code) => write!(f, "`kernel_init` returned {code}"),
                None => write!(f, "`kernel_init` returned {value}, which is no code"),
            },
            Self::InfoAddress(address) => write!(f, "`kernel_info` returned {address:#x}, where no info can lie"),
            Self::Info(error) => write!(f, "its info cannot be read: {error}"),
            Self::Layout(error) => write!(f, "the call's layout is wrong: {error}"),
            Self::TooLarge { pages: Some(pages), pages_max } => {
                write!(f, "the call needs {pages} pages of memory; the kernel may have {pages_max}")
            }
            Self::TooLarge { pages: None, pages_max } => {
                write!(f, "the call needs more memory than has addresses; the kernel may have {pages_max} pages")
            }
            Self::Room(error) | Self::Engine(error) => error.fmt(f),
        }
    }
}

/// What a kernel said of its failure, in its message area. Nothing of it is to be believed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KernelMessage {
    /// A code of the kernel's own.
    pub code: u32,
    /// Its text: at most [`MESSAGE_BYTES_MAX`] bytes, control characters and broken UTF-8 replaced.
    pub text: String,
}

impl KernelMessage {
    /// Reads the message area, if there is one and it says anything.
    pub(crate) fn read(info: &KernelInfo, memory: &[u8]) -> Option<Self> {
        let Region { offset, size } = info.message;
        let area = memory.get(offset as usize..)?.get(..size as usize)?;
        let (code, rest) = area.split_first_chunk::<4>()?;
        let (length, text) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let text = &text[..length.min(text.len()).min(MESSAGE_BYTES_MAX)];
        let code = u32::from_le_bytes(*code);
        if code == 0 && text.is_empty() {
            return None;
        }
        let printable = |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
        Some(Self { code, text: String::from_utf8_lossy(text).chars().map(printable).collect() })
    }
}

/// A call that its module did not answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KernelFailure {
    /// The kernel's id.
    pub kernel: String,
    /// Which way.
    pub direction: Direction,
    /// The pack.
    pub pack: Arc<PackName>,
    /// The engine.
    pub engine: &'static str,
    /// How the call was bounded.
    pub mode: Mode,
    /// What went wrong.
    pub cause: Cause,
    /// What the kernel says of it.
    pub message: Option<KernelMessage>,
    /// The shapes of the inputs, in manifest order.
    pub shapes: Vec<Vec<u32>>,
    /// How long it had run.
    pub elapsed: Duration,
    /// What a metered call had used.
    pub meter_used: Option<u64>,
    /// Bytes of the instance's memory.
    pub memory_bytes: u64,
}

impl KernelFailure {
    /// The kind that metrics count it as.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.cause.kind()
    }
}

impl fmt::Display for KernelFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kernel, direction, pack, engine, mode, cause, message, shapes, elapsed, meter_used, memory_bytes } =
            self;
        write!(f, "kernel `{kernel}` ({direction}, {mode}) of {pack} on {engine} failed: {cause}")?;
        if let Some(KernelMessage { code, text }) = message {
            write!(f, "; it says: {code} \"{text}\"")?;
        }
        write!(f, "; input shapes {shapes:?}, after {elapsed:?}")?;
        if let Some(units) = meter_used {
            write!(f, " and {units} units")?;
        }
        write!(f, ", memory of {memory_bytes} bytes")
    }
}

impl std::error::Error for KernelFailure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_with_suspicion() {
        let at = |offset, size| KernelInfo {
            arena_offset: 64,
            has_backward: false,
            uses_simd: false,
            message: Region { offset, size },
        };
        let mut memory = vec![0; 64];
        memory[16..20].copy_from_slice(&7_u32.to_le_bytes());
        memory[20..24].copy_from_slice(&u32::MAX.to_le_bytes());
        memory[24..30].copy_from_slice(b"bad\x1b[\xff");
        let read = |offset, size| KernelMessage::read(&at(offset, size), &memory);
        let message = read(16, 14).unwrap();
        assert_eq!((message.code, message.text.as_str()), (7, "bad\u{fffd}[\u{fffd}"));
        assert_eq!(read(16, 7), None, "no room for code and length");
        assert_eq!(read(60, 16), None, "beyond the memory");
        assert_eq!(read(u32::MAX, u32::MAX), None);
        assert_eq!(read(40, 16), None, "says nothing");
    }
}
