//! All of an instance that outlives a call.

use alloc::vec::Vec;

/// The bits of a mutable global.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GlobalValue {
    /// An `i32`.
    I32(u32),
    /// An `i64`.
    I64(u64),
    /// An `f32`, as its bits.
    F32(u32),
    /// An `f64`, as its bits.
    F64(u64),
    /// A `v128`.
    V128(u128),
}

/// An instance at rest. Tables, data and element segments are not here because sealing refuses modules that could
/// change them; the meter is not here because it belongs to a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// The whole linear memory.
    pub memory: Vec<u8>,
    /// The module's own mutable globals, in order of index, as sealing exports them.
    pub globals: Vec<GlobalValue>,
}

impl State {
    /// Nothing saved yet.
    pub const EMPTY: Self = Self { memory: Vec::new(), globals: Vec::new() };
}
