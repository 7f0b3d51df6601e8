//! Half precision (IEEE 754 binary16) as bits, to and from `f32`, in integer steps that run the same in every lane.
//!
//! Rounding is to nearest, ties to even. Subnormals and infinities are kept, values of 65,520 and more become infinite. A
//! NaN becomes quiet and keeps its sign and the upper ten bits of its payload, as in the crate `half`; the tests compare
//! every one of the 2^16 halves, and every `f32` around each place where the rounding changes.
//!
//! [`to_f32`] and [`from_f32`] convert one value, [`widen`] and [`narrow`] eight in vectors, with the same bits. The one float operation
//! is an addition that rounds where the result is subnormal; the conversion from an integer is exact.

use crate::lanes::{F32x4, U32x4};

/// Bits of a half that are not its sign.
const MAGNITUDE: u32 = 0x7fff;
/// The half that is infinite; larger magnitudes are NaN.
const INFINITE: u32 = 0x7c00;
/// The smallest normal half.
const NORMAL: u32 = 0x0400;
/// Difference of the two formats' exponent biases, as a number that is added to the bits of an `f32`.
const REBIAS: u32 = 112 << 23;
/// The bit that makes an `f32` NaN quiet.
const QUIET: u32 = 0x0040_0000;

/// The value of a half.
#[inline(always)]
#[must_use]
pub const fn to_f32(half: u16) -> f32 {
    let sign = (half as u32 & 0x8000) << 16;
    let magnitude = half as u32 & MAGNITUDE;
    let normal = (magnitude << 13) + REBIAS;
    // A second time, because the largest exponent of one format is the largest of the other.
    let special = (normal + REBIAS) | when(magnitude > INFINITE, QUIET);
    // A whole number of 2^-24, converted exactly and then scaled by its exponent; 0 has none.
    let subnormal = (magnitude as i32 as f32).to_bits().wrapping_sub(24 << 23) & when(magnitude != 0, u32::MAX);
    let finite = if magnitude < NORMAL { subnormal } else { normal };
    f32::from_bits(sign | if magnitude < INFINITE { finite } else { special })
}

/// The half nearest to a value.
#[inline(always)]
#[must_use]
pub const fn from_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = bits >> 16 & 0x8000;
    let magnitude = bits & 0x7fff_ffff;
    // The lowest bit that stays decides a tie. A carry out of the mantissa is right: it is the next exponent.
    let normal = magnitude.wrapping_sub(REBIAS - 0x0fff).wrapping_add(magnitude >> 13 & 1) >> 13;
    // One unit in the last place of 0.5 is the smallest half, so that this addition rounds to a whole number of those.
    let subnormal = (f32::from_bits(magnitude) + 0.5).to_bits().wrapping_sub(0.5_f32.to_bits());
    let special = INFINITE | when(magnitude > 0x7f80_0000, 0x0200 | magnitude >> 13 & 0x03ff);
    let finite = if magnitude < 113 << 23 { subnormal } else { normal };
    (sign | if magnitude < 143 << 23 { finite } else { special }) as u16
}

/// The values of eight halves.
///
/// Written for few operators and few constants (what does not fit in sixteen registers is loaded again in every turn of a
/// loop), and with the product last: bits that are taken of a product are made canonical first where a module is sealed.
#[inline(always)]
pub fn widen(halves: &[u16; 8]) -> [F32x4; 2] {
    /// 2^112: the exponents' biases differ by so much.
    const REBIAS: u32 = (112 + 127) << 23;
    /// The largest finite half, before that product.
    const FINITE: u32 = (INFINITE - 1) << 13;
    U32x4::from_u16(halves).map(|halves| {
        let magnitude = halves & U32x4::splat(MAGNITUDE);
        let sign = (halves ^ magnitude).left::<16>();
        let small = magnitude.left::<13>();
        // Floats are compared: compilers move the same comparison of integers back to vectors of halves, where it is slow.
        let is_special = U32x4::splat(FINITE).as_floats().less(small.as_floats());
        let special = is_special & U32x4::splat(0x7f80_0000);
        // A product with a power of two is exact, makes subnormal halves normal, and a NaN quiet.
        (small | special | sign).as_floats() * U32x4::splat(REBIAS).as_floats()
    })
}

/// The halves nearest to eight values.
#[inline(always)]
#[must_use]
pub fn narrow(values: [F32x4; 2]) -> [u16; 8] {
    U32x4::to_u16(values.map(|values| {
        let bits = values.bits();
        let magnitude = bits & U32x4::splat(0x7fff_ffff);
        let sign = (bits ^ magnitude).right::<16>();
        // 65,536 stands for everything that is infinite, and for NaN at first.
        let finite = F32x4::splat(65_536.0).smaller(magnitude.as_floats());
        let exponent = (finite.bits() & U32x4::splat(0x7f80_0000)).larger_signed(U32x4::splat(113 << 23));
        // Of this power of two one unit in the last place is that of the half, so that the addition rounds to a whole
        // number of those. The hidden bit of the value carries one into the exponent.
        let power = exponent + U32x4::splat(13 << 23);
        let units = (finite + power.as_floats()).bits() - power;
        let half = (exponent - U32x4::splat(113 << 23)).right::<13>() + units;
        let is_nan = U32x4::splat(0x7f80_0000).less_signed(magnitude);
        let nan = magnitude.right::<13>() & U32x4::splat(0x03ff) | U32x4::splat(0x0200);
        sign | half | (is_nan & nan)
    }))
}

/// `value` or nothing, without a branch.
#[inline(always)]
const fn when(condition: bool, value: u32) -> u32 {
    (condition as u32).wrapping_neg() & value
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::println;

    #[test]
    fn every_half_is_widened_as_half_widens_it_and_comes_back() {
        let mut compared = 0;
        for bits in 0..=u16::MAX {
            let expected = half::f16::from_bits(bits);
            let value = to_f32(bits);
            assert_eq!(value.to_bits(), expected.to_f32_const().to_bits(), "half {bits:#06x}");
            let quiet = if expected.is_nan() { 0x0200 } else { 0 };
            assert_eq!(from_f32(value), bits | quiet, "half {bits:#06x} and back");
            let widened = widen(&[bits ^ 1, bits, bits, bits, bits, bits, 0, bits]).map(F32x4::bits).map(U32x4::array);
            assert_eq!((widened[0][1], widened[1][3]), (value.to_bits(), value.to_bits()), "half {bits:#06x} in lanes");
            compared += 1;
        }
        println!("{compared} halves");
        assert_eq!(compared, 1 << 16);
    }

    #[test]
    fn values_around_every_half_and_every_tie_are_rounded_as_half_rounds_them() {
        let mut compared = 0_u64;
        let mut check = |bits: u32| {
            let value = f32::from_bits(bits);
            let expected = half::f16::from_f32_const(value).to_bits();
            assert_eq!(from_f32(value), expected, "f32 {bits:#010x}");
            assert_eq!(
                narrow([F32x4::splat(0.0), F32x4::splat(value)])[4..],
                [expected; 4],
                "f32 {bits:#010x} in lanes"
            );
            compared += 1;
        };
        // Mantissas whose low bits are all zeros, all ones, or a tie and its neighbours; every exponent, both signs.
        for upper in 0..=u16::MAX {
            let upper = u32::from(upper) << 16;
            for lower in [0, 1, 0x0fff, 0x1000, 0x1001, 0x1fff, 0x2fff, 0x3000, 0x3001, 0x7fff, 0x8000, 0x8001, 0xffff]
            {
                check(upper | lower);
            }
        }
        // A stride that is odd walks over all low bits.
        for number in 0..1 << 22 {
            check(u32::wrapping_mul(number, 1_021));
        }
        println!("{compared} values");
        assert!(compared > 5_000_000);
    }

    #[test]
    fn every_value_that_becomes_a_subnormal_half_or_zero_at_a_coarse_stride() {
        let mut compared = 0_u64;
        for bits in (0x3200_0000..0x3900_0000_u32).step_by(7) {
            let value = f32::from_bits(bits);
            assert_eq!(from_f32(value), half::f16::from_f32_const(value).to_bits(), "f32 {bits:#010x}");
            assert_eq!(from_f32(-value), half::f16::from_f32_const(-value).to_bits(), "f32 {bits:#010x}, negative");
            compared += 2;
        }
        println!("{compared} values");
        assert!(compared > 30_000_000);
    }
}
