//! Taking a JSON tree apart: every field is named once, and what nobody took is refused. Errors name the place.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::error::PackError;
use crate::json::Json;
use crate::limits::IDENTIFIER_LEN_MAX;
use crate::text::shortened;

/// Where in a document one is. Prints as `kernels.json: kernels[0].hash`.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// A whole file.
    File(&'a str),
    /// A field of an object.
    Key(&'a Place<'a>, &'a str),
    /// An item of an array.
    Item(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    /// The field `name` of the object here.
    pub(crate) fn key(&'a self, name: &'a str) -> Self {
        Self::Key(self, name)
    }

    /// An item of the array here.
    pub(crate) fn item(&'a self, number: usize) -> Self {
        Self::Item(self, number)
    }

    fn wrong_type(&self, expected: &'static str) -> PackError {
        PackError::WrongType { at: self.to_string(), expected }
    }

    /// That the value here must be something else.
    pub(crate) fn bad_value(&self, expected: &'static str) -> PackError {
        PackError::BadValue { at: self.to_string(), expected }
    }

    /// That `name` is taken.
    pub(crate) fn taken(&self, name: &str) -> PackError {
        PackError::DuplicateName { at: self.to_string(), name: name.to_string() }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(name) => f.write_str(name),
            Self::Key(parent @ Self::File(_), name) => write!(f, "{parent}: {}", Shown(name)),
            Self::Key(parent, name) => write!(f, "{parent}.{}", Shown(name)),
            Self::Item(parent, number) => write!(f, "{parent}[{number}]"),
        }
    }
}

/// A foreign key as an error may repeat it.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.len() <= IDENTIFIER_LEN_MAX && self.0.bytes().all(|byte| byte.is_ascii_graphic());
        if plain { f.write_str(self.0) } else { write!(f, "{:?}", shortened(self.0)) }
    }
}

/// The fields of an object that nobody has taken yet.
pub(crate) struct Fields<'a> {
    at: Place<'a>,
    pairs: Vec<(String, Option<Json>)>,
}

impl<'a> Fields<'a> {
    /// The fields of the object that `value` is.
    pub(crate) fn of(value: Json, at: Place<'a>) -> Result<Self, PackError> {
        let pairs = value.pairs(&at)?;
        Ok(Self { at, pairs: pairs.into_iter().map(|(key, value)| (key, Some(value))).collect() })
    }

    /// Takes a field that may be absent and reads it.
    pub(crate) fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Json, &Place<'_>) -> Result<T, PackError>,
    ) -> Result<Option<T>, PackError> {
        let found = self.pairs.iter_mut().find(|(key, _)| key == name).and_then(|(_, value)| value.take());
        found.map(|value| read(value, &self.at.key(name))).transpose()
    }

    /// Takes a field that must be there and reads it.
    pub(crate) fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Json, &Place<'_>) -> Result<T, PackError>,
    ) -> Result<T, PackError> {
        let found = self.optional(name, read)?;
        found.ok_or_else(|| PackError::MissingField { at: self.at.key(name).to_string() })
    }

    /// That every field was taken.
    pub(crate) fn finish(self) -> Result<(), PackError> {
        match self.pairs.iter().find(|(_, value)| value.is_some()) {
            Some((name, _)) => Err(PackError::UnknownField { at: self.at.key(name).to_string() }),
            None => Ok(()),
        }
    }
}

impl Json {
    /// The string.
    pub(crate) fn text(self, at: &Place<'_>) -> Result<String, PackError> {
        if let Self::Text(text) = self { Ok(text) } else { Err(at.wrong_type("a string")) }
    }

    /// The pairs of the object.
    pub(crate) fn pairs(self, at: &Place<'_>) -> Result<Vec<(String, Json)>, PackError> {
        if let Self::Object(pairs) = self { Ok(pairs) } else { Err(at.wrong_type("an object")) }
    }

    /// Reads every item of the array, which has at most `limit`.
    pub(crate) fn items<T>(
        self,
        at: &Place<'_>,
        limit: usize,
        mut read: impl FnMut(Json, &Place<'_>) -> Result<T, PackError>,
    ) -> Result<Vec<T>, PackError> {
        let Self::Array(items) = self else { return Err(at.wrong_type("an array")) };
        if items.len() > limit {
            return Err(PackError::too_large(at, limit));
        }
        items.into_iter().enumerate().map(|(number, item)| read(item, &at.item(number))).collect()
    }

    /// Reads every pair of the object, which has at most `limit`; the keys are identifiers.
    pub(crate) fn entries<T>(
        self,
        at: &Place<'_>,
        limit: usize,
        mut read: impl FnMut(String, Json, &Place<'_>) -> Result<T, PackError>,
    ) -> Result<Vec<T>, PackError> {
        let pairs = self.pairs(at)?;
        if pairs.len() > limit {
            return Err(PackError::too_large(at, limit));
        }
        let mut entries = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let place = at.key(&key);
            entries.push(read(key.clone(), value, &place)?);
        }
        Ok(entries)
    }

    /// The whole number of 64 bits.
    pub(crate) fn whole(self, at: &Place<'_>) -> Result<u64, PackError> {
        if let Self::Unsigned(value) = self { Ok(value) } else { Err(at.wrong_type("a whole number, not below 0")) }
    }

    /// The number, whole or not.
    pub(crate) fn number(self, at: &Place<'_>) -> Result<f64, PackError> {
        match self {
            Self::Unsigned(value) => Ok(value as f64),
            Self::Negative(value) => Ok(value as f64),
            Self::Float(value) => Ok(value),
            Self::Word | Self::Text(_) | Self::Array(_) | Self::Object(_) => Err(at.wrong_type("a number")),
        }
    }
}
