//! Rotary position embedding in lanes.

use codec::kernel::Code;

use super::{Pairs, Plan, Tables};
use crate::call::Call;
use crate::element::{Element, GROUP, groups, put};
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
    let (y, y_rest) = y.as_chunks_mut();
    let ((x, x_rest), (cosines, cosines_rest), (sines, sines_rest)) =
        (groups(x), groups(tables.cosines), groups(tables.sines));
    turn_adjacent_groups(y, x, cosines, sines);
    if let (Some(x), Some(cosines), Some(sines)) = (x_rest, cosines_rest, sines_rest) {
        let mut last = [x];
        turn_adjacent_groups(&mut last, &[x], &[cosines], &[sines]);
        put(y_rest, last[0]);
    }
}

#[inline(never)]
fn turn_adjacent_groups<E: Element>(
    y: &mut [[E; GROUP]],
    x: &[[E; GROUP]],
    cosines: &[[f32; GROUP / 2]],
    sines: &[[f32; GROUP / 2]],
) {
    for (((y, x), cosines), sines) in y.iter_mut().zip(x).zip(cosines).zip(sines) {
        let [low, high] = E::load_group(x);
        let (a, b) = low.deinterleaved(high);
        let (a, b) = turned(a, b, F32x4::new(*cosines), F32x4::new(*sines));
        let (low, high) = a.interleaved(b);
        *y = E::store_group([low, high]);
    }
}

fn turn_halves<E: Element>(y: &mut [E], x: &[E], tables: &Tables<'_>) {
    let (first, second) = y.split_at_mut(x.len() / 2);
    let (a, b) = x.split_at(x.len() / 2);
    let ((first, first_rest), (second, second_rest)) = (first.as_chunks_mut(), second.as_chunks_mut());
    let ((a, a_rest), (b, b_rest)) = (groups(a), groups(b));
    let ((cosines, cosines_rest), (sines, sines_rest)) = (groups(tables.cosines), groups(tables.sines));
    turn_halves_groups([first, second], [a, b], cosines, sines);
    if let (Some(a), Some(b), Some(cosines), Some(sines)) = (a_rest, b_rest, cosines_rest, sines_rest) {
        let (mut first, mut second) = ([a], [b]);
        turn_halves_groups([&mut first, &mut second], [&[a], &[b]], &[cosines], &[sines]);
        put(first_rest, first[0]);
        put(second_rest, second[0]);
    }
}

#[inline(never)]
fn turn_halves_groups<E: Element>(
    [first, second]: [&mut [[E; GROUP]]; 2],
    [a, b]: [&[[E; GROUP]]; 2],
    cosines: &[[f32; GROUP]],
    sines: &[[f32; GROUP]],
) {
    let inputs = a.iter().zip(b).zip(cosines).zip(sines);
    for ((first, second), (((a, b), cosines), sines)) in first.iter_mut().zip(second).zip(inputs) {
        let (a, b) = (E::load_group(a), E::load_group(b));
        let (cosines, sines) = (f32::load_group(cosines), f32::load_group(sines));
        let [low, high] = [0, 1].map(|part| turned(a[part], b[part], cosines[part], sines[part]));
        *first = E::store_group([low.0, high.0]);
        *second = E::store_group([low.1, high.1]);
    }
}

#[inline(always)]
fn turned(a: F32x4, b: F32x4, cosine: F32x4, sine: F32x4) -> (F32x4, F32x4) {
    (a * cosine - b * sine, a * sine + b * cosine)
}
