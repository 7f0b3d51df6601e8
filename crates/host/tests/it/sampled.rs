//! Requests from the samples of the operations.

use host::{Direction, Fallback, Input, Mode, Request, Value};
use ops::sample::Sample;
use ops::signature::Parameter;

/// The shapes of a sample's inputs.
pub(crate) fn shapes(sample: &Sample) -> Vec<Vec<u32>> {
    sample.signature().inputs.iter().map(|tensor| sample.shape(*tensor)).collect()
}

/// A request for the kernel that is named like the sample's operation.
pub(crate) fn request<'a>(sample: &'a Sample, shapes: &'a [Vec<u32>], mode: Mode, fallback: Fallback) -> Request<'a> {
    let inputs = sample.signature().inputs.iter().zip(shapes).zip(&sample.inputs);
    let parameters = sample.op.parameters().iter().zip(&sample.parameters).map(|(parameter, bits)| match parameter {
        Parameter::F32(name, _) => (*name, Value::F32(f32::from_bits(*bits))),
        Parameter::U32(name, _) => (*name, Value::U32(*bits)),
    });
    Request {
        kernel: sample.op.id(),
        direction: match sample.direction {
            ops::Direction::Forward => Direction::Forward,
            ops::Direction::Backward => Direction::Backward,
        },
        inputs: inputs.map(|((tensor, shape), bytes)| Input { name: Some(tensor.name), shape, bytes }).collect(),
        parameters: parameters.collect(),
        mode,
        fallback,
    }
}
