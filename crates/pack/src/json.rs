//! Foreign JSON as a tree that keeps the order of keys and refuses a key that stands twice in one object, however deep.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;

use serde_core::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::error::PackError;
use crate::text::shortened;

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Json {
    /// `null`, `true` or `false`: no field here is one of these.
    Word,
    /// A number without fraction and exponent, not below zero.
    Unsigned(u64),
    /// A number without fraction and exponent, below zero.
    Negative(i64),
    /// Any other number: the `f64` that is nearest.
    Float(f64),
    /// A string, its escapes resolved.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, its pairs in their order.
    Object(Vec<(String, Json)>),
}

/// Reads a document. Nesting is limited to 128 by the reader; the caller has checked the length.
pub(crate) fn parse(file: &str, bytes: &[u8]) -> Result<Json, PackError> {
    let twice = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Tree { twice: &twice }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let (file, line, column) = (file.to_owned(), error.line(), error.column());
        match twice.take() {
            Some(key) => PackError::DuplicateKey { file, key, line, column },
            None => PackError::NotJson { file, line, column },
        }
    })
}

/// Makes a [`Json`]; leaves a key that stands twice in `twice`.
#[derive(Clone, Copy)]
struct Tree<'a> {
    twice: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Word)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Word)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Negative(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut seen = BTreeSet::new();
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                *self.twice.borrow_mut() = Some(shortened(&key));
                return Err(A::Error::custom("a key stands twice in one object"));
            }
            pairs.push((key, map.next_value_seed(self)?));
        }
        Ok(Json::Object(pairs))
    }
}
