//! The wall-clock guard: a thread that advances Wasmtime's epoch.
//!
//! A hit deadline is an error of the world. It is never receipted, because another machine would not hit it.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// Ticks in the deadline of a container's call: what it may overstay is a tenth of it.
pub(crate) const TICKS_PER_DEADLINE: u32 = 10;

/// The shortest period of a clock: waking more often costs more than it bounds.
const TICK_MIN: Duration = Duration::from_micros(100);

/// Advances the epoch of one engine until it is dropped.
pub(crate) struct Ticker {
    engine: wasmtime::Engine,
    tick: Duration,
}

impl Ticker {
    /// Starts the thread.
    pub(crate) fn start(engine: &wasmtime::Engine, tick: Duration) -> Arc<Self> {
        let tick = tick.max(TICK_MIN);
        let ticker = Arc::new(Self { engine: engine.clone(), tick });
        let weak: Weak<Self> = Arc::downgrade(&ticker);
        thread::spawn(move || {
            while let Some(ticker) = weak.upgrade() {
                ticker.engine.increment_epoch();
                drop(ticker);
                thread::sleep(tick);
            }
        });
        ticker
    }

    /// The period.
    pub(crate) fn tick(&self) -> Duration {
        self.tick
    }

    /// Gives the next call of `store` that many whole ticks; the one that has begun does not count.
    pub(crate) fn arm<T>(&self, store: &mut wasmtime::Store<T>, ticks: u64) {
        // The epoch and what is added to it must not wrap; no call lasts 2^48 ticks.
        store.set_epoch_deadline(ticks.min(1 << 48) + 1);
    }
}
