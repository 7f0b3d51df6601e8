//! Instances that wait for their next call.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::{KernelFunction, KernelInstance};

use crate::limits::{IDLE_BYTES_MAX, IDLE_PER_SHARD, POOL_SHARDS, SETUP_UNITS};
use crate::metrics::InstanceCounts;

/// An instance that is set up, counted as long as it lives.
pub(crate) struct Held {
    instance: Box<dyn KernelInstance>,
    counts: Arc<InstanceCounts>,
}

impl Held {
    pub(crate) fn new(instance: Box<dyn KernelInstance>, counts: Arc<InstanceCounts>) -> Self {
        counts.born();
        Self { instance, counts }
    }

    pub(crate) fn instance(&mut self) -> &mut dyn KernelInstance {
        &mut *self.instance
    }

    pub(crate) fn memory(&self) -> &[u8] {
        self.instance.memory()
    }

    /// Lets an instance go that is in order: the kernel may clean up. What it answers no longer matters.
    pub(crate) fn retire(mut self) {
        self.instance.set_meter(SETUP_UNITS);
        if let Err(stop) = self.instance.call(KernelFunction::Cleanup, 0) {
            log::warn!("`kernel_cleanup` did not return: {stop}");
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.counts.gone();
    }
}

/// Idle bytes of all pools of a pack.
#[derive(Default)]
pub(crate) struct IdleBytes(AtomicU64);

/// The idle instances of one kernel. A thread finds those first that it left itself.
pub(crate) struct Pool {
    shards: [Mutex<Vec<Held>>; POOL_SHARDS],
    open: AtomicBool,
    idle: Arc<IdleBytes>,
}

impl Pool {
    pub(crate) fn new(idle: Arc<IdleBytes>) -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), open: AtomicBool::new(true), idle }
    }

    /// An idle instance, if there is one.
    pub(crate) fn take(&self) -> Option<Held> {
        let own = own_shard();
        let held = lock(&self.shards[own]).pop().or_else(|| {
            let others = (1..POOL_SHARDS).map(|step| &self.shards[(own + step) % POOL_SHARDS]);
            others.filter_map(|shard| shard.try_lock().ok()?.pop()).next()
        })?;
        self.idle.0.fetch_sub(held.memory().len() as u64, Ordering::Relaxed);
        Some(held)
    }

    /// Keeps an instance that is in order for the next call, or lets it go if there is no place.
    pub(crate) fn put(&self, held: Held) {
        let bytes = held.memory().len() as u64;
        let idle_before = self.idle.0.fetch_add(bytes, Ordering::Relaxed);
        if idle_before + bytes <= IDLE_BYTES_MAX {
            let mut shard = lock(&self.shards[own_shard()]);
            // Asked for under the lock, so that nothing is left behind when the pool closes.
            if self.open.load(Ordering::SeqCst) && shard.len() < IDLE_PER_SHARD {
                shard.push(held);
                return;
            }
        }
        self.idle.0.fetch_sub(bytes, Ordering::Relaxed);
        held.retire();
    }

    /// Lets all idle instances go.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            let idle = std::mem::take(&mut *lock(shard));
            for held in idle {
                self.idle.0.fetch_sub(held.memory().len() as u64, Ordering::Relaxed);
                held.retire();
            }
        }
    }

    /// From now on nothing is kept.
    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
        self.clear();
    }

    /// Instances are kept again.
    pub(crate) fn reopen(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

fn lock(shard: &Mutex<Vec<Held>>) -> MutexGuard<'_, Vec<Held>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Threads get the shards in turn.
fn own_shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: Cell<usize> = Cell::new(NEXT.fetch_add(1, Ordering::Relaxed) % POOL_SHARDS);
    }
    OWN.with(Cell::get)
}
