//! Why there is no answer, no loaded pack, no upgrade.

use std::fmt;

use codec::kernel::Code;
use engine::EngineError;
use pack::{DType, ShapeError, Value};

use crate::failure::KernelFailure;
use crate::health::HealthFailure;

/// The request is wrong. The kernel was not called.
#[derive(Clone, PartialEq, Debug)]
pub enum RequestError {
    /// The pack has no such kernel.
    UnknownKernel {
        /// The id that was asked for.
        kernel: String,
    },
    /// An input's name is not in the manifest, or stands in the request twice.
    InputName {
        /// The name.
        name: String,
    },
    /// Some inputs have names and some have none.
    MixedNames,
    /// The shapes do not fit the manifest or each other.
    Shape(ShapeError),
    /// An input has not as many bytes as its shape says.
    InputBytes {
        /// Its name.
        name: String,
        /// The type of its elements.
        dtype: DType,
        /// How many its shape asks for.
        wanted: u32,
        /// How many the request has.
        given: usize,
    },
    /// The kernel has no such parameter, or it stands in the request twice.
    Parameter {
        /// The name.
        name: String,
    },
    /// A parameter is of another type.
    ParameterType {
        /// Its name.
        name: String,
        /// What was given.
        given: Value,
    },
    /// A metered call of a module that carries no meter, or whose NaN bits are as the processor makes them.
    NotSealed,
    /// A budget above what a meter can hold.
    Budget {
        /// The budget.
        units: u64,
    },
    /// The requests of a batch are for several kernels or directions.
    MixedBatch,
    /// A lease whose instance is gone, or a metered one that has run.
    LeaseSpent,
    /// A batch has too many requests.
    BatchTooLong {
        /// How many there are.
        given: usize,
    },
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKernel { kernel } => {
                write!(f, "no kernel `{}` in the active pack; ask for the list of kernels", kernel.escape_debug())
            }
            Self::InputName { name } => {
                write!(f, "input `{}` is not in the manifest, or given twice", name.escape_debug())
            }
            Self::MixedNames => f.write_str("some inputs have names and some have none; name all or none"),
            Self::Shape(error) => error.fmt(f),
            Self::InputBytes { name, dtype, wanted, given } => {
                write!(f, "input `{name}` ({dtype}) has {given} bytes; its shape asks for {wanted}")
            }
            Self::Parameter { name } => {
                write!(f, "parameter `{}` is not in the manifest, or given twice", name.escape_debug())
            }
            Self::ParameterType { name, given } => {
                let given = given.kind().name();
                write!(f, "parameter `{name}` is given as {given}; the manifest has its type")
            }
            Self::NotSealed => f.write_str(
                "the module is not sealed for metered calls: it has no meter, or its NaN bits are as made; call it with a deadline",
            ),
            Self::Budget { units } => write!(f, "a budget of {units} units is more than a meter holds; ask for less"),
            Self::MixedBatch => f.write_str("the requests of a batch must be for one kernel and one direction"),
            Self::LeaseSpent => f.write_str("the lease has no fresh instance any more; take another one"),
            Self::BatchTooLong { given } => {
                write!(f, "a batch of {given} requests; at most {} are taken", crate::limits::BATCH_MAX)
            }
        }
    }
}

impl std::error::Error for RequestError {}

/// Why a call has no reply.
#[derive(Clone, PartialEq, Debug)]
pub enum CallError {
    /// The request is wrong.
    Refused(RequestError),
    /// The module failed, and there is no reference or it may not be used.
    Failed(Box<KernelFailure>),
    /// The module failed, and the reference refused the call as well.
    FailedTwice {
        /// How the module failed.
        failure: Box<KernelFailure>,
        /// What the reference returned.
        reference: Code,
    },
}

impl CallError {
    /// How the module failed, if it was called.
    #[must_use]
    pub fn failure(&self) -> Option<&KernelFailure> {
        match self {
            Self::Refused(_) => None,
            Self::Failed(failure) | Self::FailedTwice { failure, .. } => Some(failure),
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Failed(failure) => failure.fmt(f),
            Self::FailedTwice { failure, reference } => {
                write!(f, "{failure}; the native reference returned {reference} for the same call")
            }
        }
    }
}

impl std::error::Error for CallError {}

impl From<RequestError> for CallError {
    fn from(error: RequestError) -> Self {
        Self::Refused(error)
    }
}

/// Why a verified pack cannot be served.
#[derive(Clone, PartialEq, Debug)]
pub enum LoadError {
    /// The engine does not take a module.
    Module {
        /// The kernel's id.
        kernel: String,
        /// Why.
        error: EngineError,
    },
    /// The manifest asks for a backward direction that the module does not have, or the other way round.
    Backward {
        /// The kernel's id.
        kernel: String,
        /// Whether the manifest has one.
        in_manifest: bool,
    },
    /// The module uses SIMD and the device class has none.
    Simd {
        /// The kernel's id.
        kernel: String,
        /// The device class.
        class: &'static str,
    },
    /// A fallback names an operation that this program does not have.
    UnknownFallback {
        /// The kernel's id.
        kernel: String,
        /// The operation's name.
        operation: String,
    },
    /// The kernel could not be set up.
    Setup(Box<KernelFailure>),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module { kernel, error } => write!(f, "kernel `{kernel}`: {error}"),
            Self::Backward { kernel, in_manifest: true } => {
                write!(f, "kernel `{kernel}`: the manifest has a backward direction, the module exports none")
            }
            Self::Backward { kernel, in_manifest: false } => {
                write!(f, "kernel `{kernel}`: the module says it has a backward direction, the manifest has none")
            }
            Self::Simd { kernel, class } => {
                write!(f, "kernel `{kernel}` uses SIMD, which the device class `{class}` has not; take its scalar form")
            }
            Self::UnknownFallback { kernel, operation } => {
                write!(f, "kernel `{kernel}`: no native operation `{operation}`; the list is in spec/pack.md")
            }
            Self::Setup(failure) => write!(f, "set-up: {failure}"),
        }
    }
}

impl std::error::Error for LoadError {}

/// Why a host did not start.
#[derive(Clone, PartialEq, Debug)]
pub enum StartError {
    /// The pack cannot be served.
    Load(LoadError),
    /// The health check failed.
    Unhealthy(Box<HealthFailure>),
    /// The system gives no thread.
    Thread {
        /// Why.
        why: String,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(error) => error.fmt(f),
            Self::Unhealthy(failure) => write!(f, "health check: {failure}"),
            Self::Thread { why } => write!(f, "the system gives no thread: {why}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<LoadError> for StartError {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}

/// Why an upgrade or a rollback did not happen.
#[derive(Clone, PartialEq, Debug)]
pub enum UpgradeError {
    /// The pack cannot be served.
    Load(LoadError),
    /// A kernel of the active pack is missing or has another signature.
    Incompatible {
        /// The kernel's id.
        kernel: String,
        /// What differs.
        what: &'static str,
    },
    /// The health check failed before the swap: the pack never served a call.
    Unhealthy(Box<HealthFailure>),
    /// The health check failed after the swap: the host went back to the pack before.
    RolledBack {
        /// The failure.
        failure: Box<HealthFailure>,
        /// Calls that the pack had served in between, those of the health check among them.
        served: u64,
    },
    /// There is no pack to go back to.
    NothingBefore,
}

impl fmt::Display for UpgradeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(error) => error.fmt(f),
            Self::Incompatible { kernel, what } => {
                write!(f, "kernel `{kernel}`: {what}; the pack would break callers of the active one")
            }
            Self::Unhealthy(failure) => write!(f, "health check before the swap: {failure}; the pack served no call"),
            Self::RolledBack { failure, served } => {
                write!(f, "health check after the swap: {failure}; rolled back after {served} calls")
            }
            Self::NothingBefore => f.write_str("there is no earlier pack to go back to"),
        }
    }
}

impl std::error::Error for UpgradeError {}

impl From<LoadError> for UpgradeError {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}
