//! The guest ABI around a witness: exports, buffers, and a stack that keeps no secrets.
//!
//! [`gate_guest!`] makes a whole guest for one profile. All memory is static; there is no heap. The module has no imports,
//! so that there is nothing a guest could ask the host for.
#![no_std]

pub use gate;
pub use witness;

/// A heap that is always full: nothing in a guest may allocate after start, and nothing does.
pub struct NoHeap;

// SAFETY: `alloc` never returns memory, so there is nothing that could be misused.
unsafe impl core::alloc::GlobalAlloc for NoHeap {
    unsafe fn alloc(&self, _: core::alloc::Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: core::alloc::Layout) {}
}

/// A static that one thread uses.
pub struct OneThread<T>(core::cell::UnsafeCell<T>);

// SAFETY: a guest has one thread, and the host does not call in while a call is running.
unsafe impl<T> Sync for OneThread<T> {}

impl<T> OneThread<T> {
    /// Holds `value`.
    pub const fn new(value: T) -> Self {
        Self(core::cell::UnsafeCell::new(value))
    }

    /// Where it is.
    pub fn get(&self) -> *mut T {
        self.0.get()
    }
}

/// Makes the exports `alloc`, `execute` and `output_len` of a gate guest with the given profile.
///
/// `$scrub_bytes` of stack below the caller's frame are zeroed before `execute` returns: signing leaves the expanded
/// key in dead frames, and memory at rest must hold nothing that depends on a key outside of the key's own place. It has
/// to be as much as signing uses: 17 KiB where the curve's tables are computed each time, less than 16 KiB where they are
/// data. (Dead frames matter twice: the bytes between a value's fields are copied from them into what stays.)
#[macro_export]
macro_rules! gate_guest {
    ($profile:expr, $scrub_bytes:expr) => {
        use $crate::gate::profile::{OUTPUT_BYTES, Profile};
        use $crate::witness::Witness;

        const PROFILE: Profile = $profile;

        #[global_allocator]
        static HEAP: $crate::NoHeap = $crate::NoHeap;

        // Each in a static of its own, so that those that start as zeros take no room in the module.
        static SLAB: $crate::OneThread<[u64; PROFILE.slab_words()]> = $crate::OneThread::new([0; PROFILE.slab_words()]);
        static SLAB_TAKEN: $crate::OneThread<bool> = $crate::OneThread::new(false);
        static MESSAGE: $crate::OneThread<[u8; PROFILE.message_bytes]> =
            $crate::OneThread::new([0; PROFILE.message_bytes]);
        static OUTPUT: $crate::OneThread<[u8; OUTPUT_BYTES]> = $crate::OneThread::new([0; OUTPUT_BYTES]);
        static OUTPUT_LEN: $crate::OneThread<i32> = $crate::OneThread::new(0);
        static WITNESS: $crate::OneThread<Option<Witness<'static>>> = $crate::OneThread::new(None);

        /// Where a message of `len` bytes may be written.
        #[unsafe(no_mangle)]
        extern "C" fn alloc(len: i32) -> i32 {
            match usize::try_from(len) {
                Ok(len) if len <= PROFILE.message_bytes => MESSAGE.get() as usize as i32,
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
            unsafe { *OUTPUT_LEN.get() }
        }

        #[inline(never)]
        fn take_message(ptr: i32, len: i32) -> i32 {
            // SAFETY: one thread, and no reference to these statics outlives a call.
            let (message, output, output_len, slab_taken, witness) = unsafe {
                (
                    &mut *MESSAGE.get(),
                    &mut *OUTPUT.get(),
                    &mut *OUTPUT_LEN.get(),
                    &mut *SLAB_TAKEN.get(),
                    &mut *WITNESS.get(),
                )
            };
            *output_len = 0;
            let written = match usize::try_from(len) {
                Ok(len) if ptr == message.as_ptr() as usize as i32 && len <= message.len() => &mut message[..len],
                _ => return -($crate::witness::Refusal::BadMessage as i32),
            };
            let wiping = written.first() == Some(&($crate::witness::Message::WipeKey as u8));
            // SAFETY: the slab is lent out while `slab_taken` is false, which it never is again once a witness has taken it.
            let mut slab: Option<&'static mut [u64]> =
                if *slab_taken { None } else { Some(unsafe { &mut *SLAB.get() }) };
            let taken = Witness::take(witness, PROFILE, &mut slab, written, output);
            *slab_taken = slab.is_none();
            if wiping {
                // What is left of the last input depends on whether a key was put in since.
                message.fill(0);
            }
            match taken {
                Ok(len) => {
                    *output_len = len as i32;
                    output.as_ptr() as usize as i32
                }
                Err(refusal) => -(refusal as i32),
            }
        }

        /// One bulk fill; `black_box` stands for a reader, so that it is not optimised away. A test of the runtime searches
        /// memory for what should be gone.
        #[inline(never)]
        fn scrub_stack() {
            let mut dead_frames = [0_u8; $scrub_bytes];
            core::hint::black_box(&mut dead_frames);
        }

        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            core::arch::wasm32::unreachable()
        }
    };
}
