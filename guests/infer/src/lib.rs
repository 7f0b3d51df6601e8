//! What kernels share that run a model of their pack on the host: the exports of the kernel ABI around one model.
//!
//! Such a kernel has one input and one output, both of 32-bit floats. [`kernel!`] makes a whole module.
//!
//! | module | concept |
//! | --- | --- |
//! | this page | the exports |
//! | [`nn`] | the host's functions |
#![no_std]
#![deny(unsafe_code)]

pub mod nn;

pub use {codec, ops_guest};

use core::sync::atomic::{AtomicU32, Ordering};

use codec::kernel::{Code, Descriptor, Params, RANK_MAX, Region};
use nn::Computation;
use ops_guest::memory::{self, Memory};
use ops_guest::message;

/// The instance's one computation, once `kernel_init` has begun it.
static COMPUTATION: AtomicU32 = AtomicU32::new(u32::MAX);

/// Makes a module of one model: `kernel!("linear")`.
#[macro_export]
macro_rules! kernel {
    ($model:literal) => {
        #[unsafe(no_mangle)]
        extern "C" fn kernel_init() -> i32 {
            $crate::init($model)
        }

        #[unsafe(no_mangle)]
        extern "C" fn kernel_info() -> i32 {
            $crate::ops_guest::memory::info(false)
        }

        #[unsafe(no_mangle)]
        extern "C" fn kernel_forward(descriptor: i32) -> i32 {
            $crate::forward(descriptor)
        }

        #[unsafe(no_mangle)]
        extern "C" fn kernel_cleanup() -> i32 {
            $crate::codec::kernel::Code::Ok as i32
        }

        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::ops_guest::message::panicked(info)
        }
    };
}

/// Begins the computation that all calls of this instance use.
pub fn init(model: &str) -> i32 {
    match nn::begin(model) {
        Ok(Computation(number)) => {
            COMPUTATION.store(number, Ordering::Relaxed);
            Code::Ok as i32
        }
        Err(code) => {
            message::set(memory::take().message, code, &["the host has no model ", model]);
            code as i32
        }
    }
}

/// Runs the model on the call's input.
pub fn forward(descriptor: i32) -> i32 {
    let Memory { message, arena, arena_offset } = memory::take();
    let at = (descriptor as u32).wrapping_sub(arena_offset) as usize;
    let (code, text) = match run(arena, arena_offset, at) {
        Ok(()) => (Code::Ok, ""),
        Err((code, text)) => (code, text),
    };
    message::set(message, code, &[text]);
    code as i32
}

fn run(arena: &mut [u8], offset: u32, at: usize) -> Result<(), (Code, &'static str)> {
    let descriptor = arena.get(at..).and_then(|bytes| bytes.first_chunk()).map(Descriptor::from_bytes);
    let descriptor = descriptor.ok_or((Code::InvalidParams, "no descriptor there"))?;
    let place = |region: Region| {
        let start = region.offset.wrapping_sub(offset) as usize;
        start..start.saturating_add(region.size as usize)
    };
    let params = arena.get(place(descriptor.params)).and_then(|bytes| Params::read(bytes).ok());
    let tensors = params.and_then(|params| Some((params.tensor(0)?, params.tensor(1)?)));
    let (input, output) = tensors.ok_or((Code::InvalidParams, "one input and one output"))?;
    let mut dims = [0; RANK_MAX];
    for (dim, size) in dims.iter_mut().zip(input.dims()) {
        *dim = size;
    }
    let (rank, from, to) = (input.rank(), place(input.place), place(output.place));
    let computation = Computation(COMPUTATION.load(Ordering::Relaxed));
    let data = arena.get(from).ok_or((Code::InvalidInput, "the input lies outside of the arena"))?;
    computation.set_input(0, &dims[..rank], data).map_err(|code| (code, "the model takes another input"))?;
    computation.compute().map_err(|code| (code, "the host could not compute it"))?;
    let data = arena.get_mut(to).ok_or((Code::InvalidOutput, "the output lies outside of the arena"))?;
    computation.get_output(0, data).map_err(|code| (code, "the model gives another output"))
}
