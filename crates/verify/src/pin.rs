//! The head pin: what is remembered outside of a journal about how far it had come.
//!
//! ```text
//! avouch-head-v1
//! instance <32 hexadecimal digits>
//! chain <epoch> <64 hexadecimal digits: digest of that epoch's body>
//! log <size> <64 hexadecimal digits: root of the tree over the first receipts>
//! ```
//!
//! A journal can be cut short or replaced by an old copy without a trace in it. Whoever keeps a pin elsewhere finds out.
//! The signer keeps one too, and signs nothing that contradicts it.

use std::fmt;

use codec::Digest;
use receipt::InstanceId;

/// Bytes of a pin's file at most.
pub const PIN_LEN_MAX: usize = 512;

const OPENING: &str = "avouch-head-v1";

/// A head that somebody saw or signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pin {
    /// Whose.
    pub instance: InstanceId,
    /// Epoch of the last receipt that was seen; the epoch before the first if none was.
    pub epoch: u64,
    /// Digest of that epoch's body; of the genesis payload if none was.
    pub tip: Digest,
    /// Size of the log at the last checkpoint that was signed; 0 if none was.
    pub size: u64,
    /// Root of the tree of that size.
    pub root: Digest,
}

/// Why a text is not a pin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinError {
    /// Longer than any pin.
    TooLong,
    /// It does not open with the format's name, or has more or fewer than four lines.
    NotAPin,
    /// This line, from 1, is not what stands there in every pin.
    Line(u8),
}

impl Pin {
    /// Reads a pin; only what printing it gives is taken.
    ///
    /// # Errors
    /// [`PinError`].
    pub fn parse(text: &str) -> Result<Self, PinError> {
        if text.len() > PIN_LEN_MAX {
            return Err(PinError::TooLong);
        }
        let lines: Vec<&str> = text.split_terminator('\n').collect();
        let [OPENING, instance, chain, log] = lines[..] else { return Err(PinError::NotAPin) };
        let id = instance.strip_prefix("instance ").and_then(read_id).ok_or(PinError::Line(2))?;
        let (epoch, tip) = chain.strip_prefix("chain ").and_then(read_place).ok_or(PinError::Line(3))?;
        let (size, root) = log.strip_prefix("log ").and_then(read_place).ok_or(PinError::Line(4))?;
        let pin = Self { instance: InstanceId(id), epoch, tip, size, root };
        // One text for one pin: other spellings of numbers and digits are refused here.
        if pin.to_string() == text { Ok(pin) } else { Err(PinError::NotAPin) }
    }
}

fn read_place(text: &str) -> Option<(u64, Digest)> {
    let (number, digest) = text.split_once(' ')?;
    Some((number.parse().ok()?, Digest::from_hex(digest)?))
}

fn read_id(text: &str) -> Option<[u8; 16]> {
    let mut id = [0; 16];
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(id)
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { instance, epoch, tip, size, root } = self;
        write!(f, "{OPENING}\ninstance {instance}\nchain {epoch} {tip}\nlog {size} {root}\n")
    }
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than {PIN_LEN_MAX} bytes"),
            Self::NotAPin => write!(f, "not a head pin: four lines, the first of them `{OPENING}`"),
            Self::Line(line) => write!(f, "line {line} is not what stands there in a head pin"),
        }
    }
}

impl std::error::Error for PinError {}
