//! Low-rank adaptation in vectors.

use codec::kernel::Code;

use super::rows::{Panel, Space, TILE};
use super::tiles::{Left, product};
use super::{Backward, Dims, Forward, row};
use crate::call::{Call, Direction};
use crate::element::{Element, GROUP, map_groups};
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
    match call.direction {
        Direction::Forward => forward(Forward::<E>::open(call)?),
        Direction::Backward => backward(Backward::<E>::open(call)?),
    }
    Ok(())
}

fn forward<E: Element>(call: Forward<'_, E>) {
    let Forward { dims, scale, x, a, b, base, y, scratch: t } = call;
    project(dims, x, a, t);
    let mut space = Space::new();
    for first in (0..dims.output).step_by(Panel::ROWS) {
        if dims.rank <= TILE {
            // The panel is the same for every row.
            let panel = Panel::read(b, first..dims.output, dims.rank, 0..dims.rank, &mut space);
            for number in 0..dims.rows {
                let mut sums = [0.0; Panel::ROWS];
                panel.add_dots(row(t, number, dims.rank), &mut sums);
                add_scaled(dims, number, first, scale, &sums, base, y);
            }
            continue;
        }
        for number in 0..dims.rows {
            let mut sums = [0.0; Panel::ROWS];
            for (tile, t) in row(t, number, dims.rank).chunks(TILE).enumerate() {
                let columns = tile * TILE..tile * TILE + t.len();
                Panel::read(b, first..dims.output, dims.rank, columns, &mut space).add_dots(t, &mut sums);
            }
            add_scaled(dims, number, first, scale, &sums, base, y);
        }
    }
}

/// `t = x · aᵀ`. Tiles are outermost, so that each is widened once for all rows. Its tiles leave the stack when it returns.
#[inline(never)]
fn project<E: Element>(dims: Dims, x: &[E], a: &[E], t: &mut [f32]) {
    t.fill(0.0);
    let (mut space, mut row_space) = (Space::new(), [0.0; TILE]);
    for start in (0..dims.input).step_by(TILE) {
        let columns = start..dims.input.min(start + TILE);
        for first in (0..dims.rank).step_by(Panel::ROWS) {
            let panel = Panel::read(a, first..dims.rank, dims.input, columns.clone(), &mut space);
            for number in 0..dims.rows {
                let x = E::floats(&row(x, number, dims.input)[columns.clone()], &mut row_space);
                panel.add_dots(x, &mut t[number * dims.rank..][first..dims.rank]);
            }
        }
    }
}

/// Writes the outputs of one row from `first` on: as many as there are sums, or as the row has.
#[inline(always)]
fn add_scaled<E: Element>(
    dims: Dims,
    number: usize,
    first: usize,
    scale: f32,
    sums: &[f32; Panel::ROWS],
    base: &[E],
    y: &mut [E],
) {
    let count = Panel::ROWS.min(dims.output - first);
    let at = number * dims.output + first;
    let (y, base) = (&mut y[at..at + count], &base[at..at + count]);
    let scale = F32x4::splat(scale);
    for ((y, base), sums) in y.chunks_mut(GROUP).zip(base.chunks(GROUP)).zip(sums.as_chunks().0) {
        let [low, high] = f32::load_group(sums);
        map_groups(y, base, base, |base, _| [base[0] + scale * low, base[1] + scale * high]);
    }
}

fn backward<E: Element>(call: Backward<'_, E>) {
    let Backward { dims, scale, x, a, b, dy, dx, da, db, scratch } = call;
    let Dims { rows, input, rank, output } = dims;
    let dy = Left { matrix: dy, width: output };
    product([rows, output, rank], |r, o| dy.at(r, o), b, scale, scratch);
    let u = Left { matrix: &*scratch, width: rank };
    product([rows, rank, input], |r, k| u.at(r, k), a, 1.0, dx);
    product([rank, rows, input], |k, r| u.at(r, k), x, 1.0, da);
    project(dims, x, a, scratch);
    product([output, rows, rank], |o, r| dy.at(r, o), scratch, scale, db);
}
