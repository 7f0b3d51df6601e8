//! A pack in service: calls go through here, one pack from the first byte to the last.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use receipt::invocation::Invocation;

use crate::attempt::{Attempt, Clock};
use crate::error::{CallError, RequestError};
use crate::invocation::Opening;
use crate::limits::{BATCH_MAX, REMEMBERED_CALLS};
use crate::loaded::Loaded;
use crate::metrics::{CallOutcome, KernelCounts, Metrics, RolledBack};
use crate::native::Bypass;
use crate::prepared::Prepared;
use crate::request::{Implementation, Mode, Reply, Request};
use crate::seat::Seat;

/// A pack in service, with the counts of its kernels.
pub(crate) struct Serving {
    loaded: Arc<Loaded>,
    counts: Vec<Arc<KernelCounts>>,
    metrics: Arc<Metrics>,
    bypass: Bypass,
    served: AtomicU64,
    /// The number of its record among the rollbacks, once it was rolled back.
    rollback: AtomicU64,
    /// The last calls: sequence number and kernel, packed.
    remembered: Box<[AtomicU64]>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let number = self.rollback.load(Relaxed);
        if number > 0 {
            self.metrics.settle(number, self.record(false));
        }
    }
}

/// Bits of a remembered call that hold the kernel's index; packs have far fewer kernels.
const KERNEL_BITS: u32 = 16;

impl Serving {
    pub(crate) fn new(loaded: Loaded, metrics: &Arc<Metrics>, bypass: Bypass) -> Self {
        let counts = loaded.loaded_kernels().iter().map(|kernel| metrics.kernel(&kernel.spec.id)).collect();
        let remembered = (0..REMEMBERED_CALLS).map(|_| AtomicU64::new(0)).collect();
        let (loaded, metrics) = (Arc::new(loaded), Arc::clone(metrics));
        Self { loaded, counts, metrics, bypass, served: AtomicU64::new(0), rollback: AtomicU64::new(0), remembered }
    }

    pub(crate) fn loaded(&self) -> &Arc<Loaded> {
        &self.loaded
    }

    /// Calls that it has served, or is serving.
    pub(crate) fn served(&self) -> u64 {
        self.served.load(Relaxed)
    }

    /// Counts it as rolled back. Calls that are still on their way are added when the last of them has ended.
    pub(crate) fn roll_back(&self, automatic: bool) {
        self.rollback.store(self.metrics.rolled_back(self.record(automatic)), Relaxed);
    }

    fn record(&self, automatic: bool) -> RolledBack {
        let kernels = self.loaded.loaded_kernels();
        let mut named: Vec<(String, u64)> = Vec::new();
        for slot in &self.remembered {
            let packed = slot.load(Relaxed);
            if let Some(kernel) = kernels.get((packed & ((1 << KERNEL_BITS) - 1)) as usize)
                && packed != 0
            {
                named.push((kernel.spec.id.clone(), packed >> KERNEL_BITS));
            }
        }
        named.sort_by_key(|(_, sequence)| *sequence);
        RolledBack { pack: Arc::clone(self.loaded.name()), automatic, calls: self.served(), named }
    }

    pub(crate) fn counts(&self, index: usize) -> &KernelCounts {
        &self.counts[index]
    }

    /// Serves one request.
    pub(crate) fn call(&self, request: &Request<'_>, started: Instant) -> Result<Reply, CallError> {
        let index = self.index(request.kernel)?;
        let mut seat = None;
        let result = self.serve(index, self.prepare(index, request), Clock::at(started), &mut seat);
        self.release(index, seat, request.mode);
        result
    }

    /// As [`Serving::call`], and states what was done.
    pub(crate) fn call_stated(
        &self,
        request: &Request<'_>,
        started: Instant,
    ) -> (Result<Reply, CallError>, Option<Invocation>) {
        let index = match self.index(request.kernel) {
            Ok(index) => index,
            Err(error) => return (Err(error), None),
        };
        let call = self.prepare(index, request);
        let kernel = &self.loaded.loaded_kernels()[index];
        let opening = call.as_ref().ok().map(|call| Opening::of(self.loaded.pack(), kernel, call));
        let mut seat = None;
        let result = self.serve(index, call, Clock::at(started), &mut seat);
        self.release(index, seat, request.mode);
        let invocation = opening.and_then(|opening| opening.close(&result));
        (result, invocation)
    }

    /// Serves a case of the pack's own golden vectors, on the path of every other call, but by the module or not at all.
    pub(crate) fn probe(&self, index: usize, call: Prepared<'_>) -> Result<Reply, CallError> {
        let mut seat = None;
        let mode = call.mode;
        let result = self.serve(index, Ok(call), Clock::at(Instant::now()), &mut seat);
        self.release(index, seat, mode);
        result
    }

    /// Serves requests for one kernel on one instance, one after the other, under one deadline.
    pub(crate) fn batch(
        &self,
        requests: &[Request<'_>],
        started: Instant,
    ) -> Result<Vec<Result<Reply, CallError>>, CallError> {
        let Some(first) = requests.first() else { return Ok(Vec::new()) };
        if requests.len() > BATCH_MAX {
            return Err(RequestError::BatchTooLong { given: requests.len() }.into());
        }
        let same = |other: &Request<'_>| (other.kernel, other.direction) == (first.kernel, first.direction);
        if !requests.iter().all(same) {
            return Err(RequestError::MixedBatch.into());
        }
        let index = self.index(first.kernel)?;
        let mut seat = None;
        let replies = requests.iter().map(|request| {
            let clock = Clock { deadline_from: started, began: Instant::now() };
            self.serve(index, self.prepare(index, request), clock, &mut seat)
        });
        let replies = replies.collect();
        self.release(index, seat, first.mode);
        Ok(replies)
    }

    pub(crate) fn index(&self, kernel: &str) -> Result<usize, CallError> {
        self.loaded.index(kernel).ok_or_else(|| {
            self.metrics.unknown_kernel();
            RequestError::UnknownKernel { kernel: kernel.to_owned() }.into()
        })
    }

    fn prepare<'a>(&self, index: usize, request: &Request<'a>) -> Result<Prepared<'a>, RequestError> {
        let kernel = &self.loaded.loaded_kernels()[index];
        Prepared::new(&kernel.spec, kernel.is_meterable(), request, self.bypass)
    }

    /// Gives the instance of a call that went well back to its pool.
    fn release(&self, index: usize, seat: Option<Seat>, mode: Mode) {
        if let Some(seat) = seat {
            self.loaded.give_back(&self.loaded.loaded_kernels()[index], seat.into_held(), mode);
        }
    }

    /// Serves one request on the instance in `seat`, or on one that it leaves there.
    fn serve(
        &self,
        index: usize,
        call: Result<Prepared<'_>, RequestError>,
        clock: Clock,
        seat: &mut Option<Seat>,
    ) -> Result<Reply, CallError> {
        let kernel = &self.loaded.loaded_kernels()[index];
        let counts = &self.counts[index];
        counts.start();
        let result = call.map_err(CallError::Refused).and_then(|call| {
            counts.bytes(call.bytes_in(), 0);
            let sequence = self.remember(index);
            let attempt = Attempt { loaded: &self.loaded, kernel, counts, call: &call, clock, sequence };
            attempt.answer(seat)
        });
        let outcome = match &result {
            Ok(reply) => {
                counts.bytes(0, reply.outputs.iter().map(|output| output.bytes.len() as u64).sum());
                if reply.late {
                    counts.late();
                }
                match reply.implementation {
                    Implementation::Module | Implementation::HostComputed => CallOutcome::Module,
                    Implementation::Reference => CallOutcome::Degraded,
                    Implementation::Native => CallOutcome::Native,
                }
            }
            Err(CallError::Refused(_)) => CallOutcome::Refused,
            Err(CallError::Failed(_) | CallError::FailedTwice { .. }) => CallOutcome::Failed,
        };
        counts.end(outcome, clock.began.elapsed());
        result
    }

    /// Gives the call its number and notes it under this pack.
    pub(crate) fn remember(&self, index: usize) -> u64 {
        let sequence = self.metrics.next_sequence();
        let slot = self.served.fetch_add(1, Relaxed) as usize % REMEMBERED_CALLS;
        self.remembered[slot].store(sequence << KERNEL_BITS | index as u64, Relaxed);
        sequence
    }
}
