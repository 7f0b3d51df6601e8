//! What all kernels share: the exports of the kernel ABI around one operation, and the memory behind them.
//!
//! [`kernel!`] makes a whole module. It links the one operation that it names; it has no heap and no imports.
//!
//! | module | concept |
//! | --- | --- |
//! | this page | the exports |
//! | [`memory`] | the linear memory past the module's own data: head and arena |
//! | [`message`] | what a kernel says of its last failure |
#![no_std]
#![deny(unsafe_code)]

pub mod memory;
pub mod message;

pub use codec;
pub use ops;

use codec::kernel::{Code, Descriptor};
use memory::Memory;
use ops::{Direction, Function};

/// Makes a module of one operation: `kernel!(KvPackQ8)`, or `kernel!(RopeF32, backward)` where there is a backward
/// direction.
#[macro_export]
macro_rules! kernel {
    ($op:ident) => {
        $crate::kernel!(@module $op, false);
    };
    ($op:ident, backward) => {
        $crate::kernel!(@module $op, true);

        #[unsafe(no_mangle)]
        extern "C" fn kernel_backward(descriptor: i32) -> i32 {
            call($crate::ops::Direction::Backward, descriptor)
        }
    };
    (@module $op:ident, $has_backward:literal) => {
        #[unsafe(no_mangle)]
        extern "C" fn kernel_init() -> i32 {
            $crate::codec::kernel::Code::Ok as i32
        }

        #[unsafe(no_mangle)]
        extern "C" fn kernel_info() -> i32 {
            $crate::memory::info($has_backward)
        }

        #[unsafe(no_mangle)]
        extern "C" fn kernel_forward(descriptor: i32) -> i32 {
            call($crate::ops::Direction::Forward, descriptor)
        }

        #[unsafe(no_mangle)]
        extern "C" fn kernel_cleanup() -> i32 {
            $crate::codec::kernel::Code::Ok as i32
        }

        // The one place that names the operation, so that a module holds it once and no other.
        fn call(direction: $crate::ops::Direction, descriptor: i32) -> i32 {
            $crate::call($crate::ops::Op::$op.function($crate::ops::Implementation::Fast), direction, descriptor)
        }

        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::message::panicked(info)
        }
    };
}

/// Reads the descriptor at an address and runs the code on it; what it returned is also told in the message area.
#[inline(always)]
pub fn call(function: Function, direction: Direction, descriptor: i32) -> i32 {
    let Memory { message, arena, arena_offset } = memory::take();
    let code = match descriptor_at(arena, (descriptor as u32).wrapping_sub(arena_offset)) {
        Some(descriptor) => ops::run_one(function, direction, arena, arena_offset, &descriptor),
        None => Code::InvalidParams,
    };
    message::set(message, code, &[]);
    code as i32
}

fn descriptor_at(arena: &[u8], start: u32) -> Option<Descriptor> {
    arena.get(start as usize..)?.first_chunk().map(Descriptor::from_bytes)
}
