//! Lanes as SSE2, which every x86-64 has: compilers make far worse code of arrays where two types of lanes meet.
#![allow(unsafe_code, reason = "the operators are unsafe to call; see the macro `sse2`")]

use core::arch::x86_64::*;
use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Sub};

use bytemuck::cast;

/// The room of this crate's unsafe code: operators of SSE2, called where they are known to exist.
macro_rules! sse2 {
    ($($operators:tt)*) => {
        // SAFETY: x86-64 always has SSE2, and the operators used here compute on their operands and touch no memory.
        unsafe { $($operators)* }
    };
}

/// Four `f32`.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct F32x4(__m128);

/// Four words of 32 bits; also the masks that comparisons give, all ones or all zeros in each lane.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct U32x4(__m128i);

/// Two `f64`.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct F64x2(__m128d);

macro_rules! lanewise {
    ($type:ident $($trait:ident $name:ident $operation:ident;)*) => {$(
        impl $trait for $type {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                sse2!(Self($operation(self.0, other.0)))
            }
        }
    )*};
}

lanewise! { F32x4
    Add add _mm_add_ps;
    Sub sub _mm_sub_ps;
    Mul mul _mm_mul_ps;
    Div div _mm_div_ps;
}

lanewise! { F64x2
    Add add _mm_add_pd;
    Sub sub _mm_sub_pd;
    Mul mul _mm_mul_pd;
    Div div _mm_div_pd;
}

lanewise! { U32x4
    Add add _mm_add_epi32;
    Sub sub _mm_sub_epi32;
    BitAnd bitand _mm_and_si128;
    BitOr bitor _mm_or_si128;
    BitXor bitxor _mm_xor_si128;
}

impl F32x4 {
    /// The same value in each lane.
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        sse2!(Self(_mm_set1_ps(value)))
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
        sse2!(U32x4(_mm_castps_si128(self.0)))
    }

    /// Without their signs.
    #[inline(always)]
    pub fn abs(self) -> Self {
        sse2!(Self(_mm_andnot_ps(_mm_set1_ps(-0.0), self.0)))
    }

    /// The values with their signs turned.
    #[inline(always)]
    pub fn negated(self) -> Self {
        sse2!(Self(_mm_xor_ps(_mm_set1_ps(-0.0), self.0)))
    }

    /// `other` where it is smaller, else `self`; so `self` where either is a NaN.
    #[inline(always)]
    pub fn smaller(self, other: Self) -> Self {
        sse2!(Self(_mm_min_ps(other.0, self.0)))
    }

    /// `other` where it is larger, else `self`; so `self` where either is a NaN.
    #[inline(always)]
    pub fn larger(self, other: Self) -> Self {
        sse2!(Self(_mm_max_ps(other.0, self.0)))
    }

    /// Where `self` is less than `other`.
    #[inline(always)]
    pub fn less(self, other: Self) -> U32x4 {
        sse2!(U32x4(_mm_castps_si128(_mm_cmplt_ps(self.0, other.0))))
    }

    /// Where `self` equals `other`.
    #[inline(always)]
    pub fn equal(self, other: Self) -> U32x4 {
        sse2!(U32x4(_mm_castps_si128(_mm_cmpeq_ps(self.0, other.0))))
    }

    /// Lanes 0 and 2 of both, then lanes 1 and 3 of both.
    #[inline(always)]
    pub fn deinterleaved(self, other: Self) -> (Self, Self) {
        sse2! {
            let (a, b) = (self.0, other.0);
            (Self(_mm_shuffle_ps::<0b10_00_10_00>(a, b)), Self(_mm_shuffle_ps::<0b11_01_11_01>(a, b)))
        }
    }

    /// What [`Self::deinterleaved`] takes apart.
    #[inline(always)]
    pub fn interleaved(self, other: Self) -> (Self, Self) {
        sse2! {
            let (a, b) = (self.0, other.0);
            (Self(_mm_unpacklo_ps(a, b)), Self(_mm_unpackhi_ps(a, b)))
        }
    }

    /// Lanes 0 and 1, then lanes 2 and 3, without loss.
    #[inline(always)]
    pub fn widened(self) -> [F64x2; 2] {
        sse2!([F64x2(_mm_cvtps_pd(self.0)), F64x2(_mm_cvtps_pd(_mm_movehl_ps(self.0, self.0)))])
    }

    /// Rounded to the nearest.
    #[inline(always)]
    pub fn narrowed([a, b]: [F64x2; 2]) -> Self {
        sse2!(Self(_mm_movelh_ps(_mm_cvtpd_ps(a.0), _mm_cvtpd_ps(b.0))))
    }
}

impl F64x2 {
    /// The same value in each lane.
    #[inline(always)]
    pub fn splat(value: f64) -> Self {
        sse2!(Self(_mm_set1_pd(value)))
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
        sse2!(Self(_mm_sqrt_pd(self.0)))
    }

    /// The low words of four values' bits.
    #[inline(always)]
    pub fn low_words([a, b]: [Self; 2]) -> U32x4 {
        sse2! {
            let words = _mm_shuffle_ps::<0b10_00_10_00>(_mm_castpd_ps(a.0), _mm_castpd_ps(b.0));
            U32x4(_mm_castps_si128(words))
        }
    }
}

impl U32x4 {
    /// The same word in each lane.
    #[inline(always)]
    pub fn splat(value: u32) -> Self {
        sse2!(Self(_mm_set1_epi32(value as i32)))
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
        sse2!(F32x4(_mm_castsi128_ps(self.0)))
    }

    /// The words as signed numbers, rounded to the nearest `f32`.
    #[inline(always)]
    pub fn to_floats(self) -> F32x4 {
        sse2!(F32x4(_mm_cvtepi32_ps(self.0)))
    }

    /// Each word shifted to the left.
    #[inline(always)]
    pub fn left<const BITS: u32>(self) -> Self {
        sse2!(Self(_mm_sll_epi32(self.0, _mm_set_epi64x(0, i64::from(BITS)))))
    }

    /// Each word shifted to the right, zeros coming in.
    #[inline(always)]
    pub fn right<const BITS: u32>(self) -> Self {
        sse2!(Self(_mm_srl_epi32(self.0, _mm_set_epi64x(0, i64::from(BITS)))))
    }

    /// Each word shifted to the right, its sign coming in.
    #[inline(always)]
    pub fn right_signed<const BITS: u32>(self) -> Self {
        sse2!(Self(_mm_sra_epi32(self.0, _mm_set_epi64x(0, i64::from(BITS)))))
    }

    /// Where `self` is less than `other`, both signed.
    #[inline(always)]
    pub fn less_signed(self, other: Self) -> Self {
        sse2!(Self(_mm_cmplt_epi32(self.0, other.0)))
    }

    /// The smaller of two signed numbers.
    #[inline(always)]
    pub fn smaller_signed(self, other: Self) -> Self {
        self.less_signed(other).select_words(self, other)
    }

    /// The larger of two signed numbers.
    #[inline(always)]
    pub fn larger_signed(self, other: Self) -> Self {
        self.less_signed(other).select_words(other, self)
    }

    /// Where `self` equals `other`.
    #[inline(always)]
    pub fn equal(self, other: Self) -> Self {
        sse2!(Self(_mm_cmpeq_epi32(self.0, other.0)))
    }

    /// With `self` as a mask: `then` where it is set, else `otherwise`.
    #[inline(always)]
    pub fn select(self, then: F32x4, otherwise: F32x4) -> F32x4 {
        self.select_words(then.bits(), otherwise.bits()).as_floats()
    }

    /// With `self` as a mask: the words of `then` where it is set, else those of `otherwise`.
    #[inline(always)]
    pub fn select_words(self, then: Self, otherwise: Self) -> Self {
        sse2!(Self(_mm_or_si128(_mm_and_si128(self.0, then.0), _mm_andnot_si128(self.0, otherwise.0))))
    }

    /// Whether any lane is not zero.
    #[inline(always)]
    pub fn any(self) -> bool {
        sse2!(_mm_movemask_epi8(_mm_cmpeq_epi32(self.0, _mm_setzero_si128())) != 0xffff)
    }

    /// Eight half words, each in a lane of its own.
    #[inline(always)]
    pub fn from_u16(halves: &[u16; 8]) -> [Self; 2] {
        sse2! {
            let (halves, zero) = (cast(*halves), _mm_setzero_si128());
            [Self(_mm_unpacklo_epi16(halves, zero)), Self(_mm_unpackhi_epi16(halves, zero))]
        }
    }

    /// Eight lanes as half words; each must be below 65,536.
    #[inline(always)]
    pub fn to_u16([a, b]: [Self; 2]) -> [u16; 8] {
        sse2! {
            // Packing saturates as signed: bring the lower half's sign up first.
            let signed = |words: __m128i| _mm_srai_epi32::<16>(_mm_slli_epi32::<16>(words));
            cast(_mm_packs_epi32(signed(a.0), signed(b.0)))
        }
    }

    /// Sixteen signed bytes, each in a lane of its own.
    #[inline(always)]
    pub fn from_i8(bytes: &[i8; 16]) -> [Self; 4] {
        sse2! {
            // Each byte goes to the top of a word, and comes down with its sign.
            let (bytes, zero) = (cast(*bytes), _mm_setzero_si128());
            let (low, high) = (_mm_unpacklo_epi8(zero, bytes), _mm_unpackhi_epi8(zero, bytes));
            [
                Self(_mm_srai_epi32::<24>(_mm_unpacklo_epi16(zero, low))),
                Self(_mm_srai_epi32::<24>(_mm_unpackhi_epi16(zero, low))),
                Self(_mm_srai_epi32::<24>(_mm_unpacklo_epi16(zero, high))),
                Self(_mm_srai_epi32::<24>(_mm_unpackhi_epi16(zero, high))),
            ]
        }
    }

    /// Sixteen unsigned bytes, each in a lane of its own.
    #[inline(always)]
    pub fn from_u8(bytes: &[u8; 16]) -> [Self; 4] {
        sse2! {
            let (bytes, zero) = (cast(*bytes), _mm_setzero_si128());
            let (low, high) = (_mm_unpacklo_epi8(bytes, zero), _mm_unpackhi_epi8(bytes, zero));
            [
                Self(_mm_unpacklo_epi16(low, zero)),
                Self(_mm_unpackhi_epi16(low, zero)),
                Self(_mm_unpacklo_epi16(high, zero)),
                Self(_mm_unpackhi_epi16(high, zero)),
            ]
        }
    }

    /// Sixteen lanes as bytes; each must be a number from −128 to 127.
    #[inline(always)]
    pub fn to_i8([a, b, c, d]: [Self; 4]) -> [i8; 16] {
        sse2!(cast(_mm_packs_epi16(_mm_packs_epi32(a.0, b.0), _mm_packs_epi32(c.0, d.0))))
    }
}
