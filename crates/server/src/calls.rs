//! Calls of kernels: from a body of tensors to a body of tensors.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;

use codec::kernel::Code;
use host::limits::BATCH_MAX;
use host::{
    CallError, Cause, Host, Input, Invocation, KernelFailure, KernelView, Kind, Loaded, Mode, PackName, Reply, Request,
};
use http::StatusCode;
use pack::{Direction, Interface, Kernel};

use crate::answer::{self, Answer};
use crate::body::Pieces;
use crate::metrics::Requests;
use crate::problem::{Problem, ProblemKind};
use crate::query::{self, CallQuery};
use crate::receipts::Keeper;
use crate::tensors::{self, Given, Prefixes, Tensors};

/// What a call runs on.
pub(crate) struct Desk<'a> {
    pub(crate) host: &'a Host,
    pub(crate) keeper: Option<&'a Keeper>,
    pub(crate) requests: &'a Requests,
}

/// A call's kernel, as the pack that was active when the request came in has it.
struct Target<'a> {
    view: KernelView<'a>,
    interface: &'a Interface,
    direction: Direction,
}

/// That the active pack has this kernel: before a body is read for nothing.
pub(crate) fn check_kernel(loaded: &Loaded, kernel: &str, direction: Direction) -> Result<(), Problem> {
    Target::of(loaded, kernel, direction).map(|_| ())
}

impl<'a> Target<'a> {
    fn of(loaded: &'a Loaded, kernel: &str, direction: Direction) -> Result<Self, Problem> {
        let view = loaded.kernels().find(|view| view.spec().id == kernel).ok_or_else(|| {
            let message = format!("{} has no kernel `{}`; see /v1/kernels", loaded.name(), kernel.escape_debug());
            Problem::new(ProblemKind::Kernel, message)
        })?;
        let interface = view.spec().interface(direction).ok_or_else(|| {
            Problem::new(ProblemKind::Input, format!("kernel `{kernel}` has no direction `{}`", direction.name()))
        })?;
        Ok(Self { view, interface, direction })
    }

    fn spec(&self) -> &'a Kernel {
        self.view.spec()
    }

    fn mode(&self, query: &CallQuery) -> Mode {
        query.mode.unwrap_or(Mode::Deadline(self.view.deadline_max()))
    }
}

impl Desk<'_> {
    /// One call.
    pub(crate) fn call(
        &self,
        kernel: &str,
        direction: Direction,
        query: &CallQuery,
        body: &[u8],
    ) -> Result<Answer, Problem> {
        let loaded = self.host.active();
        let target = Target::of(&loaded, kernel, direction)?;
        let file = Tensors::read(body)?;
        file.nothing_else(Prefixes::None, target.interface)?;
        let given = file.inputs("", target.interface)?;
        let request = self.request(&target, query, &given)?;
        let (result, statement) =
            if query.receipt { self.host.call_stated(&request) } else { (self.host.call(&request), None) };
        let receipt = self.keep(statement)?;
        let reply = result.map_err(|error| Problem { receipt: receipt.clone(), ..problem(&error) })?;
        let mut answer = answer_of(&reply.pack);
        describe(&mut answer, &reply);
        if let Some(receipt) = receipt {
            answer::set(&mut answer, answer::RECEIPT, &receipt);
        }
        let outputs = reply.outputs.into_iter().map(|output| (output.name.to_string(), output)).collect();
        *answer.body_mut() = Pieces::new(tensors::write(outputs, &BTreeMap::new()));
        Ok(answer)
    }

    /// Many calls of one kernel.
    pub(crate) fn batch(&self, kernel: &str, query: &CallQuery, body: &[u8]) -> Result<Answer, Problem> {
        let loaded = self.host.active();
        let target = Target::of(&loaded, kernel, query.direction.unwrap_or(Direction::Forward))?;
        let file = Tensors::read(body)?;
        let count = file.batch_len();
        if count == 0 || count > BATCH_MAX {
            let message =
                format!("a batch has 1 to {BATCH_MAX} requests, its tensors are called `0/x`, `1/x` and so on");
            return Err(Problem::new(ProblemKind::Input, message));
        }
        file.nothing_else(Prefixes::Numbers(count), target.interface)?;
        let given = (0..count).map(|number| file.inputs(&format!("{number}/"), target.interface));
        let given = given.collect::<Result<Vec<_>, _>>()?;
        let requests = given.iter().map(|given| self.request(&target, query, given));
        let requests = requests.collect::<Result<Vec<_>, _>>()?;
        let results = self.host.batch(&requests).map_err(|error| problem(&error))?;
        let (mut outputs, mut metadata) = (Vec::new(), BTreeMap::new());
        let mut pack = None;
        for (number, result) in results.into_iter().enumerate() {
            let mut say = |what: &str, text: String| metadata.insert(format!("{number}.{what}"), text);
            match result {
                Ok(reply) => {
                    say("implementation", reply.implementation.word().to_owned());
                    reply.meter_used.into_iter().for_each(|used| drop(say("meter", used.to_string())));
                    reply.degraded.iter().for_each(|failure| drop(say("degraded", failure.kind().word().to_owned())));
                    pack = pack.or(Some(reply.pack));
                    let named = reply.outputs.into_iter().map(|output| (format!("{number}/{}", output.name), output));
                    outputs.extend(named);
                }
                Err(error) => {
                    let problem = problem(&error);
                    say("problem", problem.kind.word().to_owned());
                    say("message", problem.message);
                }
            }
        }
        let mut answer = answer_of(pack.as_ref().unwrap_or(loaded.name()));
        *answer.body_mut() = Pieces::new(tensors::write(outputs, &metadata));
        Ok(answer)
    }

    fn request<'r>(
        &self,
        target: &Target<'r>,
        query: &'r CallQuery,
        given: &'r [Given<'r, 'r>],
    ) -> Result<Request<'r>, Problem> {
        let inputs = given.iter().map(|Given { name, shape, bytes }| Input { name: Some(name), shape, bytes });
        Ok(Request {
            kernel: &target.spec().id,
            direction: target.direction,
            inputs: inputs.collect(),
            parameters: query::values(&query.parameters, &target.spec().params)?,
            mode: target.mode(query),
            fallback: query.fallback,
        })
    }

    /// Keeps the receipt of a call and gives it in base64.
    fn keep(&self, statement: Option<Invocation>) -> Result<Option<String>, Problem> {
        let Some((statement, keeper)) = statement.zip(self.keeper) else { return Ok(None) };
        let kept = keeper.keep(statement).map_err(|error| {
            log::error!("a receipt cannot be kept: {error}");
            Problem::new(ProblemKind::Internal, "the receipt cannot be kept; the server's log says why")
        })?;
        self.requests.receipts.fetch_add(1, Relaxed);
        Ok(Some(kept.base64()))
    }
}

/// An answer of tensors, without its body.
fn answer_of(pack: &PackName) -> Answer {
    let mut answer = answer::text(StatusCode::OK, tensors::MEDIA_TYPE, String::new());
    answer::set(&mut answer, answer::PACK, &pack.name);
    answer::set(&mut answer, answer::PACK_VERSION, &pack.version);
    answer::set(&mut answer, answer::PACK_DIGEST, &format!("sha256:{}", pack.digest));
    answer
}

fn describe(answer: &mut Answer, reply: &Reply) {
    answer::set(answer, answer::IMPLEMENTATION, reply.implementation.word());
    if let Some(used) = reply.meter_used {
        answer::set(answer, answer::METER, &used.to_string());
    }
    if let Some(failure) = &reply.degraded {
        answer::set(answer, answer::DEGRADED, failure.kind().word());
    }
    if reply.late {
        answer::set(answer, answer::LATE, "1");
    }
}

/// The problem that a call without a reply is.
fn problem(error: &CallError) -> Problem {
    match error {
        CallError::Refused(refused) => Problem::new(kind_of_refusal(refused), error.to_string()),
        CallError::Failed(failure) | CallError::FailedTwice { failure, .. } => {
            Problem::new(kind_of_failure(failure), error.to_string()).detailed(failure.kind().word())
        }
    }
}

fn kind_of_refusal(error: &host::RequestError) -> ProblemKind {
    use host::RequestError;
    match error {
        RequestError::UnknownKernel { .. } => ProblemKind::Kernel,
        RequestError::InputName { .. }
        | RequestError::MixedNames
        | RequestError::Shape(_)
        | RequestError::InputBytes { .. }
        | RequestError::MixedBatch
        | RequestError::BatchTooLong { .. } => ProblemKind::Input,
        RequestError::Parameter { .. } | RequestError::ParameterType { .. } => ProblemKind::Parameter,
        RequestError::NotSealed | RequestError::Budget { .. } | RequestError::LeaseSpent => ProblemKind::Mode,
    }
}

fn kind_of_failure(failure: &KernelFailure) -> ProblemKind {
    match failure.kind() {
        Kind::Deadline => ProblemKind::Deadline,
        Kind::Budget => ProblemKind::Budget,
        Kind::TooLarge => ProblemKind::Memory,
        Kind::Room => ProblemKind::Busy,
        Kind::Code if matches!(failure.cause, Cause::Code(Code::InvalidInput | Code::InvalidParams)) => {
            ProblemKind::Refused
        }
        Kind::Code
        | Kind::Memory
        | Kind::Overflow
        | Kind::Division
        | Kind::Unreachable
        | Kind::Stack
        | Kind::IndirectCall
        | Kind::Table
        | Kind::Nonsense
        | Kind::Setup
        | Kind::Layout
        | Kind::Engine => ProblemKind::Failed,
    }
}
