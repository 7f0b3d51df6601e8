//! How a step ended. The numbers are those of `spec/receipt.md`; a new one is a new version of the frame.

use codec::abi::Refusal;
use codec::decode::DecodeReason;
use codec::{DecodeError, Encoder, Reader, Sink};
use core::fmt;

use crate::claim::Components;

/// How a step ended: on the wire `[code, detail]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Code 0, detail 0: everything that was asked for is done.
    Done,
    /// Code 1: the budget of some phase ran out at a defined point. Detail: mask of the completed components, not all.
    Partial(Components),
    /// Code 2: the guest trapped. Detail: the trap code.
    Trapped(TrapCode),
    /// Code 3: a limit that sealing built in was reached. Detail: which.
    Exhausted(Exhaustion),
    /// Code 4: the step was refused. Detail: why.
    Denied(Denial),
}

/// What a guest can trap with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum TrapCode {
    /// `unreachable` was executed by the guest itself.
    Unreachable = 1,
    /// A load, store or bulk operation outside of linear memory.
    MemoryOutOfBounds = 2,
    /// A table access outside of the table.
    TableOutOfBounds = 3,
    /// An indirect call to an empty table entry or to a function of another type.
    BadIndirectCall = 4,
    /// A quotient or a converted float, NaN among them, does not fit its integer type.
    IntegerOverflow = 6,
    /// An integer division or remainder by zero.
    DivisionByZero = 7,
}

/// Which built-in limit was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exhaustion {
    /// The meter: the step's budget is used up.
    Meter = 0,
    /// The call-depth limit.
    Depth = 1,
}

/// Why a step was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Denial {
    /// Codes 1 to 7: the guest's own refusal.
    Guest(Refusal),
    /// Code 16: the claim is malformed, or speaks of another step or signer.
    BadClaim,
    /// Code 17: the output is not inside the guest's memory, or its return value has no meaning.
    BadOutput,
    /// Code 18: the input is longer than the runtime hands to a guest.
    InputTooLong,
}

impl Outcome {
    /// The outcome of a step whose claim says that `completed` is through.
    #[must_use]
    pub fn of_completed(completed: Components) -> Self {
        if completed == Components::ALL { Self::Done } else { Self::Partial(completed) }
    }

    /// What the outcome says is through; `None` if it comes without a claim.
    #[must_use]
    pub fn completed(&self) -> Option<Components> {
        match self {
            Self::Done => Some(Components::ALL),
            Self::Partial(completed) => Some(*completed),
            Self::Trapped(_) | Self::Exhausted(_) | Self::Denied(_) => None,
        }
    }

    /// The outcome in one word: done, partial, trapped, exhausted or denied.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partial(_) => "partial",
            Self::Trapped(_) => "trapped",
            Self::Exhausted(_) => "exhausted",
            Self::Denied(_) => "denied",
        }
    }

    /// Writes `[code, detail]`.
    pub fn encode<S: Sink>(&self, encoder: &mut Encoder<'_, S>) {
        let (code, detail) = match self {
            Self::Done => (0, 0),
            Self::Partial(completed) => (1, completed.mask()),
            Self::Trapped(trap) => (2, *trap as u8),
            Self::Exhausted(what) => (3, *what as u8),
            Self::Denied(why) => (4, why.number()),
        };
        encoder.array(2).uint(code).uint(u64::from(detail));
    }

    /// Reads `[code, detail]`.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array_of(2)?;
        let start = reader.clone();
        let code = reader.u8()?;
        let detail = reader.u8()?;
        Self::from_numbers(code, detail).ok_or(start.error(DecodeReason::OutOfRange))
    }

    fn from_numbers(code: u8, detail: u8) -> Option<Self> {
        match code {
            0 => (detail == 0).then_some(Self::Done),
            1 => Components::from_mask(detail).filter(|mask| *mask != Components::ALL).map(Self::Partial),
            2 => TrapCode::from_number(detail).map(Self::Trapped),
            3 => Exhaustion::from_number(detail).map(Self::Exhausted),
            4 => Denial::from_number(detail).map(Self::Denied),
            _ => None,
        }
    }
}

impl TrapCode {
    /// All trap codes, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Unreachable,
        Self::MemoryOutOfBounds,
        Self::TableOutOfBounds,
        Self::BadIndirectCall,
        Self::IntegerOverflow,
        Self::DivisionByZero,
    ];

    /// The trap code that `number` stands for.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|trap| *trap as u8 == number)
    }
}

impl Exhaustion {
    /// The limit that `number` stands for.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Meter, Self::Depth].into_iter().find(|what| *what as u8 == number)
    }
}

impl Denial {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Guest(refusal) => refusal as u8,
            Self::BadClaim => 16,
            Self::BadOutput => 17,
            Self::InputTooLong => 18,
        }
    }

    /// The reason that `number` stands for.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            16 => Some(Self::BadClaim),
            17 => Some(Self::BadOutput),
            18 => Some(Self::InputTooLong),
            _ => Refusal::from_return(-i32::from(number)).map(Self::Guest),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Partial(completed) => write!(f, "partial({completed})"),
            Self::Trapped(trap) => write!(f, "trapped({trap})"),
            Self::Exhausted(what) => write!(f, "exhausted({what})"),
            Self::Denied(why) => write!(f, "denied({why})"),
        }
    }
}

impl fmt::Display for TrapCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "unreachable",
            Self::MemoryOutOfBounds => "memory out of bounds",
            Self::TableOutOfBounds => "table out of bounds",
            Self::BadIndirectCall => "bad indirect call",
            Self::IntegerOverflow => "integer overflow",
            Self::DivisionByZero => "division by zero",
        })
    }
}

impl fmt::Display for Exhaustion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Meter => "meter",
            Self::Depth => "depth",
        })
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guest(Refusal::TooLong) => "message too long",
            Self::Guest(Refusal::BadMessage) => "bad message",
            Self::Guest(Refusal::NotReady) => "not ready",
            Self::Guest(Refusal::BadConfiguration) => "bad configuration",
            Self::Guest(Refusal::BadInput) => "bad input",
            Self::Guest(Refusal::BadEpoch) => "bad epoch",
            Self::Guest(Refusal::OutputTooLong) => "output too long",
            Self::BadClaim => "bad claim",
            Self::BadOutput => "bad output",
            Self::InputTooLong => "input too long",
        })
    }
}
