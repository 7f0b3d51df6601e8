//! Any item of the one encoding, read and written again.

use codec::decode::DecodeReason;
use codec::{DecodeError, Encoder, Reader, Sink};

/// Items nested deeper than this are left alone: the reader itself does not nest, its callers do.
const DEPTH_MAX: u32 = 64;

/// One data item with all that it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item<'a> {
    /// An integer from -2^63 to 2^63 - 1.
    Int(i64),
    /// An integer that is too large for [`Item::Int`].
    Uint(u64),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A text string.
    Text(&'a str),
    /// An array.
    Array(Vec<Item<'a>>),
    /// Keys and values; the reader leaves the order of keys to the format.
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// A tag and what it is put on.
    Tag(u64, Box<Item<'a>>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}

impl<'a> Item<'a> {
    /// Reads one item with the method of the reader that its first byte asks for.
    ///
    /// # Errors
    /// What the reader says; [`DecodeReason::OutOfRange`] for items that are nested too deeply for this driver.
    pub fn read(reader: &mut Reader<'a>, bytes: &'a [u8], depth: u32) -> Result<Self, DecodeError> {
        if depth > DEPTH_MAX {
            return Err(reader.error(DecodeReason::OutOfRange));
        }
        let Some(first) = bytes.get(reader.offset()) else {
            return Err(reader.uint().expect_err("nothing is left to read"));
        };
        Ok(match first >> 5 {
            0 | 1 => match reader.clone().int() {
                Ok(_) => Self::Int(reader.int()?),
                Err(_) => Self::Uint(reader.uint()?),
            },
            2 => Self::Bytes(reader.bytes()?),
            3 => Self::Text(reader.text()?),
            4 => {
                let len = reader.array()?;
                let mut items = Vec::with_capacity(len as usize);
                for _ in 0..len {
                    items.push(Self::read(reader, bytes, depth + 1)?);
                }
                Self::Array(items)
            }
            5 => {
                let len = reader.map()?;
                let mut pairs = Vec::with_capacity(len as usize);
                for _ in 0..len {
                    let key = Self::read(reader, bytes, depth + 1)?;
                    pairs.push((key, Self::read(reader, bytes, depth + 1)?));
                }
                Self::Map(pairs)
            }
            6 => Self::Tag(reader.tag()?, Box::new(Self::read(reader, bytes, depth + 1)?)),
            _ if reader.null() => Self::Null,
            _ => Self::Bool(reader.bool()?),
        })
    }

    /// Writes the item.
    pub fn write<S: Sink>(&self, out: &mut Encoder<'_, S>) {
        match self {
            Self::Int(value) => {
                out.int(*value);
            }
            Self::Uint(value) => {
                out.uint(*value);
            }
            Self::Bytes(bytes) => {
                out.bytes(bytes);
            }
            Self::Text(text) => {
                out.text(text);
            }
            Self::Array(items) => {
                out.array(items.len() as u64);
                items.iter().for_each(|item| item.write(out));
            }
            Self::Map(pairs) => {
                out.map(pairs.len() as u64);
                for (key, value) in pairs {
                    key.write(out);
                    value.write(out);
                }
            }
            Self::Tag(tag, item) => {
                out.tag(*tag);
                item.write(out);
            }
            Self::Bool(value) => {
                out.bool(*value);
            }
            Self::Null => {
                out.null();
            }
        }
    }
}
