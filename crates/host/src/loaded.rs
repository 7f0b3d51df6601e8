//! A verified pack, compiled on an engine for a device class.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use codec::Digest;
use codec::kernel::KernelInfo;
use engine::{KernelEngine, KernelFunction, KernelInstance, KernelLimits, KernelModule, KernelStop};
use ops::Op;
use pack::{DType, Direction, Kernel, Pack, Verified};
use seal::{NanBits, Note};

use crate::class::DeviceClass;
use crate::error::LoadError;
use crate::failure::{Cause, KernelFailure};
use crate::limits::{ROOM_ATTEMPTS, ROOM_PAUSE, SETUP_UNITS};
use crate::metrics::InstanceCounts;
use crate::pace::Pace;
use crate::pool::{Held, IdleBytes, Pool};
use crate::request::Mode;
use crate::seat::{Stopped, world};
use crate::speed::Speed;

/// Which pack: name, version and the digest of its manifest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PackName {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its manifest's bytes.
    pub digest: Digest,
}

impl fmt::Display for PackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = self.digest.to_string();
        write!(f, "{} {} ({})", self.name, self.version, digest.get(..12).unwrap_or(&digest))
    }
}

/// A kernel, compiled and looked into.
pub(crate) struct LoadedKernel {
    pub(crate) spec: Kernel,
    pub(crate) module: Box<dyn KernelModule>,
    pub(crate) info: KernelInfo,
    /// Pages that an instance may have: the least of what manifest, device class and module allow.
    pub(crate) pages_max: u32,
    /// The longest that a call may take.
    pub(crate) deadline_max: Duration,
    /// The period of the engine's clock, if it has one.
    pub(crate) clock: Option<Duration>,
    pub(crate) pool: Pool,
    pub(crate) pace: Pace,
    pub(crate) speed: Speed,
    pub(crate) fallback: Option<Op>,
    /// The cost table that the module was sealed with; `None` if it cannot be called metered.
    pub(crate) cost_table: Option<Digest>,
    /// Names and types of the outputs, forward and backward.
    outputs: [Vec<(Arc<str>, DType)>; 2],
}

impl LoadedKernel {
    /// Whether a call can be metered and receipted.
    pub(crate) fn is_meterable(&self) -> bool {
        self.cost_table.is_some()
    }

    /// Names and types of the outputs.
    pub(crate) fn outputs(&self, direction: Direction) -> &[(Arc<str>, DType)] {
        match direction {
            Direction::Forward => &self.outputs[0],
            Direction::Backward => &self.outputs[1],
        }
    }
}

/// A pack that can be served. Gates among its kernels are left out: they follow another ABI.
pub struct Loaded {
    pack: Arc<Pack<Verified>>,
    name: Arc<PackName>,
    kernels: Vec<LoadedKernel>,
    engine: &'static str,
    class: DeviceClass,
    instances: Arc<InstanceCounts>,
}

impl Loaded {
    /// Compiles every kernel of the pack and checks what it says of itself.
    ///
    /// # Errors
    /// The first kernel that cannot be served, and why.
    pub fn compile(
        pack: Arc<Pack<Verified>>,
        engine: &dyn KernelEngine,
        class: DeviceClass,
    ) -> Result<Self, LoadError> {
        Self::compile_counted(pack, engine, class, Arc::default())
    }

    pub(crate) fn compile_counted(
        pack: Arc<Pack<Verified>>,
        engine: &dyn KernelEngine,
        class: DeviceClass,
        instances: Arc<InstanceCounts>,
    ) -> Result<Self, LoadError> {
        let manifest = pack.manifest();
        let name =
            PackName { name: manifest.name.clone(), version: manifest.version.to_string(), digest: pack.digest() };
        let name = Arc::new(name);
        let idle = Arc::new(IdleBytes::default());
        let mut kernels = Vec::with_capacity(manifest.kernels.len());
        for spec in manifest.kernels.iter().filter(|kernel| !kernel.is_gate()) {
            let place = Place { pack: &pack, name: &name, engine, class, instances: &instances, idle: &idle };
            kernels.push(place.load(spec)?);
        }
        Ok(Self { name, kernels, engine: engine.name(), class, instances, pack })
    }

    /// The pack.
    #[must_use]
    pub fn pack(&self) -> &Arc<Pack<Verified>> {
        &self.pack
    }

    /// Which pack it is.
    #[must_use]
    pub fn name(&self) -> &Arc<PackName> {
        &self.name
    }

    /// The engine that compiled it.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        self.engine
    }

    /// The device class it was compiled for.
    #[must_use]
    pub fn class(&self) -> DeviceClass {
        self.class
    }

    /// The kernels that can be called, in manifest order.
    pub fn kernels(&self) -> impl ExactSizeIterator<Item = KernelView<'_>> {
        self.kernels.iter().map(|kernel| KernelView { kernel })
    }

    pub(crate) fn loaded_kernels(&self) -> &[LoadedKernel] {
        &self.kernels
    }

    pub(crate) fn index(&self, id: &str) -> Option<usize> {
        self.kernels.iter().position(|kernel| kernel.spec.id == id)
    }

    /// A fresh instance, set up. Where the engine has no room, idle instances make some.
    pub(crate) fn fresh(&self, kernel: &LoadedKernel) -> Result<Held, Stopped> {
        for _ in 1..ROOM_ATTEMPTS {
            match fresh(&*kernel.module, &self.instances) {
                Err(stopped) if matches!(stopped.cause, Cause::Room(_)) => {
                    self.kernels.iter().for_each(|kernel| kernel.pool.clear());
                    std::thread::sleep(ROOM_PAUSE);
                }
                other => return other,
            }
        }
        fresh(&*kernel.module, &self.instances)
    }

    /// An instance for a call in this mode.
    pub(crate) fn held(&self, kernel: &LoadedKernel, mode: Mode) -> Result<Held, Stopped> {
        match mode {
            Mode::Metered { .. } => self.fresh(kernel),
            Mode::Deadline(_) => kernel.pool.take().map_or_else(|| self.fresh(kernel), Ok),
        }
    }

    /// Gives an instance back that is in order. Those of metered calls are never used again.
    pub(crate) fn give_back(&self, kernel: &LoadedKernel, held: Held, mode: Mode) {
        match mode {
            Mode::Metered { .. } => held.retire(),
            Mode::Deadline(_) => kernel.pool.put(held),
        }
    }

    /// Lets all idle instances go and keeps none from now on.
    pub(crate) fn close(&self) {
        self.kernels.iter().for_each(|kernel| kernel.pool.close());
    }

    /// Keeps idle instances again.
    pub(crate) fn reopen(&self) {
        self.kernels.iter().for_each(|kernel| kernel.pool.reopen());
    }
}

/// What is known of a kernel that can be called.
#[derive(Clone, Copy)]
pub struct KernelView<'a> {
    kernel: &'a LoadedKernel,
}

impl<'a> KernelView<'a> {
    /// The manifest's entry.
    #[must_use]
    pub fn spec(self) -> &'a Kernel {
        &self.kernel.spec
    }

    /// Whether it can be called metered: its module carries sealing's meter, and its NaNs are canonical.
    #[must_use]
    pub fn is_sealed(self) -> bool {
        self.kernel.is_meterable()
    }

    /// Whether it was built with SIMD128.
    #[must_use]
    pub fn uses_simd(self) -> bool {
        self.kernel.info.uses_simd
    }

    /// Pages of memory that a call may take.
    #[must_use]
    pub fn pages_max(self) -> u32 {
        self.kernel.pages_max
    }

    /// The longest that a call may take, whatever it asks for.
    #[must_use]
    pub fn deadline_max(self) -> Duration {
        self.kernel.deadline_max
    }

    /// The native operation that answers when it fails.
    #[must_use]
    pub fn fallback(self) -> Option<Op> {
        self.kernel.fallback
    }
}

/// All that loading a kernel needs to know beside its entry.
struct Place<'a> {
    pack: &'a Pack<Verified>,
    name: &'a Arc<PackName>,
    engine: &'a dyn KernelEngine,
    class: DeviceClass,
    instances: &'a Arc<InstanceCounts>,
    idle: &'a Arc<IdleBytes>,
}

impl Place<'_> {
    fn load(&self, spec: &Kernel) -> Result<LoadedKernel, LoadError> {
        let id = || spec.id.clone();
        let limits = KernelLimits {
            pages_max: spec.limits.max_memory_pages.min(self.class.pages_max),
            table_elements_max: spec.limits.max_table_elements.min(self.class.table_elements_max),
        };
        let bytes = self.pack.module(&spec.id).unwrap_or_default();
        let module = self
            .engine
            .compile_kernel(bytes, &spec.entry_point, limits)
            .map_err(|error| LoadError::Module { kernel: id(), error })?;
        let in_manifest = spec.backward.is_some();
        if in_manifest && !module.has_backward() {
            return Err(LoadError::Backward { kernel: id(), in_manifest });
        }
        let (info, pages) = look_into(&*module, self.instances).map_err(|stopped| self.setup(spec, stopped))?;
        if info.has_backward != in_manifest {
            return Err(LoadError::Backward { kernel: id(), in_manifest });
        }
        if info.uses_simd && !self.class.simd {
            return Err(LoadError::Simd { kernel: id(), class: self.class.name });
        }
        let fallback = match self.pack.manifest().fallback(&spec.id) {
            None => None,
            Some(operation) => Some(
                Op::from_id(operation)
                    .ok_or_else(|| LoadError::UnknownFallback { kernel: id(), operation: operation.to_owned() })?,
            ),
        };
        log::debug!("kernel `{}` of {}: {pages} pages at first, arena at {}", spec.id, self.name, info.arena_offset);
        Ok(LoadedKernel {
            pages_max: limits.pages_max.min(module.pages_max()),
            deadline_max: self.class.deadline.min(self.class.tick.saturating_mul(spec.limits.max_epoch_ticks)),
            clock: self.engine.tick(),
            pool: Pool::new(Arc::clone(self.idle)),
            pace: Pace::default(),
            speed: Speed::default(),
            outputs: Direction::ALL.map(|direction| {
                let outputs = spec.interface(direction).map_or(&[][..], |interface| interface.outputs());
                outputs.iter().map(|output| (Arc::from(output.name.as_str()), output.dtype)).collect()
            }),
            // What the host computes for a module is in no meter.
            cost_table: if module.is_host_computed() { None } else { receiptable(bytes) },
            spec: spec.clone(),
            module,
            info,
            fallback,
        })
    }

    fn setup(&self, spec: &Kernel, stopped: Stopped) -> LoadError {
        LoadError::Setup(Box::new(KernelFailure {
            kernel: spec.id.clone(),
            direction: Direction::Forward,
            pack: Arc::clone(self.name),
            engine: self.engine.name(),
            mode: Mode::Metered { budget: SETUP_UNITS as u64 },
            cause: stopped.cause,
            message: stopped.message,
            shapes: Vec::new(),
            elapsed: Duration::ZERO,
            meter_used: stopped.meter_used,
            memory_bytes: stopped.memory_bytes,
        }))
    }
}

/// The cost table of a module whose results are the same everywhere. One that was sealed to be bounded only, its NaN bits as
/// made, is not such a module; nor is one that does not say how it was sealed.
fn receiptable(module: &[u8]) -> Option<Digest> {
    Note::read(module).filter(|note| note.nan == NanBits::Canonical).map(|note| note.cost_table)
}

/// An instance on which `kernel_init` returned OK.
fn fresh(module: &dyn KernelModule, counts: &Arc<InstanceCounts>) -> Result<Held, Stopped> {
    let instance = module.instantiate().map_err(world)?;
    let mut held = Held::new(instance, Arc::clone(counts));
    let code = call_setup(held.instance(), KernelFunction::Init)?;
    if code == 0 { Ok(held) } else { Err(Cause::Init(code).into()) }
}

/// Reads a kernel's info off a fresh instance. All instances of a module say the same: they import nothing.
fn look_into(module: &dyn KernelModule, counts: &Arc<InstanceCounts>) -> Result<(KernelInfo, usize), Stopped> {
    let mut held = fresh(module, counts)?;
    let address = call_setup(held.instance(), KernelFunction::Info)?.cast_unsigned();
    let memory = held.memory();
    let bytes = memory.get(address as usize..).and_then(|rest| rest.first_chunk());
    let bytes = bytes.ok_or(Cause::InfoAddress(address))?;
    let info = KernelInfo::from_bytes(bytes).map_err(Cause::Info)?;
    let pages = memory.len() / 65_536;
    held.retire();
    Ok((info, pages))
}

fn call_setup(instance: &mut dyn KernelInstance, function: KernelFunction) -> Result<i32, Cause> {
    instance.set_meter(SETUP_UNITS);
    instance.call(function, 0).map_err(|stop| match stop {
        KernelStop::Fault(fault) => Cause::Fault(fault),
        KernelStop::EpochDeadline => Cause::Deadline { limit: Duration::ZERO },
        KernelStop::World(error) => world(error),
    })
}
