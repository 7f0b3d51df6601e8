//! Packs out of service are dropped after a grace period, by a thread that ends with the host.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::serving::Serving;

/// The thread, and what it waits with.
pub(crate) struct Janitor {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    list: Mutex<List>,
    changed: Condvar,
}

#[derive(Default)]
struct List {
    waiting: Vec<(Instant, Arc<Serving>)>,
    ended: bool,
}

impl Janitor {
    pub(crate) fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("host-janitor".to_owned()).spawn(move || own.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Keeps a pack until the grace period is over. Its idle instances go at once.
    pub(crate) fn retire(&self, serving: Arc<Serving>, grace: Duration) {
        serving.loaded().close();
        let due = Instant::now().checked_add(grace);
        // A grace period without end never drops anything: the instant lies far enough away.
        let due = due.unwrap_or_else(|| Instant::now() + Duration::from_secs(u64::from(u32::MAX)));
        self.shared.lock().waiting.push((due, serving));
        self.shared.changed.notify_one();
    }

    /// Takes a pack back that is still there.
    pub(crate) fn recall(&self, wanted: &Arc<Serving>) {
        let mut list = self.shared.lock();
        list.waiting.retain(|(_, serving)| !Arc::ptr_eq(serving, wanted));
    }

    /// Packs that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.shared.lock().waiting.len()
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the janitor of packs has panicked");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut list = self.lock();
        while !list.ended {
            let now = Instant::now();
            let (due, waiting): (Vec<_>, Vec<_>) = list.waiting.drain(..).partition(|(due, _)| *due <= now);
            list.waiting = waiting;
            if !due.is_empty() {
                // Dropping compiled code takes a while; nobody should wait for the lock meanwhile.
                drop(list);
                drop(due);
                list = self.lock();
                continue;
            }
            let next = list.waiting.iter().map(|(due, _)| *due).min();
            list = match next {
                None => self.changed.wait(list).unwrap_or_else(PoisonError::into_inner),
                Some(next) => {
                    let wait = self.changed.wait_timeout(list, next.saturating_duration_since(now));
                    wait.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}
