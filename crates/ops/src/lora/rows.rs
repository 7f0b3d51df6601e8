//! Products with a transposed right side: dot products of rows with rows.

use core::ops::Range;

use super::row;
use crate::element::{Element, GROUP, padded};
use crate::lanes::F32x4;

/// Columns of a panel.
pub(super) const TILE: usize = 128;

/// Room for a panel in `f32`.
pub(super) struct Space([[f32; TILE]; Panel::ROWS]);

impl Space {
    pub(super) fn new() -> Self {
        Self([[0.0; TILE]; Panel::ROWS])
    }
}

/// Some columns of some rows of a matrix, as `f32`.
pub(super) struct Panel<'s> {
    /// Rows past the matrix's last repeat the last.
    rows: [&'s [f32]; Panel::ROWS],
}

impl<'s> Panel<'s> {
    /// Rows of a panel.
    pub(super) const ROWS: usize = 16;

    /// Reads the first rows of a range that is not empty.
    #[inline(always)]
    pub(super) fn read<E: Element>(
        matrix: &'s [E],
        numbers: Range<usize>,
        width: usize,
        columns: Range<usize>,
        space: &'s mut Space,
    ) -> Self {
        let mut spaces = space.0.iter_mut();
        let rows = core::array::from_fn(|place| match spaces.next() {
            Some(space) => {
                let number = (numbers.start + place).min(numbers.end - 1);
                E::floats(&row(matrix, number, width)[columns.clone()], space)
            }
            None => &[],
        });
        Self { rows }
    }

    /// Adds to each sum the dot product of `left` with the row of its number; sums past the panel stay as they are.
    #[inline(always)]
    pub(super) fn add_dots(&self, left: &[f32], sums: &mut [f32]) {
        for (sums, rows) in sums.chunks_mut(4).zip(self.rows.as_chunks().0) {
            let dots = dots(left, rows);
            for (sum, dot) in sums.iter_mut().zip(dots.array()) {
                *sum += dot;
            }
        }
    }
}

/// Four dot products, each in eight sums.
#[inline(always)]
fn dots(left: &[f32], rows: &[&[f32]; 4]) -> F32x4 {
    let (groups, rest) = left.as_chunks::<GROUP>();
    if rest.is_empty() { whole_dots(groups, rows) } else { ragged_dots(groups, rest, rows) }
}

/// Over whole groups. It stands alone and calls nothing, so that the sums stay in registers.
#[inline(never)]
fn whole_dots(groups: &[[f32; GROUP]], rows: &[&[f32]; 4]) -> F32x4 {
    totals(sums_of(groups, rows))
}

/// Over groups of which the last is filled up with zeros.
#[inline(never)]
fn ragged_dots(groups: &[[f32; GROUP]], rest: &[f32], rows: &[&[f32]; 4]) -> F32x4 {
    let mut sums = sums_of(groups, rows);
    let last = rows.map(|row| padded(row.as_chunks::<GROUP>().1));
    add(&mut sums, &padded(rest), last.each_ref());
    totals(sums)
}

#[inline(always)]
fn sums_of(left: &[[f32; GROUP]], rows: &[&[f32]; 4]) -> [[F32x4; 2]; 4] {
    let mut sums = [[F32x4::splat(0.0); 2]; 4];
    let [a, b, c, d] = rows.map(|row| row.as_chunks().0);
    for ((((left, a), b), c), d) in left.iter().zip(a).zip(b).zip(c).zip(d) {
        add(&mut sums, left, [a, b, c, d]);
    }
    sums
}

#[inline(always)]
fn add(sums: &mut [[F32x4; 2]; 4], left: &[f32; GROUP], rows: [&[f32; GROUP]; 4]) {
    let left = f32::load_group(left);
    for (sum, row) in sums.iter_mut().zip(rows) {
        let row = f32::load_group(row);
        *sum = [sum[0] + left[0] * row[0], sum[1] + left[1] * row[1]];
    }
}

/// The sums of four times eight sums: lanes 0 to 3 with 4 to 7, then lanes 0 and 2, lanes 1 and 3, then both.
#[inline(always)]
fn totals(sums: [[F32x4; 2]; 4]) -> F32x4 {
    let [a, b, c, d] = sums.map(|[low, high]| low + high);
    let (a_even, a_odd) = a.deinterleaved(b);
    let (c_even, c_odd) = c.deinterleaved(d);
    // Lanes 0 and 2 of a, lanes 0 and 2 of b; and so on.
    let (zeros, twos) = a_even.deinterleaved(c_even);
    let (ones, threes) = a_odd.deinterleaved(c_odd);
    (zeros + twos) + (ones + threes)
}
