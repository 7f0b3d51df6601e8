//! The health check: a pack's own golden vectors, before it comes into service and again after.

use std::fmt;
use std::time::{Duration, Instant};

use pack::{Case, Mismatch};

use crate::attempt::{Attempt, Clock};
use crate::error::CallError;
use crate::loaded::{Loaded, LoadedKernel};
use crate::metrics::KernelCounts;
use crate::prepared::Prepared;
use crate::request::{Mode, Reply};
use crate::serving::Serving;

/// A health check that every case passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Health {
    /// Kernels that have golden vectors.
    pub kernels: usize,
    /// Kernels that have none: nothing is known of their health.
    pub unchecked: usize,
    /// Calls that were compared.
    pub calls: usize,
    /// How long it took.
    pub took: Duration,
}

/// A case that a kernel did not pass.
#[derive(Clone, PartialEq, Debug)]
pub struct HealthFailure {
    /// The kernel's id.
    pub kernel: String,
    /// The case's name.
    pub case: String,
    /// How the call was bounded.
    pub mode: Mode,
    /// What was wrong.
    pub problem: HealthProblem,
}

/// What was wrong with a case.
#[derive(Clone, PartialEq, Debug)]
pub enum HealthProblem {
    /// The call had no reply of the module.
    Call(CallError),
    /// An output is not what it should be.
    Mismatch(Mismatch),
}

impl fmt::Display for HealthFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kernel, case, mode, problem } = self;
        write!(f, "kernel `{kernel}`, case `{case}` ({mode}): ")?;
        match problem {
            HealthProblem::Call(error) => error.fmt(f),
            HealthProblem::Mismatch(mismatch) => mismatch.fmt(f),
        }
    }
}

impl std::error::Error for HealthFailure {}

impl Loaded {
    /// Runs every golden case on the compiled pack, before it serves any call: metered on a fresh instance if that can be, and
    /// by deadline on a warm one.
    ///
    /// # Errors
    /// The first case that fails.
    pub fn check_health(&self) -> Result<Health, Box<HealthFailure>> {
        // These calls are nobody's: they count nowhere.
        let counts = KernelCounts::default();
        walk(self, |kernel, case| {
            let deadline = Mode::Deadline(kernel.deadline_max);
            let metered = Mode::Metered { budget: kernel.pace.budget(kernel.deadline_max).cast_unsigned() };
            let modes = if kernel.is_meterable() { vec![metered, deadline] } else { vec![deadline] };
            for mode in &modes {
                let call = Prepared::case(case, *mode);
                let clock = Clock::at(Instant::now());
                let attempt = Attempt { loaded: self, kernel, counts: &counts, call: &call, clock, sequence: 0 };
                let mut seat = None;
                let reply = attempt.answer(&mut seat);
                if let Some(seat) = seat {
                    self.give_back(kernel, seat.into_held(), *mode);
                }
                compare(kernel, case, *mode, reply)?;
            }
            Ok(modes.len())
        })
    }
}

impl Serving {
    /// Runs every golden case on the path of every other call.
    pub(crate) fn check_health(&self) -> Result<Health, Box<HealthFailure>> {
        let loaded = self.loaded();
        walk(loaded, |kernel, case| {
            let mode = Mode::Deadline(kernel.deadline_max);
            let index = loaded.index(&kernel.spec.id).expect("the kernel is one of the pack's");
            compare(kernel, case, mode, self.probe(index, Prepared::case(case, mode)))?;
            Ok(1)
        })
    }
}

/// Goes through all cases of all kernels; `check` gives the number of calls that it compared.
fn walk(
    loaded: &Loaded,
    mut check: impl FnMut(&LoadedKernel, &Case) -> Result<usize, Box<HealthFailure>>,
) -> Result<Health, Box<HealthFailure>> {
    let began = Instant::now();
    let mut health = Health { kernels: 0, unchecked: 0, calls: 0, took: Duration::ZERO };
    for kernel in loaded.loaded_kernels() {
        let golden = loaded.pack().golden(&kernel.spec.id);
        if golden.is_empty() {
            health.unchecked += 1;
            continue;
        }
        health.kernels += 1;
        for case in golden.iter().flat_map(|golden| golden.cases()) {
            health.calls += check(kernel, case)?;
        }
    }
    health.took = began.elapsed();
    Ok(health)
}

fn compare(
    kernel: &LoadedKernel,
    case: &Case,
    mode: Mode,
    reply: Result<Reply, CallError>,
) -> Result<(), Box<HealthFailure>> {
    let failure =
        |problem| Box::new(HealthFailure { kernel: kernel.spec.id.clone(), case: case.name.clone(), mode, problem });
    let reply = reply.map_err(|error| failure(HealthProblem::Call(error)))?;
    let outputs: Vec<&[u8]> = reply.outputs.iter().map(|output| output.bytes.as_slice()).collect();
    case.compare(&kernel.spec, &outputs).map_err(|mismatch| failure(HealthProblem::Mismatch(mismatch)))
}
