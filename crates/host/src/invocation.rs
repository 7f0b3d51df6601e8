//! The unsigned receipt of a call: what `spec/invocation.md` calls an invocation.

use codec::Digest;
use engine::Trap;
use pack::{Direction, Pack, Verified};
use receipt::invocation::{
    self as statement, Interruption, Invocation, Meter, Outcome, ParameterView, Refusal, TensorView,
};
use receipt::{Exhaustion, TrapCode};

use crate::error::CallError;
use crate::failure::{Cause, KernelFailure};
use crate::loaded::LoadedKernel;
use crate::prepared::Prepared;
use crate::request::{Implementation, Mode, Reply};

/// What is known of an invocation before the call.
pub(crate) struct Opening {
    module: Digest,
    pack: Digest,
    kernel: String,
    direction: Direction,
    parameters: Digest,
    inputs: Digest,
    mode: Mode,
    cost_table: Option<Digest>,
}

impl Opening {
    pub(crate) fn of(pack: &Pack<Verified>, kernel: &LoadedKernel, call: &Prepared<'_>) -> Self {
        let specs = kernel.spec.interface(call.direction).map_or(&[][..], |interface| interface.inputs());
        let tensors = specs.iter().zip(call.bound.inputs()).zip(&call.inputs).map(|((spec, extent), bytes)| {
            TensorView { name: &spec.name, dtype: spec.dtype.name(), shape: extent.dims, bytes }
        });
        let parameters = kernel.spec.params.iter().zip(&call.parameters).map(|(parameter, bits)| ParameterView {
            name: &parameter.name,
            kind: parameter.default.kind().name(),
            bits: *bits,
        });
        Self {
            module: kernel.spec.module.hash,
            pack: pack.digest(),
            kernel: kernel.spec.id.clone(),
            direction: call.direction,
            parameters: statement::parameters_digest(&parameters.collect::<Vec<_>>()),
            inputs: statement::tensors_digest(&tensors.collect::<Vec<_>>()),
            mode: call.mode,
            cost_table: kernel.cost_table,
        }
    }

    /// The invocation, if the call left one: a refused request and an error of the world without a reference do not.
    pub(crate) fn close(self, result: &Result<Reply, CallError>) -> Option<Invocation> {
        let failure = match result {
            Ok(reply) => reply.degraded.as_deref(),
            Err(error) => Some(error.failure()?),
        };
        let metered = matches!(self.mode, Mode::Metered { .. });
        let outcome = failure.map_or(Outcome::Done, |failure| outcome(&failure.cause, metered));
        let interrupted = matches!(outcome, Outcome::Interrupted(_));
        if result.is_err() && interrupted {
            return None;
        }
        let used = match result {
            Ok(Reply { degraded: None, meter_used, .. }) => *meter_used,
            Ok(_) | Err(_) => failure.and_then(|failure| failure.meter_used).filter(|_| !interrupted),
        };
        let meter = match (used, self.cost_table) {
            (Some(used), Some(cost_table)) => Some(Meter { used, cost_table }),
            (Some(_), None) => return None,
            (None, _) => None,
        };
        Some(Invocation {
            module: self.module,
            pack: self.pack,
            kernel: self.kernel,
            direction: match self.direction {
                Direction::Forward => statement::Direction::Forward,
                Direction::Backward => statement::Direction::Backward,
            },
            parameters: self.parameters,
            inputs: self.inputs,
            outputs: result.as_ref().ok().map(outputs_digest),
            mode: match self.mode {
                Mode::Deadline(_) => statement::Mode::Deadline,
                Mode::Metered { budget } => statement::Mode::Metered { budget },
            },
            meter,
            outcome,
            implementation: match result {
                Ok(Reply { implementation: Implementation::Reference, .. }) => statement::Implementation::Reference,
                Ok(Reply { implementation: Implementation::Native, .. }) => statement::Implementation::Native,
                Ok(Reply { implementation: Implementation::HostComputed, .. }) => {
                    statement::Implementation::HostComputed
                }
                Ok(Reply { implementation: Implementation::Module, .. }) | Err(_) => statement::Implementation::Module,
            },
        })
    }
}

fn outputs_digest(reply: &Reply) -> Digest {
    let tensors = reply.outputs.iter().map(|output| TensorView {
        name: &output.name,
        dtype: output.dtype.name(),
        shape: &output.shape,
        bytes: &output.bytes,
    });
    statement::tensors_digest(&tensors.collect::<Vec<_>>())
}

/// How the module's call ended, in the words of the invocation.
fn outcome(cause: &Cause, metered: bool) -> Outcome {
    match cause {
        Cause::Fault(fault) => match fault.trap {
            Trap::MeterExhausted => Outcome::Exhausted(Exhaustion::Meter),
            Trap::DepthExhausted => Outcome::Exhausted(Exhaustion::Depth),
            Trap::Unreachable => Outcome::Trapped(TrapCode::Unreachable),
            Trap::MemoryOutOfBounds => Outcome::Trapped(TrapCode::MemoryOutOfBounds),
            Trap::TableOutOfBounds => Outcome::Trapped(TrapCode::TableOutOfBounds),
            Trap::BadIndirectCall => Outcome::Trapped(TrapCode::BadIndirectCall),
            Trap::IntegerOverflow => Outcome::Trapped(TrapCode::IntegerOverflow),
            Trap::DivisionByZero => Outcome::Trapped(TrapCode::DivisionByZero),
        },
        Cause::Budget { .. } => Outcome::Exhausted(Exhaustion::Meter),
        Cause::Code(code) => Outcome::Refused(Refusal::Code(*code)),
        Cause::Nonsense(_) => Outcome::Refused(Refusal::Meaningless),
        Cause::Deadline { .. } if !metered => Outcome::Interrupted(Interruption::Deadline),
        Cause::Deadline { .. }
        | Cause::Init(_)
        | Cause::InfoAddress(_)
        | Cause::Info(_)
        | Cause::Layout(_)
        | Cause::TooLarge { .. }
        | Cause::Room(_)
        | Cause::Engine(_) => Outcome::Interrupted(Interruption::World),
    }
}

impl KernelFailure {
    /// Whether the failure is a function of module, parameters, inputs and budget, so that it happens anywhere.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        let metered = matches!(self.mode, Mode::Metered { .. });
        metered && !matches!(outcome(&self.cause, metered), Outcome::Interrupted(_))
    }
}
