//! A case sealed, compiled and run.

use std::sync::Arc;

use codec::{Digest, Hasher, Sink as _, sha256};
use engine::{Engine, EngineErrorKind, Module, Trap};
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{Options, WasmtimeEngine};
use gate::config::Configuration;
use gate::profile::Profile;
use receipt::{ChainVerifier, Denial, Exhaustion, Outcome, TrapCode, Verdict};
use runtime::{Container, Plan, RuntimeError, Secrets};
use seal::{CheckError, Policy, SealError};

use crate::case::Case;
use crate::support::{generous, plan};

/// The budget of a step, in cost units: twice what the polite guest needs for the longest input here.
const METER: u64 = 100_000;

/// Both engines.
pub(crate) struct Engines {
    wasmtime: WasmtimeEngine,
    wasmi: WasmiEngine,
}

/// A case that is ready to run, or how it ended before.
pub(crate) enum Prepared {
    Refused(String),
    Ready { wasmtime: Arc<dyn Module>, wasmi: Arc<dyn Module>, digest: Digest },
}

/// What came of a run on both engines.
#[derive(PartialEq, Eq)]
pub(crate) struct Ran {
    /// How each step ended; or the one end of a module that came to no step.
    pub(crate) ends: Vec<String>,
    /// Engines it ran on.
    pub(crate) runs: u64,
    /// Digest of all receipts.
    receipts: Digest,
}

/// What one engine gave.
struct Chain {
    plan: Plan,
    ends: Vec<String>,
    inputs: Vec<Digest>,
    receipts: Vec<Vec<u8>>,
    bodies: Vec<Vec<u8>>,
}

impl Engines {
    pub(crate) fn new() -> Self {
        let wasmtime = WasmtimeEngine::new(&Options::PLAIN).expect("the pool fits");
        Self { wasmtime, wasmi: WasmiEngine::new() }
    }

    /// Text to module to sealed module to compiled modules.
    pub(crate) fn prepare(&self, case: &Case) -> Prepared {
        let module = case.module();
        let sealed = match seal::seal(&module, &Policy::STANDARD) {
            Ok(sealed) => sealed,
            Err(error) => return Prepared::Refused(refused_by_seal(&module, &error)),
        };
        let compile = |engine: &dyn Engine| -> Result<Arc<dyn Module>, EngineErrorKind> {
            let module = engine.compile(&sealed.bytes).map_err(|error| error.kind)?;
            // A module is refused when it is compiled or when it is first instantiated, as engines like.
            module.instantiate().map_err(|error| error.kind)?;
            Ok(Arc::from(module))
        };
        match (compile(&self.wasmtime), compile(&self.wasmi)) {
            (Ok(wasmtime), Ok(wasmi)) => Prepared::Ready { wasmtime, wasmi, digest: sealed.digest },
            (Err(a), Err(b)) if a == b => Prepared::Refused(format!("refused by engine: {}", engine_word(a))),
            (a, b) => panic!("{}: Wasmtime {:?}, wasmi {:?}", case.name, a.err(), b.err()),
        }
    }
}

/// Runs a case on both engines. With `is_first`, verifies the chain of its receipts and replays it too.
pub(crate) fn run(prepared: &Prepared, case: &Case, is_first: bool) -> Ran {
    let (wasmtime, wasmi, digest) = match prepared {
        Prepared::Refused(end) => return Ran { ends: vec![end.clone()], runs: 1, receipts: sha256(b"") },
        Prepared::Ready { wasmtime, wasmi, digest } => (wasmtime, wasmi, *digest),
    };
    let a = run_on(wasmtime, digest, case, false);
    let b = run_on(wasmi, digest, case, false);
    assert_eq!(a.ends, b.ends, "{}: Wasmtime and wasmi end differently", case.name);
    assert!(a.bodies == b.bodies, "{}: the bodies differ", case.name);
    assert!(a.receipts == b.receipts, "{}: the receipts differ", case.name);
    if is_first {
        verify(&a, case);
        let replayed = run_on(wasmi, digest, case, true);
        assert_eq!(a.ends, replayed.ends, "{}: a replay ends differently", case.name);
        assert!(a.bodies == replayed.bodies, "{}: the bodies of a replay differ", case.name);
    }
    let mut hasher = Hasher::new();
    a.receipts.iter().for_each(|receipt| hasher.write(receipt));
    Ran { ends: a.ends, runs: 2, receipts: hasher.finish() }
}

fn run_on(module: &Arc<dyn Module>, digest: Digest, case: &Case, is_replay: bool) -> Chain {
    let configuration = Configuration { meter: METER, ..generous(Profile::EDGE) };
    let (plan, runtime, witness) = plan(digest, &configuration, case.guest_signs);
    let secrets = if is_replay { Secrets::Replay } else { Secrets::Sign { runtime, witness, post_quantum: None } };
    let mut chain =
        Chain { plan: plan.clone(), ends: Vec::new(), inputs: Vec::new(), receipts: Vec::new(), bodies: Vec::new() };
    let mut container = match Container::start(Arc::clone(module), plan, secrets) {
        Ok(container) => container,
        Err(error) => {
            chain.ends.push(format!("setup: {}", error_word(&error)));
            return chain;
        }
    };
    for number in 0..case.take {
        let input = Case::input(number);
        match container.step(&input) {
            Ok(stepped) => {
                chain.ends.push(outcome_words(stepped.body.frame().outcome));
                chain.inputs.push(sha256(&input));
                chain.bodies.push(stepped.body.to_bytes());
                chain.receipts.extend(stepped.receipt.map(|receipt| receipt.to_bytes()));
            }
            Err(error) => chain.ends.push(format!("error ({})", error_word(&error))),
        }
    }
    chain
}

/// The receipts, one for every step that did not fail, hold together.
fn verify(chain: &Chain, case: &Case) {
    assert_eq!(chain.receipts.len(), chain.bodies.len(), "{}: a step without a receipt", case.name);
    let mut verifier = ChainVerifier::new(&chain.plan.genesis);
    for (receipt, input) in chain.receipts.iter().zip(&chain.inputs) {
        if let Err(verdict) = verifier.push(receipt, Some(*input)) {
            panic!("{}: {verdict}", case.name);
        }
    }
    let steps = chain.receipts.len() as u64;
    let wanted = match steps {
        0 => Verdict::Empty,
        steps => Verdict::Valid { chain_length: steps, first_epoch: 1, last_epoch: steps },
    };
    assert_eq!(verifier.verdict(), wanted, "{}", case.name);
}

/// The words for a refusal, which its message must have too, with an offset inside the module.
fn refused_by_seal(module: &[u8], error: &SealError) -> String {
    let (words, hazard, offset) = match error {
        SealError::Check(CheckError::Malformed(malformed)) => {
            ("malformed".to_owned(), "not a valid WebAssembly module".to_owned(), malformed.offset)
        }
        SealError::Check(CheckError::TooLarge(large)) => {
            (format!("too many {}", large.limit), format!("too many {}", large.limit), large.offset)
        }
        SealError::Check(CheckError::AlreadySealed) => ("sealed already".to_owned(), "sealed already".to_owned(), 0),
        SealError::Refused { first, .. } => (first.reason.to_string(), first.reason.to_string(), first.offset),
        SealError::OutputInvalid { .. } => panic!("{error}"),
    };
    assert!(error.to_string().contains(&hazard), "`{error}` does not name {hazard}");
    assert!(offset <= module.len(), "`{error}` speaks of a byte beyond the end");
    format!("refused by seal: {words}")
}

fn engine_word(kind: EngineErrorKind) -> &'static str {
    match kind {
        EngineErrorKind::InvalidModule => "invalid-module",
        EngineErrorKind::MissingExport => "missing-export",
        EngineErrorKind::OutOfResources => "out-of-resources",
        EngineErrorKind::Deadline => "deadline",
        EngineErrorKind::NativeStackOverflow => "native-stack-overflow",
        EngineErrorKind::StateMismatch => "state-mismatch",
        EngineErrorKind::Other => "other",
    }
}

fn error_word(error: &RuntimeError) -> String {
    match error {
        RuntimeError::Engine(error) => engine_word(error.kind).to_owned(),
        RuntimeError::SetupTrap(Trap::MeterExhausted) => "exhausted meter".to_owned(),
        RuntimeError::SetupTrap(Trap::DepthExhausted) => "exhausted depth".to_owned(),
        RuntimeError::SetupTrap(trap) => format!("trapped, {trap}"),
        RuntimeError::SetupRefused(refusal) => format!("refused {}", kebab(&format!("{refusal:?}"))),
        RuntimeError::SetupNonsense => "nonsense".to_owned(),
        RuntimeError::Broken => "broken".to_owned(),
        other => panic!("{other}"),
    }
}

fn outcome_words(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::Partial(completed) => format!("partial {}", completed.mask()),
        Outcome::Trapped(code) => format!("trapped {}", trap_word(code)),
        Outcome::Exhausted(Exhaustion::Meter) => "exhausted meter".to_owned(),
        Outcome::Exhausted(Exhaustion::Depth) => "exhausted depth".to_owned(),
        Outcome::Denied(Denial::Guest(refusal)) => format!("denied {} by the guest", kebab(&format!("{refusal:?}"))),
        Outcome::Denied(Denial::BadClaim) => "denied bad-claim".to_owned(),
        Outcome::Denied(Denial::BadOutput) => "denied bad-output".to_owned(),
        Outcome::Denied(Denial::InputTooLong) => "denied input-too-long".to_owned(),
    }
}

fn trap_word(code: TrapCode) -> &'static str {
    match code {
        TrapCode::Unreachable => "unreachable",
        TrapCode::MemoryOutOfBounds => "memory-out-of-bounds",
        TrapCode::TableOutOfBounds => "table-out-of-bounds",
        TrapCode::BadIndirectCall => "bad-indirect-call",
        TrapCode::IntegerOverflow => "integer-overflow",
        TrapCode::DivisionByZero => "division-by-zero",
    }
}

/// `BadInput` as `bad-input`.
fn kebab(camel: &str) -> String {
    let mut out = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
