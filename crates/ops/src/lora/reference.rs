//! Low-rank adaptation, one output after the other, added in `f64`.

use codec::kernel::Code;

use super::{Backward, Dims, Forward, row};
use crate::call::{Call, Direction};
use crate::element::Element;

/// f32 in and out.
///
/// # Errors
/// What is wrong with the call.
pub fn f32(call: Call<'_>) -> Result<(), Code> {
    run::<f32>(call)
}

/// f16 in and out.
///
/// # Errors
/// What is wrong with the call.
pub fn f16(call: Call<'_>) -> Result<(), Code> {
    run::<u16>(call)
}

fn run<E: Element>(call: Call<'_>) -> Result<(), Code> {
    match call.direction {
        Direction::Forward => forward(Forward::<E>::open(call)?),
        Direction::Backward => backward(Backward::<E>::open(call)?),
    }
    Ok(())
}

fn forward<E: Element>(call: Forward<'_, E>) {
    let Forward { dims: Dims { rows, input, rank, output }, scale, x, a, b, base, y, scratch } = call;
    for r in 0..rows {
        for k in 0..rank {
            scratch[r * rank + k] = sum(input, |i| (x[r * input + i].load(), a[k * input + i].load())) as f32;
        }
        let t = row(scratch, r, rank);
        for o in 0..output {
            let at = r * output + o;
            let product = sum(rank, |k| (t[k], b[o * rank + k].load()));
            y[at] = E::store((f64::from(base[at].load()) + f64::from(scale) * product) as f32);
        }
    }
}

fn backward<E: Element>(call: Backward<'_, E>) {
    let Backward { dims: Dims { rows, input, rank, output }, scale, x, a, b, dy, dx, da, db, scratch } = call;
    for (at, u) in scratch.iter_mut().enumerate() {
        let (r, k) = (at / rank, at % rank);
        let product = sum(output, |o| (dy[r * output + o].load(), b[o * rank + k].load()));
        *u = (f64::from(scale) * product) as f32;
    }
    for (at, dx) in dx.iter_mut().enumerate() {
        let (r, i) = (at / input, at % input);
        *dx = E::store(sum(rank, |k| (scratch[r * rank + k], a[k * input + i].load())) as f32);
    }
    for (at, da) in da.iter_mut().enumerate() {
        let (k, i) = (at / input, at % input);
        *da = E::store(sum(rows, |r| (scratch[r * rank + k], x[r * input + i].load())) as f32);
    }
    for (at, t) in scratch.iter_mut().enumerate() {
        let (r, k) = (at / rank, at % rank);
        *t = sum(input, |i| (x[r * input + i].load(), a[k * input + i].load())) as f32;
    }
    for (at, db) in db.iter_mut().enumerate() {
        let (o, k) = (at / rank, at % rank);
        let product = sum(rows, |r| (dy[r * output + o].load(), scratch[r * rank + k]));
        *db = E::store((f64::from(scale) * product) as f32);
    }
}

/// The sum of products; each product of two `f32` is exact in `f64`.
fn sum(count: usize, factors: impl Fn(usize) -> (f32, f32)) -> f64 {
    (0..count).map(factors).map(|(left, right)| f64::from(left) * f64::from(right)).sum()
}
