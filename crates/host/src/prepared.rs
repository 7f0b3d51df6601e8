//! A request that was checked against the manifest: inputs in order, shapes bound, parameters as bits.

use pack::{Bound, Case, Direction, Kernel};

use crate::error::RequestError;
use crate::native::Bypass;
use crate::request::{Fallback, Input, Mode, Request};

/// A call that may be made.
pub(crate) struct Prepared<'a> {
    pub(crate) direction: Direction,
    pub(crate) bound: Bound,
    /// The bytes of the inputs, in manifest order, each as long as its shape says.
    pub(crate) inputs: Vec<&'a [u8]>,
    pub(crate) parameters: Vec<u32>,
    pub(crate) mode: Mode,
    pub(crate) fallback: Fallback,
    pub(crate) bypass: Bypass,
}

impl<'a> Prepared<'a> {
    /// Checks a request.
    pub(crate) fn new(
        kernel: &Kernel,
        sealed: bool,
        request: &Request<'a>,
        bypass: Bypass,
    ) -> Result<Self, RequestError> {
        let &Request { direction, mode, fallback, .. } = request;
        check_mode(sealed, mode)?;
        let inputs = in_order(kernel, direction, &request.inputs)?;
        let shapes: Vec<&[u32]> = inputs.iter().map(|input| input.shape).collect();
        let bound = kernel.bind(direction, &shapes).map_err(RequestError::Shape)?;
        let specs = kernel.interface(direction).into_iter().flat_map(|interface| interface.inputs());
        for ((spec, extent), input) in specs.zip(bound.inputs()).zip(&inputs) {
            if input.bytes.len() != extent.bytes as usize {
                return Err(RequestError::InputBytes {
                    name: spec.name.clone(),
                    dtype: spec.dtype,
                    wanted: extent.bytes,
                    given: input.bytes.len(),
                });
            }
        }
        let parameters = parameters(kernel, &request.parameters)?;
        let inputs = inputs.into_iter().map(|input| input.bytes).collect();
        Ok(Self { direction, bound, inputs, parameters, mode, fallback, bypass })
    }

    /// A golden case, to be answered by the module or not at all.
    pub(crate) fn case(case: &'a Case, mode: Mode) -> Self {
        Self {
            direction: case.direction,
            bound: case.shapes.clone(),
            inputs: case.inputs.iter().map(Vec::as_slice).collect(),
            parameters: case.parameters.clone(),
            mode,
            fallback: Fallback::None,
            bypass: Bypass::NEVER,
        }
    }

    /// Bytes of all inputs.
    pub(crate) fn bytes_in(&self) -> u64 {
        self.inputs.iter().map(|bytes| bytes.len() as u64).sum()
    }

    /// Bytes of all outputs.
    pub(crate) fn bytes_out(&self) -> u64 {
        self.bound.outputs().map(|output| u64::from(output.bytes)).sum()
    }
}

/// Whether the module can be bounded so.
pub(crate) fn check_mode(sealed: bool, mode: Mode) -> Result<(), RequestError> {
    match mode {
        Mode::Deadline(_) => Ok(()),
        Mode::Metered { .. } if !sealed => Err(RequestError::NotSealed),
        Mode::Metered { budget } if i64::try_from(budget).is_err() => Err(RequestError::Budget { units: budget }),
        Mode::Metered { .. } => Ok(()),
    }
}

/// The inputs in manifest order.
fn in_order<'a>(kernel: &Kernel, direction: Direction, inputs: &[Input<'a>]) -> Result<Vec<Input<'a>>, RequestError> {
    let named = inputs.iter().filter(|input| input.name.is_some()).count();
    if named == 0 {
        return Ok(inputs.to_vec());
    }
    if named < inputs.len() {
        return Err(RequestError::MixedNames);
    }
    let specs = kernel.interface(direction).map_or(&[][..], |interface| interface.inputs());
    let mut places: Vec<Option<Input<'a>>> = vec![None; specs.len()];
    for input in inputs {
        let name = input.name.unwrap_or_default();
        let place = specs.iter().position(|spec| spec.name == name).map(|number| &mut places[number]);
        match place {
            Some(place) if place.is_none() => *place = Some(*input),
            Some(_) | None => return Err(RequestError::InputName { name: name.to_owned() }),
        }
    }
    // One that is missing shows in the count.
    Ok(places.into_iter().flatten().collect())
}

/// The bits of all parameters in manifest order.
pub(crate) fn parameters(kernel: &Kernel, given: &[(&str, pack::Value)]) -> Result<Vec<u32>, RequestError> {
    let mut bits: Vec<u32> = kernel.params.iter().map(|parameter| parameter.default.bits()).collect();
    for (number, (name, value)) in given.iter().enumerate() {
        let twice = given[..number].iter().any(|(other, _)| other == name);
        let index = kernel.parameter_index(name).filter(|_| !twice);
        let index = index.ok_or_else(|| RequestError::Parameter { name: (*name).to_owned() })?;
        if kernel.params[index].default.kind() != value.kind() {
            return Err(RequestError::ParameterType { name: (*name).to_owned(), given: *value });
        }
        bits[index] = value.bits();
    }
    Ok(bits)
}
