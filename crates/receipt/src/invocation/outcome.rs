//! How a kernel's call ended, and who made the outputs. The numbers are those of `spec/invocation.md`; a new one is a new
//! version of the invocation.

use codec::decode::DecodeReason;
use codec::kernel::Code;
use codec::{DecodeError, Encoder, Reader, Sink};
use core::fmt;

use crate::outcome::{Exhaustion, TrapCode};

/// How the module's call ended: on the wire `[code, detail]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Code 0, detail 0: the outputs are there. Nothing went wrong.
    Done,
    /// Code 2: the module trapped. Detail: the trap code.
    Trapped(TrapCode),
    /// Code 3: a limit that sealing built in was reached. Detail: which.
    Exhausted(Exhaustion),
    /// Code 4: the kernel returned something other than OK. Detail: what.
    Refused(Refusal),
    /// Code 5: something from outside of the module ended the call. Detail: what. The outputs are then the reference's.
    Interrupted(Interruption),
}

/// What a kernel returned instead of OK.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Details 1 to 6: a code of the kernel ABI, never [`Code::Ok`].
    Code(Code),
    /// Detail 16: a number that is no code, or a statement about itself that cannot be true.
    Meaningless,
}

/// What ended a call from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Interruption {
    /// The deadline was hit.
    Deadline = 0,
    /// The host had no memory or no room.
    World = 1,
}

/// Who made the outputs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Implementation {
    /// The module.
    Module = 0,
    /// The native reference, after the module had failed.
    Reference = 1,
    /// Native code instead of the module, which the caller allowed.
    Native = 2,
    /// The host on the module's behalf: a neural network's run through WASI-NN.
    HostComputed = 3,
}

impl Outcome {
    /// The outcome in one word: done, trapped, exhausted, refused or interrupted.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Trapped(_) => "trapped",
            Self::Exhausted(_) => "exhausted",
            Self::Refused(_) => "refused",
            Self::Interrupted(_) => "interrupted",
        }
    }

    pub(super) fn encode<S: Sink>(&self, encoder: &mut Encoder<'_, S>) {
        let (code, detail) = match self {
            Self::Done => (0, 0),
            Self::Trapped(trap) => (2, *trap as u8),
            Self::Exhausted(what) => (3, *what as u8),
            Self::Refused(Refusal::Code(code)) => (4, *code as u8),
            Self::Refused(Refusal::Meaningless) => (4, 16),
            Self::Interrupted(what) => (5, *what as u8),
        };
        encoder.array(2).uint(code).uint(u64::from(detail));
    }

    pub(super) fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(2)?;
        let start = r.clone();
        let (code, detail) = (r.u8()?, r.u8()?);
        let outcome = match code {
            0 => (detail == 0).then_some(Self::Done),
            2 => TrapCode::from_number(detail).map(Self::Trapped),
            3 => Exhaustion::from_number(detail).map(Self::Exhausted),
            4 => Refusal::from_number(detail).map(Self::Refused),
            5 => Interruption::from_number(detail).map(Self::Interrupted),
            _ => None,
        };
        outcome.ok_or(start.error(DecodeReason::OutOfRange))
    }
}

impl Refusal {
    /// What a kernel's return value other than OK means.
    #[must_use]
    pub fn of_return(value: i32) -> Self {
        Code::from_return(value).filter(|code| *code != Code::Ok).map_or(Self::Meaningless, Self::Code)
    }

    fn from_number(number: u8) -> Option<Self> {
        match Self::of_return(i32::from(number)) {
            Self::Meaningless => (number == 16).then_some(Self::Meaningless),
            code @ Self::Code(_) => Some(code),
        }
    }
}

impl Interruption {
    fn from_number(number: u8) -> Option<Self> {
        [Self::Deadline, Self::World].into_iter().find(|what| *what as u8 == number)
    }
}

impl Implementation {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Module, Self::Reference, Self::Native, Self::HostComputed];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Reference => "reference",
            Self::Native => "native",
            Self::HostComputed => "host-computed",
        }
    }

    pub(super) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|implementation| *implementation as u8 == number)
    }
}

impl fmt::Display for Implementation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Trapped(trap) => write!(f, "trapped({trap})"),
            Self::Exhausted(what) => write!(f, "exhausted({what})"),
            Self::Refused(Refusal::Code(code)) => write!(f, "refused({code})"),
            Self::Refused(Refusal::Meaningless) => f.write_str("refused(no known code)"),
            Self::Interrupted(Interruption::Deadline) => f.write_str("interrupted(deadline)"),
            Self::Interrupted(Interruption::World) => f.write_str("interrupted(no room)"),
        }
    }
}
