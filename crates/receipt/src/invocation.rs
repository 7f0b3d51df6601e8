//! The receipt of one kernel's invocation: which module made which outputs of which inputs, and how it was bounded. The
//! layout is in `spec/invocation.md`.
//!
//! Kernels keep no state, so invocations form no chain: each stands for itself, under the host's invocation key. A metered
//! one is a pure function of module, parameters, inputs and budget, and whoever has these can replay it.

mod digest;
mod outcome;

use alloc::string::String;
use alloc::vec::Vec;
use codec::decode::DecodeReason;
use codec::{DecodeError, Digest, Encoder, Reader};
use core::fmt;

pub use crate::invocation::digest::{ParameterView, TensorView, parameters_digest, tensors_digest};
pub use crate::invocation::outcome::{Implementation, Interruption, Outcome, Refusal};

use crate::cose::{Content, Sign1};
use crate::error::FormatError;
use crate::keys::{BadSignature, CheckedKey, KeyId, Signature, SigningKey};
use crate::limits::{INVOCATION_LEN_MAX, INVOCATION_PAYLOAD_LEN_MAX, KERNEL_ID_LEN_MAX};
use crate::outcome::Exhaustion;
use crate::snapshot::{decode_envelope, envelope};

/// What the host states of one invocation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invocation {
    /// Digest of the kernel's module as the pack has it.
    pub module: Digest,
    /// Digest of the pack's manifest.
    pub pack: Digest,
    /// The kernel's id in the manifest: 1 to 128 bytes, no control characters.
    pub kernel: String,
    /// Which way.
    pub direction: Direction,
    /// [`parameters_digest`] of all parameters, defaults included.
    pub parameters: Digest,
    /// [`tensors_digest`] of the inputs.
    pub inputs: Digest,
    /// [`tensors_digest`] of the outputs, if there are any.
    pub outputs: Option<Digest>,
    /// What bounded the call.
    pub mode: Mode,
    /// What the meter counted; there exactly if the call was metered and the module ran to an end of its own.
    pub meter: Option<Meter>,
    /// How the module's call ended.
    pub outcome: Outcome,
    /// Who made the outputs.
    pub implementation: Implementation,
}

/// Which of a kernel's two functions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Direction {
    /// Inputs to outputs.
    Forward = 0,
    /// Gradients of the outputs to gradients of the inputs.
    Backward = 1,
}

/// What bounds a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Wall-clock time: such an invocation cannot be replayed in every outcome.
    Deadline,
    /// The sealed meter.
    Metered {
        /// The most that the call may use, in units of the cost table.
        budget: u64,
    },
}

/// What the meter counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meter {
    /// Units of the cost table; never more than the budget.
    pub used: u64,
    /// Digest of the cost table.
    pub cost_table: Digest,
}

/// A signed invocation. Having one says that it is well formed; [`SignedInvocation::verify`] says whose it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedInvocation {
    invocation: Invocation,
    payload: Vec<u8>,
    key_id: KeyId,
    signature: Signature,
}

impl Invocation {
    /// The version that this program writes and reads.
    pub const VERSION: u64 = 1;

    /// Whether the same module, parameters, inputs and budget give the same statement anywhere.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        self.meter.is_some()
    }

    /// The name of the first field in which two invocations differ.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<&'static str> {
        let Self { module, pack, kernel, direction, parameters, inputs, outputs, mode, meter, outcome, implementation } =
            self;
        let fields = [
            ("module", *module == other.module),
            ("pack", *pack == other.pack),
            ("kernel", *kernel == other.kernel),
            ("direction", *direction == other.direction),
            ("parameters", *parameters == other.parameters),
            ("inputs", *inputs == other.inputs),
            ("mode", *mode == other.mode),
            ("outcome", *outcome == other.outcome),
            ("implementation", *implementation == other.implementation),
            ("outputs", *outputs == other.outputs),
            ("meter", *meter == other.meter),
        ];
        fields.into_iter().find(|(_, same)| !same).map(|(name, _)| name)
    }

    /// Signs the statement with an invocation key.
    ///
    /// # Errors
    /// [`FormatError::KernelId`], or [`FormatError::InvocationParts`] if mode, meter, outcome, implementation and outputs
    /// cannot all be true.
    pub fn sign(self, key: &SigningKey) -> Result<SignedInvocation, FormatError> {
        self.check()?;
        let payload = self.to_bytes();
        let Sign1 { key_id, signature, .. } = Sign1::sign(key, Content::Invocation, None, &payload);
        Ok(SignedInvocation { invocation: self, payload, key_id, signature })
    }

    /// The statement as bytes: what is signed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { module, pack, kernel, direction, parameters, inputs, outputs, mode, meter, outcome, implementation } =
            self;
        let mut bytes = Vec::with_capacity(INVOCATION_PAYLOAD_LEN_MAX);
        let mut encoder = Encoder::new(&mut bytes);
        encoder.map(12).uint(1).uint(Self::VERSION).uint(2).bytes(&module.0).uint(3).bytes(&pack.0);
        encoder.uint(4).text(kernel).uint(5).uint(u64::from(*direction as u8));
        encoder.uint(6).bytes(&parameters.0).uint(7).bytes(&inputs.0);
        encoder.uint(8).optional_bytes(outputs.as_ref().map(|digest| &digest.0[..])).uint(9);
        match mode {
            Mode::Deadline => encoder.null(),
            Mode::Metered { budget } => encoder.uint(*budget),
        };
        encoder.uint(10);
        match meter {
            None => encoder.null(),
            Some(Meter { used, cost_table }) => encoder.array(2).uint(*used).bytes(&cost_table.0),
        };
        outcome.encode(encoder.uint(11));
        encoder.uint(12).uint(u64::from(*implementation as u8));
        bytes
    }

    /// Reads a statement; only what [`Invocation::to_bytes`] writes is taken.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > INVOCATION_PAYLOAD_LEN_MAX {
            return Err(FormatError::TooLong);
        }
        let invocation = Self::decode(Reader::new(bytes)).map_err(FormatError::Statement)?;
        invocation.check()?;
        Ok(invocation)
    }

    fn decode(mut r: Reader<'_>) -> Result<Self, DecodeError> {
        r.map_of(12)?;
        r.key(1)?;
        r.version(Self::VERSION)?;
        r.key(2)?;
        let module = r.digest()?;
        r.key(3)?;
        let pack = r.digest()?;
        r.key(4)?;
        let kernel = String::from(r.text()?);
        r.key(5)?;
        let direction = if r.uint_at_most(1)? == 0 { Direction::Forward } else { Direction::Backward };
        r.key(6)?;
        let parameters = r.digest()?;
        r.key(7)?;
        let inputs = r.digest()?;
        r.key(8)?;
        let outputs = if r.null() { None } else { Some(r.digest()?) };
        r.key(9)?;
        let mode = if r.null() { Mode::Deadline } else { Mode::Metered { budget: r.uint()? } };
        r.key(10)?;
        let meter = if r.null() { None } else { Some(Meter::decode(&mut r)?) };
        r.key(11)?;
        let outcome = Outcome::decode(&mut r)?;
        r.key(12)?;
        let start = r.clone();
        let implementation = Implementation::from_number(r.u8()?).ok_or(start.error(DecodeReason::OutOfRange))?;
        r.finish()?;
        Ok(Self { module, pack, kernel, direction, parameters, inputs, outputs, mode, meter, outcome, implementation })
    }

    /// The parts agree with each other: the table in `spec/invocation.md`, section "What goes together".
    fn check(&self) -> Result<(), FormatError> {
        let Self { kernel, outputs, mode, meter, outcome, implementation, .. } = self;
        if kernel.is_empty() || kernel.len() > KERNEL_ID_LEN_MAX || kernel.chars().any(char::is_control) {
            return Err(FormatError::KernelId);
        }
        let done = *outcome == Outcome::Done;
        let by_module = *implementation == Implementation::Module;
        let by_reference = *implementation == Implementation::Reference;
        let interrupted = matches!(outcome, Outcome::Interrupted(_));
        let metered = matches!(mode, Mode::Metered { .. });
        let holds = outputs.is_some() == (done || by_reference)
            && (by_module || done != by_reference)
            && (!interrupted || by_reference)
            && !(metered && *outcome == Outcome::Interrupted(Interruption::Deadline))
            && (metered || *outcome != Outcome::Exhausted(Exhaustion::Meter))
            && meter.is_some() == (metered && !interrupted && (by_module || by_reference))
            && match (meter, mode) {
                (Some(meter), Mode::Metered { budget }) => meter.used <= *budget,
                (None, Mode::Metered { .. }) | (_, Mode::Deadline) => true,
            };
        if holds { Ok(()) } else { Err(FormatError::InvocationParts) }
    }
}

impl SignedInvocation {
    /// What is stated.
    #[must_use]
    pub fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// The id of the key that is said to have signed.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The receipt as bytes: a COSE_Sign1.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(INVOCATION_LEN_MAX);
        envelope(Content::Invocation, self.key_id, &self.payload, self.signature).encode(&mut bytes);
        assert!(bytes.len() <= INVOCATION_LEN_MAX, "a receipt is never longer than the sum of its widest fields");
        bytes
    }

    /// Reads a receipt; only what [`SignedInvocation::to_bytes`] writes is taken. Checks no signature.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > INVOCATION_LEN_MAX {
            return Err(FormatError::TooLong);
        }
        let Sign1 { key_id, payload, signature, .. } = decode_envelope(bytes, Content::Invocation)?;
        Ok(Self { invocation: Invocation::from_bytes(payload)?, payload: payload.to_vec(), key_id, signature })
    }

    /// Checks that `key` signed it.
    ///
    /// # Errors
    /// [`BadSignature`], also if the receipt names another key's id.
    pub fn verify(&self, key: &CheckedKey) -> Result<(), BadSignature> {
        envelope(Content::Invocation, self.key_id, &self.payload, self.signature).verify(key)
    }
}

impl Meter {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(2)?;
        Ok(Self { used: r.uint()?, cost_table: r.digest()? })
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forward => "forward",
            Self::Backward => "backward",
        })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline => f.write_str("deadline"),
            Self::Metered { budget } => write!(f, "metered(budget {budget})"),
        }
    }
}
