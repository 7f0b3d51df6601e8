//! What is asked of a kernel, and what is answered.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pack::{DType, Direction, Value};

use crate::failure::KernelFailure;
use crate::loaded::PackName;

/// How a call is bounded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// By wall clock, on an instance that earlier calls may have used. The device class caps the deadline.
    Deadline(Duration),
    /// By the sealed meter, on a fresh instance: the answer is a pure function of module, parameters and inputs.
    Metered {
        /// Cost units that the call may use.
        budget: u64,
    },
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline(limit) => write!(f, "deadline {limit:?}"),
            Self::Metered { budget } => write!(f, "metered {budget}"),
        }
    }
}

/// What happens when the module fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fallback {
    /// The native reference answers, if the manifest names one. The reply says so.
    Reference,
    /// The call fails.
    None,
}

/// A tensor that is given to a kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Input<'a> {
    /// Its name in the manifest. Either all inputs of a request have one or none has: then they count by their order.
    pub name: Option<&'a str>,
    /// Its dimensions in elements, outermost first.
    pub shape: &'a [u32],
    /// Its bytes, little-endian, rows behind each other.
    pub bytes: &'a [u8],
}

/// One call.
#[derive(Clone, PartialEq, Debug)]
pub struct Request<'a> {
    /// The kernel's id.
    pub kernel: &'a str,
    /// Which way.
    pub direction: Direction,
    /// The inputs, by name or in manifest order.
    pub inputs: Vec<Input<'a>>,
    /// Parameters that differ from the manifest's defaults.
    pub parameters: Vec<(&'a str, Value)>,
    /// How the call is bounded.
    pub mode: Mode,
    /// What happens when the module fails.
    pub fallback: Fallback,
}

/// A tensor that a kernel gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// Its name in the manifest.
    pub name: Arc<str>,
    /// The type of its elements.
    pub dtype: DType,
    /// Its dimensions in elements, outermost first.
    pub shape: Vec<u32>,
    /// Its bytes, little-endian, rows behind each other.
    pub bytes: Vec<u8>,
}

/// Who made the outputs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Implementation {
    /// The pack's module.
    Module,
    /// The native reference, after the module had failed.
    Reference,
    /// The native form, by the operator's choice.
    Native,
    /// The pack's module, with what the host computed for it: a model of the pack. Never metered, never replayed.
    HostComputed,
}

impl Implementation {
    /// Its word in headers and receipts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Reference => "reference",
            Self::Native => "native",
            Self::HostComputed => "host-computed",
        }
    }
}

/// The answer to a request.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
    /// The outputs, in manifest order.
    pub outputs: Vec<Output>,
    /// Who made them.
    pub implementation: Implementation,
    /// The pack that served the call, from its first to its last byte.
    pub pack: Arc<PackName>,
    /// The call's number on this host, from 1.
    pub sequence: u64,
    /// What a metered call used, in cost units. `None` if it was not metered or the module did not answer.
    pub meter_used: Option<u64>,
    /// Why the module did not answer, if the reference did.
    pub degraded: Option<Box<KernelFailure>>,
    /// How long the call took, from the request to the reply.
    pub elapsed: Duration,
    /// Whether the answer came after the deadline all the same: a deadline stops what runs on and on, to the tick.
    pub late: bool,
}
