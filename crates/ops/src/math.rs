//! Exponential, sine and cosine in lanes, from `+ - *` alone: the same bits on every machine.
//!
//! | function | domain | bound |
//! | --- | --- | --- |
//! | [`exp`] | −174.6 to 87 | 1 ULP of `f32`, where the result is normal |
//! | [`sin_cos`] | magnitudes to [`ANGLE_MAX`] | 0.51 ULP of `f32` |
//!
//! Polynomials are minimax fits (Remez) of our own; arguments are reduced after Cody and Waite. `docs/decisions/0019-ops.md`
//! says how the bounds were found.

use crate::lanes::{F32x4, F64x2, U32x4};

/// Largest magnitude of an angle, in radians: a quarter turn times 2^20, so that every product in the reduction is exact.
pub const ANGLE_MAX: f64 = 1_647_099.0;

/// Added to a number and taken away again, this rounds it to a whole number; in between, the low bits are that number.
const ROUND_F32: f32 = 12_582_912.0;
/// The same for `f64`.
const ROUND_F64: f64 = 6_755_399_441_055_744.0;

/// A power of e as `fraction · 2^exponent`; the fraction is about 0.7 to 1.42.
#[derive(Clone, Copy)]
pub struct Exp {
    /// A NaN if the argument was one; then the exponent has no meaning.
    pub fraction: F32x4,
    /// Signed.
    pub exponent: U32x4,
}

/// e to the power of `x`, which lies between −174.6 and 87 or is a NaN.
#[inline(always)]
#[must_use]
pub fn exp(x: F32x4) -> Exp {
    // ln 2 in two parts. The first has ten bits, so that its product with the exponent is exact.
    const LN2: [f32; 2] = [0.693_359_4, -0.000_212_194_44];
    const COEFFICIENTS: [f32; 5] = [0.001_381_454, 0.008_368_745, 0.041_668_39, 0.166_665_2, 0.499_999_94];
    let shifted = x * F32x4::splat(core::f32::consts::LOG2_E) + F32x4::splat(ROUND_F32);
    let whole = shifted - F32x4::splat(ROUND_F32);
    let exponent = shifted.bits() - U32x4::splat(ROUND_F32.to_bits());
    let r = x - whole * F32x4::splat(LN2[0]) - whole * F32x4::splat(LN2[1]);
    let [highest, lower @ ..] = COEFFICIENTS;
    let sum = lower.into_iter().fold(F32x4::splat(highest), |sum, coefficient| sum * r + F32x4::splat(coefficient));
    Exp { fraction: sum * (r * r) + r + F32x4::splat(1.0), exponent }
}

/// Two to the power of `exponent`, which lies between −126 and 127.
#[inline(always)]
pub fn two_to(exponent: U32x4) -> F32x4 {
    (exponent + U32x4::splat(127)).left::<23>().as_floats()
}

/// Sine and cosine of four angles, each of a magnitude up to [`ANGLE_MAX`].
#[inline(always)]
pub fn sin_cos(angles: [F64x2; 2]) -> (F32x4, F32x4) {
    let [a, b] = angles.map(quarter);
    let sine = F32x4::narrowed([a.sine, b.sine]);
    let cosine = F32x4::narrowed([a.cosine, b.cosine]);
    let quarters = F64x2::low_words([a.quarters, b.quarters]);
    let (one, two) = (U32x4::splat(1), U32x4::splat(2));
    let is_odd = (quarters & one).equal(one);
    let sine_sign = (quarters & two).left::<30>();
    let cosine_sign = ((quarters + one) & two).left::<30>();
    let signed = |value: F32x4, sign: U32x4| (value.bits() ^ sign).as_floats();
    (signed(is_odd.select(cosine, sine), sine_sign), signed(is_odd.select(sine, cosine), cosine_sign))
}

/// An angle as a number of quarter turns, in the low bits of a float, and the sine and cosine of what is left.
struct Quarter {
    quarters: F64x2,
    sine: F64x2,
    cosine: F64x2,
}

#[inline(always)]
fn quarter(angle: F64x2) -> Quarter {
    // A quarter turn in three parts. The first two have 33 bits, so that their products with up to 2^20 are exact.
    const TURN: [f64; 3] = [1.570_796_326_734_125_6, 6.077_100_506_303_966e-11, 2.022_266_248_795_951e-21];
    const SINE: [f64; 4] =
        [2.718_304_216_981_685e-6, -0.000_198_393_340_814_781, 0.008_333_329_383_575_871, -0.166_666_666_416_069_11];
    const COSINE: [f64; 4] =
        [2.438_348_283_499_451_4e-5, -0.001_388_668_075_125_943, 0.041_666_620_328_776_75, -0.499_999_996_942_251_7];
    let quarters = angle * F64x2::splat(core::f64::consts::FRAC_2_PI) + F64x2::splat(ROUND_F64);
    let whole = quarters - F64x2::splat(ROUND_F64);
    let r = TURN.into_iter().fold(angle, |rest, part| rest - whole * F64x2::splat(part));
    let square = r * r;
    let polynomial = |[highest, lower @ ..]: [f64; 4]| {
        lower.into_iter().fold(F64x2::splat(highest), |sum, coefficient| sum * square + F64x2::splat(coefficient))
    };
    Quarter {
        quarters,
        sine: r + r * (square * polynomial(SINE)),
        cosine: F64x2::splat(1.0) + square * polynomial(COSINE),
    }
}
