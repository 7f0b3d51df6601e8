//! Rotary position embedding, plain: everything in `f64`, rounded once.

use codec::kernel::Code;

use super::{Pairs, Plan};
use crate::blocks::{Q8_BYTES, VALUES, reference as blocks};
use crate::call::Call;
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

/// q8_0 blocks in and out.
///
/// # Errors
/// What is wrong with the call.
pub fn q8(call: Call<'_>) -> Result<(), Code> {
    let plan = Plan::open_blocks(&call)?;
    let x = call.input::<[u8; Q8_BYTES]>(plan.x, plan.count / VALUES)?;
    let ([y], mut scratch) = call.outputs::<[u8; Q8_BYTES], 1>([(plan.y, plan.count / VALUES)])?;
    if plan.count == 0 {
        return Ok(());
    }
    let (from, to) = (scratch.take::<f32>(plan.dim)?, scratch.take::<f32>(plan.dim)?);
    let heads = y.chunks_exact_mut(plan.dim / VALUES).zip(x.chunks_exact(plan.dim / VALUES));
    for (number, (y, x)) in heads.enumerate() {
        for (values, block) in from.as_chunks_mut().0.iter_mut().zip(x) {
            blocks::unpack_q8(block, values);
        }
        turn(&plan, plan.positions[number / plan.heads], to, from);
        for (block, values) in y.iter_mut().zip(to.as_chunks().0) {
            blocks::pack_q8(values, block);
        }
    }
    Ok(())
}

fn run<E: Element>(call: Call<'_>) -> Result<(), Code> {
    let plan = Plan::open(&call)?;
    let x = call.input::<E>(plan.x, plan.count)?;
    let ([y], _) = call.outputs::<E, 1>([(plan.y, plan.count)])?;
    if plan.count == 0 {
        return Ok(());
    }
    let heads = y.chunks_exact_mut(plan.dim).zip(x.chunks_exact(plan.dim));
    for (number, (y, x)) in heads.enumerate() {
        turn(&plan, plan.positions[number / plan.heads], y, x);
    }
    Ok(())
}

/// One head.
fn turn<E: Element>(plan: &Plan<'_>, position: i32, y: &mut [E], x: &[E]) {
    for pair in 0..plan.dim / 2 {
        let frequency = libm::pow(plan.freq_base, -2.0 * pair as f64 / plan.dim as f64);
        let (sine, cosine) = libm::sincos(f64::from(position) * plan.scale * frequency);
        let (first, second) = match plan.pairs {
            Pairs::Adjacent => (2 * pair, 2 * pair + 1),
            Pairs::Halves => (pair, pair + plan.dim / 2),
        };
        let (a, b) = (f64::from(x[first].load()), f64::from(x[second].load()));
        y[first] = E::store((a * cosine - b * sine) as f32);
        y[second] = E::store((a * sine + b * cosine) as f32);
    }
}
