//! Tensors of an interface: names, dtypes and shapes.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use codec::kernel::TENSORS_MAX;

use crate::dtype::DType;
use crate::error::PackError;
use crate::fields::{Fields, Place};
use crate::interface::{Dim, Interface, TensorSpec};
use crate::json::Json;
use crate::text::{identifier, is_identifier, shortened};

/// More entries than any shape may have, so that what is refused is the rank.
const SHAPE_ENTRIES_MAX: usize = 64;

/// `inputs`, `outputs` and `scratch` of an object that may have more.
pub(super) fn interface(fields: &mut Fields<'_>, at: &Place<'_>) -> Result<Interface, PackError> {
    let list = |value: Json, at: &Place<'_>| value.items(at, TENSORS_MAX, named_tensor);
    let inputs: Vec<TensorSpec> = fields.required("inputs", list)?;
    let outputs = fields.required("outputs", list)?;
    let scratch = fields.optional("scratch", |value, at| {
        let mut fields = Fields::of(value, *at)?;
        let spec = tensor("scratch".to_string(), &mut fields)?;
        fields.finish()?;
        Ok(spec)
    })?;
    Interface::new(at, inputs, outputs, scratch)
}

fn named_tensor(value: Json, at: &Place<'_>) -> Result<TensorSpec, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let name = fields.required("name", identifier)?;
    let spec = tensor(name, &mut fields)?;
    fields.finish()?;
    Ok(spec)
}

fn tensor(name: String, fields: &mut Fields<'_>) -> Result<TensorSpec, PackError> {
    let dtype = fields.required("dtype", |value, at| {
        let found = value.text(at)?;
        let unknown = || PackError::UnknownDType { at: at.to_string(), found: shortened(&found) };
        DType::from_name(&found).ok_or_else(unknown)
    })?;
    let shape = fields.required("shape", |value, at| value.items(at, SHAPE_ENTRIES_MAX, dim))?;
    Ok(TensorSpec { name, dtype, shape })
}

fn dim(value: Json, at: &Place<'_>) -> Result<Dim, PackError> {
    match value {
        Json::Text(symbol) if is_identifier(&symbol) => Ok(Dim::Symbol(symbol)),
        Json::Text(symbol) => Err(PackError::BadName { at: at.to_string(), found: shortened(&symbol) }),
        value @ (Json::Word
        | Json::Unsigned(_)
        | Json::Negative(_)
        | Json::Float(_)
        | Json::Array(_)
        | Json::Object(_)) => size(value, at).map(Dim::Fixed),
    }
}

/// A dimension's size.
pub(crate) fn size(value: Json, at: &Place<'_>) -> Result<u32, PackError> {
    let bad = || PackError::BadShape {
        at: at.to_string(),
        problem: "a dimension must be a symbol or a whole number from 0 to 4294967295",
    };
    let Json::Unsigned(value) = value else { return Err(bad()) };
    u32::try_from(value).map_err(|_| bad())
}
