//! What every engine must do alike for kernels: modules with the kernel ABI of [`codec::kernel`].
//!
//! What can end a call that would not end by itself:
//!
//! | module | Wasmtime | Wasmtime with a clock | wasmi |
//! | --- | --- | --- | --- |
//! | sealed | its meter | its meter, and the clock | its meter |
//! | not sealed | refused | the clock | refused |
//!
//! *Metered*: the host sets the meter to the budget; where it stops is the same everywhere. *Deadline*: with a clock, the
//! host gives the call its ticks. Without one it sets the meter to what the kernel could not use up in that time
//! (`docs/decisions/0016-interruption.md` has the rate and what each way costs); a meter that stops such a call says
//! nothing about the work, only that the deadline is long past.
//!
//! An engine takes the presence of sealing's globals as proof that a module is sealed. They can be faked: whoever compiles a
//! stranger's module has sealed it himself.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use crate::stop::{EngineError, Trap};

/// An engine that runs kernels.
pub trait KernelEngine: Send + Sync {
    /// The engine's name and version, for annexes and messages.
    fn name(&self) -> &'static str;

    /// The period of the engine's clock; `None` if it has none, so that only a meter can end a call.
    fn tick(&self) -> Option<Duration>;

    /// Compiles a kernel. A sealed module is bounded by its meter. A module that is not sealed is compiled only by an
    /// engine whose clock can stop it.
    ///
    /// # Errors
    /// [`InvalidModule`](crate::EngineErrorKind::InvalidModule) if the engine does not accept the bytes, if they ask for more than
    /// `limits`, or if nothing would bound a call; [`MissingExport`](crate::EngineErrorKind::MissingExport) if an export of the ABI is not there.
    fn compile_kernel(
        &self,
        module: &[u8],
        entry_point: &str,
        limits: KernelLimits,
    ) -> Result<Box<dyn KernelModule>, EngineError>;
}

/// What a kernel may take: from its manifest, capped by the device class. A module whose memory or table *begins* above
/// these is refused; one whose memory may grow further gets no more than these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KernelLimits {
    /// Pages of 64 KiB that its memory may have.
    pub pages_max: u32,
    /// Elements that its table may have.
    pub table_elements_max: u32,
}

/// A compiled kernel: a factory of instances.
pub trait KernelModule: Send + Sync {
    /// The name and version of the engine that compiled it.
    fn engine_name(&self) -> &'static str;

    /// Whether the module carries sealing's meter, so that a call can be metered and receipted.
    fn is_sealed(&self) -> bool;

    /// Whether the host computes for the kernel, by functions that it imports. Such a call is bounded by the engine's clock
    /// alone and is never metered or replayed: the module counts as not sealed.
    fn is_host_computed(&self) -> bool {
        false
    }

    /// Whether the module exports `kernel_backward`.
    fn has_backward(&self) -> bool;

    /// Pages that an instance's memory can have at most: the module's own maximum, or the limit if that is lower.
    fn pages_max(&self) -> u32;

    /// A new instance in its initial state. `kernel_init` has not been called.
    ///
    /// # Errors
    /// [`OutOfResources`](crate::EngineErrorKind::OutOfResources) if the host has no memory or no free place in the pool.
    fn instantiate(&self) -> Result<Box<dyn KernelInstance>, EngineError>;
}

/// The functions of the kernel ABI.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KernelFunction {
    /// `kernel_init`.
    Init,
    /// `kernel_forward`, or the entry point of the manifest.
    Forward,
    /// `kernel_backward`.
    Backward,
    /// `kernel_info`.
    Info,
    /// `kernel_cleanup`.
    Cleanup,
}

/// A running kernel.
pub trait KernelInstance: Send {
    /// Calls a function. `descriptor` is given to forward and backward only.
    ///
    /// # Errors
    /// Why it did not return; the instance's state is then undefined and the instance must be dropped.
    fn call(&mut self, function: KernelFunction, descriptor: u32) -> Result<i32, KernelStop>;

    /// The linear memory.
    fn memory(&self) -> &[u8];

    /// The linear memory, to write into.
    fn memory_mut(&mut self) -> &mut [u8];

    /// Makes the memory at least `pages` pages of 64 KiB long. New pages are zero.
    ///
    /// # Errors
    /// [`OutOfResources`](crate::EngineErrorKind::OutOfResources) if that is above the module's maximum or the limits, or if the host has
    /// no memory.
    fn grow_to(&mut self, pages: u32) -> Result<(), EngineError>;

    /// What is left of the meter, in cost units; `i64::MAX` for a module that is not sealed.
    fn meter(&mut self) -> i64;

    /// Sets what is left of the meter; does nothing to a module that is not sealed.
    fn set_meter(&mut self, units: i64);

    /// Gives each of the next calls this many whole ticks of the engine's clock; before this is called they have
    /// [`EPOCH_TICKS`](crate::limits::EPOCH_TICKS). Does nothing on an engine without a clock.
    fn set_epoch_ticks(&mut self, ticks: u64);
}

/// A kernel's function did not return.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KernelStop {
    /// The kernel's doing.
    Fault(KernelFault),
    /// The engine's clock stopped it.
    EpochDeadline,
    /// The world's doing.
    World(EngineError),
}

/// What a kernel did to end a call, with all that the engine knows of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KernelFault {
    /// What happened: the same on every engine. A native stack overflow of a module that is not sealed counts as
    /// [`Trap::DepthExhausted`].
    pub trap: Trap,
    /// For a memory violation, the address that was not there, where the engine tells. With an operator's constant offset
    /// it can be above 2^32.
    pub address: Option<u64>,
    /// The size of the linear memory in bytes when it happened.
    pub memory_bytes: u64,
    /// Where: function and byte offset in the module, where the engine tells.
    pub place: Option<String>,
}

impl fmt::Display for KernelFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.trap)?;
        if let Some(address) = self.address {
            write!(f, " at {address:#x}, in a memory of {} bytes", self.memory_bytes)?;
        }
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for KernelStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::EpochDeadline => f.write_str("the deadline was hit"),
            Self::World(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for KernelStop {}
