//! Low-rank adaptation: `y = base + scale · (x · aᵀ) · bᵀ`.
//!
//! Tensors: `x[rows, in]`, `a[rank, in]`, `b[out, rank]`, `base[rows, out]` to `y[rows, out]`; backward `x`, `a`, `b`,
//! `dy[rows, out]` to `dx[rows, in]`, `da[rank, in]`, `db[out, rank]`. Parameter: `scale`. Scratch of both directions:
//! `f32[rows, rank]`.
//!
//! Everything is added in `f32`, and what stands in scratch is `f32`; f16 is rounded once, where an output is stored.
//! With `t = x · aᵀ` and `u = scale · dy · b`: `dx = u · a`, `da = uᵀ · x`, `db = scale · dyᵀ · t`.
//!
//! **Order of the sums** of `fast`: a product with a transposed right side (`t`, and the outputs of the forward direction)
//! is added in tiles of 128, each in eight sums, the j-th over the elements j, j + 8, j + 16 …, whose total is
//! `((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))`; tiles are added in their order. All other products are added one
//! term after the other. `reference` adds in `f64` and rounds where `fast` stores.
//!
//! **Bound**, both against each other and against exact arithmetic: for a sum over n terms, (n + 2) · 2⁻²⁴ times the sum of
//! the terms' magnitudes, the error of `t` or `u` carried on; besides that 2⁻¹⁴⁹ for each term that is subnormal. A bound in
//! units of the last place cannot hold for sums whose terms cancel.

pub mod fast;
pub mod reference;
mod rows;
mod tiles;

use codec::kernel::{Code, Tensor};

use crate::call::{Call, dims, elements};
use crate::element::Element;

/// The dimensions of a call.
#[derive(Clone, Copy)]
struct Dims {
    rows: usize,
    input: usize,
    rank: usize,
    output: usize,
}

/// A forward call, checked.
struct Forward<'m, E> {
    dims: Dims,
    scale: f32,
    x: &'m [E],
    a: &'m [E],
    b: &'m [E],
    base: &'m [E],
    y: &'m mut [E],
    scratch: &'m mut [f32],
}

/// A backward call, checked.
struct Backward<'m, E> {
    dims: Dims,
    scale: f32,
    x: &'m [E],
    a: &'m [E],
    b: &'m [E],
    dy: &'m [E],
    dx: &'m mut [E],
    da: &'m mut [E],
    db: &'m mut [E],
    scratch: &'m mut [f32],
}

impl<'m, E: Element> Forward<'m, E> {
    fn open(call: Call<'m>) -> Result<Self, Code> {
        let [x, a, b, base, y] = call.tensors()?;
        let scale = scale(&call)?;
        let own = Dims::of(x, a, b, base)?;
        if dims(y) != Some([own.rows, own.output]) {
            return Err(Code::InvalidOutput);
        }
        let count = own.rows * own.output;
        let (x, a) = (call.input(x, own.rows * own.input)?, call.input(a, own.rank * own.input)?);
        let (b, base) = (call.input(b, own.output * own.rank)?, call.input(base, count)?);
        let ([y], mut scratch) = call.outputs([(y, count)])?;
        Ok(Self { dims: own, scale, x, a, b, base, y, scratch: scratch.take(own.rows * own.rank)? })
    }
}

impl<'m, E: Element> Backward<'m, E> {
    fn open(call: Call<'m>) -> Result<Self, Code> {
        let [x, a, b, dy, dx, da, db] = call.tensors()?;
        let scale = scale(&call)?;
        let own = Dims::of(x, a, b, dy)?;
        let agree = [(dx, [own.rows, own.input]), (da, [own.rank, own.input]), (db, [own.output, own.rank])];
        if agree.into_iter().any(|(tensor, shape)| dims(tensor) != Some(shape)) {
            return Err(Code::InvalidOutput);
        }
        let [of_x, of_a, of_b] = agree.map(|(_, [high, low])| high * low);
        let (x, a) = (call.input(x, of_x)?, call.input(a, of_a)?);
        let (b, dy) = (call.input(b, of_b)?, call.input(dy, own.rows * own.output)?);
        let ([dx, da, db], mut scratch) = call.outputs([(dx, of_x), (da, of_a), (db, of_b)])?;
        let scratch = scratch.take(own.rows * own.rank)?;
        Ok(Self { dims: own, scale, x, a, b, dy, dx, da, db, scratch })
    }
}

impl Dims {
    /// From the shapes of the inputs, which must agree; the fourth is that of an output.
    fn of(x: Tensor<'_>, a: Tensor<'_>, b: Tensor<'_>, y: Tensor<'_>) -> Result<Self, Code> {
        let shape = |tensor| dims::<2>(tensor).ok_or(Code::InvalidInput);
        let ([rows, input], [rank, _], [output, _]) = (shape(x)?, shape(a)?, shape(b)?);
        if shape(a)? != [rank, input] || shape(b)? != [output, rank] || shape(y)? != [rows, output] {
            return Err(Code::InvalidInput);
        }
        for shape in [[rows, input], [rank, input], [output, rank], [rows, output], [rows, rank]] {
            elements(&shape)?;
        }
        Ok(Self { rows, input, rank, output })
    }
}

fn scale(call: &Call<'_>) -> Result<f32, Code> {
    let [scale] = call.parameters()?;
    Ok(f32::from_bits(scale))
}

/// A row of a matrix.
#[inline(always)]
fn row<E>(matrix: &[E], number: usize, width: usize) -> &[E] {
    &matrix[number * width..][..width]
}
