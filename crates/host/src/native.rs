//! Native operations: the fallback of a kernel that failed, and the bypass that an operator may ask for.

use std::cell::RefCell;

use codec::kernel::{ALIGNMENT, Code};
use ops::{Implementation, Op};
use pack::Direction;

use crate::layout::{Layout, Needs, bytes, bytes_mut};
use crate::limits::NATIVE_BYTES_MAX;
use crate::prepared::Prepared;

/// The address at which a native arena pretends to begin: what a kernel's smallest arena could be.
const BASE: u32 = ALIGNMENT;

/// Bytes of an arena that a thread keeps for its next call.
const KEPT_BYTES_MAX: usize = 4 << 20;

thread_local! {
    /// 128-bit words, so that every region lies as aligned as it would in a module.
    static ARENA: RefCell<Vec<u128>> = const { RefCell::new(Vec::new()) };
}

/// When calls go to the native form without asking the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bypass {
    /// For products of more than [`PRODUCT_MIN`] by as many elements.
    pub large_products: bool,
    /// For calls that are expected to take less than [`SHORT_CALL`](crate::limits::SHORT_CALL).
    pub short_calls: bool,
}

impl Bypass {
    /// Never: the module answers every call that it can.
    pub const NEVER: Self = Self { large_products: false, short_calls: false };
}

/// Rows and columns above which a product is large.
pub const PRODUCT_MIN: u64 = 1_000;

/// Runs a call natively, in an arena of its own. Gives the bytes of the outputs.
pub(crate) fn run(op: Op, implementation: Implementation, call: &Prepared<'_>) -> Result<Vec<Vec<u8>>, Code> {
    let needs = Needs { bound: &call.bound, parameters: &call.parameters };
    let layout = Layout::new(BASE, needs).map_err(|_| Code::OutOfMemory)?;
    let bytes_needed = layout.end() as usize - BASE as usize;
    if bytes_needed > NATIVE_BYTES_MAX {
        return Err(Code::OutOfMemory);
    }
    let words = bytes_needed.div_ceil(size_of::<u128>());
    let mut arena = ARENA.take();
    arena.clear();
    if arena.try_reserve_exact(words).is_err() {
        return Err(Code::OutOfMemory);
    }
    arena.resize(words, 0);
    let memory: &mut [u8] = bytemuck::cast_slice_mut(&mut arena);
    layout.write(memory, BASE, needs);
    for (number, input) in call.inputs.iter().enumerate() {
        let place = layout.input(number).expect("a layout has a place for every input");
        bytes_mut(memory, BASE, place).copy_from_slice(input);
    }
    let direction = match call.direction {
        Direction::Forward => ops::Direction::Forward,
        Direction::Backward => ops::Direction::Backward,
    };
    let code = ops::run(op, direction, implementation, memory, BASE, layout.descriptor());
    let places = (0..).map_while(|number| layout.output(number));
    let outputs = places.map(|place| bytes(memory, BASE, place).to_vec()).collect();
    if arena.capacity() * size_of::<u128>() <= KEPT_BYTES_MAX {
        ARENA.set(arena);
    }
    if code == Code::Ok { Ok(outputs) } else { Err(code) }
}

/// Whether the call is a product of more than 1,000 by 1,000 elements: `rows` by `out`, or `in` by `rank` and the like.
pub(crate) fn is_large_product(op: Op, call: &Prepared<'_>) -> bool {
    match op {
        Op::LoraF32 | Op::LoraF16 => call
            .bound
            .outputs()
            .any(|output| output.dims.len() == 2 && output.dims.iter().all(|size| u64::from(*size) > PRODUCT_MIN)),
        Op::RopeF32
        | Op::RopeF16
        | Op::RopeQ8
        | Op::RmsNormF32
        | Op::RmsNormF16
        | Op::SwigluF32
        | Op::SwigluF16
        | Op::KvPackQ4
        | Op::KvUnpackQ4
        | Op::KvPackQ8
        | Op::KvUnpackQ8 => false,
    }
}
