//! Without branches, four values of a block in a vector, with the same bytes as the reference.
//!
//! Magnitudes are compared as integers, where a NaN is larger than everything. A float becomes a whole number by adding
//! 2^23, whose last place is 1: the sum rounds halves to even, and a comparison with the number itself mends that.

use super::{NAN, Q4_BYTES, Q8_BYTES, VALUES};
use crate::f16;
use crate::lanes::{F32x4, U32x4};

/// Vectors of a block.
const VECTORS: usize = VALUES / 4;
/// 2^23.
const UNIT: f32 = 8_388_608.0;
/// The bits of an infinite magnitude.
const INFINITE: u32 = 0x7f80_0000;

/// Packs a q8_0 block.
#[inline(always)]
pub fn pack_q8(values: &[f32; VALUES], block: &mut [u8; Q8_BYTES]) {
    let values = load(values);
    let largest = largest_magnitude(&values);
    let Scale { half, inverse, usable } = Scale::of(f32::from_bits(largest) / 127.0, largest);
    let quantised = values.map(|values| rounded(values, inverse) & usable);
    let ([scale, places @ ..], _) = block.as_chunks_mut::<2>() else { return };
    *scale = half.to_le_bytes();
    let (places, _) = places.as_flattened_mut().as_chunks_mut::<16>();
    for (place, vectors) in places.iter_mut().zip(quantised.as_chunks::<4>().0) {
        *place = U32x4::to_i8(*vectors).map(i8::cast_unsigned);
    }
}

/// Packs a q4_0 block.
#[inline(always)]
pub fn pack_q4(values: &[f32; VALUES], block: &mut [u8; Q4_BYTES]) {
    let values = load(values);
    let largest = largest_magnitude(&values);
    let sign = sign_of_first(&values, largest);
    let Scale { half, inverse, usable } = Scale::of(f32::from_bits(largest | sign) / -8.0, largest);
    let quantised = values.map(|values| {
        let whole = whole(values * inverse + F32x4::splat(8.5)).smaller_signed(U32x4::splat(15));
        usable.select_words(whole, U32x4::splat(8))
    });
    let [a, b, c, d, e, f, g, h] = quantised;
    let pairs = [(a, e), (b, f), (c, g), (d, h)].map(|(lower, upper)| lower | upper.left::<4>());
    let ([scale, places @ ..], _) = block.as_chunks_mut::<2>() else { return };
    *scale = half.to_le_bytes();
    let bytes = U32x4::to_i8(pairs.map(|pair| pair.left::<24>().right_signed::<24>()));
    places.as_flattened_mut().copy_from_slice(&bytes.map(i8::cast_unsigned));
}

/// Unpacks a q8_0 block.
#[inline(always)]
pub fn unpack_q8(block: &[u8; Q8_BYTES], values: &mut [f32; VALUES]) {
    let ([scale, places @ ..], _) = block.as_chunks::<2>() else { return };
    let scale = F32x4::splat(f16::to_f32(u16::from_le_bytes(*scale)));
    let (parts, _) = values.as_chunks_mut::<16>();
    for (part, places) in parts.iter_mut().zip(places.as_flattened().as_chunks::<16>().0) {
        let (part, _) = part.as_chunks_mut();
        for (four, words) in part.iter_mut().zip(U32x4::from_i8(&places.map(u8::cast_signed))) {
            *four = (words.to_floats() * scale).array();
        }
    }
}

/// Unpacks a q4_0 block.
#[inline(always)]
pub fn unpack_q4(block: &[u8; Q4_BYTES], values: &mut [f32; VALUES]) {
    let ([scale, pairs @ ..], _) = block.as_chunks::<2>() else { return };
    let scale = F32x4::splat(f16::to_f32(u16::from_le_bytes(*scale)));
    let value = |words: U32x4| ((words - U32x4::splat(8)).to_floats() * scale).array();
    let (lower, upper) = values.split_at_mut(VALUES / 2);
    let (pairs, _) = pairs.as_flattened().as_chunks();
    let places = lower.as_chunks_mut().0.iter_mut().zip(upper.as_chunks_mut().0);
    for ((lower, upper), pair) in places.zip(pairs.iter().flat_map(U32x4::from_u8)) {
        *lower = value(pair & U32x4::splat(15));
        *upper = value(pair.right::<4>());
    }
}

struct Scale {
    half: u16,
    inverse: F32x4,
    /// All ones if the values divided by the scale are finite numbers, else 0.
    usable: U32x4,
}

impl Scale {
    /// `largest` is the bits of the largest magnitude.
    #[inline(always)]
    fn of(scale: f32, largest: u32) -> Self {
        let inverse = 1.0 / scale;
        let is_usable = largest < INFINITE && inverse.to_bits() & INFINITE != INFINITE;
        let half = if largest > INFINITE { NAN } else { f16::from_f32(scale) };
        let usable = U32x4::splat(u32::from(is_usable).wrapping_neg());
        Self { half, inverse: F32x4::splat(inverse), usable }
    }
}

#[inline(always)]
fn load(values: &[f32; VALUES]) -> [F32x4; VECTORS] {
    let (fours, _) = values.as_chunks();
    core::array::from_fn(|number| F32x4::new(fours[number]))
}

#[inline(always)]
fn magnitudes(values: F32x4) -> U32x4 {
    values.bits() & U32x4::splat(0x7fff_ffff)
}

/// The bits of the largest magnitude.
#[inline(always)]
fn largest_magnitude(values: &[F32x4; VECTORS]) -> u32 {
    let [a, b, c, d, e, f, g, h] = values.map(magnitudes);
    let (first, second) = (a.larger_signed(b), c.larger_signed(d));
    let (third, fourth) = (e.larger_signed(f), g.larger_signed(h));
    let [a, b, c, d] = first.larger_signed(second).larger_signed(third.larger_signed(fourth)).array();
    a.max(b).max(c.max(d))
}

/// The sign bit of the first value of that magnitude; 0 if that is 0, whatever the zeros' signs.
#[inline(always)]
fn sign_of_first(values: &[F32x4; VECTORS], magnitude: u32) -> u32 {
    // The place of a value, and its sign in the lowest bit: the smallest of those with that magnitude tells.
    let mut first = U32x4::splat(i32::MAX as u32);
    for (number, values) in values.iter().enumerate().rev() {
        let place = number as u32 * 8;
        let key = U32x4::new([place, place + 2, place + 4, place + 6]) | values.bits().right::<31>();
        first = magnitudes(*values).equal(U32x4::splat(magnitude)).select_words(key, first);
    }
    let [a, b, c, d] = first.array();
    if magnitude == 0 { 0 } else { a.min(b).min(c.min(d)) << 31 }
}

/// `values` times `factor`, rounded to the nearest whole number, halves away from zero; magnitudes below 2^22. The factor is
/// not negative, so that the sign is that of the value: taken from the product, its NaNs would first be made canonical.
#[inline(always)]
fn rounded(values: F32x4, factor: F32x4) -> U32x4 {
    let magnitude = (values * factor).abs();
    let sum = magnitude + F32x4::splat(UNIT);
    let rounded_down = (magnitude - (sum - F32x4::splat(UNIT))).equal(F32x4::splat(0.5));
    // A mask is -1 where it is set.
    let rounded = sum.bits() - U32x4::splat(UNIT.to_bits()) - rounded_down;
    let negative = values.bits().right_signed::<31>();
    (rounded ^ negative) - negative
}

/// The whole part of values from 0 to 2^22.
#[inline(always)]
fn whole(values: F32x4) -> U32x4 {
    let sum = values + F32x4::splat(UNIT);
    let rounded_up = values.less(sum - F32x4::splat(UNIT));
    sum.bits() - U32x4::splat(UNIT.to_bits()) + rounded_up
}
