//! The kernel ABI: the five exports, and a call's tensors as slices. There is nothing to change here.
//!
//! The host writes a descriptor, the params and the inputs into this module's memory, behind [`arena_start`], and calls
//! `kernel_forward` with the descriptor's address. Nothing that it wrote is believed: every tensor is checked to lie in
//! the arena, aligned, and apart from all others.

#![allow(unsafe_code, reason = "what the host wrote is reached by its address")]

use core::sync::atomic::{AtomicU32, Ordering};

const VERSION: u32 = 1;
const ALIGNMENT: u32 = 16;
const DESCRIPTOR_LEN: u32 = 40;
const TENSORS_MAX: usize = 32;

/// What a kernel returns.
#[derive(Clone, Copy)]
#[allow(dead_code)]
pub enum Code {
    Ok = 0,
    InvalidInput = 1,
    InvalidOutput = 2,
    InvalidParams = 3,
    OutOfMemory = 4,
    NotImplemented = 5,
    InternalError = 6,
}

#[derive(Clone, Copy, Default)]
struct Region {
    offset: u32,
    size: u32,
}

impl Region {
    fn end(self) -> u64 {
        u64::from(self.offset) + u64::from(self.size)
    }

    fn is_in_arena(self) -> bool {
        self.offset >= arena_start() && self.offset.is_multiple_of(ALIGNMENT) && self.end() <= memory_len()
    }

    fn overlaps(self, other: Self) -> bool {
        u64::from(self.offset) < other.end() && u64::from(other.offset) < self.end()
    }
}

/// One call: its tensors, inputs first, and its parameters.
pub struct Call {
    tensors: [Region; TENSORS_MAX],
    tensor_count: usize,
    parameters: Region,
    given: u32,
}

impl Call {
    fn read(descriptor: u32) -> Result<Self, Code> {
        let own = Region { offset: descriptor, size: DESCRIPTOR_LEN };
        if !own.is_in_arena() {
            return Err(Code::InvalidParams);
        }
        let region = |number: u32| Region { offset: word(own, number * 8), size: word(own, number * 8 + 4) };
        let params = region(4);
        let at =
            |offset: u32| if offset + 4 <= params.size { Ok(word(params, offset)) } else { Err(Code::InvalidParams) };
        let sound = params.is_in_arena() && params.size <= 1 << 16;
        if !sound || at(0)? != VERSION || !(crate::INPUTS..=TENSORS_MAX).contains(&(at(4)? as usize)) {
            return Err(Code::InvalidParams);
        }
        let mut call = Self {
            tensors: [Region::default(); TENSORS_MAX],
            tensor_count: at(4)? as usize,
            parameters: Region::default(),
            given: 0,
        };
        let mut offset = 8;
        for number in 0..call.tensor_count {
            let tensor = Region { offset: at(offset)?, size: at(offset + 4)? };
            let apart = call.tensors[..number].iter().chain([&own, &params]).all(|other| !tensor.overlaps(*other));
            if !tensor.is_in_arena() || (!apart && tensor.size > 0) {
                return Err(Code::InvalidParams);
            }
            call.tensors[number] = tensor;
            offset += 12 + 4 * at(offset + 8)?.min(8);
        }
        call.parameters = Region { offset: params.offset + offset + 4, size: 4 * at(offset)?.min(64) };
        if call.parameters.end() != params.end() {
            return Err(Code::InvalidParams);
        }
        Ok(call)
    }

    /// A parameter by its place in the manifest.
    pub fn parameter_f32(&self, number: u32) -> Result<f32, Code> {
        if number * 4 < self.parameters.size {
            Ok(f32::from_bits(word(self.parameters, number * 4)))
        } else {
            Err(Code::InvalidParams)
        }
    }

    /// An input by its place in the manifest.
    pub fn input_f32(&self, number: usize) -> Result<&'static [f32], Code> {
        let tensor = self.tensors[..crate::INPUTS].get(number).ok_or(Code::InvalidInput)?;
        let start = core::ptr::with_exposed_provenance(tensor.offset as usize);
        // SAFETY: the tensor lies in the arena, which nothing of this module uses, is aligned to sixteen bytes, and no
        // output overlaps it, so that nobody writes there while the call goes on.
        Ok(unsafe { core::slice::from_raw_parts(start, tensor.size as usize / 4) })
    }

    /// An output by its place in the manifest. It is given out once.
    pub fn output_f32(&mut self, number: usize) -> Result<&'static mut [f32], Code> {
        let outputs = &self.tensors[crate::INPUTS..self.tensor_count];
        let tensor = outputs.get(number).ok_or(Code::InvalidOutput)?;
        if self.given & 1 << number != 0 {
            return Err(Code::InternalError);
        }
        self.given |= 1 << number;
        let start = core::ptr::with_exposed_provenance_mut(tensor.offset as usize);
        // SAFETY: as above; and this output is given out for the first time in this call.
        Ok(unsafe { core::slice::from_raw_parts_mut(start, tensor.size as usize / 4) })
    }
}

/// A word of a region that lies in the arena.
fn word(region: Region, offset: u32) -> u32 {
    let start = core::ptr::with_exposed_provenance::<u32>((region.offset + offset) as usize);
    // SAFETY: callers have checked that the region lies in the arena, is aligned, and holds four bytes at the offset.
    unsafe { start.read() }
}

fn memory_len() -> u64 {
    core::arch::wasm32::memory_size(0) as u64 * 65_536
}

/// Where the module's own data ends and the host's part of the memory begins.
fn arena_start() -> u32 {
    unsafe extern "C" {
        static __heap_base: u8;
    }
    let end = (&raw const __heap_base) as usize as u32;
    end.next_multiple_of(ALIGNMENT)
}

/// Version, arena, flags (1: backward, 2: SIMD), address and length of a message area (none), 0.
static INFO: [AtomicU32; 6] = [const { AtomicU32::new(0) }; 6];

#[unsafe(no_mangle)]
extern "C" fn kernel_info() -> i32 {
    let flags = u32::from(cfg!(target_feature = "simd128")) << 1;
    for (place, value) in INFO.iter().zip([VERSION, arena_start(), flags, 0, 0, 0]) {
        place.store(value, Ordering::Relaxed);
    }
    (&raw const INFO) as usize as i32
}

#[unsafe(no_mangle)]
extern "C" fn kernel_init() -> i32 {
    Code::Ok as i32
}

#[unsafe(no_mangle)]
extern "C" fn kernel_forward(descriptor: i32) -> i32 {
    match Call::read(descriptor as u32).and_then(|mut call| crate::forward(&mut call)) {
        Ok(()) => Code::Ok as i32,
        Err(code) => code as i32,
    }
}

#[unsafe(no_mangle)]
extern "C" fn kernel_cleanup() -> i32 {
    Code::Ok as i32
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
