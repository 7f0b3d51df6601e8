//! An instance with a laid-out call: the place where tensors meet a kernel.

use std::time::{Duration, Instant};

use codec::kernel::{Code, Region};
use engine::{EngineError, EngineErrorKind, KernelFunction, KernelStop, Trap};
use pack::Direction;

use crate::failure::{Cause, KernelMessage};
use crate::layout::{Layout, Needs, bytes, bytes_mut};
use crate::loaded::LoadedKernel;
use crate::pool::Held;
use crate::request::Mode;

/// An instance and the call that lies in its memory.
pub(crate) struct Seat {
    held: Held,
    layout: Layout,
}

/// What a call that returned OK took.
#[derive(Clone, Copy)]
pub(crate) struct Ran {
    pub(crate) elapsed: Duration,
    pub(crate) meter_used: Option<u64>,
}

/// Why an instance gave no answer, and what was known of it then. The instance is gone.
#[derive(Debug)]
pub(crate) struct Stopped {
    pub(crate) cause: Cause,
    pub(crate) message: Option<KernelMessage>,
    pub(crate) memory_bytes: u64,
    pub(crate) meter_used: Option<u64>,
}

impl From<Cause> for Stopped {
    fn from(cause: Cause) -> Self {
        Self { cause, message: None, memory_bytes: 0, meter_used: None }
    }
}

/// Until when a call may run.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) mode: Mode,
    pub(crate) started: Instant,
}

impl Bounds {
    /// Time that is left, the whole limit beside it; `None` for a metered call.
    fn left(self, kernel: &LoadedKernel) -> Option<(Duration, Duration)> {
        match self.mode {
            Mode::Deadline(asked) => {
                let limit = asked.min(kernel.deadline_max);
                Some((limit.saturating_sub(self.started.elapsed()), limit))
            }
            Mode::Metered { .. } => None,
        }
    }

    /// Whether the deadline has passed.
    pub(crate) fn is_late(self, kernel: &LoadedKernel) -> bool {
        self.left(kernel).is_some_and(|(left, _)| left.is_zero())
    }
}

impl Seat {
    /// Lays a call out in an instance's arena, whose memory becomes as long as the call needs.
    pub(crate) fn take(kernel: &LoadedKernel, held: Held, needs: Needs<'_>) -> Result<Self, Stopped> {
        let mut seat = Self { held, layout: Layout::default() };
        match seat.place(kernel, needs) {
            Ok(()) => Ok(seat),
            Err(cause) => Err(seat.stopped(kernel, cause, None)),
        }
    }

    /// Takes the arena back and lays another call out in it.
    pub(crate) fn place(&mut self, kernel: &LoadedKernel, needs: Needs<'_>) -> Result<(), Cause> {
        let pages_max = kernel.pages_max;
        let arena = kernel.info.arena_offset;
        self.layout.lay_out(arena, needs).map_err(|_| Cause::TooLarge { pages: None, pages_max })?;
        let pages = self.layout.pages();
        if pages > pages_max {
            return Err(Cause::TooLarge { pages: Some(pages), pages_max });
        }
        self.held.instance().grow_to(pages).map_err(world)?;
        let memory = self.held.instance().memory_mut();
        self.layout.check(memory.len() as u64).map_err(Cause::Layout)?;
        self.layout.write(memory, 0, needs);
        Ok(())
    }

    /// Writes descriptor and params once more.
    pub(crate) fn write(&mut self, needs: Needs<'_>) {
        self.layout.write(self.held.instance().memory_mut(), 0, needs);
    }

    pub(crate) fn input(&self, number: usize) -> Option<Region> {
        self.layout.input(number)
    }

    pub(crate) fn output(&self, number: usize) -> Option<Region> {
        self.layout.output(number)
    }

    /// The bytes of a region of the layout.
    pub(crate) fn bytes(&self, region: Region) -> &[u8] {
        bytes(self.held.memory(), 0, region)
    }

    /// The bytes of a region of the layout, to write into.
    pub(crate) fn bytes_mut(&mut self, region: Region) -> &mut [u8] {
        bytes_mut(self.held.instance().memory_mut(), 0, region)
    }

    /// Zeroes the outputs, so that a kernel which leaves them alone does not give away what lay there before.
    pub(crate) fn clear_outputs(&mut self) {
        let region = self.layout.descriptor().output;
        self.bytes_mut(region).fill(0);
    }

    /// Checks the descriptor and calls the kernel.
    pub(crate) fn run(&mut self, kernel: &LoadedKernel, direction: Direction, bounds: Bounds) -> Result<Ran, Halt> {
        let memory_bytes = self.held.memory().len() as u64;
        let halt = |cause| Halt { cause, meter_used: None };
        self.layout.check(memory_bytes).map_err(|error| halt(Cause::Layout(error)))?;
        let units = match (bounds.mode, bounds.left(kernel)) {
            (Mode::Metered { budget }, _) => budget as i64,
            (Mode::Deadline(_), Some((left, _))) if !left.is_zero() => self.set_clock(kernel, left),
            (Mode::Deadline(asked), limit) => {
                let limit = limit.map_or(asked, |(_, limit)| limit);
                return Err(halt(Cause::Deadline { limit }));
            }
        };
        let instance = self.held.instance();
        instance.set_meter(units);
        let function = match direction {
            Direction::Forward => KernelFunction::Forward,
            Direction::Backward => KernelFunction::Backward,
        };
        let began = Instant::now();
        let result = instance.call(function, self.layout.descriptor_at());
        let elapsed = began.elapsed();
        let used = (units.saturating_sub(instance.meter().max(0)).max(0)) as u64;
        let meter_used = match bounds.mode {
            Mode::Metered { .. } => Some(used),
            Mode::Deadline(_) => None,
        };
        let code = result.map_err(|stop| Halt { cause: cause(stop, kernel, bounds.mode), meter_used })?;
        match Code::from_return(code) {
            Some(Code::Ok) => {
                if kernel.module.is_sealed() {
                    kernel.pace.observe(used, elapsed);
                }
                Ok(Ran { elapsed, meter_used })
            }
            Some(code) => Err(Halt { cause: Cause::Code(code), meter_used }),
            None => Err(Halt { cause: Cause::Nonsense(code), meter_used }),
        }
    }

    /// Sets the engine's clock, if it has one; gives the units with which the meter bounds the call otherwise.
    fn set_clock(&mut self, kernel: &LoadedKernel, left: Duration) -> i64 {
        match kernel.clock {
            Some(tick) => {
                let ticks = left.as_nanos().div_ceil(tick.as_nanos().max(1));
                self.held.instance().set_epoch_ticks(u64::try_from(ticks).unwrap_or(u64::MAX >> 1).max(1));
                i64::MAX
            }
            None => kernel.pace.budget(left),
        }
    }

    /// Drops the instance; what is left is what it says of its failure.
    pub(crate) fn stopped(self, kernel: &LoadedKernel, cause: Cause, meter_used: Option<u64>) -> Stopped {
        let memory = self.held.memory();
        let message = KernelMessage::read(&kernel.info, memory);
        Stopped { cause, message, memory_bytes: memory.len() as u64, meter_used }
    }

    /// The instance, its call forgotten.
    pub(crate) fn into_held(self) -> Held {
        self.held
    }
}

/// Why a run did not return OK.
#[derive(Debug)]
pub(crate) struct Halt {
    pub(crate) cause: Cause,
    pub(crate) meter_used: Option<u64>,
}

/// What a stop means. A meter that runs out is a deadline where the host only used it as a clock.
fn cause(stop: KernelStop, kernel: &LoadedKernel, mode: Mode) -> Cause {
    let deadline = |asked: Duration| Cause::Deadline { limit: asked.min(kernel.deadline_max) };
    match (stop, mode) {
        (KernelStop::Fault(fault), Mode::Deadline(asked)) if fault.trap == Trap::MeterExhausted => deadline(asked),
        (KernelStop::Fault(fault), Mode::Metered { budget }) if fault.trap == Trap::MeterExhausted => {
            Cause::Budget { units: budget }
        }
        (KernelStop::Fault(fault), _) => Cause::Fault(fault),
        (KernelStop::EpochDeadline, Mode::Deadline(asked)) => deadline(asked),
        (KernelStop::EpochDeadline, Mode::Metered { .. }) => deadline(Duration::MAX),
        (KernelStop::World(error), _) => world(error),
    }
}

/// What an error of the engine means.
pub(crate) fn world(error: EngineError) -> Cause {
    if error.kind == EngineErrorKind::OutOfResources { Cause::Room(error) } else { Cause::Engine(error) }
}
