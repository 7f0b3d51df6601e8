//! Receipts of calls: what the host found, as an invocation; signed and kept in a folder, one file each.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use codec::{Digest, Reader, sha256};
use engine::Trap;
use host::{Cause, Implementation, KernelFailure, Loaded, Mode, Output, Reply, Request};
use pack::{Direction, Interface, Kernel, Value};
use receipt::invocation::{
    Interruption, Meter, Outcome, ParameterView, Refusal, TensorView, parameters_digest, tensors_digest,
};
use receipt::{Exhaustion, Invocation, SigningKey, TrapCode, invocation};

/// The custom section in which a sealed module says how it was sealed (`spec/seal.md`).
const SEAL_SECTION: &[u8] = b"avouch:seal";

/// Signs receipts and keeps them.
pub struct Keeper {
    folder: PathBuf,
    key: SigningKey,
}

/// A receipt that was kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where it lies.
    pub path: PathBuf,
}

impl Keeper {
    /// Keeps receipts in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(folder: &Path, key: SigningKey) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), key })
    }

    /// Signs an invocation and keeps its receipt as `SHA-256.cose`. The same call leaves the same file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep(&self, invocation: Invocation) -> io::Result<Kept> {
        let bytes = invocation.sign(&self.key).map_err(io::Error::other)?.to_bytes();
        let name = sha256(&bytes);
        let path = self.folder.join(format!("{name}.cose"));
        // Two calls may leave the same receipt at once, so each writes a file of its own and moves it into place.
        let place = self.folder.join(format!(".{name}.{:?}", std::thread::current().id()));
        let written = fs::File::create(&place).and_then(|mut file| file.write_all(&bytes));
        written.and_then(|()| fs::rename(&place, &path))?;
        Ok(Kept { bytes, path })
    }
}

impl Kept {
    /// The receipt as text.
    #[must_use]
    pub fn base64(&self) -> String {
        Base64::encode_string(&self.bytes)
    }
}

/// What there is to say of a call that was answered. `loaded` must be the pack that served it.
#[must_use]
pub fn of_reply(loaded: &Loaded, request: &Request<'_>, reply: &Reply) -> Option<Invocation> {
    let implementation = match reply.implementation {
        Implementation::Module => invocation::Implementation::Module,
        Implementation::Reference => invocation::Implementation::Reference,
        Implementation::Native => invocation::Implementation::Native,
        Implementation::HostComputed => invocation::Implementation::HostComputed,
    };
    let call = Call::of(loaded, request)?;
    let outcome = reply.degraded.as_ref().map_or(Outcome::Done, |failure| outcome_of(&failure.cause));
    let used = reply.degraded.as_ref().map_or(reply.meter_used, |failure| failure.meter_used);
    let outputs = tensors_digest(&output_views(&reply.outputs));
    let statement = Invocation { outputs: Some(outputs), outcome, implementation, ..call.statement()? };
    Some(call.metered(statement, request.mode, used))
}

/// What there is to say of a call that was not answered: nothing, if what ended it came from outside of the module.
#[must_use]
pub fn of_failure(loaded: &Loaded, request: &Request<'_>, failure: &KernelFailure) -> Option<Invocation> {
    let call = Call::of(loaded, request)?;
    let outcome = outcome_of(&failure.cause);
    if matches!(outcome, Outcome::Interrupted(_)) {
        return None;
    }
    let statement = Invocation { outcome, ..call.statement()? };
    Some(call.metered(statement, request.mode, failure.meter_used))
}

/// A request beside the manifest's entry for its kernel.
struct Call<'a> {
    loaded: &'a Loaded,
    request: &'a Request<'a>,
    kernel: &'a Kernel,
    interface: &'a Interface,
}

impl<'a> Call<'a> {
    fn of(loaded: &'a Loaded, request: &'a Request<'a>) -> Option<Self> {
        let kernel = loaded.pack().kernel(request.kernel)?;
        Some(Self { loaded, request, kernel, interface: kernel.interface(request.direction)? })
    }

    /// The part that does not depend on how the call ended.
    fn statement(&self) -> Option<Invocation> {
        let Self { loaded, request, kernel, .. } = self;
        Some(Invocation {
            module: kernel.module.hash,
            pack: loaded.name().digest,
            kernel: kernel.id.clone(),
            direction: match request.direction {
                Direction::Forward => invocation::Direction::Forward,
                Direction::Backward => invocation::Direction::Backward,
            },
            parameters: self.parameters(),
            inputs: self.inputs()?,
            outputs: None,
            mode: match request.mode {
                Mode::Deadline(_) => invocation::Mode::Deadline,
                Mode::Metered { budget } => invocation::Mode::Metered { budget },
            },
            meter: None,
            outcome: Outcome::Done,
            implementation: invocation::Implementation::Module,
        })
    }

    /// The statement with what the meter counted, if it belongs there.
    fn metered(&self, statement: Invocation, mode: Mode, used: Option<u64>) -> Invocation {
        let Mode::Metered { budget } = mode else { return statement };
        let by_module = match statement.implementation {
            invocation::Implementation::Module | invocation::Implementation::Reference => true,
            invocation::Implementation::Native | invocation::Implementation::HostComputed => false,
        };
        if !by_module || matches!(statement.outcome, Outcome::Interrupted(_)) {
            return statement;
        }
        let ran_out = statement.outcome == Outcome::Exhausted(Exhaustion::Meter);
        let used = if ran_out { budget } else { used.unwrap_or(0).min(budget) };
        let module = self.loaded.pack().module(&self.kernel.id).unwrap_or_default();
        let meter = cost_table(module).map(|cost_table| Meter { used, cost_table });
        Invocation { meter, ..statement }
    }

    fn parameters(&self) -> Digest {
        let value = |name: &str, default: Value| {
            let given = self.request.parameters.iter().find(|(given, _)| *given == name);
            given.map_or(default, |(_, value)| *value)
        };
        let parameters = self.kernel.params.iter().map(|parameter| ParameterView {
            name: &parameter.name,
            kind: parameter.default.kind().name(),
            bits: value(&parameter.name, parameter.default).bits(),
        });
        parameters_digest(&parameters.collect::<Vec<_>>())
    }

    fn inputs(&self) -> Option<Digest> {
        let specs = self.interface.inputs().iter().enumerate();
        let views = specs.map(|(number, spec)| {
            let inputs = &self.request.inputs;
            let named = inputs.iter().find(|input| input.name == Some(&spec.name));
            let input = named.or_else(|| inputs.get(number).filter(|input| input.name.is_none()))?;
            Some(TensorView { name: &spec.name, dtype: spec.dtype.name(), shape: input.shape, bytes: input.bytes })
        });
        Some(tensors_digest(&views.collect::<Option<Vec<_>>>()?))
    }
}

fn output_views(outputs: &[Output]) -> Vec<TensorView<'_>> {
    let views = outputs.iter().map(|Output { name, dtype, shape, bytes }| {
        let dtype = dtype.name();
        TensorView { name, dtype, shape, bytes }
    });
    views.collect()
}

fn outcome_of(cause: &Cause) -> Outcome {
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
        Cause::Deadline { .. } => Outcome::Interrupted(Interruption::Deadline),
        Cause::Budget { .. } => Outcome::Exhausted(Exhaustion::Meter),
        Cause::Code(code) => Outcome::Refused(Refusal::of_return(*code as i32)),
        Cause::Init(value) => Outcome::Refused(Refusal::of_return(*value)),
        Cause::Nonsense(_) | Cause::InfoAddress(_) | Cause::Info(_) | Cause::InfoDiffers { .. } | Cause::Layout(_) => {
            Outcome::Refused(Refusal::Meaningless)
        }
        Cause::TooLarge { .. } | Cause::Room(_) | Cause::Engine(_) => Outcome::Interrupted(Interruption::World),
    }
}

/// The cost table that a module was sealed with, from its own custom section.
#[must_use]
pub fn cost_table(module: &[u8]) -> Option<Digest> {
    let mut rest = module.get(8..)?;
    while let [id, after @ ..] = rest {
        let (len, after) = leb(after)?;
        let section = after.get(..len)?;
        rest = &after[len..];
        if *id != 0 {
            continue;
        }
        let (name_len, body) = leb(section)?;
        if body.get(..name_len) == Some(SEAL_SECTION) {
            let mut reader = Reader::new(&body[name_len..]);
            reader.map_of(5).ok()?;
            reader.key(0).ok()?;
            reader.uint().ok()?;
            reader.key(1).ok()?;
            return reader.digest().ok();
        }
    }
    None
}

/// An unsigned LEB128 number of at most 32 bits, and what follows it.
fn leb(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (place, byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, &bytes[place + 1..]));
        }
    }
    None
}
