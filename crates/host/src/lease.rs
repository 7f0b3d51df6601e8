//! A call whose tensors are written and read in the kernel's own memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pack::{Bound, DType, Direction, Interface, TensorSpec, Value};

use crate::attempt::{Attempt, Clock};
use crate::error::{CallError, RequestError};
use crate::layout::Needs;
use crate::metrics::CallOutcome;
use crate::native::Bypass;
use crate::prepared::{Prepared, check_mode, parameters};
use crate::request::{Fallback, Mode};
use crate::seat::{Bounds, Seat, Stopped};
use crate::serving::Serving;

/// An instance with a laid-out call.
///
/// [`Lease::input_mut`] and [`Lease::output`] give slices of the instance's linear memory itself: they alias nothing else,
/// and the borrow checker ends them before the kernel runs. A kernel may write anywhere in its memory: after
/// [`Lease::run`] inputs are what the kernel left of them, so write them all again before the next run. Outputs are whatever lies in
/// their place: before a run that returned, that means nothing.
///
/// A lease has no fallback, because after a failure the inputs are no longer there. A metered one runs once: what a second
/// run finds would not be a fresh instance.
pub struct Lease {
    serving: Arc<Serving>,
    index: usize,
    direction: Direction,
    bound: Bound,
    parameters: Vec<u32>,
    mode: Mode,
    seat: Option<Seat>,
    ran: bool,
}

/// What one run of a lease took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeaseRun {
    /// The call's number on this host.
    pub sequence: u64,
    /// How long the kernel ran.
    pub elapsed: Duration,
    /// What a metered call used, in cost units.
    pub meter_used: Option<u64>,
}

impl Lease {
    pub(crate) fn take(
        serving: Arc<Serving>,
        kernel: &str,
        direction: Direction,
        shapes: &[&[u32]],
        given: &[(&str, Value)],
        mode: Mode,
    ) -> Result<Self, CallError> {
        let index = serving.index(kernel)?;
        let loaded = &serving.loaded().loaded_kernels()[index];
        check_mode(loaded.is_meterable(), mode)?;
        let bound = loaded.spec.bind(direction, shapes).map_err(RequestError::Shape)?;
        let parameters = parameters(&loaded.spec, given)?;
        let mut lease = Self { serving, index, direction, bound, parameters, mode, seat: None, ran: false };
        match lease.sit() {
            Ok(seat) => lease.seat = Some(seat),
            Err(stopped) => {
                lease.serving.counts(index).start();
                return Err(lease.fail(Instant::now(), stopped));
            }
        }
        Ok(lease)
    }

    fn sit(&self) -> Result<Seat, Stopped> {
        let loaded = self.serving.loaded();
        let kernel = &loaded.loaded_kernels()[self.index];
        let needs = Needs { bound: &self.bound, parameters: &self.parameters };
        Seat::take(kernel, loaded.held(kernel, self.mode)?, needs)
    }

    /// An input's bytes, to be written; `None` if there is no such input or the instance is gone. Until they are written
    /// they are what an earlier call left there.
    pub fn input_mut(&mut self, name: &str) -> Option<&mut [u8]> {
        let number = self.specs(Interface::inputs).iter().position(|spec| spec.name == name)?;
        let seat = self.seat.as_mut()?;
        let region = seat.input(number)?;
        Some(seat.bytes_mut(region))
    }

    /// An output's bytes; `None` if there is no such output or the instance is gone.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&[u8]> {
        let number = self.specs(Interface::outputs).iter().position(|spec| spec.name == name)?;
        let seat = self.seat.as_ref()?;
        Some(seat.bytes(seat.output(number)?))
    }

    /// Names, types and dimensions of the outputs, in manifest order.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, DType, &[u32])> {
        self.specs(Interface::outputs)
            .iter()
            .zip(self.bound.outputs())
            .map(|(spec, extent)| (&*spec.name, spec.dtype, extent.dims))
    }

    /// Runs the kernel on what lies in its memory.
    ///
    /// # Errors
    /// [`CallError::Refused`] if the instance is gone or spent, [`CallError::Failed`] if the kernel failed; the instance is then gone.
    pub fn run(&mut self) -> Result<LeaseRun, CallError> {
        let counts = self.serving.counts(self.index);
        let began = Instant::now();
        counts.start();
        let metered = matches!(self.mode, Mode::Metered { .. });
        let (Some(mut seat), false) = (self.seat.take(), metered && self.ran) else {
            counts.end(CallOutcome::Refused, Duration::ZERO);
            return Err(RequestError::LeaseSpent.into());
        };
        let sequence = self.serving.remember(self.index);
        counts.bytes(self.bound.inputs().map(|input| u64::from(input.bytes)).sum(), 0);
        let kernel = &self.serving.loaded().loaded_kernels()[self.index];
        self.ran = true;
        match seat.run(kernel, self.direction, Bounds { mode: self.mode, started: began }) {
            Ok(ran) => {
                counts.bytes(0, self.bound.outputs().map(|output| u64::from(output.bytes)).sum());
                counts.end(CallOutcome::Module, began.elapsed());
                // Descriptor and params are the host's word: the next run shall not begin with the kernel's.
                let needs = Needs { bound: &self.bound, parameters: &self.parameters };
                seat.write(needs);
                self.seat = Some(seat);
                Ok(LeaseRun { sequence, elapsed: ran.elapsed, meter_used: ran.meter_used })
            }
            Err(halt) => Err(self.fail(began, seat.stopped(kernel, halt.cause, halt.meter_used))),
        }
    }

    fn fail(&self, began: Instant, stopped: Stopped) -> CallError {
        let counts = self.serving.counts(self.index);
        let call = Prepared {
            direction: self.direction,
            bound: self.bound.clone(),
            inputs: Vec::new(),
            parameters: Vec::new(),
            mode: self.mode,
            fallback: Fallback::None,
            bypass: Bypass::NEVER,
        };
        let loaded = self.serving.loaded();
        let kernel = &loaded.loaded_kernels()[self.index];
        let attempt = Attempt { loaded, kernel, counts, call: &call, clock: Clock::at(began), sequence: 0 };
        let failure = Box::new(attempt.failure(stopped));
        counts.fault(failure.kind());
        counts.end(CallOutcome::Failed, began.elapsed());
        log::warn!("{failure}");
        CallError::Failed(failure)
    }

    fn specs(&self, side: impl FnOnce(&Interface) -> &[TensorSpec]) -> &[TensorSpec] {
        let kernel = &self.serving.loaded().loaded_kernels()[self.index];
        kernel.spec.interface(self.direction).map_or(&[], side)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(seat) = self.seat.take() {
            let loaded = self.serving.loaded();
            loaded.give_back(&loaded.loaded_kernels()[self.index], seat.into_held(), self.mode);
        }
    }
}
