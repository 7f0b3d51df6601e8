//! Deterministic CBOR in: a cursor that refuses whatever [`crate::encode`] would not have written.
//!
//! The cursor checks the encoding (shortest heads, definite lengths, valid UTF-8, nothing past the end). What an item
//! means, which key comes next and which values are in range is checked by the format that reads it.

use core::fmt;

use crate::digest::Digest;

/// Why bytes were refused, and at which offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecodeError {
    /// Offset of the first byte that is wrong, from the start of the input.
    pub offset: usize,
    /// What is wrong there.
    pub reason: DecodeReason,
}

/// The closed list of reasons for refusing bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeReason {
    /// The input ends inside an item.
    Truncated,
    /// Bytes follow the last item.
    TrailingBytes,
    /// An integer or a length is not in its shortest form.
    NotShortest,
    /// An item is of another kind than the format has here.
    UnexpectedKind,
    /// An item of indefinite length, or a reserved additional-information value.
    Indefinite,
    /// A text string is not UTF-8.
    NotUtf8,
    /// A value is outside the range that the format allows here.
    OutOfRange,
    /// A map key, array length or string length is not the one that the format has here.
    UnexpectedShape,
    /// The version is not one that this program reads.
    UnknownVersion,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.reason {
            DecodeReason::Truncated => "the input ends inside an item",
            DecodeReason::TrailingBytes => "bytes follow the last item",
            DecodeReason::NotShortest => "an integer or length is not in its shortest form",
            DecodeReason::UnexpectedKind => "an item of an unexpected kind",
            DecodeReason::Indefinite => "an item of indefinite length",
            DecodeReason::NotUtf8 => "a text that is not UTF-8",
            DecodeReason::OutOfRange => "a value out of range",
            DecodeReason::UnexpectedShape => "an unexpected key or length",
            DecodeReason::UnknownVersion => "an unknown version",
        };
        write!(f, "{what} at byte {}", self.offset)
    }
}

impl core::error::Error for DecodeError {}

/// A cursor over CBOR bytes. Every method reads one data item, or the head of one.
#[derive(Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// A cursor at the start of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// The offset of the next byte.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// An error with `reason` at the cursor.
    #[must_use]
    pub fn error(&self, reason: DecodeReason) -> DecodeError {
        DecodeError { offset: self.offset, reason }
    }

    /// Asserts that nothing is left.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.offset == self.bytes.len() { Ok(()) } else { Err(self.error(DecodeReason::TrailingBytes)) }
    }

    /// An unsigned integer.
    pub fn uint(&mut self) -> Result<u64, DecodeError> {
        self.argument(0)
    }

    /// An unsigned integer of at most `max`.
    pub fn uint_at_most(&mut self, max: u64) -> Result<u64, DecodeError> {
        let start = self.clone();
        let value = self.uint()?;
        if value <= max { Ok(value) } else { Err(start.error(DecodeReason::OutOfRange)) }
    }

    /// An unsigned integer that fits `u32`.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(self.uint_at_most(u64::from(u32::MAX))? as u32)
    }

    /// An unsigned integer that fits `u8`.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(self.uint_at_most(u64::from(u8::MAX))? as u8)
    }

    /// A signed integer.
    pub fn int(&mut self) -> Result<i64, DecodeError> {
        let start = self.clone();
        let (major, argument) = self.head()?;
        match (major, i64::try_from(argument)) {
            (0, Ok(value)) => Ok(value),
            (1, Ok(value)) => Ok(!value),
            (0 | 1, Err(_)) => Err(start.error(DecodeReason::OutOfRange)),
            _ => Err(start.error(DecodeReason::UnexpectedKind)),
        }
    }

    /// A byte string, borrowed from the input.
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = self.argument(2)?;
        self.take(len)
    }

    /// A byte string of exactly `N` bytes.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let start = self.clone();
        let bytes = self.bytes()?;
        bytes.try_into().map_err(|_| start.error(DecodeReason::UnexpectedShape))
    }

    /// A byte string of 32 bytes, as a digest.
    pub fn digest(&mut self) -> Result<Digest, DecodeError> {
        Ok(Digest(self.fixed()?))
    }

    /// A text string, borrowed from the input.
    pub fn text(&mut self) -> Result<&'a str, DecodeError> {
        let start = self.clone();
        let len = self.argument(3)?;
        let bytes = self.take(len)?;
        core::str::from_utf8(bytes).map_err(|_| start.error(DecodeReason::NotUtf8))
    }

    /// The head of an array: its number of items. Never more than there are bytes left, so a caller may reserve it.
    pub fn array(&mut self) -> Result<u64, DecodeError> {
        self.length(4)
    }

    /// The head of an array of exactly `len` items.
    pub fn array_of(&mut self, len: u64) -> Result<(), DecodeError> {
        let start = self.clone();
        if self.array()? == len { Ok(()) } else { Err(start.error(DecodeReason::UnexpectedShape)) }
    }

    /// The head of a map: its number of pairs. Never more than there are bytes left.
    pub fn map(&mut self) -> Result<u64, DecodeError> {
        self.length(5)
    }

    /// The head of a map of exactly `len` pairs.
    pub fn map_of(&mut self, len: u64) -> Result<(), DecodeError> {
        let start = self.clone();
        if self.map()? == len { Ok(()) } else { Err(start.error(DecodeReason::UnexpectedShape)) }
    }

    /// The map key `key`, and no other.
    pub fn key(&mut self, key: u64) -> Result<(), DecodeError> {
        let start = self.clone();
        if self.uint()? == key { Ok(()) } else { Err(start.error(DecodeReason::UnexpectedShape)) }
    }

    /// The version `version`, and no other.
    pub fn version(&mut self, version: u64) -> Result<(), DecodeError> {
        let start = self.clone();
        if self.uint()? == version { Ok(()) } else { Err(start.error(DecodeReason::UnknownVersion)) }
    }

    /// A tag number.
    pub fn tag(&mut self) -> Result<u64, DecodeError> {
        self.argument(6)
    }

    /// `true` or `false`.
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        let start = self.clone();
        match self.head()? {
            (7, 20) => Ok(false),
            (7, 21) => Ok(true),
            _ => Err(start.error(DecodeReason::UnexpectedKind)),
        }
    }

    /// Steps over a `null` if there is one here.
    pub fn null(&mut self) -> bool {
        let is_null = self.bytes.get(self.offset) == Some(&0xf6);
        self.offset += usize::from(is_null);
        is_null
    }

    fn length(&mut self, major: u8) -> Result<u64, DecodeError> {
        let start = self.clone();
        let len = self.argument(major)?;
        let left = (self.bytes.len() - self.offset) as u64;
        if len <= left { Ok(len) } else { Err(start.error(DecodeReason::Truncated)) }
    }

    fn argument(&mut self, expected: u8) -> Result<u64, DecodeError> {
        let start = self.clone();
        let (major, argument) = self.head()?;
        if major == expected { Ok(argument) } else { Err(start.error(DecodeReason::UnexpectedKind)) }
    }

    fn head(&mut self) -> Result<(u8, u64), DecodeError> {
        let start = self.clone();
        let initial = self.take(1)?[0];
        let (major, info) = (initial >> 5, initial & 31);
        if info < 24 {
            return Ok((major, u64::from(info)));
        }
        if info > 27 {
            return Err(start.error(DecodeReason::Indefinite));
        }
        let width = 1_u64 << (info - 24);
        let argument = self.take(width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let shortest = match info {
            24 => argument > 23,
            25 => argument > 0xff,
            26 => argument > 0xffff,
            _ => argument > 0xffff_ffff,
        };
        if shortest && major != 7 { Ok((major, argument)) } else { Err(start.error(DecodeReason::NotShortest)) }
    }

    fn take(&mut self, len: u64) -> Result<&'a [u8], DecodeError> {
        let rest = &self.bytes[self.offset..];
        match usize::try_from(len).ok().and_then(|len| rest.get(..len)) {
            Some(taken) => {
                self.offset += taken.len();
                Ok(taken)
            }
            None => Err(self.error(DecodeReason::Truncated)),
        }
    }
}
