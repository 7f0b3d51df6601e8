//! The linear memory past the module's own data.
//!
//! | from | to | what |
//! | --- | --- | --- |
//! | 0 | `__heap_base` | stack, constants, as the linker laid them out |
//! | the next multiple of 16 | + 32 | the [`KernelInfo`], written when it is asked for |
//! | | + 256 | the message area |
//! | | the end of the memory, wherever that is now | the arena, which is the host's |
#![allow(unsafe_code, reason = "the linker's memory as a slice")]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;

use codec::kernel::{ALIGNMENT, KernelInfo, Region};

const PAGE_BYTES: usize = 64 << 10;

/// Room for the info, at the start of what is past the module's data.
const INFO_BYTES: usize = KernelInfo::LEN.next_multiple_of(ALIGNMENT as usize);

/// Room for the message: code, length, text.
const MESSAGE_BYTES: usize = 256;

/// The memory of a call.
pub struct Memory {
    /// The message area.
    pub message: &'static mut [u8],
    /// The arena.
    pub arena: &'static mut [u8],
    /// The arena's address.
    pub arena_offset: u32,
}

/// A heap that is always full: a crate below could allocate, and nothing that a kernel uses of it does.
struct NoHeap;

// SAFETY: `alloc` never returns memory, so there is nothing that could be misused.
unsafe impl GlobalAlloc for NoHeap {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static HEAP: NoHeap = NoHeap;

/// Takes the memory for the call that begins now. The memory may have grown since the last one.
pub fn take() -> Memory {
    let (_, rest) = past_data().split_at_mut(INFO_BYTES);
    let (message, arena) = rest.split_at_mut(MESSAGE_BYTES);
    let arena_offset = arena.as_ptr().addr() as u32;
    Memory { message, arena, arena_offset }
}

/// Writes the module's [`KernelInfo`] and returns its address.
pub fn info(has_backward: bool) -> i32 {
    let Memory { message, arena_offset, .. } = take();
    let message = Region { offset: message.as_ptr().addr() as u32, size: MESSAGE_BYTES as u32 };
    let uses_simd = cfg!(target_feature = "simd128");
    let info = KernelInfo { arena_offset, has_backward, uses_simd, message };
    let place = past_data();
    place[..KernelInfo::LEN].copy_from_slice(&info.to_bytes());
    place.as_ptr().addr() as i32
}

/// Everything from the first multiple of 16 past the linker's data to the end of the memory.
fn past_data() -> &'static mut [u8] {
    unsafe extern "C" {
        safe static mut __heap_base: u8;
    }
    let start = (&raw mut __heap_base).map_addr(|address| address.next_multiple_of(ALIGNMENT as usize));
    let end = wasm32::memory_size::<0>() * PAGE_BYTES;
    // SAFETY: the linker puts nothing past `__heap_base`, there is no heap, and memories never shrink. One thread: a call
    // takes its memory once, `info` drops what it took before it takes it again, and a panic never returns to the call.
    unsafe { core::slice::from_raw_parts_mut(start, end - start.addr()) }
}
