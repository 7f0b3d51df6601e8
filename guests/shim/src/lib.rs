//! The guest ABI around a witness: exports, buffers, and a stack that keeps no secrets.
//!
//! [`gate_guest!`] makes a whole guest for one profile. All memory is static; there is no heap. The module has no imports,
//! so that there is nothing a guest could ask the host for.
#![no_std]

pub use gate;
pub use witness;
pub use zeroize;

/// A heap that is always full: nothing in a guest may allocate after start, and nothing does.
pub struct NoHeap;

// SAFETY: `alloc` never returns memory, so there is nothing that could be misused.
unsafe impl core::alloc::GlobalAlloc for NoHeap {
    unsafe fn alloc(&self, _: core::alloc::Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: core::alloc::Layout) {}
}

/// Makes the exports `alloc`, `execute` and `output_len` of a gate guest with the given profile.
///
/// `$scrub_bytes` of stack below the caller's frame are zeroed before `execute` returns: signing leaves the expanded
/// key in dead frames, and memory at rest must hold no secret outside of the key's own place.
#[macro_export]
macro_rules! gate_guest {
    ($profile:expr, $scrub_bytes:expr) => {
        use core::cell::UnsafeCell;
        use $crate::gate::profile::{OUTPUT_BYTES, Profile};
        use $crate::witness::Witness;
        use $crate::zeroize::Zeroize;

        const PROFILE: Profile = $profile;

        #[global_allocator]
        static HEAP: $crate::NoHeap = $crate::NoHeap;

        struct Statics {
            slab: UnsafeCell<[u64; PROFILE.slab_words()]>,
            message: UnsafeCell<[u8; PROFILE.message_bytes]>,
            output: UnsafeCell<[u8; OUTPUT_BYTES]>,
            output_len: UnsafeCell<i32>,
            slab_taken: UnsafeCell<bool>,
            witness: UnsafeCell<Option<Witness<'static>>>,
        }

        // SAFETY: a guest has one thread, and the host does not call in while a call is running.
        unsafe impl Sync for Statics {}

        static STATICS: Statics = Statics {
            slab: UnsafeCell::new([0; PROFILE.slab_words()]),
            message: UnsafeCell::new([0; PROFILE.message_bytes]),
            output: UnsafeCell::new([0; OUTPUT_BYTES]),
            output_len: UnsafeCell::new(0),
            slab_taken: UnsafeCell::new(false),
            witness: UnsafeCell::new(None),
        };

        /// Where a message of `len` bytes may be written.
        #[unsafe(no_mangle)]
        extern "C" fn alloc(len: i32) -> i32 {
            match usize::try_from(len) {
                Ok(len) if len <= PROFILE.message_bytes => STATICS.message.get() as usize as i32,
                _ => -($crate::witness::Refusal::TooLong as i32),
            }
        }

        /// Takes the message that was written where `alloc` said.
        #[unsafe(no_mangle)]
        extern "C" fn execute(ptr: i32, len: i32) -> i32 {
            let result = take_message(ptr, len);
            scrub_stack();
            result
        }

        /// The length of the last output.
        #[unsafe(no_mangle)]
        extern "C" fn output_len() -> i32 {
            // SAFETY: one thread, and no reference to this static outlives a call.
            unsafe { *STATICS.output_len.get() }
        }

        #[inline(never)]
        fn take_message(ptr: i32, len: i32) -> i32 {
            // SAFETY: one thread, and no reference to these statics outlives a call.
            let (message, output, output_len, slab_taken, witness) = unsafe {
                (
                    &mut *STATICS.message.get(),
                    &mut *STATICS.output.get(),
                    &mut *STATICS.output_len.get(),
                    &mut *STATICS.slab_taken.get(),
                    &mut *STATICS.witness.get(),
                )
            };
            *output_len = 0;
            let written = match usize::try_from(len) {
                Ok(len) if ptr == message.as_ptr() as usize as i32 && len <= message.len() => &mut message[..len],
                _ => return -($crate::witness::Refusal::BadMessage as i32),
            };
            // SAFETY: the slab is lent out while `slab_taken` is false, which it never is again once a witness has taken it.
            let mut slab = (!*slab_taken).then(|| unsafe { &mut (*STATICS.slab.get())[..] });
            let taken = Witness::take(witness, PROFILE, &mut slab, written, output);
            *slab_taken = slab.is_none();
            match taken {
                Ok(len) => {
                    *output_len = len as i32;
                    output.as_ptr() as usize as i32
                }
                Err(refusal) => -(refusal as i32),
            }
        }

        #[inline(never)]
        fn scrub_stack() {
            let mut dead_frames = [0_u8; $scrub_bytes];
            dead_frames.zeroize();
            core::hint::black_box(&mut dead_frames);
        }

        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            core::arch::wasm32::unreachable()
        }
    };
}
