//! WASI-NN: the models of a pack, which the host computes for a kernel that asks for them.
//!
//! A kernel asks by name and can use no model but those that its pack carries. What it gets is the host's own float
//! arithmetic, which is not the same on every machine: such a call is *host-computed*, never metered and never replayed. The
//! engine's clock ends the kernel's own loops; a computation that is under way in the host runs to its end.
//!
//! | module | concept |
//! | --- | --- |
//! | this page | what a kernel may import, and what stands behind it |
//! | `model` | a model, read and made ready to run |
//! | `backend` | `wasmtime-wasi-nn`'s traits over such models |

mod backend;
mod model;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use codec::kernel::{WASI_NN_IMPORTS, WASI_NN_MODULE};
use engine::{EngineError, EngineErrorKind, KernelFault, KernelStop, Trap};
use wasmtime::{ExternType, Linker};
use wasmtime_wasi_nn::witx::WasiNnCtx;
use wasmtime_wasi_nn::{Backend, Registry};
use wiggle::GuestError;

use self::backend::{ModelBackend, ModelRegistry};
pub use self::model::Models;
use crate::kernel_state::KernelState;

/// What the library panics with for an address that only its own body looks at; `tests/wasi_nn` holds it to these words.
const GUEST_PANIC: &str = "guest error conversion";

/// What one instance has asked for so far.
pub(crate) struct Inference(WasiNnCtx);

impl Inference {
    pub(crate) fn new(models: &Models) -> Self {
        Self(WasiNnCtx::new([Backend::from(ModelBackend)], Registry::from(ModelRegistry::new(models))))
    }
}

/// Whether this is a function that a kernel may import.
pub(crate) fn allows(module: &str, name: &str, ty: &ExternType) -> bool {
    module == WASI_NN_MODULE && WASI_NN_IMPORTS.contains(&name) && matches!(ty, ExternType::Func(_))
}

/// Puts the functions where a kernel's imports are looked for.
pub(crate) fn link(linker: &mut Linker<KernelState>) -> Result<(), EngineError> {
    wasmtime_wasi_nn::witx::add_to_linker(linker, |state: &mut KernelState| {
        &mut state.inference.as_mut().expect("every instance whose module has imports was given one").0
    })
    .map_err(crate::invalid)
}

/// Calls a kernel that the host computes for. Where a kernel hands the library behind the imports an address outside of its
/// memory, the library gives an error or panics: that is the kernel's fault, and must not become the host's.
pub(crate) fn guarded(
    memory_bytes: u64,
    call: impl FnOnce() -> wasmtime::Result<i32>,
) -> Result<wasmtime::Result<i32>, KernelStop> {
    let fault = |place: String| {
        let (trap, address, place) = (Trap::MemoryOutOfBounds, None, Some(place));
        KernelStop::Fault(KernelFault { trap, address, memory_bytes, place })
    };
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Err(error)) => match error.downcast_ref::<GuestError>() {
            Some(guest) => Err(fault(guest.to_string())),
            None => Ok(Err(error)),
        },
        Ok(done) => Ok(done),
        Err(panic) if words_of(&*panic).contains(GUEST_PANIC) => Err(fault(format!("an import of `{WASI_NN_MODULE}`"))),
        Err(panic) => {
            let what = format!("`{WASI_NN_MODULE}` failed within the host: {}", words_of(&*panic));
            Err(KernelStop::World(EngineError::new(EngineErrorKind::Other, what)))
        }
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words")
}
