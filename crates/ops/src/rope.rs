//! Rotary position embedding: pairs of a head's numbers turned by an angle that grows with the position.
//!
//! Pair i turns by `position · scale · freq_base^(−2i/dim)`. The pairs are (2i, 2i + 1), or (i, i + dim/2) with `pairs` = 1
//! (GPT-NeoX). Backward turns the other way.
//!
//! Tensors: `x[batch, seq, heads, dim]`, `positions[batch, seq]` (i32) to `y` like `x`; backward `dy`, `positions` to `dx`.
//! Parameters: `freq_base`, a finite number above 0; `scale`, finite; `pairs`. `dim` is even. No sums.
//!
//! Scratch: `[2, dim]` of f32 (q8: `[4, dim]`): the frequencies in `f64`, then cosines and sines, which are made once for each
//! position and used for all heads.
//!
//! | what | bound against the formula in exact arithmetic, f32 |
//! | --- | --- |
//! | fast | 2^-22 of \|a\| + \|b\|, the numbers of the pair, and 2^-50 of the angle in radians times that |
//! | reference | 1 ULP, or 2^-50 of the angle in radians times \|a\| + \|b\| |
//!
//! f16: the same, and one rounding to f16. q8_0 (forward only): the same on the unpacked numbers, which are then packed: see
//! [`crate::blocks`].

pub mod fast;
pub mod reference;
mod tables;

use codec::kernel::{Code, Tensor};

use crate::blocks::VALUES;
use crate::call::{Call, Direction, dims, elements};
use tables::Tables;

/// Which numbers of a head form a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pairs {
    /// (2i, 2i + 1).
    Adjacent,
    /// (i, i + dim/2).
    Halves,
}

/// A call, checked, but for the values of `x` and `y`: those are floats or blocks.
struct Plan<'m> {
    heads: usize,
    dim: usize,
    positions: &'m [i32],
    freq_base: f64,
    /// Negative when turning back.
    scale: f64,
    pairs: Pairs,
    /// The tensors with their number of elements.
    x: Tensor<'m>,
    y: Tensor<'m>,
    count: usize,
}

impl<'m> Plan<'m> {
    /// A call on blocks, which are only turned forward.
    fn open_blocks(call: &Call<'m>) -> Result<Self, Code> {
        if call.direction == Direction::Backward {
            return Err(Code::NotImplemented);
        }
        let plan = Self::open(call)?;
        if plan.dim.is_multiple_of(VALUES) { Ok(plan) } else { Err(Code::InvalidInput) }
    }

    fn open(call: &Call<'m>) -> Result<Self, Code> {
        let [x, positions, y] = call.tensors()?;
        let [freq_base, scale, pairs] = call.parameters()?;
        let (freq_base, scale) = (f64::from(f32::from_bits(freq_base)), f64::from(f32::from_bits(scale)));
        let pairs = match pairs {
            0 => Pairs::Adjacent,
            1 => Pairs::Halves,
            _ => return Err(Code::InvalidParams),
        };
        if !freq_base.is_finite() || freq_base <= 0.0 || !scale.is_finite() {
            return Err(Code::InvalidParams);
        }
        let shape @ [batch, seq, heads, dim] = dims(x).ok_or(Code::InvalidInput)?;
        if dims(positions) != Some([batch, seq]) || !dim.is_multiple_of(2) {
            return Err(Code::InvalidInput);
        }
        if dims(y) != Some(shape) {
            return Err(Code::InvalidOutput);
        }
        let count = elements(&shape)?;
        let positions = call.input(positions, elements(&[batch, seq])?)?;
        let scale = match call.direction {
            Direction::Forward => scale,
            Direction::Backward => -scale,
        };
        Ok(Self { heads, dim, positions, freq_base, scale, pairs, x, y, count })
    }
}
