//! Foreign JSON as a tree: no key twice in one object, and no value but strings, arrays and objects told apart.
//!
//! Envelopes and bundles come from anybody. serde's derived readers would take an array for an object, and a plain map
//! keeps the last of two equal keys, so that two readers could see two documents in one.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::error::{Field, Problem, Refusal};

/// A value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Json {
    /// A string, its escapes resolved.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
    /// `null`, `true`, `false` or a number: no format here asks which.
    Other,
}

/// The pairs of an object that nobody has taken yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object(BTreeMap<String, Json>);

/// Reads a document of at most `limit` bytes that is one object. Nesting is limited to 128 by the reader.
pub fn parse(bytes: &[u8], limit: usize) -> Result<Object, Refusal> {
    if bytes.len() > limit {
        return Err(Refusal::TooLong { limit });
    }
    let value: Json = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if error.is_data() { Refusal::KeyTwice { line, column } } else { Refusal::NotJson { line, column } }
    })?;
    value.object(Field::Document)
}

impl Json {
    /// The string, or that `field` must be one.
    pub fn text(self, field: Field) -> Result<String, Refusal> {
        if let Self::Text(text) = self { Ok(text) } else { Err(Refusal::Field(field, Problem::NotText)) }
    }

    /// The items, or that `field` must be an array.
    pub fn array(self, field: Field) -> Result<Vec<Json>, Refusal> {
        if let Self::Array(items) = self { Ok(items) } else { Err(Refusal::Field(field, Problem::NotArray)) }
    }

    /// The object, or that `field` must be one.
    pub fn object(self, field: Field) -> Result<Object, Refusal> {
        if let Self::Object(object) = self { Ok(object) } else { Err(Refusal::Field(field, Problem::NotObject)) }
    }
}

impl Object {
    /// Whether the key is there.
    #[must_use]
    pub fn has(&self, key: Field) -> bool {
        self.0.contains_key(key.name())
    }

    /// Takes the value of a key that may be absent.
    pub fn optional(&mut self, key: Field) -> Option<Json> {
        self.0.remove(key.name())
    }

    /// Takes the value of a key that must be there.
    pub fn required(&mut self, key: Field) -> Result<Json, Refusal> {
        self.optional(key).ok_or(Refusal::Field(key, Problem::Missing))
    }

    /// That every pair was taken; if not, `field` holds one that nobody knows.
    pub fn finish(self, field: Field) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Field(field, Problem::UnknownKey)) }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut pairs = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value()?;
            if pairs.insert(key, value).is_some() {
                return Err(A::Error::custom("a key stands twice in one object"));
            }
        }
        Ok(Json::Object(Object(pairs)))
    }
}
