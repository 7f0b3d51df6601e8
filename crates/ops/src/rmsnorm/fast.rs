//! RMS normalisation in lanes.

use codec::kernel::Code;

use super::{Backward, Forward, inverse_rms};
use crate::call::{Call, Direction};
use crate::element::{Element, GROUP, groups, map_groups, put};
use crate::lanes::{F32x4, F64x2};

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

/// A group in `f64`.
type Wide = [F64x2; 4];

fn forward<E: Element>(call: Forward<'_, E>) {
    if call.dim == 0 {
        return;
    }
    for (y, x) in call.y.chunks_exact_mut(call.dim).zip(call.x.chunks_exact(call.dim)) {
        let inverse = inverse_rms(sum_of_squares(x), call.dim, call.eps);
        let factor = inverse as f32;
        if factor.is_normal() {
            scale(y, x, call.weight, factor);
        } else {
            scale_extreme(y, x, call.weight, inverse);
        }
    }
}

fn sum_of_squares<E: Element>(row: &[E]) -> f64 {
    let mut sums = [F64x2::splat(0.0); 4];
    let (whole, rest) = groups(row);
    add_squares(&mut sums, whole);
    if let Some(rest) = rest {
        add_squares(&mut sums, &[rest]);
    }
    total(sums)
}

#[inline(never)]
fn add_squares<E: Element>(sums: &mut Wide, groups: &[[E; GROUP]]) {
    *sums = groups.iter().fold(*sums, |sums, group| {
        let x = wide(group);
        zip(sums, zip(x, x, |a, b| a * b), |sum, square| sum + square)
    });
}

fn scale<E: Element>(y: &mut [E], x: &[E], weight: &[E], factor: f32) {
    let factor = F32x4::splat(factor);
    map_groups(y, x, weight, |x, weight| [x[0] * factor * weight[0], x[1] * factor * weight[1]]);
}

/// For rows whose factor is no normal `f32`: rows of nothing but the tiniest or the largest numbers, or with an infinity or a NaN.
#[cold]
fn scale_extreme<E: Element>(y: &mut [E], x: &[E], weight: &[E], factor: f64) {
    for ((y, x), weight) in y.iter_mut().zip(x).zip(weight) {
        *y = E::store((f64::from(x.load()) * factor * f64::from(weight.load())) as f32);
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
        let inverse = inverse_rms(sum_of_squares(x), call.dim, call.eps);
        let shared = inverse * inverse * inverse / call.dim as f64 * sum_of_products(x, dy, call.weight);
        gradient(dx, x, dy, call.weight, Factors { inverse, shared });
        add_to_sums(call.sums, x, dy, inverse);
    }
    for (dweight, sum) in call.dweight.iter_mut().zip(call.sums) {
        *dweight = E::store(*sum as f32);
    }
}

fn sum_of_products<E: Element>(x: &[E], dy: &[E], weight: &[E]) -> f64 {
    let mut sums = [F64x2::splat(0.0); 4];
    let ((x, x_rest), (dy, dy_rest), (weight, weight_rest)) = (groups(x), groups(dy), groups(weight));
    add_products(&mut sums, x, dy, weight);
    if let (Some(x), Some(dy), Some(weight)) = (x_rest, dy_rest, weight_rest) {
        add_products(&mut sums, &[x], &[dy], &[weight]);
    }
    total(sums)
}

#[inline(never)]
fn add_products<E: Element>(sums: &mut Wide, x: &[[E; GROUP]], dy: &[[E; GROUP]], weight: &[[E; GROUP]]) {
    *sums = x.iter().zip(dy).zip(weight).fold(*sums, |sums, ((x, dy), weight)| {
        let product = zip(zip(wide(dy), wide(weight), |a, b| a * b), wide(x), |a, b| a * b);
        zip(sums, product, |sum, product| sum + product)
    });
}

/// What a row's `dx` is made with.
#[derive(Clone, Copy)]
struct Factors {
    inverse: f64,
    shared: f64,
}

fn gradient<E: Element>(dx: &mut [E], x: &[E], dy: &[E], weight: &[E], factors: Factors) {
    let (dx, dx_rest) = dx.as_chunks_mut();
    let ((x, x_rest), (dy, dy_rest), (weight, weight_rest)) = (groups(x), groups(dy), groups(weight));
    gradient_of_groups(dx, x, dy, weight, factors);
    if let (Some(x), Some(dy), Some(weight)) = (x_rest, dy_rest, weight_rest) {
        let mut last = x;
        gradient_of_groups(core::slice::from_mut(&mut last), &[x], &[dy], &[weight], factors);
        put(dx_rest, last);
    }
}

#[inline(never)]
fn gradient_of_groups<E: Element>(
    dx: &mut [[E; GROUP]],
    x: &[[E; GROUP]],
    dy: &[[E; GROUP]],
    weight: &[[E; GROUP]],
    factors: Factors,
) {
    let (inverse, shared) = (F64x2::splat(factors.inverse), F64x2::splat(factors.shared));
    for (((dx, x), dy), weight) in dx.iter_mut().zip(x).zip(dy).zip(weight) {
        let own = zip(wide(dy), wide(weight), |a, b| a * b * inverse);
        let [a, b, c, d] = zip(own, wide(x), |own, x| own - x * shared);
        *dx = E::store_group([F32x4::narrowed([a, b]), F32x4::narrowed([c, d])]);
    }
}

/// Adds a row's part of the weights' gradient.
fn add_to_sums<E: Element>(sums: &mut [f64], x: &[E], dy: &[E], inverse: f64) {
    let (sums, sums_rest) = sums.as_chunks_mut();
    let ((x, x_rest), (dy, dy_rest)) = (groups(x), groups(dy));
    add_to_groups(sums, x, dy, inverse);
    if let (Some(x), Some(dy), (_, Some(mut last))) = (x_rest, dy_rest, groups(sums_rest)) {
        add_to_groups(core::slice::from_mut(&mut last), &[x], &[dy], inverse);
        put(sums_rest, last);
    }
}

#[inline(never)]
fn add_to_groups<E: Element>(sums: &mut [[f64; GROUP]], x: &[[E; GROUP]], dy: &[[E; GROUP]], inverse: f64) {
    let inverse = F64x2::splat(inverse);
    for ((sums, x), dy) in sums.iter_mut().zip(x).zip(dy) {
        let before: [[f64; 2]; 4] = bytemuck::cast(*sums);
        let product = zip(wide(dy), wide(x), |dy, x| dy * x * inverse);
        let after = zip(before.map(F64x2::new), product, |sum, product| sum + product);
        *sums = bytemuck::cast(after.map(F64x2::array));
    }
}

#[inline(always)]
fn wide<E: Element>(group: &[E; GROUP]) -> Wide {
    let [[a, b], [c, d]] = E::load_group(group).map(F32x4::widened);
    [a, b, c, d]
}

#[inline(always)]
fn zip(one: Wide, other: Wide, work: impl Fn(F64x2, F64x2) -> F64x2) -> Wide {
    core::array::from_fn(|part| work(one[part], other[part]))
}

/// The sum of eight sums: lanes 0 to 3 with 4 to 7, then halves again.
#[inline(always)]
fn total([a, b, c, d]: Wide) -> f64 {
    let [even, odd] = ((a + c) + (b + d)).array();
    even + odd
}
