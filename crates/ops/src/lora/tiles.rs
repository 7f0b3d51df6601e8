//! Products of matrices whose right side lies row by row: packed tiles, added one term after the other.

use crate::element::{Element, GROUP, padded};
use crate::lanes::F32x4;

/// Rows of the left side in a tile.
const ROWS: usize = 16;
/// Columns of the right side that are packed for one packing of the left.
const COLUMNS: usize = 64;
/// Terms of a tile's sums.
const DEPTH: usize = 64;
/// Rows that are added side by side.
const QUAD: usize = 4;

/// The left side of a product.
pub(super) struct Left<'m, E> {
    pub(super) matrix: &'m [E],
    pub(super) width: usize,
}

impl<E: Element> Left<'_, E> {
    /// An element as `f32`.
    #[inline(always)]
    pub(super) fn at(&self, row: usize, column: usize) -> f32 {
        self.matrix[row * self.width + column].load()
    }
}

/// Four rows of the left side, term by term.
type Quad = [[f32; QUAD]; DEPTH];
/// Sums of four rows and a group of columns.
type Sums = [[f32; GROUP]; QUAD];

/// `out = scale · left · right`: `left` gives the element of a row and a term, `right` is `[depth, columns]`.
pub(super) fn product<R: Element, O: Element>(
    [rows, depth, columns]: [usize; 3],
    left: impl Fn(usize, usize) -> f32,
    right: &[R],
    scale: f32,
    out: &mut [O],
) {
    let mut packed = [[[0.0; QUAD]; DEPTH]; ROWS / QUAD];
    for first_row in (0..rows).step_by(ROWS) {
        let quads = ROWS.min(rows - first_row).div_ceil(QUAD);
        for first_column in (0..columns).step_by(COLUMNS) {
            let width = COLUMNS.min(columns - first_column);
            let mut sums = [[[[0.0; GROUP]; QUAD]; COLUMNS / GROUP]; ROWS / QUAD];
            for start in (0..depth).step_by(DEPTH) {
                let len = DEPTH.min(depth - start);
                for (number, quad) in packed[..quads].iter_mut().enumerate() {
                    pack_left(quad, [first_row + number * QUAD, rows], [start, len], &left);
                }
                for group in 0..width.div_ceil(GROUP) {
                    let tile = pack_right(right, columns, first_column + group * GROUP, [start, len]);
                    for (quad, sums) in packed[..quads].iter().zip(&mut sums) {
                        add_terms(&quad[..len], &tile[..len], &mut sums[group]);
                    }
                }
            }
            for number in 0..ROWS.min(rows - first_row) {
                let at = (first_row + number) * columns + first_column;
                store(&mut out[at..at + width], sums[number / QUAD].each_ref().map(|sums| &sums[number % QUAD]), scale);
            }
        }
    }
}

/// Rows past the last are zeros.
#[inline(always)]
fn pack_left(quad: &mut Quad, [first, rows]: [usize; 2], [start, len]: [usize; 2], left: impl Fn(usize, usize) -> f32) {
    for lane in 0..QUAD {
        for (term, place) in quad[..len].iter_mut().enumerate() {
            place[lane] = if first + lane < rows { left(first + lane, start + term) } else { 0.0 };
        }
    }
}

/// Columns past the last are zeros.
#[inline(always)]
fn pack_right<R: Element>(
    right: &[R],
    columns: usize,
    first: usize,
    [start, len]: [usize; 2],
) -> [[f32; GROUP]; DEPTH] {
    let mut tile = [[0.0; GROUP]; DEPTH];
    for (place, row) in tile.iter_mut().zip(right.chunks_exact(columns).skip(start).take(len)) {
        let row = &row[first..];
        *place = f32::store_group(match row.first_chunk() {
            Some(group) => R::load_group(group),
            None => R::load_group(&padded(row)),
        });
    }
    tile
}

/// Adds the products of all terms to the sums, in order. It stands alone and calls nothing, so that the sums stay in registers.
#[inline(never)]
fn add_terms(left: &[[f32; QUAD]], right: &[[f32; GROUP]], sums: &mut Sums) {
    let mut own = sums.each_ref().map(f32::load_group);
    for (left, right) in left.iter().zip(right) {
        let right = f32::load_group(right);
        for (sum, left) in own.iter_mut().zip(left) {
            let left = F32x4::splat(*left);
            *sum = [sum[0] + left * right[0], sum[1] + left * right[1]];
        }
    }
    *sums = own.map(f32::store_group);
}

#[inline(always)]
fn store<O: Element>(out: &mut [O], sums: [&[f32; GROUP]; COLUMNS / GROUP], scale: f32) {
    let scale = F32x4::splat(scale);
    for (out, sums) in out.chunks_mut(GROUP).zip(sums) {
        let values = O::store_group(f32::load_group(sums).map(|sums| sums * scale));
        out.copy_from_slice(&values[..out.len()]);
    }
}
