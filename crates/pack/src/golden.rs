//! Golden files: cases of a kernel with inputs and the outputs that are right.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::compare::{Mismatch, Tolerance, first_mismatch};
use crate::error::PackError;
use crate::fields::{Fields, Place};
use crate::interface::{Interface, TensorSpec};
use crate::json::{self, Json};
use crate::limits::{GOLDEN_CASES_MAX, GOLDEN_LEN_MAX, ULP_MAX};
use crate::manifest::{Direction, Kernel};
use crate::read::{parameter_value, size};
use crate::shape::{Bound, Extent};
use crate::text::{hex_bytes, title};

/// The cases of one file, at least one, all fitting their kernel.
#[derive(Clone, PartialEq, Debug)]
pub struct Golden {
    cases: Vec<Case>,
}

/// A call and what is right for it.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// What the case is about.
    pub name: String,
    /// Which way the kernel runs.
    pub direction: Direction,
    /// The shapes of all tensors.
    pub shapes: Bound,
    /// The bits of the parameters in manifest order; defaults where the case names none.
    pub parameters: Vec<u32>,
    /// The bytes of the inputs in manifest order.
    pub inputs: Vec<Vec<u8>>,
    /// The bytes of the outputs in manifest order.
    pub outputs: Vec<Vec<u8>>,
    /// How far floats may be off.
    pub tolerance: Tolerance,
}

impl Golden {
    /// Reads a golden file of a kernel. `path` is its name in errors.
    ///
    /// # Errors
    /// What is wrong with it as JSON, as a golden file, or for this kernel.
    pub fn parse(path: &str, bytes: &[u8], kernel: &Kernel) -> Result<Self, PackError> {
        if bytes.len() > GOLDEN_LEN_MAX {
            return Err(PackError::too_large(alloc::format!("bytes of {path}"), GOLDEN_LEN_MAX));
        }
        let mut fields = Fields::of(json::parse(path, bytes)?, Place::File(path))?;
        let cases: Vec<Case> = fields
            .required("cases", |value, at| value.items(at, GOLDEN_CASES_MAX, |value, at| case(value, at, kernel)))?;
        fields.finish()?;
        if cases.is_empty() { Err(bad(&Place::File(path).key("cases"), "no case")) } else { Ok(Self { cases }) }
    }

    /// The cases in their order.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }
}

impl Case {
    /// Compares the outputs of a run, in manifest order, with those that are right.
    ///
    /// # Errors
    /// The first value that is off, or the first output of another length.
    pub fn compare<B: AsRef<[u8]>>(&self, kernel: &Kernel, outputs: &[B]) -> Result<(), Mismatch> {
        let specs = kernel.interface(self.direction).map_or(&[] as &[TensorSpec], Interface::outputs);
        for (number, (spec, expected)) in specs.iter().zip(&self.outputs).enumerate() {
            let actual = outputs.get(number).map_or(&[] as &[u8], AsRef::as_ref);
            if let Some(mismatch) = first_mismatch(&spec.name, spec.dtype, expected, actual, self.tolerance) {
                return Err(mismatch);
            }
        }
        Ok(())
    }
}

fn bad(at: &Place<'_>, problem: impl ToString) -> PackError {
    PackError::BadGolden { at: at.to_string(), problem: problem.to_string() }
}

fn case(value: Json, at: &Place<'_>, kernel: &Kernel) -> Result<Case, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let name = fields.required("name", title)?;
    let direction = fields.required("direction", |value, at| {
        let text = value.text(at)?;
        let known = Direction::ALL.into_iter().find(|direction| direction.name() == text);
        known.ok_or_else(|| at.bad_value("`forward` or `backward`"))
    })?;
    let Some(interface) = kernel.interface(direction) else {
        return Err(bad(at, alloc::format!("kernel {} has no {direction}", kernel.id)));
    };
    let shapes = fields.required("dims", |value, at| dims(value, at, interface))?;
    let parameters = fields.optional("params", |value, at| parameters(value, at, kernel))?;
    let parameters =
        parameters.unwrap_or_else(|| kernel.params.iter().map(|parameter| parameter.default.bits()).collect());
    let inputs = fields.required("inputs", |value, at| tensors(value, at, interface.inputs(), shapes.inputs()))?;
    let outputs = fields.required("outputs", |value, at| tensors(value, at, interface.outputs(), shapes.outputs()))?;
    let tolerance = fields.optional("tolerance", tolerance)?.unwrap_or_default();
    fields.finish()?;
    Ok(Case { name, direction, shapes, parameters, inputs, outputs, tolerance })
}

/// A value for every symbol, and for nothing else.
fn dims(value: Json, at: &Place<'_>, interface: &Interface) -> Result<Bound, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let symbols = interface.symbols().iter();
    let values: Vec<u32> = symbols.map(|symbol| fields.required(symbol, size)).collect::<Result<_, _>>()?;
    fields.finish()?;
    interface.bind_symbols(&values).map_err(|error| bad(at, error))
}

fn parameters(value: Json, at: &Place<'_>, kernel: &Kernel) -> Result<Vec<u32>, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let mut bits = Vec::with_capacity(kernel.params.len());
    for parameter in &kernel.params {
        let kind = parameter.default.kind();
        let given = fields.optional(&parameter.name, |value, at| parameter_value(kind, value, at))?;
        bits.push(given.unwrap_or(parameter.default).bits());
    }
    fields.finish()?;
    Ok(bits)
}

/// The bytes of every tensor, each of the length that its shape says.
fn tensors<'a>(
    value: Json,
    at: &Place<'_>,
    specs: &[TensorSpec],
    extents: impl Iterator<Item = Extent<'a>>,
) -> Result<Vec<Vec<u8>>, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let mut tensors = Vec::with_capacity(specs.len());
    for (spec, extent) in specs.iter().zip(extents) {
        tensors.push(fields.required(&spec.name, |value, at| {
            let text = value.text(at)?;
            let bytes =
                hex_bytes(&text).ok_or_else(|| at.bad_value("lower-case hexadecimal digits, two for each byte"))?;
            let (len, wanted) = (bytes.len(), extent.bytes);
            if len == wanted as usize {
                return Ok(bytes);
            }
            Err(bad(at, alloc::format!("{len} bytes; its shape {:?} of {} takes {wanted}", extent.dims, spec.dtype)))
        })?);
    }
    fields.finish()?;
    Ok(tensors)
}

fn tolerance(value: Json, at: &Place<'_>) -> Result<Tolerance, PackError> {
    let mut fields = Fields::of(value, *at)?;
    let ulp = fields.optional("ulp", |value, at| {
        let ulp = u32::try_from(value.whole(at)?).ok().filter(|ulp| *ulp <= ULP_MAX);
        ulp.ok_or_else(|| at.bad_value("a whole number from 0 to 1048576"))
    })?;
    let abs = fields.optional("abs", |value, at| {
        let abs = value.number(at)?;
        if abs >= 0.0 { Ok(abs) } else { Err(at.bad_value("a number that is not below 0")) }
    })?;
    fields.finish()?;
    Ok(Tolerance { ulp: ulp.unwrap_or(0), abs: abs.unwrap_or(0.0) })
}
