//! A kernel's entry in the manifest.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use codec::kernel::{
    EXPORT_BACKWARD, EXPORT_CLEANUP, EXPORT_FORWARD, EXPORT_INFO, EXPORT_INIT, PARAMETERS_MAX, RANK_MAX, TENSORS_MAX,
};

use super::tensor::{interface, size};
use super::{Completeness, file};
use crate::error::PackError;
use crate::fields::{Fields, Place};
use crate::interface::Interface;
use crate::json::Json;
use crate::limits::{
    BENCHMARKS_MAX, FEATURES_MAX, GOLDEN_FILES_MAX, IDENTIFIER_LEN_MAX, PAGES_MAX, TABLE_ELEMENTS_MAX, TICKS_MAX,
};
use crate::manifest::{
    Benchmark, COGNITIVE, Kernel, Limits, Parameter, ParameterType, PlatformName, PlatformNeeds, Value,
};
use crate::text::{identifier, identifier_key, title, version};

/// The export that a gate is run by.
const GATE_ENTRY_POINT: &str = "execute";

/// More entries than there are platforms, so that what is refused is the one that nobody knows.
const PLATFORMS_MAX: usize = 64;

pub(super) fn kernel(value: Json, at: &Place<'_>, completeness: Completeness) -> Result<Kernel, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let hashed = |value, at: &Place<'_>| {
        let mut fields = Fields::of(value, *at)?;
        let file = file(&mut fields, completeness)?;
        fields.finish()?;
        Ok(file)
    };
    let (id, name) = (fields.required("id", identifier)?, fields.required("name", title)?);
    let category = fields.required("category", identifier)?;
    let default_entry = if category == COGNITIVE { GATE_ENTRY_POINT } else { EXPORT_FORWARD };
    let kernel = Kernel {
        id,
        name,
        category,
        module: file(&mut fields, completeness)?,
        entry_point: fields.optional("entry_point", entry_point)?.unwrap_or_else(|| default_entry.to_string()),
        forward: interface(&mut fields, at)?,
        backward: fields.optional("backward", |value, at| {
            let mut fields = Fields::of(value, *at)?;
            let interface = interface(&mut fields, at)?;
            fields.finish()?;
            if interface.inputs().is_empty() || interface.outputs().is_empty() {
                return Err(at.bad_value("an interface with at least one input and one output"));
            }
            Ok(interface)
        })?,
        params: fields.optional("params", parameters)?.unwrap_or_default(),
        limits: fields.required("resource_limits", limits)?,
        platforms: fields.required("platforms", platforms)?,
        golden: fields.optional("golden", |value, at| value.items(at, GOLDEN_FILES_MAX, &hashed))?.unwrap_or_default(),
        benchmarks: Vec::new(),
        configuration: fields.optional("configuration", hashed)?,
    };
    let benchmarks = fields.optional("benchmarks", |value, at| {
        value.items(at, BENCHMARKS_MAX, |value, at| benchmark(value, at, &kernel.forward))
    })?;
    fields.finish()?;
    check_kind(&kernel, at)?;
    Ok(Kernel { benchmarks: benchmarks.unwrap_or_default(), ..kernel })
}

/// A gate follows another ABI than a kernel: it has a configuration and no tensors.
fn check_kind(kernel: &Kernel, at: &Place<'_>) -> Result<(), PackError> {
    let (inputs, outputs) = (at.key("inputs"), at.key("outputs"));
    if kernel.is_gate() {
        let says_tensors = [
            (inputs, !kernel.forward.inputs().is_empty()),
            (outputs, !kernel.forward.outputs().is_empty()),
            (at.key("scratch"), kernel.forward.scratch().is_some()),
            (at.key("backward"), kernel.backward.is_some()),
            (at.key("params"), !kernel.params.is_empty()),
            (at.key("golden"), !kernel.golden.is_empty()),
        ];
        if let Some((place, _)) = says_tensors.into_iter().find(|(_, said)| *said) {
            return Err(place.bad_value("empty or absent: a gate has no tensors"));
        }
        if kernel.entry_point != GATE_ENTRY_POINT {
            return Err(at.key("entry_point").bad_value("`execute` or absent: a gate follows the guest ABI"));
        }
        if kernel.configuration.is_none() {
            return Err(PackError::MissingField { at: at.key("configuration").to_string() });
        }
        return Ok(());
    }
    if kernel.forward.inputs().is_empty() {
        return Err(inputs.bad_value("a list of at least one tensor"));
    }
    if kernel.forward.outputs().is_empty() {
        return Err(outputs.bad_value("a list of at least one tensor"));
    }
    if kernel.configuration.is_some() {
        return Err(at.key("configuration").bad_value("absent: only a gate has one"));
    }
    Ok(())
}

/// The name of an export of the module that is none of the ABI's others.
fn entry_point(value: Json, at: &Place<'_>) -> Result<String, PackError> {
    let text = value.text(at)?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let good = (1..=IDENTIFIER_LEN_MAX).contains(&text.len())
        && text.bytes().all(known)
        && !text.starts_with(|letter: char| letter.is_ascii_digit());
    let others = ["memory", EXPORT_INIT, EXPORT_BACKWARD, EXPORT_INFO, EXPORT_CLEANUP];
    if good && !others.contains(&text.as_str()) {
        return Ok(text);
    }
    Err(at.bad_value("the name of an export: letters, digits and `_`, at most 64, and no other export of the ABI"))
}

fn parameters(value: Json, at: &Place<'_>) -> Result<Vec<Parameter>, PackError> {
    value.entries(at, PARAMETERS_MAX, |key, value, at| {
        let name = identifier_key(key, at)?;
        let mut fields = Fields::of(value, *at)?;
        let kind = fields.required("type", |value, at| {
            let text = value.text(at)?;
            let known = ParameterType::ALL.into_iter().find(|kind| kind.name() == text);
            known.ok_or_else(|| at.bad_value("`f32`, `u32` or `i32`"))
        })?;
        let default = fields.required("default", |value, at| parameter_value(kind, value, at))?;
        fields.finish()?;
        Ok(Parameter { name, default })
    })
}

/// A number of the given type. An `f32` is the nearest to the `f64` that is nearest to the text.
pub(crate) fn parameter_value(kind: ParameterType, value: Json, at: &Place<'_>) -> Result<Value, PackError> {
    let bad = |expected| PackError::BadParameter { at: at.to_string(), expected };
    match (kind, value) {
        (ParameterType::U32, Json::Unsigned(value)) => u32::try_from(value).map(Value::U32).ok(),
        (ParameterType::I32, Json::Unsigned(value)) => i32::try_from(value).map(Value::I32).ok(),
        (ParameterType::I32, Json::Negative(value)) => i32::try_from(value).map(Value::I32).ok(),
        (ParameterType::F32, value) => {
            let value = value.number(at).map_err(|_| bad("a number"))? as f32;
            Some(Value::F32(value)).filter(|_| value.is_finite())
        }
        (ParameterType::U32 | ParameterType::I32, _) => None,
    }
    .ok_or_else(|| match kind {
        ParameterType::F32 => bad("a number within the range of f32"),
        ParameterType::U32 => bad("a whole number from 0 to 4294967295"),
        ParameterType::I32 => bad("a whole number from -2147483648 to 2147483647"),
    })
}

fn limits(value: Json, at: &Place<'_>) -> Result<Limits, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let between = |min: u32, max: u32| {
        move |value: Json, at: &Place<'_>| {
            let whole = u32::try_from(value.whole(at)?).ok().filter(|value| (min..=max).contains(value));
            whole.ok_or_else(|| PackError::BadLimit { at: at.to_string(), min, max })
        }
    };
    let limits = Limits {
        max_memory_pages: fields.required("max_memory_pages", between(1, PAGES_MAX))?,
        max_epoch_ticks: fields.required("max_epoch_ticks", between(1, TICKS_MAX))?,
        max_table_elements: fields.required("max_table_elements", between(0, TABLE_ELEMENTS_MAX))?,
    };
    fields.finish()?;
    Ok(limits)
}

fn platforms(value: Json, at: &Place<'_>) -> Result<Vec<(PlatformName, PlatformNeeds)>, PackError> {
    let platforms = value.entries(at, PLATFORMS_MAX, |key, value, at| {
        let name = PlatformName::ALL.into_iter().find(|name| name.name() == key);
        let name = name.ok_or_else(|| PackError::UnknownPlatform { at: at.to_string() })?;
        let mut fields = Fields::of(value, *at)?;
        let min_version = fields.required("min_version", version)?;
        let features = fields.required("features", features)?;
        fields.finish()?;
        Ok((name, PlatformNeeds { min_version, features }))
    })?;
    if platforms.is_empty() { Err(at.bad_value("at least one platform")) } else { Ok(platforms) }
}

fn features(value: Json, at: &Place<'_>) -> Result<Vec<String>, PackError> {
    let mut features: Vec<String> = Vec::new();
    value.items(at, FEATURES_MAX, |value, at| {
        let feature = identifier(value, at)?;
        if features.contains(&feature) {
            return Err(at.taken(&feature));
        }
        features.push(feature);
        Ok(())
    })?;
    Ok(features)
}

fn benchmark(value: Json, at: &Place<'_>, interface: &Interface) -> Result<Benchmark, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let dims = fields.required("dims", |value, at| {
        value.entries(at, TENSORS_MAX * RANK_MAX, |key, value, at| {
            let known = interface.symbols().contains(&key);
            if known { Ok((key, size(value, at)?)) } else { Err(at.bad_value("a symbol of the inputs")) }
        })
    })?;
    let bytes = fields.required("bytes", Json::whole)?;
    fields.finish()?;
    Ok(Benchmark { dims, bytes })
}
