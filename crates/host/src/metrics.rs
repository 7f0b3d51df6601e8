//! What is counted: by kernel and outcome, and for the host as a whole.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::failure::Kind;
use crate::limits::REMEMBERED_ROLLBACKS;
use crate::loaded::PackName;

/// How a call ended. Each call counts in exactly one of these.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CallOutcome {
    /// The module answered.
    Module,
    /// The module failed and the native reference answered.
    Degraded,
    /// The native form answered by the operator's choice.
    Native,
    /// Nobody answered.
    Failed,
    /// The request was wrong: shapes, lengths, names.
    Refused,
}

impl CallOutcome {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Module, Self::Degraded, Self::Native, Self::Failed, Self::Refused];

    /// Its word in metrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Degraded => "degraded",
            Self::Native => "native",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

/// The counts of one kernel id, over all packs that had it.
#[derive(Default)]
pub(crate) struct KernelCounts {
    started: AtomicU64,
    outcomes: [AtomicU64; CallOutcome::ALL.len()],
    kinds: [AtomicU64; Kind::ALL.len()],
    late: AtomicU64,
    nanoseconds: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl KernelCounts {
    pub(crate) fn start(&self) {
        self.started.fetch_add(1, Relaxed);
    }

    pub(crate) fn end(&self, outcome: CallOutcome, took: Duration) {
        self.nanoseconds.fetch_add(took.as_nanos() as u64, Relaxed);
        self.outcomes[outcome as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn fault(&self, kind: Kind) {
        self.kinds[kind as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn late(&self) {
        self.late.fetch_add(1, Relaxed);
    }

    pub(crate) fn bytes(&self, bytes_in: u64, bytes_out: u64) {
        self.bytes_in.fetch_add(bytes_in, Relaxed);
        self.bytes_out.fetch_add(bytes_out, Relaxed);
    }

    fn snapshot(&self) -> KernelSnapshot {
        // Outcomes before starts: a call that starts or ends in between can then only add to those in flight.
        let outcomes = CallOutcome::ALL.map(|outcome| self.outcomes[outcome as usize].load(Relaxed));
        let calls = outcomes.iter().sum();
        KernelSnapshot {
            calls,
            in_flight: self.started.load(Relaxed).saturating_sub(calls),
            outcomes: CallOutcome::ALL.into_iter().zip(outcomes).collect(),
            faults: Kind::ALL.map(|kind| (kind, self.kinds[kind as usize].load(Relaxed))).into(),
            late: self.late.load(Relaxed),
            seconds: Duration::from_nanos(self.nanoseconds.load(Relaxed)).as_secs_f64(),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
        }
    }
}

/// The counts of one kernel at one moment.
#[derive(Clone, PartialEq, Debug)]
pub struct KernelSnapshot {
    /// Calls that have ended: the sum of `outcomes`.
    pub calls: u64,
    /// Calls that have begun and not ended.
    pub in_flight: u64,
    /// Ended calls by outcome.
    pub outcomes: BTreeMap<CallOutcome, u64>,
    /// Failures of the module by kind: together as many as `Degraded` and `Failed` calls.
    pub faults: BTreeMap<Kind, u64>,
    /// Calls that were answered, but after their deadline.
    pub late: u64,
    /// Time spent in ended calls.
    pub seconds: f64,
    /// Bytes of inputs of calls that were not refused.
    pub bytes_in: u64,
    /// Bytes of outputs of calls that were answered.
    pub bytes_out: u64,
}

/// A pack that was taken out of service again, by hand or because its health check failed after the swap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RolledBack {
    /// The pack.
    pub pack: Arc<PackName>,
    /// Whether the host did it by itself.
    pub automatic: bool,
    /// Calls that it had served by then.
    pub calls: u64,
    /// The last of those calls: kernel id and [`Reply::sequence`](crate::Reply::sequence), oldest first.
    pub named: Vec<(String, u64)>,
}

/// All counts of a host.
#[derive(Default)]
pub(crate) struct Metrics {
    kernels: Mutex<BTreeMap<String, Arc<KernelCounts>>>,
    unknown_kernel: AtomicU64,
    sequence: AtomicU64,
    swaps: AtomicU64,
    refused_upgrades: AtomicU64,
    automatic_rollbacks: AtomicU64,
    manual_rollbacks: AtomicU64,
    rolled_back_calls: AtomicU64,
    rollbacks: Mutex<Rollbacks>,
    instances: Arc<InstanceCounts>,
}

/// Rollbacks by number.
#[derive(Default)]
struct Rollbacks {
    noted: u64,
    last: VecDeque<(u64, RolledBack)>,
}

/// Instances of kernels, alive and ever made.
#[derive(Default, Debug)]
pub(crate) struct InstanceCounts {
    live: AtomicI64,
    made: AtomicU64,
}

impl InstanceCounts {
    pub(crate) fn born(&self) {
        self.live.fetch_add(1, Relaxed);
        self.made.fetch_add(1, Relaxed);
    }

    pub(crate) fn gone(&self) {
        self.live.fetch_sub(1, Relaxed);
    }
}

impl Metrics {
    pub(crate) fn instances(&self) -> Arc<InstanceCounts> {
        Arc::clone(&self.instances)
    }

    /// The counts of this kernel id, made if there are none.
    pub(crate) fn kernel(&self, id: &str) -> Arc<KernelCounts> {
        let mut kernels = self.kernels.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kernels.entry(id.to_owned()).or_default())
    }

    pub(crate) fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn unknown_kernel(&self) {
        self.unknown_kernel.fetch_add(1, Relaxed);
    }

    pub(crate) fn swapped(&self) {
        self.swaps.fetch_add(1, Relaxed);
    }

    pub(crate) fn upgrade_refused(&self) {
        self.refused_upgrades.fetch_add(1, Relaxed);
    }

    fn rollbacks(&self) -> MutexGuard<'_, Rollbacks> {
        self.rollbacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a rollback and gives its number, from 1.
    pub(crate) fn rolled_back(&self, record: RolledBack) -> u64 {
        let counter = if record.automatic { &self.automatic_rollbacks } else { &self.manual_rollbacks };
        counter.fetch_add(1, Relaxed);
        self.rolled_back_calls.fetch_add(record.calls, Relaxed);
        let mut rollbacks = self.rollbacks();
        rollbacks.noted += 1;
        if rollbacks.last.len() == REMEMBERED_ROLLBACKS {
            rollbacks.last.pop_front();
        }
        let noted = rollbacks.noted;
        rollbacks.last.push_back((noted, record));
        noted
    }

    /// The pack of a rollback is gone: adds the calls that were still on their way when it was rolled back.
    pub(crate) fn settle(&self, number: u64, last: RolledBack) {
        let mut rollbacks = self.rollbacks();
        if let Some((_, record)) = rollbacks.last.iter_mut().find(|(noted, _)| *noted == number) {
            self.rolled_back_calls.fetch_add(last.calls - record.calls, Relaxed);
            *record = RolledBack { automatic: record.automatic, ..last };
        }
    }

    pub(crate) fn snapshot(&self, retired_packs: usize) -> MetricsSnapshot {
        let kernels = self.kernels.lock().unwrap_or_else(PoisonError::into_inner);
        MetricsSnapshot {
            kernels: kernels.iter().map(|(id, counts)| (id.clone(), counts.snapshot())).collect(),
            unknown_kernel: self.unknown_kernel.load(Relaxed),
            live_instances: self.instances.live.load(Relaxed).max(0) as u64,
            made_instances: self.instances.made.load(Relaxed),
            swaps: self.swaps.load(Relaxed),
            refused_upgrades: self.refused_upgrades.load(Relaxed),
            automatic_rollbacks: self.automatic_rollbacks.load(Relaxed),
            manual_rollbacks: self.manual_rollbacks.load(Relaxed),
            rolled_back_calls: self.rolled_back_calls.load(Relaxed),
            rollbacks: self.rollbacks().last.iter().map(|(_, record)| record.clone()).collect(),
            retired_packs: retired_packs as u64,
        }
    }
}

/// All counts at one moment.
#[derive(Clone, PartialEq, Debug)]
pub struct MetricsSnapshot {
    /// By kernel id, over all packs that had it. Calls of health checks count too.
    pub kernels: BTreeMap<String, KernelSnapshot>,
    /// Requests for kernels that no pack had.
    pub unknown_kernel: u64,
    /// Instances that are alive, idle ones among them.
    pub live_instances: u64,
    /// Instances ever made.
    pub made_instances: u64,
    /// Packs put into service after the first.
    pub swaps: u64,
    /// Upgrades that never came to serve a call.
    pub refused_upgrades: u64,
    /// Rollbacks that the host did by itself.
    pub automatic_rollbacks: u64,
    /// Rollbacks by hand.
    pub manual_rollbacks: u64,
    /// Calls that were served by packs that were later rolled back.
    pub rolled_back_calls: u64,
    /// The last rollbacks, oldest first.
    pub rollbacks: Vec<RolledBack>,
    /// Packs out of service that are still in memory: within their grace period, or kept for a rollback.
    pub retired_packs: u64,
}

impl MetricsSnapshot {
    /// Ended calls with this outcome, over all kernels.
    #[must_use]
    pub fn with_outcome(&self, outcome: CallOutcome) -> u64 {
        self.kernels.values().filter_map(|kernel| kernel.outcomes.get(&outcome)).sum()
    }

    /// Ended calls over all kernels.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.kernels.values().map(|kernel| kernel.calls).sum()
    }

    /// Failures of modules of this kind, over all kernels.
    #[must_use]
    pub fn with_kind(&self, kind: Kind) -> u64 {
        self.kernels.values().filter_map(|kernel| kernel.faults.get(&kind)).sum()
    }

    /// Whether, with nothing in flight, the counts add up: calls are the sum of their outcomes, and every degraded or
    /// failed call has one fault.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.kernels.values().all(|kernel| {
            let of = |outcome| kernel.outcomes.get(&outcome).copied().unwrap_or(0);
            kernel.in_flight == 0
                && kernel.calls == kernel.outcomes.values().sum::<u64>()
                && kernel.faults.values().sum::<u64>() == of(CallOutcome::Degraded) + of(CallOutcome::Failed)
        })
    }
}
