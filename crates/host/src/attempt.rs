//! One call on its way to an answer: by the module, by the reference when the module fails, or natively by choice.

use std::sync::Arc;
use std::time::Instant;

use codec::kernel::Code;
use ops::Op;

use crate::error::CallError;
use crate::failure::KernelFailure;
use crate::layout::Needs;
use crate::limits::SHORT_CALL;
use crate::loaded::{Loaded, LoadedKernel};
use crate::metrics::KernelCounts;
use crate::native;
use crate::prepared::Prepared;
use crate::request::{Fallback, Implementation, Mode, Output, Reply};
use crate::seat::{Bounds, Seat, Stopped};

/// When a call began, and since when its deadline runs: in a batch, since the batch began.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) deadline_from: Instant,
    pub(crate) began: Instant,
}

impl Clock {
    /// A call by itself.
    pub(crate) fn at(began: Instant) -> Self {
        Self { deadline_from: began, began }
    }
}

/// One call.
pub(crate) struct Attempt<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) kernel: &'a LoadedKernel,
    pub(crate) counts: &'a KernelCounts,
    pub(crate) call: &'a Prepared<'a>,
    pub(crate) clock: Clock,
    pub(crate) sequence: u64,
}

/// The bytes of each output, and what a metered call used.
type Answered = (Vec<Vec<u8>>, Option<u64>);

impl Attempt<'_> {
    /// Finds an answer, on the instance in `seat` if there is one.
    pub(crate) fn answer(&self, seat: &mut Option<Seat>) -> Result<Reply, CallError> {
        if let Some(op) = self.bypass() {
            log::info!("kernel `{}`: answered natively, as the operator has asked", self.kernel.spec.id);
            match native::run(op, ops::Implementation::Fast, self.call) {
                Ok(outputs) => return Ok(self.reply(outputs, Implementation::Native, None, None)),
                Err(code) => log::warn!("kernel `{}`: the native form returned {code}", self.kernel.spec.id),
            }
        }
        match self.module(seat) {
            Ok((outputs, meter_used)) => {
                let is_host_computed = self.kernel.module.is_host_computed();
                let made_by = if is_host_computed { Implementation::HostComputed } else { Implementation::Module };
                Ok(self.reply(outputs, made_by, meter_used, None))
            }
            Err(stopped) => self.recover(stopped),
        }
    }

    /// The native operation, if the operator lets calls like this one go there. Metered calls never do.
    fn bypass(&self) -> Option<Op> {
        let op = self.kernel.fallback?;
        if matches!(self.call.mode, Mode::Metered { .. }) {
            return None;
        }
        let by_size = self.call.bypass.large_products && native::is_large_product(op, self.call);
        let bytes = self.call.bytes_in() + self.call.bytes_out();
        let by_time =
            self.call.bypass.short_calls && self.kernel.speed.expect(bytes).is_some_and(|time| time < SHORT_CALL);
        (by_size || by_time).then_some(op)
    }

    /// Asks the module. An instance that fails is gone; one that does not stays in `place`.
    fn module(&self, place: &mut Option<Seat>) -> Result<Answered, Stopped> {
        let Self { kernel, call, .. } = self;
        let mut seat = self.seat(place.take())?;
        for (number, input) in call.inputs.iter().enumerate() {
            let region = seat.input(number).expect("a layout has a place for every input");
            seat.bytes_mut(region).copy_from_slice(input);
        }
        seat.clear_outputs();
        match seat.run(kernel, call.direction, Bounds { mode: call.mode, started: self.clock.deadline_from }) {
            Ok(ran) => {
                let outputs = (0..).map_while(|number| seat.output(number)).map(|region| seat.bytes(region).to_vec());
                let outputs = outputs.collect();
                kernel.speed.observe(call.bytes_in() + call.bytes_out(), ran.elapsed);
                *place = Some(seat);
                Ok((outputs, ran.meter_used))
            }
            Err(halt) => Err(seat.stopped(kernel, halt.cause, halt.meter_used)),
        }
    }

    /// The call laid out on an instance: on the one that the call before it left, unless that call was metered.
    fn seat(&self, left: Option<Seat>) -> Result<Seat, Stopped> {
        let Self { loaded, kernel, call, .. } = self;
        let needs = Needs { bound: &call.bound, parameters: &call.parameters };
        let held = match (left, call.mode) {
            (Some(seat), Mode::Deadline(_)) => seat.into_held(),
            (None, Mode::Deadline(_)) => loaded.held(kernel, call.mode)?,
            (left, mode @ Mode::Metered { .. }) => {
                if let Some(seat) = left {
                    loaded.give_back(kernel, seat.into_held(), mode);
                }
                loaded.fresh(kernel)?
            }
        };
        Seat::take(kernel, held, needs)
    }

    /// The module gave no answer: say so, count it, and ask the reference.
    fn recover(&self, stopped: Stopped) -> Result<Reply, CallError> {
        let failure = Box::new(self.failure(stopped));
        self.counts.fault(failure.kind());
        log::warn!("{failure}");
        let (Some(op), Fallback::Reference) = (self.kernel.fallback, self.call.fallback) else {
            return Err(CallError::Failed(failure));
        };
        match native::run(op, ops::Implementation::Reference, self.call) {
            Ok(outputs) => Ok(self.reply(outputs, Implementation::Reference, None, Some(failure))),
            Err(reference) => {
                debug_assert_ne!(reference, Code::Ok, "an error is never OK");
                log::warn!("kernel `{}`: the native reference returned {reference}", self.kernel.spec.id);
                Err(CallError::FailedTwice { failure, reference })
            }
        }
    }

    pub(crate) fn failure(&self, stopped: Stopped) -> KernelFailure {
        let Stopped { cause, message, memory_bytes, meter_used } = stopped;
        KernelFailure {
            kernel: self.kernel.spec.id.clone(),
            direction: self.call.direction,
            pack: Arc::clone(self.loaded.name()),
            engine: self.kernel.module.engine_name(),
            mode: self.call.mode,
            cause,
            message,
            shapes: self.call.bound.inputs().map(|input| input.dims.to_vec()).collect(),
            elapsed: self.clock.began.elapsed(),
            meter_used,
            memory_bytes,
        }
    }

    fn reply(
        &self,
        outputs: Vec<Vec<u8>>,
        implementation: Implementation,
        meter_used: Option<u64>,
        degraded: Option<Box<KernelFailure>>,
    ) -> Reply {
        let specs = self.kernel.outputs(self.call.direction).iter();
        let outputs = specs.zip(self.call.bound.outputs()).zip(outputs).map(|(((name, dtype), extent), bytes)| {
            Output { name: Arc::clone(name), dtype: *dtype, shape: extent.dims.to_vec(), bytes }
        });
        Reply {
            outputs: outputs.collect(),
            implementation,
            pack: Arc::clone(self.loaded.name()),
            sequence: self.sequence,
            meter_used,
            degraded,
            elapsed: self.clock.began.elapsed(),
            late: Bounds { mode: self.call.mode, started: self.clock.deadline_from }.is_late(self.kernel),
        }
    }
}
