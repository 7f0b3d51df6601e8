//! The kernel host: one active pack, calls, and what is counted.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use engine::KernelEngine;
use pack::{Direction, Pack, Value, Verified};
use receipt::invocation::Invocation;

use crate::class::DeviceClass;
use crate::error::{CallError, StartError};
use crate::janitor::Janitor;
use crate::lease::Lease;
use crate::loaded::{Loaded, PackName};
use crate::metrics::{Metrics, MetricsSnapshot};
use crate::native::Bypass;
use crate::request::{Mode, Reply, Request};
use crate::serving::Serving;
use crate::swap::Before;

/// What an operator chooses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostOptions {
    /// When calls go to the native form without asking the module.
    pub bypass: Bypass,
    /// How long a pack that was replaced stays compiled. A rollback after that compiles it again.
    pub grace: Duration,
}

impl HostOptions {
    /// No bypass, five minutes of grace.
    pub const PLAIN: Self = Self { bypass: Bypass::NEVER, grace: Duration::from_secs(300) };
}

/// A kernel host. All its methods may be called from any thread.
pub struct Host {
    pub(crate) engine: Arc<dyn KernelEngine>,
    pub(crate) class: DeviceClass,
    pub(crate) options: HostOptions,
    pub(crate) active: ArcSwap<Serving>,
    /// The pack that a rollback goes back to. Whoever holds the lock is the only one who swaps.
    pub(crate) before: Mutex<Option<Before>>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) janitor: Janitor,
}

impl Host {
    /// Compiles the pack, checks its health and serves it.
    ///
    /// # Errors
    /// Why the pack cannot be served; nothing is left running.
    pub fn start(
        engine: Arc<dyn KernelEngine>,
        class: DeviceClass,
        options: HostOptions,
        pack: Pack<Verified>,
    ) -> Result<Self, StartError> {
        let metrics = Arc::new(Metrics::default());
        let loaded = Loaded::compile_counted(Arc::new(pack), &*engine, class, metrics.instances())?;
        let health = loaded.check_health().map_err(StartError::Unhealthy)?;
        let name = Arc::clone(loaded.name());
        log::info!("serving {name} on {} ({}): {health:?}", engine.name(), class.name);
        let janitor = Janitor::start().map_err(|error| StartError::Thread { why: error.to_string() })?;
        let active = ArcSwap::from_pointee(Serving::new(loaded, &metrics, options.bypass));
        Ok(Self { engine, class, options, active, before: Mutex::new(None), metrics, janitor })
    }

    /// Calls a kernel of the active pack.
    ///
    /// # Errors
    /// [`CallError::Refused`] if the request is wrong; the others if neither module nor reference could answer.
    pub fn call(&self, request: &Request<'_>) -> Result<Reply, CallError> {
        let started = Instant::now();
        self.active.load().call(request, started)
    }

    /// As [`Host::call`], and states what was done: for whoever signs receipts. There is no statement for a request that was
    /// refused, nor for a call that something outside of the module ended without an answer.
    pub fn call_stated(&self, request: &Request<'_>) -> (Result<Reply, CallError>, Option<Invocation>) {
        let started = Instant::now();
        self.active.load().call_stated(request, started)
    }

    /// Calls a kernel once for each request, all on one pack and, unless they are metered, on one instance, whose arena is
    /// laid out anew for each. Deadlines count from the start of the batch: requests that come after theirs fail.
    ///
    /// # Errors
    /// If the batch as a whole is wrong. What becomes of each request is in its own place.
    pub fn batch(&self, requests: &[Request<'_>]) -> Result<Vec<Result<Reply, CallError>>, CallError> {
        let started = Instant::now();
        self.active.load().batch(requests, started)
    }

    /// Lays out a call on an instance and hands it over, so that inputs can be written and outputs read in the kernel's own
    /// memory: no byte is copied. `shapes` are those of the inputs in manifest order.
    ///
    /// # Errors
    /// [`CallError::Refused`] if the request is wrong, [`CallError::Failed`] if there is no instance for it.
    pub fn lease(
        &self,
        kernel: &str,
        direction: Direction,
        shapes: &[&[u32]],
        parameters: &[(&str, Value)],
        mode: Mode,
    ) -> Result<Lease, CallError> {
        Lease::take(self.active.load_full(), kernel, direction, shapes, parameters, mode)
    }

    /// The active pack. It may have been replaced by the time that this is looked at.
    #[must_use]
    pub fn active(&self) -> Arc<Loaded> {
        Arc::clone(self.active.load().loaded())
    }

    /// Which pack is active.
    #[must_use]
    pub fn active_name(&self) -> Arc<PackName> {
        Arc::clone(self.active.load().loaded().name())
    }

    /// The engine.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    /// The device class.
    #[must_use]
    pub fn class(&self) -> DeviceClass {
        self.class
    }

    /// All counts at this moment.
    #[must_use]
    pub fn metrics(&self) -> MetricsSnapshot {
        self.metrics.snapshot(self.janitor.waiting())
    }
}
