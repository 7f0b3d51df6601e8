//! Who may come in: room for bodies, places in the queue, workers. Whoever finds no room is told so at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::ROOM_UNIT;
use crate::problem::{Problem, ProblemKind};

/// The gate that every call passes.
pub(crate) struct Admission {
    rooms: Arc<Semaphore>,
    places: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    queue_time_max: Duration,
    pub(crate) waiting: AtomicU64,
    pub(crate) running: AtomicU64,
    pub(crate) turned_away: AtomicU64,
}

/// A call that may run. The place is given back when this is dropped, which is when the call has ended, whoever waits for it.
pub(crate) struct Admitted {
    admission: Arc<Admission>,
    _place: OwnedSemaphorePermit,
    _worker: OwnedSemaphorePermit,
}

impl Admission {
    pub(crate) fn new(bodies_len_max: usize, workers: usize, queue_len: usize, queue_time_max: Duration) -> Self {
        Self {
            rooms: Arc::new(Semaphore::new(bodies_len_max / ROOM_UNIT)),
            places: Arc::new(Semaphore::new(workers + queue_len)),
            workers: Arc::new(Semaphore::new(workers)),
            queue_time_max,
            waiting: AtomicU64::new(0),
            running: AtomicU64::new(0),
            turned_away: AtomicU64::new(0),
        }
    }

    /// Room for a body of this length.
    pub(crate) fn room(&self, len: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let units = u32::try_from(len.div_ceil(ROOM_UNIT)).unwrap_or(u32::MAX);
        Arc::clone(&self.rooms).try_acquire_many_owned(units).map_err(|_| self.turn_away("no room for another body"))
    }

    /// A place in the queue, and then a worker.
    pub(crate) async fn enter(self: &Arc<Self>) -> Result<Admitted, Problem> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| self.turn_away("the queue is full"))?;
        let waiting = Counted::new(&self.waiting);
        let worker = tokio::time::timeout(self.queue_time_max, Arc::clone(&self.workers).acquire_owned()).await;
        drop(waiting);
        let worker = worker.ok().and_then(Result::ok).ok_or_else(|| self.turn_away("no worker came free in time"))?;
        self.running.fetch_add(1, Relaxed);
        Ok(Admitted { admission: Arc::clone(self), _place: place, _worker: worker })
    }

    fn turn_away(&self, why: &str) -> Problem {
        self.turned_away.fetch_add(1, Relaxed);
        Problem::new(ProblemKind::Busy, format!("{why}; try again later"))
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.admission.running.fetch_sub(1, Relaxed);
    }
}

/// One more while it lives.
pub(crate) struct Counted<'a>(&'a AtomicU64);

impl<'a> Counted<'a> {
    pub(crate) fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
