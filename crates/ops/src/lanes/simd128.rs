//! Lanes as SIMD128.

use core::arch::wasm32::*;
use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Sub};

use bytemuck::cast;

/// Four `f32`.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct F32x4(v128);

/// Four words of 32 bits; also the masks that comparisons give, all ones or all zeros in each lane.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct U32x4(v128);

/// Two `f64`.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct F64x2(v128);

macro_rules! lanewise {
    ($type:ident $($trait:ident $name:ident $operation:ident;)*) => {$(
        impl $trait for $type {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                Self($operation(self.0, other.0))
            }
        }
    )*};
}

lanewise! { F32x4
    Add add f32x4_add;
    Sub sub f32x4_sub;
    Mul mul f32x4_mul;
    Div div f32x4_div;
}

lanewise! { F64x2
    Add add f64x2_add;
    Sub sub f64x2_sub;
    Mul mul f64x2_mul;
    Div div f64x2_div;
}

lanewise! { U32x4
    Add add u32x4_add;
    Sub sub u32x4_sub;
    BitAnd bitand v128_and;
    BitOr bitor v128_or;
    BitXor bitxor v128_xor;
}

impl F32x4 {
    /// The same value in each lane.
    #[inline(always)]
    pub const fn splat(value: f32) -> Self {
        Self(f32x4(value, value, value, value))
    }

    /// These values.
    #[inline(always)]
    pub fn new(values: [f32; 4]) -> Self {
        Self(cast(values))
    }

    /// The values.
    #[inline(always)]
    pub fn array(self) -> [f32; 4] {
        cast(self.0)
    }

    /// The bits of the values.
    #[inline(always)]
    pub fn bits(self) -> U32x4 {
        U32x4(self.0)
    }

    /// Without their signs.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(f32x4_abs(self.0))
    }

    /// The values with their signs turned.
    #[inline(always)]
    pub fn negated(self) -> Self {
        Self(f32x4_neg(self.0))
    }

    /// `other` where it is smaller, else `self`; so `self` where either is a NaN.
    #[inline(always)]
    pub fn smaller(self, other: Self) -> Self {
        Self(f32x4_pmin(self.0, other.0))
    }

    /// `other` where it is larger, else `self`; so `self` where either is a NaN.
    #[inline(always)]
    pub fn larger(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, other.0))
    }

    /// Where `self` is less than `other`.
    #[inline(always)]
    pub fn less(self, other: Self) -> U32x4 {
        U32x4(f32x4_lt(self.0, other.0))
    }

    /// Where `self` equals `other`.
    #[inline(always)]
    pub fn equal(self, other: Self) -> U32x4 {
        U32x4(f32x4_eq(self.0, other.0))
    }

    /// Lanes 0 and 2 of both, then lanes 1 and 3 of both.
    #[inline(always)]
    pub fn deinterleaved(self, other: Self) -> (Self, Self) {
        let (a, b) = (self.0, other.0);
        (Self(i32x4_shuffle::<0, 2, 4, 6>(a, b)), Self(i32x4_shuffle::<1, 3, 5, 7>(a, b)))
    }

    /// What [`Self::deinterleaved`] takes apart.
    #[inline(always)]
    pub fn interleaved(self, other: Self) -> (Self, Self) {
        let (a, b) = (self.0, other.0);
        (Self(i32x4_shuffle::<0, 4, 1, 5>(a, b)), Self(i32x4_shuffle::<2, 6, 3, 7>(a, b)))
    }

    /// Lanes 0 and 1, then lanes 2 and 3, without loss.
    #[inline(always)]
    pub fn widened(self) -> [F64x2; 2] {
        let high = i64x2_shuffle::<1, 1>(self.0, self.0);
        [F64x2(f64x2_promote_low_f32x4(self.0)), F64x2(f64x2_promote_low_f32x4(high))]
    }

    /// Rounded to the nearest.
    #[inline(always)]
    pub fn narrowed([a, b]: [F64x2; 2]) -> Self {
        Self(i64x2_shuffle::<0, 2>(f32x4_demote_f64x2_zero(a.0), f32x4_demote_f64x2_zero(b.0)))
    }
}

impl F64x2 {
    /// The same value in each lane.
    #[inline(always)]
    pub const fn splat(value: f64) -> Self {
        Self(f64x2(value, value))
    }

    /// These values.
    #[inline(always)]
    pub fn new(values: [f64; 2]) -> Self {
        Self(cast(values))
    }

    /// The values.
    #[inline(always)]
    pub fn array(self) -> [f64; 2] {
        cast(self.0)
    }

    /// The square roots.
    #[inline(always)]
    pub fn root(self) -> Self {
        Self(f64x2_sqrt(self.0))
    }

    /// The low words of four values' bits.
    #[inline(always)]
    pub fn low_words([a, b]: [Self; 2]) -> U32x4 {
        U32x4(i32x4_shuffle::<0, 2, 4, 6>(a.0, b.0))
    }
}

impl U32x4 {
    /// The same word in each lane.
    #[inline(always)]
    pub const fn splat(value: u32) -> Self {
        Self(u32x4(value, value, value, value))
    }

    /// These words.
    #[inline(always)]
    pub fn new(values: [u32; 4]) -> Self {
        Self(cast(values))
    }

    /// The words.
    #[inline(always)]
    pub fn array(self) -> [u32; 4] {
        cast(self.0)
    }

    /// The words as the bits of `f32`.
    #[inline(always)]
    pub fn as_floats(self) -> F32x4 {
        F32x4(self.0)
    }

    /// The words as signed numbers, rounded to the nearest `f32`.
    #[inline(always)]
    pub fn to_floats(self) -> F32x4 {
        F32x4(f32x4_convert_i32x4(self.0))
    }

    /// Each word shifted to the left.
    #[inline(always)]
    pub fn left<const BITS: u32>(self) -> Self {
        Self(u32x4_shl(self.0, BITS))
    }

    /// Each word shifted to the right, zeros coming in.
    #[inline(always)]
    pub fn right<const BITS: u32>(self) -> Self {
        Self(u32x4_shr(self.0, BITS))
    }

    /// Each word shifted to the right, its sign coming in.
    #[inline(always)]
    pub fn right_signed<const BITS: u32>(self) -> Self {
        Self(i32x4_shr(self.0, BITS))
    }

    /// Where `self` is less than `other`, both signed.
    #[inline(always)]
    pub fn less_signed(self, other: Self) -> Self {
        Self(i32x4_lt(self.0, other.0))
    }

    /// The smaller of two signed numbers.
    #[inline(always)]
    pub fn smaller_signed(self, other: Self) -> Self {
        Self(i32x4_min(self.0, other.0))
    }

    /// The larger of two signed numbers.
    #[inline(always)]
    pub fn larger_signed(self, other: Self) -> Self {
        Self(i32x4_max(self.0, other.0))
    }

    /// Where `self` equals `other`.
    #[inline(always)]
    pub fn equal(self, other: Self) -> Self {
        Self(u32x4_eq(self.0, other.0))
    }

    /// With `self` as a mask: `then` where it is set, else `otherwise`.
    #[inline(always)]
    pub fn select(self, then: F32x4, otherwise: F32x4) -> F32x4 {
        F32x4(v128_bitselect(then.0, otherwise.0, self.0))
    }

    /// With `self` as a mask: the words of `then` where it is set, else those of `otherwise`.
    #[inline(always)]
    pub fn select_words(self, then: Self, otherwise: Self) -> Self {
        Self(v128_bitselect(then.0, otherwise.0, self.0))
    }

    /// Whether any lane is not zero.
    #[inline(always)]
    pub fn any(self) -> bool {
        v128_any_true(self.0)
    }

    /// Eight half words, each in a lane of its own.
    #[inline(always)]
    pub fn from_u16(halves: &[u16; 8]) -> [Self; 2] {
        let halves: v128 = cast(*halves);
        [Self(u32x4_extend_low_u16x8(halves)), Self(u32x4_extend_high_u16x8(halves))]
    }

    /// Eight lanes as half words; each must be below 65,536.
    #[inline(always)]
    pub fn to_u16([a, b]: [Self; 2]) -> [u16; 8] {
        cast(u16x8_narrow_i32x4(a.0, b.0))
    }

    /// Sixteen signed bytes, each in a lane of its own.
    #[inline(always)]
    pub fn from_i8(bytes: &[i8; 16]) -> [Self; 4] {
        let bytes: v128 = cast(*bytes);
        let (low, high) = (i16x8_extend_low_i8x16(bytes), i16x8_extend_high_i8x16(bytes));
        [
            Self(i32x4_extend_low_i16x8(low)),
            Self(i32x4_extend_high_i16x8(low)),
            Self(i32x4_extend_low_i16x8(high)),
            Self(i32x4_extend_high_i16x8(high)),
        ]
    }

    /// Sixteen unsigned bytes, each in a lane of its own.
    #[inline(always)]
    pub fn from_u8(bytes: &[u8; 16]) -> [Self; 4] {
        let bytes: v128 = cast(*bytes);
        let (low, high) = (u16x8_extend_low_u8x16(bytes), u16x8_extend_high_u8x16(bytes));
        [
            Self(u32x4_extend_low_u16x8(low)),
            Self(u32x4_extend_high_u16x8(low)),
            Self(u32x4_extend_low_u16x8(high)),
            Self(u32x4_extend_high_u16x8(high)),
        ]
    }

    /// Sixteen lanes as bytes; each must be a number from −128 to 127.
    #[inline(always)]
    pub fn to_i8([a, b, c, d]: [Self; 4]) -> [i8; 16] {
        cast(i8x16_narrow_i16x8(i16x8_narrow_i32x4(a.0, b.0), i16x8_narrow_i32x4(c.0, d.0)))
    }
}
