//! What every engine must do alike.
//!
//! | module | concept |
//! | --- | --- |
//! | this page | the traits [`Engine`], [`Module`] and [`Instance`] |
//! | [`stop`] | why a call did not return: the guest's [`Trap`], or an [`EngineError`] of the world |
//! | [`state`] | all of an instance that outlives a call: memory and globals |
//! | [`kernel`] | the traits for kernels, whose ABI is another |
//! | [`limits`] | the stack an engine must give, and the largest memory |
//!
//! An engine compiles *sealed* modules only. The meter, the call-depth limit and the mutable globals are exports of the
//! sealed module (see [`codec::abi`]), so that no engine's own counting can enter a receipt.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod kernel;
pub mod limits;
pub mod state;
pub mod stop;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub use kernel::{KernelEngine, KernelFault, KernelFunction, KernelInstance, KernelLimits, KernelModule, KernelStop};
pub use state::{GlobalValue, State};
pub use stop::{EngineError, EngineErrorKind, Stop, Trap};

/// A WebAssembly engine.
pub trait Engine: Send + Sync {
    /// The engine's name and version, for annexes and messages.
    fn name(&self) -> &'static str;

    /// Compiles a sealed module.
    ///
    /// # Errors
    /// [`EngineErrorKind::InvalidModule`] if the engine does not accept the bytes, [`EngineErrorKind::MissingExport`] if they lack
    /// an export of the guest ABI or of sealing.
    fn compile(&self, sealed: &[u8]) -> Result<Box<dyn Module>, EngineError>;
}

/// A compiled module: a factory of instances.
pub trait Module: Send + Sync {
    /// The name and version of the engine that compiled it.
    fn engine_name(&self) -> &'static str;

    /// A new instance in its initial state, meter at zero.
    ///
    /// # Errors
    /// [`EngineErrorKind::OutOfResources`] if the host has no memory for it; the others as for `compile`, which may find them first.
    fn instantiate(&self) -> Result<Box<dyn Instance>, EngineError>;
}

/// A running container.
pub trait Instance: Send {
    /// Calls `alloc(len)`.
    ///
    /// # Errors
    /// Any [`Stop`]; the instance's state is then undefined and must be replaced.
    fn alloc(&mut self, len: i32) -> Result<i32, Stop>;

    /// Calls `execute(ptr, len)`.
    ///
    /// # Errors
    /// As for [`Instance::alloc`].
    fn execute(&mut self, ptr: i32, len: i32) -> Result<i32, Stop>;

    /// Calls `output_len()`.
    ///
    /// # Errors
    /// As for [`Instance::alloc`].
    fn output_len(&mut self) -> Result<i32, Stop>;

    /// The linear memory.
    fn memory(&self) -> &[u8];

    /// The linear memory, to write into.
    fn memory_mut(&mut self) -> &mut [u8];

    /// What is left of the budget, in cost units; negative after the meter stopped a call.
    fn meter(&mut self) -> i64;

    /// Sets what is left of the budget.
    fn set_meter(&mut self, units: i64);

    /// Copies the module's own mutable globals, in order of index, into `globals`, whose space is used again.
    fn globals(&mut self, globals: &mut Vec<GlobalValue>);

    /// Copies memory and globals, the meter aside, into `state`, whose space is used again.
    fn save(&mut self, state: &mut State) {
        state.memory.clear();
        state.memory.extend_from_slice(self.memory());
        self.globals(&mut state.globals);
    }

    /// Puts memory and globals back. Only on a fresh instance of the module that `state` was taken from.
    ///
    /// # Errors
    /// [`EngineErrorKind::StateMismatch`] if `state` is of another module or memory cannot reach its size.
    fn restore(&mut self, state: &State) -> Result<(), EngineError>;
}
