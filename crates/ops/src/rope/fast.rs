//! Rotary position embedding in lanes.

use codec::kernel::Code;

use super::{Pairs, Plan, Tables};
use crate::call::Call;
use crate::element::{Element, GROUP, padded};
use crate::lanes::F32x4;

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
    let plan = Plan::open(&call)?;
    let x = call.input::<E>(plan.x, plan.count)?;
    let ([y], mut scratch) = call.outputs::<E, 1>([(plan.y, plan.count)])?;
    if plan.count == 0 {
        return Ok(());
    }
    let mut tables = Tables::take(&mut scratch, &plan)?;
    let size = plan.heads * plan.dim;
    for ((y, x), position) in y.chunks_exact_mut(size).zip(x.chunks_exact(size)).zip(plan.positions) {
        tables.fill(f64::from(*position) * plan.scale);
        for (y, x) in y.chunks_exact_mut(plan.dim).zip(x.chunks_exact(plan.dim)) {
            turn(plan.pairs, y, x, &tables);
        }
    }
    Ok(())
}

/// One head.
fn turn<E: Element>(pairs: Pairs, y: &mut [E], x: &[E], tables: &Tables<'_>) {
    match pairs {
        Pairs::Adjacent => turn_adjacent(y, x, tables),
        Pairs::Halves => turn_halves(y, x, tables),
    }
}

fn turn_adjacent<E: Element>(y: &mut [E], x: &[E], tables: &Tables<'_>) {
    let work = |x: &[E; GROUP], cosines: &[f32; 4], sines: &[f32; 4]| {
        let [low, high] = E::load_group(x);
        let (a, b) = low.deinterleaved(high);
        let (a, b) = turned(a, b, F32x4::new(*cosines), F32x4::new(*sines));
        let (low, high) = a.interleaved(b);
        E::store_group([low, high])
    };
    let ((y, y_rest), (x, x_rest)) = (y.as_chunks_mut(), x.as_chunks());
    let ((cosines, cosines_rest), (sines, sines_rest)) = (tables.cosines.as_chunks(), tables.sines.as_chunks());
    for (((y, x), cosines), sines) in y.iter_mut().zip(x).zip(cosines).zip(sines) {
        *y = work(x, cosines, sines);
    }
    if !y_rest.is_empty() {
        let last = work(&padded(x_rest), &padded(cosines_rest), &padded(sines_rest));
        y_rest.copy_from_slice(&last[..y_rest.len()]);
    }
}

fn turn_halves<E: Element>(y: &mut [E], x: &[E], tables: &Tables<'_>) {
    let half = x.len() / 2;
    let work = |a: &[E; GROUP], b: &[E; GROUP], cosines: &[f32; GROUP], sines: &[f32; GROUP]| {
        let (a, b) = (E::load_group(a), E::load_group(b));
        let (cosines, sines) = (f32::load_group(cosines), f32::load_group(sines));
        let (low, high) = (turned(a[0], b[0], cosines[0], sines[0]), turned(a[1], b[1], cosines[1], sines[1]));
        (E::store_group([low.0, high.0]), E::store_group([low.1, high.1]))
    };
    let (first, second) = y.split_at_mut(half);
    let ((first, first_rest), (second, second_rest)) = (first.as_chunks_mut(), second.as_chunks_mut());
    let ((a, a_rest), (b, b_rest)) = (x[..half].as_chunks(), x[half..].as_chunks());
    let ((cosines, cosines_rest), (sines, sines_rest)) = (tables.cosines.as_chunks(), tables.sines.as_chunks());
    let inputs = a.iter().zip(b).zip(cosines).zip(sines);
    for ((first, second), (((a, b), cosines), sines)) in first.iter_mut().zip(second).zip(inputs) {
        (*first, *second) = work(a, b, cosines, sines);
    }
    if !a_rest.is_empty() {
        let last = work(&padded(a_rest), &padded(b_rest), &padded(cosines_rest), &padded(sines_rest));
        first_rest.copy_from_slice(&last.0[..first_rest.len()]);
        second_rest.copy_from_slice(&last.1[..second_rest.len()]);
    }
}

#[inline(always)]
fn turned(a: F32x4, b: F32x4, cosine: F32x4, sine: F32x4) -> (F32x4, F32x4) {
    (a * cosine - b * sine, a * sine + b * cosine)
}
