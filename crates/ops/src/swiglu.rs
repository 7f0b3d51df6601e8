//! SwiGLU: `y = silu(gate) · up`, with `silu(g) = g / (1 + e^−g)`.
//!
//! Tensors: `gate[rows, dim]`, `up[rows, dim]` to `y[rows, dim]`; backward `gate`, `up`, `dy` to `dgate`, `dup`. No parameters,
//! no scratch, no sums: each element stands alone.
//!
//! | direction | bound against the formula in exact arithmetic, f32 |
//! | --- | --- |
//! | `y`, `dup` | 3 ULP, or 2^-149 · (1 + \|up\|) (for `dup`, of `dy`), which shows where silu or `y` is subnormal |
//! | `dgate` | 6 · 2^-24 of `dy · up`, or 2^-148 · (1 + \|up\|) |
//!
//! f16: the same, and one rounding to f16. A gate of +∞ gives `±∞`; a gate of −∞ gives NaN, as the formula does (−∞ / ∞).

pub mod fast;
pub mod reference;

use codec::kernel::Code;

use crate::call::{Call, dims, elements};
use crate::element::Element;

/// A forward call, checked.
struct Forward<'m, E> {
    gate: &'m [E],
    up: &'m [E],
    y: &'m mut [E],
}

/// A backward call, checked.
struct Backward<'m, E> {
    gate: &'m [E],
    up: &'m [E],
    dy: &'m [E],
    dgate: &'m mut [E],
    dup: &'m mut [E],
}

impl<'m, E: Element> Forward<'m, E> {
    fn open(call: Call<'m>) -> Result<Self, Code> {
        let [gate, up, y] = call.tensors()?;
        let [] = call.parameters()?;
        let shape = dims::<2>(gate).ok_or(Code::InvalidInput)?;
        if dims(up) != Some(shape) {
            return Err(Code::InvalidInput);
        }
        if dims(y) != Some(shape) {
            return Err(Code::InvalidOutput);
        }
        let count = elements(&shape)?;
        let (gate, up) = (call.input(gate, count)?, call.input(up, count)?);
        let ([y], _) = call.outputs([(y, count)])?;
        Ok(Self { gate, up, y })
    }
}

impl<'m, E: Element> Backward<'m, E> {
    fn open(call: Call<'m>) -> Result<Self, Code> {
        let [gate, up, dy, dgate, dup] = call.tensors()?;
        let [] = call.parameters()?;
        let shape = dims::<2>(gate).ok_or(Code::InvalidInput)?;
        if dims(up) != Some(shape) || dims(dy) != Some(shape) {
            return Err(Code::InvalidInput);
        }
        if dims(dgate) != Some(shape) || dims(dup) != Some(shape) {
            return Err(Code::InvalidOutput);
        }
        let count = elements(&shape)?;
        let (gate, up, dy) = (call.input(gate, count)?, call.input(up, count)?, call.input(dy, count)?);
        let ([dgate, dup], _) = call.outputs([(dgate, count), (dup, count)])?;
        Ok(Self { gate, up, dy, dgate, dup })
    }
}
