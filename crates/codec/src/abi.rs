//! Export names, message kinds and codes of the guest ABI. `spec/guest-abi.md` has the same in words.
//!
//! A guest exports a memory and three functions: `alloc(len: i32) -> i32`, `execute(ptr: i32, len: i32) -> i32` and
//! `output_len() -> i32`. The host asks for space, writes a *message* there, calls `execute` and reads
//! `output_len()` bytes at the address that it returned. A negative address is a refusal: see [`Refusal`].
//!
//! A message is one byte that says its [`Message`] kind, and what that kind carries.

/// The linear memory.
pub const EXPORT_MEMORY: &str = "memory";
/// `alloc(len: i32) -> i32`: where a message of `len` bytes may be written; negative if it is too long.
pub const EXPORT_ALLOC: &str = "alloc";
/// `execute(ptr: i32, len: i32) -> i32`: takes a message, returns the address of the output or a [`Refusal`].
pub const EXPORT_EXECUTE: &str = "execute";
/// `output_len() -> i32`: the length of the last output in bytes.
pub const EXPORT_OUTPUT_LEN: &str = "output_len";

/// Mutable `i64` global that `seal` adds: the meter, counted down. Below zero means the budget is used up.
pub const GLOBAL_METER: &str = "avouch:meter";
/// Mutable `i32` global that `seal` adds: what is left of the call-depth limit, in frame units.
pub const GLOBAL_DEPTH: &str = "avouch:depth";
/// Mutable `i32` global that `seal` adds: which of its own checks fired; see [`SealStop`].
pub const GLOBAL_STOP: &str = "avouch:stop";
/// `seal` exports the module's own mutable globals as this and their number among them, so that a host can keep and
/// restore all of an instance's state.
pub const GLOBAL_STATE_PREFIX: &str = "avouch:state:";

/// Why a sealed module stopped itself; the value of [`GLOBAL_STOP`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum SealStop {
    /// It did not: a trap is the guest's own.
    None = 0,
    /// The meter ran below zero.
    Meter = 1,
    /// The call-depth limit was reached.
    Depth = 2,
}

/// The first byte of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Message {
    /// The configuration, once, before any step: the CBOR bytes whose digest is the configuration digest.
    Configure = 0,
    /// The signer: role (1 byte: 0 guest, 1 host), public key (32 bytes) and, for role 0, the Ed25519 seed (32 bytes).
    InstallKey = 1,
    /// A step: epoch (8 bytes, little-endian), digest of the previous body (32 bytes), then the input.
    Step = 2,
    /// Forget the secret key. No contents.
    WipeKey = 3,
    /// Show the last claims: the output is a CBOR array of `[epoch, claim digest]`, oldest first, at most
    /// [`RECALL_MAX`] of them. No contents.
    Recall = 4,
}

/// Claims that a guest remembers: what it says it said, whatever became of its receipts outside.
pub const RECALL_MAX: usize = 16;

impl Message {
    /// The kind that `byte` stands for.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Configure,
            1 => Self::InstallKey,
            2 => Self::Step,
            3 => Self::WipeKey,
            4 => Self::Recall,
            _ => return None,
        })
    }
}

/// Bytes before the input in a [`Message::Step`]: kind, epoch, previous digest.
pub const STEP_HEADER_LEN: usize = 1 + 8 + 32;

/// What a guest may refuse: the negative of this is returned by `execute` (or `alloc`, for [`Refusal::TooLong`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Refusal {
    /// The message is longer than the guest has room for.
    TooLong = 1,
    /// The message is not of a known kind, or is cut short.
    BadMessage = 2,
    /// A step came before the configuration, or a second configuration came.
    NotReady = 3,
    /// The configuration is malformed or asks for more than the profile has.
    BadConfiguration = 4,
    /// The input is malformed.
    BadInput = 5,
    /// The epoch is not later than the last one.
    BadEpoch = 6,
    /// The output does not fit its buffer.
    OutputTooLong = 7,
}

impl Refusal {
    /// The refusal that a guest's return value stands for, if it is one of these.
    #[must_use]
    pub fn from_return(value: i32) -> Option<Self> {
        Some(match value {
            -1 => Self::TooLong,
            -2 => Self::BadMessage,
            -3 => Self::NotReady,
            -4 => Self::BadConfiguration,
            -5 => Self::BadInput,
            -6 => Self::BadEpoch,
            -7 => Self::OutputTooLong,
            _ => return None,
        })
    }
}
