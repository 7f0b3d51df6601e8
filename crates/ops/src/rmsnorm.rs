//! RMS normalisation: `y = x / sqrt(mean(x·x) + eps) · weight`, the mean over a row.
//!
//! Tensors: `x[rows, dim]`, `weight[dim]` to `y[rows, dim]`; backward `x`, `weight`, `dy[rows, dim]` to `dx[rows, dim]`,
//! `dweight[dim]`. Parameter: `eps`, at least 0. Scratch of the backward direction: `dim` times `f64`.
//!
//! Squares are exact in `f64` and summed in `f64`, so no row of finite numbers overflows. **Order of the sum**: eight sums,
//! the j-th over the elements j, j + 8, j + 16 …; with s0 … s7, the total is
//! `((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))`.
//!
//! | direction | bound against the formula in exact arithmetic |
//! | --- | --- |
//! | forward, f32 | 3 ULP, or 2^-149 · (1 + \|weight\|) where a product is subnormal |
//! | backward, f32 | 1 ULP, or 2^-40 of the sum of the magnitudes of what is added |
//! | f16 | the same, and one rounding to f16 |

pub mod fast;
pub mod reference;

use codec::kernel::Code;

use crate::call::{Call, dims, elements};
use crate::element::Element;
use crate::lanes::F64x2;

/// A forward call, checked.
struct Forward<'m, E> {
    dim: usize,
    eps: f32,
    x: &'m [E],
    weight: &'m [E],
    y: &'m mut [E],
}

/// A backward call, checked.
struct Backward<'m, E> {
    dim: usize,
    eps: f32,
    x: &'m [E],
    weight: &'m [E],
    dy: &'m [E],
    dx: &'m mut [E],
    dweight: &'m mut [E],
    /// One sum for each element of `dweight`.
    sums: &'m mut [f64],
}

impl<'m, E: Element> Forward<'m, E> {
    fn open(call: Call<'m>) -> Result<Self, Code> {
        let [x, weight, y] = call.tensors()?;
        let eps = eps(&call)?;
        let [rows, dim] = dims(x).ok_or(Code::InvalidInput)?;
        if dims(weight) != Some([dim]) {
            return Err(Code::InvalidInput);
        }
        if dims(y) != Some([rows, dim]) {
            return Err(Code::InvalidOutput);
        }
        let count = elements(&[rows, dim])?;
        let (x, weight) = (call.input(x, count)?, call.input(weight, dim)?);
        let ([y], _) = call.outputs([(y, count)])?;
        Ok(Self { dim, eps, x, weight, y })
    }
}

impl<'m, E: Element> Backward<'m, E> {
    fn open(call: Call<'m>) -> Result<Self, Code> {
        let [x, weight, dy, dx, dweight] = call.tensors()?;
        let eps = eps(&call)?;
        let [rows, dim] = dims(x).ok_or(Code::InvalidInput)?;
        if dims(weight) != Some([dim]) || dims(dy) != Some([rows, dim]) {
            return Err(Code::InvalidInput);
        }
        if dims(dx) != Some([rows, dim]) || dims(dweight) != Some([dim]) {
            return Err(Code::InvalidOutput);
        }
        let count = elements(&[rows, dim])?;
        let (x, weight, dy) = (call.input(x, count)?, call.input(weight, dim)?, call.input(dy, count)?);
        let ([dx, dweight], mut scratch) = call.outputs([(dx, count), (dweight, dim)])?;
        Ok(Self { dim, eps, x, weight, dy, dx, dweight, sums: scratch.take(dim)? })
    }
}

/// The parameter: a finite number, not below 0.
fn eps(call: &Call<'_>) -> Result<f32, Code> {
    let [eps] = call.parameters()?.map(f32::from_bits);
    if eps.is_finite() && eps >= 0.0 { Ok(eps) } else { Err(Code::InvalidParams) }
}

/// One over the root of the mean square, from the sum of squares.
fn inverse_rms(sum: f64, dim: usize, eps: f32) -> f64 {
    let [root, _] = F64x2::splat(sum / dim as f64 + f64::from(eps)).root().array();
    1.0 / root
}
