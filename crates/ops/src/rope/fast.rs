//! Rotary position embedding in lanes.

use codec::kernel::Code;

use super::{Pairs, Plan, Tables};
use crate::blocks::{Q8_BYTES, VALUES, fast as blocks};
use crate::call::Call;
use crate::element::{Element, GROUP, groups, padded, put};
use crate::lanes::F32x4;

/// A block's bytes.
type Q8 = [u8; Q8_BYTES];

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

/// q8_0 blocks in and out: each head is unpacked, turned and packed.
///
/// # Errors
/// What is wrong with the call.
pub fn q8(call: Call<'_>) -> Result<(), Code> {
    let plan = Plan::open_blocks(&call)?;
    let x = call.input::<Q8>(plan.x, plan.count / VALUES)?;
    let ([y], mut scratch) = call.outputs::<Q8, 1>([(plan.y, plan.count / VALUES)])?;
    if plan.count == 0 {
        return Ok(());
    }
    let mut tables = Tables::take(&mut scratch, &plan)?;
    let (from, to) = (scratch.take(plan.dim)?, scratch.take(plan.dim)?);
    let head = plan.dim / VALUES;
    let positions = y.chunks_exact_mut(plan.heads * head).zip(x.chunks_exact(plan.heads * head)).zip(plan.positions);
    for ((y, x), position) in positions {
        tables.fill(f64::from(*position) * plan.scale);
        for (y, x) in y.chunks_exact_mut(head).zip(x.chunks_exact(head)) {
            for (values, block) in from.as_chunks_mut().0.iter_mut().zip(x) {
                blocks::unpack_q8(block, values);
            }
            turn::<f32>(&plan, to, from, &tables);
            for (block, values) in y.iter_mut().zip(to.as_chunks().0) {
                blocks::pack_q8(values, block);
            }
        }
    }
    Ok(())
}

/// Heads that are turned together by one group of pairs: few enough that the nearest cache holds them.
const HEADS: usize = 16;

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
        for (y, x) in y.chunks_mut(HEADS * plan.dim).zip(x.chunks(HEADS * plan.dim)) {
            turn(&plan, y, x, &tables);
        }
    }
    Ok(())
}

/// Some heads of one position.
fn turn<E: Element>(plan: &Plan<'_>, y: &mut [E], x: &[E], tables: &Tables<'_>) {
    match plan.pairs {
        Pairs::Adjacent => turn_adjacent(plan.dim, y, x, tables),
        Pairs::Halves => turn_halves(plan.dim, y, x, tables),
    }
}

fn turn_adjacent<E: Element>(dim: usize, y: &mut [E], x: &[E], tables: &Tables<'_>) {
    let ((cosines, cosines_rest), (sines, sines_rest)) = (groups(tables.cosines), groups(tables.sines));
    turn_adjacent_groups(dim, y, x, cosines, sines);
    let (Some(cosines_rest), Some(sines_rest)) = (cosines_rest, sines_rest) else { return };
    let start = cosines.len() * GROUP;
    for (y, x) in y.chunks_exact_mut(dim).zip(x.chunks_exact(dim)) {
        let mut last = [E::zeroed(); GROUP];
        turn_adjacent_groups(GROUP, &mut last, &padded::<E, GROUP>(&x[start..]), &[cosines_rest], &[sines_rest]);
        put(&mut y[start..], last);
    }
}

/// For each group of pairs, all heads: the group's cosines and sines stay in registers.
#[inline(never)]
fn turn_adjacent_groups<E: Element>(
    dim: usize,
    y: &mut [E],
    x: &[E],
    cosines: &[[f32; GROUP / 2]],
    sines: &[[f32; GROUP / 2]],
) {
    for (number, (cosines, sines)) in cosines.iter().zip(sines).enumerate() {
        let (cosines, sines) = (F32x4::new(*cosines), F32x4::new(*sines));
        let start = number * GROUP;
        for (y, x) in y.chunks_exact_mut(dim).zip(x.chunks_exact(dim)) {
            let (Some(y), Some(x)) = (y[start..].first_chunk_mut(), x[start..].first_chunk()) else { return };
            let [low, high] = E::load_group(x);
            let (a, b) = low.deinterleaved(high);
            let (a, b) = turned(a, b, cosines, sines);
            let (low, high) = a.interleaved(b);
            *y = E::store_group([low, high]);
        }
    }
}

fn turn_halves<E: Element>(dim: usize, y: &mut [E], x: &[E], tables: &Tables<'_>) {
    let ((cosines, cosines_rest), (sines, sines_rest)) = (groups(tables.cosines), groups(tables.sines));
    turn_halves_groups(dim, y, x, cosines, sines);
    let (Some(cosines_rest), Some(sines_rest)) = (cosines_rest, sines_rest) else { return };
    let (start, half) = (cosines.len() * GROUP, dim / 2);
    for (y, x) in y.chunks_exact_mut(dim).zip(x.chunks_exact(dim)) {
        let mut pairs = [E::zeroed(); 2 * GROUP];
        put(&mut pairs[..GROUP], padded::<E, GROUP>(&x[start..half]));
        put(&mut pairs[GROUP..], padded::<E, GROUP>(&x[half + start..]));
        let mut last = pairs;
        turn_halves_groups(2 * GROUP, &mut last, &pairs, &[cosines_rest], &[sines_rest]);
        put(&mut y[start..half], padded::<E, GROUP>(&last[..GROUP]));
        put(&mut y[half + start..], padded::<E, GROUP>(&last[GROUP..]));
    }
}

/// For each group of pairs, all heads, as above.
#[inline(never)]
fn turn_halves_groups<E: Element>(dim: usize, y: &mut [E], x: &[E], cosines: &[[f32; GROUP]], sines: &[[f32; GROUP]]) {
    let half = dim / 2;
    for (number, (cosines, sines)) in cosines.iter().zip(sines).enumerate() {
        let (cosines, sines) = (f32::load_group(cosines), f32::load_group(sines));
        let start = number * GROUP;
        for (y, x) in y.chunks_exact_mut(dim).zip(x.chunks_exact(dim)) {
            let ((first, second), (a, b)) = (y.split_at_mut(half), x.split_at(half));
            let (Some(a), Some(b)) = (a[start..].first_chunk(), b[start..].first_chunk()) else { return };
            let places = (first[start..].first_chunk_mut(), second[start..].first_chunk_mut());
            let (Some(first), Some(second)) = places else { return };
            let (a, b) = (E::load_group(a), E::load_group(b));
            let [low, high] = [0, 1].map(|part| turned(a[part], b[part], cosines[part], sines[part]));
            *first = E::store_group([low.0, high.0]);
            *second = E::store_group([low.1, high.1]);
        }
    }
}

#[inline(always)]
fn turned(a: F32x4, b: F32x4, cosine: F32x4, sine: F32x4) -> (F32x4, F32x4) {
    (a * cosine - b * sine, a * sine + b * cosine)
}
