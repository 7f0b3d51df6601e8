//! Deterministic CBOR out (RFC 8949, section 4.2.1).
//!
//! Only what the formats need: unsigned and negative integers, byte and text strings, arrays and maps of known length,
//! `true`, `false`, `null`, tags. No floats: a float travels as its bits. Map keys are written by the caller in ascending order.

use alloc::vec::Vec;

/// Where encoded bytes go.
pub trait Sink {
    /// Appends `bytes`.
    fn write(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn write(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn write(&mut self, bytes: &[u8]) {
        (**self).write(bytes);
    }
}

/// A sink over a fixed slice, for guests that may not allocate. Writing past the end keeps nothing of that write and
/// marks the buffer as overflowed, which [`Buffer::finish`] reports.
pub struct Buffer<'a> {
    space: &'a mut [u8],
    len: usize,
    overflowed: bool,
}

impl<'a> Buffer<'a> {
    /// An empty buffer over `space`.
    pub fn new(space: &'a mut [u8]) -> Self {
        Self { space, len: 0, overflowed: false }
    }

    /// The number of bytes written, or `None` if they did not fit.
    #[must_use]
    pub fn finish(self) -> Option<usize> {
        (!self.overflowed).then_some(self.len)
    }
}

impl Sink for Buffer<'_> {
    fn write(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        match self.space.get_mut(self.len..end) {
            Some(place) if !self.overflowed => {
                place.copy_from_slice(bytes);
                self.len = end;
            }
            _ => self.overflowed = true,
        }
    }
}

/// Writes CBOR items into a [`Sink`]. Every method writes one data item, or the head of one.
///
/// ```
/// use codec::{Encoder, Sink};
/// let mut bytes = Vec::new();
/// Encoder::new(&mut bytes).array(2).uint(1).bytes(&[7]);
/// assert_eq!(bytes, [0x82, 0x01, 0x41, 0x07]);
/// ```
pub struct Encoder<'s, S: Sink> {
    sink: &'s mut S,
}

impl<'s, S: Sink> Encoder<'s, S> {
    /// An encoder that appends to `sink`.
    pub fn new(sink: &'s mut S) -> Self {
        Self { sink }
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) -> &mut Self {
        self.head(0, value)
    }

    /// A signed integer.
    pub fn int(&mut self, value: i64) -> &mut Self {
        if value < 0 { self.head(1, !(value as u64)) } else { self.head(0, value as u64) }
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.head(2, value.len() as u64);
        self.sink.write(value);
        self
    }

    /// The head of a byte string of `len` bytes, which the caller writes next with [`Encoder::raw`].
    pub fn bytes_head(&mut self, len: u64) -> &mut Self {
        self.head(2, len)
    }

    /// A text string.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.head(3, value.len() as u64);
        self.sink.write(value.as_bytes());
        self
    }

    /// The head of an array of `len` items.
    pub fn array(&mut self, len: u64) -> &mut Self {
        self.head(4, len)
    }

    /// The head of a map of `len` pairs; keys follow in ascending order.
    pub fn map(&mut self, len: u64) -> &mut Self {
        self.head(5, len)
    }

    /// A tag; the tagged item follows.
    pub fn tag(&mut self, tag: u64) -> &mut Self {
        self.head(6, tag)
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.head(7, if value { 21 } else { 20 })
    }

    /// `null`.
    pub fn null(&mut self) -> &mut Self {
        self.head(7, 22)
    }

    /// A byte string, or `null`.
    pub fn optional_bytes(&mut self, value: Option<&[u8]>) -> &mut Self {
        match value {
            Some(value) => self.bytes(value),
            None => self.null(),
        }
    }

    /// Bytes that already are CBOR, or the contents of a string whose head is written.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.sink.write(bytes);
        self
    }

    /// The initial byte and the shortest argument (RFC 8949, section 3).
    fn head(&mut self, major: u8, argument: u64) -> &mut Self {
        let major = major << 5;
        let wide = argument.to_be_bytes();
        match argument {
            0..=23 => self.sink.write(&[major | argument as u8]),
            24..=0xff => self.sink.write(&[major | 24, argument as u8]),
            0x100..=0xffff => self.sink.write(&[major | 25, wide[6], wide[7]]),
            0x1_0000..=0xffff_ffff => {
                self.sink.write(&[major | 26, wide[4], wide[5], wide[6], wide[7]]);
            }
            _ => {
                let mut bytes = [major | 27; 9];
                bytes[1..].copy_from_slice(&wide);
                self.sink.write(&bytes);
            }
        }
        self
    }
}
