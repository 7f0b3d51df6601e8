//! The wall-clock guard: a thread that advances Wasmtime's epoch.
//!
//! A hit deadline is an error of the world. It is never receipted, because another machine would not hit it.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// Epoch ticks in one deadline: what a call may overstay is a tenth of it.
const TICKS_PER_DEADLINE: u32 = 10;

/// Advances the epoch of one engine until it is dropped.
pub(crate) struct Ticker {
    engine: wasmtime::Engine,
}

impl Ticker {
    /// Starts the thread.
    pub(crate) fn start(engine: &wasmtime::Engine, deadline: Duration) -> Arc<Self> {
        let ticker = Arc::new(Self { engine: engine.clone() });
        let weak: Weak<Self> = Arc::downgrade(&ticker);
        let period = (deadline / TICKS_PER_DEADLINE).max(Duration::from_micros(100));
        thread::spawn(move || {
            while let Some(ticker) = weak.upgrade() {
                ticker.engine.increment_epoch();
                drop(ticker);
                thread::sleep(period);
            }
        });
        ticker
    }

    /// Gives the next call of `store` its whole deadline.
    pub(crate) fn arm<T>(&self, store: &mut wasmtime::Store<T>) {
        store.set_epoch_deadline(u64::from(TICKS_PER_DEADLINE) + 1);
    }
}
