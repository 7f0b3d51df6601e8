//! The shipped kernels as parts of a pack, with the tensors that the operations themselves state.

use host::DType;
use ops::Op;
use ops::signature::{Extent, Parameter, Signature, Tensor};
use pack::{Dim, Interface, TensorSpec, Value};
use shipped::Form;

use crate::packs::{Part, kernel, parameter, sealed};

/// The sealed module of an operation.
pub(crate) fn part(op: Op, form: Form) -> Part {
    let signature = |direction| op.signature(direction).map(interface_of);
    let mut spec = kernel(op.id(), signature(ops::Direction::Forward).unwrap());
    spec.backward = signature(ops::Direction::Backward);
    spec.params.extend(op.parameters().iter().map(|of| match of {
        Parameter::F32(name, default) => parameter(name, Value::F32(*default)),
        Parameter::U32(name, default) => parameter(name, Value::U32(*default)),
    }));
    let module = sealed(shipped::kernel(op.id(), form).unwrap().bytes);
    Part { kernel: spec, module, golden: None, fallback: Some(op.id()) }
}

fn interface_of(signature: Signature) -> Interface {
    let all = |tensors: &[Tensor]| tensors.iter().map(spec).collect();
    let scratch = signature.scratch.as_ref().map(spec);
    Interface::new(&"operation", all(signature.inputs), all(signature.outputs), scratch).unwrap()
}

fn spec(tensor: &Tensor) -> TensorSpec {
    let dim = |extent: &Extent| match extent {
        Extent::Fixed(number) => Dim::Fixed(*number),
        Extent::Symbol(symbol) => Dim::Symbol((*symbol).to_owned()),
    };
    TensorSpec {
        name: tensor.name.to_owned(),
        dtype: DType::from_name(tensor.kind.id()).unwrap(),
        shape: tensor.shape.iter().map(dim).collect(),
    }
}
