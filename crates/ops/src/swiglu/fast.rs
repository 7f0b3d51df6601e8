//! SwiGLU in lanes.

use codec::kernel::Code;

use super::{Backward, Forward};
use crate::call::{Call, Direction};
use crate::element::{Element, GROUP, groups, map_groups, put};
use crate::lanes::{F32x4, U32x4};
use crate::math;

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
    map_groups(call.y, call.gate, call.up, |gate, up| [silu_times(gate[0], up[0]), silu_times(gate[1], up[1])]);
}

/// Where the gate is smaller, silu is below 2^-244 and stays as it is here.
const GATE_MIN: f32 = -174.0;

/// `gate / (1 + e^-gate) · factor`.
///
/// With e^-gate = p · 2^n: where n passes 126, both parts of the fraction are divided by 2^(n − 126), and the result is too, at the
/// very end. So nothing overflows and nothing is rounded to a subnormal on the way, and there is one formula for all gates.
#[inline(always)]
fn silu_times(gate: F32x4, factor: F32x4) -> F32x4 {
    let clamped = gate.larger(F32x4::splat(GATE_MIN));
    // From 87 on, 1 + e^-gate is 1.
    let power = math::exp(clamped.negated().larger(F32x4::splat(-87.0)));
    let excess = (power.exponent - U32x4::splat(126)).larger_signed(U32x4::splat(0));
    let shrink = math::two_to(U32x4::splat(0) - excess);
    let sum = shrink + power.fraction * math::two_to(power.exponent - excess);
    let result = clamped / sum * factor * shrink;
    gate.equal(F32x4::splat(f32::NEG_INFINITY)).select(F32x4::splat(f32::NAN), result)
}

/// The derivative of silu: with `s` the sigmoid of the gate and `t` that of its negative, `s · (1 + gate · t)`.
#[inline(always)]
fn silu_slope(gate: F32x4) -> F32x4 {
    let (zero, one) = (F32x4::splat(0.0), F32x4::splat(1.0));
    // e^-|gate|, in two steps because it may be subnormal; below e^-131 it is 0.
    let power = math::exp(gate.abs().negated().larger(F32x4::splat(-131.0)));
    let half = power.exponent.right_signed::<1>();
    let small = power.fraction * math::two_to(half) * math::two_to(power.exponent - half);
    let (large, small) = (one / (one + small), small / (one + small));
    let is_negative = gate.less(zero);
    let (sigmoid, rest) = (is_negative.select(small, large), is_negative.select(large, small));
    sigmoid * (one + gate * rest)
}

fn backward<E: Element>(call: Backward<'_, E>) {
    let ((dgate, dgate_rest), (dup, dup_rest)) = (call.dgate.as_chunks_mut(), call.dup.as_chunks_mut());
    let ((gate, gate_rest), (up, up_rest), (dy, dy_rest)) = (groups(call.gate), groups(call.up), groups(call.dy));
    gradients(dgate, dup, gate, up, dy);
    if let (Some(gate), Some(up), Some(dy)) = (gate_rest, up_rest, dy_rest) {
        let (mut last_dgate, mut last_dup) = ([gate], [up]);
        gradients(&mut last_dgate, &mut last_dup, &[gate], &[up], &[dy]);
        put(dgate_rest, last_dgate[0]);
        put(dup_rest, last_dup[0]);
    }
}

#[inline(never)]
fn gradients<E: Element>(
    dgate: &mut [[E; GROUP]],
    dup: &mut [[E; GROUP]],
    gate: &[[E; GROUP]],
    up: &[[E; GROUP]],
    dy: &[[E; GROUP]],
) {
    let inputs = gate.iter().zip(up).zip(dy);
    for ((dgate, dup), ((gate, up), dy)) in dgate.iter_mut().zip(dup).zip(inputs) {
        let (gate, up, dy) = (E::load_group(gate), E::load_group(up), E::load_group(dy));
        *dgate = E::store_group([0, 1].map(|part| dy[part] * silu_slope(gate[part]) * up[part]));
        *dup = E::store_group([0, 1].map(|part| silu_times(gate[part], dy[part])));
    }
}
