//! RMS normalisation, plain: everything in `f64`, rounded once.

use codec::kernel::Code;

use super::{Backward, Forward, inverse_rms};
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
    if call.dim == 0 {
        return;
    }
    for (y, x) in call.y.chunks_exact_mut(call.dim).zip(call.x.chunks_exact(call.dim)) {
        let inverse = inverse_rms(x.iter().map(|x| value(*x) * value(*x)).sum(), call.dim, call.eps);
        for ((y, x), weight) in y.iter_mut().zip(x).zip(call.weight) {
            *y = E::store((value(*x) * inverse * value(*weight)) as f32);
        }
    }
}

fn backward<E: Element>(call: Backward<'_, E>) {
    if call.dim == 0 {
        return;
    }
    call.sums.fill(0.0);
    let rows =
        call.dx.chunks_exact_mut(call.dim).zip(call.x.chunks_exact(call.dim)).zip(call.dy.chunks_exact(call.dim));
    for ((dx, x), dy) in rows {
        let inverse = inverse_rms(x.iter().map(|x| value(*x) * value(*x)).sum(), call.dim, call.eps);
        let products = x.iter().zip(dy).zip(call.weight).map(|((x, dy), w)| value(*dy) * value(*w) * value(*x));
        let shared = inverse * inverse * inverse / call.dim as f64 * products.sum::<f64>();
        for (((dx, x), dy), weight) in dx.iter_mut().zip(x).zip(dy).zip(call.weight) {
            *dx = E::store((value(*dy) * value(*weight) * inverse - value(*x) * shared) as f32);
        }
        for ((sum, x), dy) in call.sums.iter_mut().zip(x).zip(dy) {
            *sum += value(*dy) * value(*x) * inverse;
        }
    }
    for (dweight, sum) in call.dweight.iter_mut().zip(call.sums) {
        *dweight = E::store(*sum as f32);
    }
}

fn value<E: Element>(stored: E) -> f64 {
    f64::from(stored.load())
}
