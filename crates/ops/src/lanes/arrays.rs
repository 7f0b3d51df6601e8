//! Lanes as arrays.

use core::array::from_fn;
use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Sub};

/// Four `f32`.
#[derive(Clone, Copy, Debug)]
#[must_use]
#[repr(align(16))]
pub struct F32x4([f32; 4]);

/// Four words of 32 bits; also the masks that comparisons give, all ones or all zeros in each lane.
#[derive(Clone, Copy, Debug)]
#[must_use]
#[repr(align(16))]
pub struct U32x4([u32; 4]);

/// Two `f64`.
#[derive(Clone, Copy, Debug)]
#[must_use]
#[repr(align(16))]
pub struct F64x2([f64; 2]);

macro_rules! lanewise {
    ($type:ident $($trait:ident $name:ident $operation:expr;)*) => {$(
        impl $trait for $type {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                let operation = $operation;
                Self(from_fn(|lane| operation(self.0[lane], other.0[lane])))
            }
        }
    )*};
}

lanewise! { F32x4
    Add add |a: f32, b: f32| a + b;
    Sub sub |a: f32, b: f32| a - b;
    Mul mul |a: f32, b: f32| a * b;
    Div div |a: f32, b: f32| a / b;
}

lanewise! { F64x2
    Add add |a: f64, b: f64| a + b;
    Sub sub |a: f64, b: f64| a - b;
    Mul mul |a: f64, b: f64| a * b;
    Div div |a: f64, b: f64| a / b;
}

lanewise! { U32x4
    Add add u32::wrapping_add;
    Sub sub u32::wrapping_sub;
    BitAnd bitand |a: u32, b: u32| a & b;
    BitOr bitor |a: u32, b: u32| a | b;
    BitXor bitxor |a: u32, b: u32| a ^ b;
}

impl F32x4 {
    /// The same value in each lane.
    #[inline(always)]
    pub const fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    /// These values.
    #[inline(always)]
    pub const fn new(values: [f32; 4]) -> Self {
        Self(values)
    }

    /// The values.
    #[inline(always)]
    pub const fn array(self) -> [f32; 4] {
        self.0
    }

    /// The bits of the values.
    #[inline(always)]
    pub fn bits(self) -> U32x4 {
        U32x4(self.0.map(f32::to_bits))
    }

    /// Without their signs.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(self.0.map(|a| f32::from_bits(a.to_bits() & 0x7fff_ffff)))
    }

    /// The values with their signs turned.
    #[inline(always)]
    pub fn negated(self) -> Self {
        Self(self.0.map(|a| -a))
    }

    /// `other` where it is smaller, else `self`; so `self` where either is a NaN.
    #[inline(always)]
    pub fn smaller(self, other: Self) -> Self {
        Self(from_fn(|lane| if other.0[lane] < self.0[lane] { other.0[lane] } else { self.0[lane] }))
    }

    /// `other` where it is larger, else `self`; so `self` where either is a NaN.
    #[inline(always)]
    pub fn larger(self, other: Self) -> Self {
        Self(from_fn(|lane| if self.0[lane] < other.0[lane] { other.0[lane] } else { self.0[lane] }))
    }

    /// Where `self` is less than `other`.
    #[inline(always)]
    pub fn less(self, other: Self) -> U32x4 {
        U32x4(from_fn(|lane| mask(self.0[lane] < other.0[lane])))
    }

    /// Where `self` equals `other`.
    #[inline(always)]
    pub fn equal(self, other: Self) -> U32x4 {
        U32x4(from_fn(|lane| mask(self.0[lane] == other.0[lane])))
    }

    /// Lanes 0 and 2 of both, then lanes 1 and 3 of both.
    #[inline(always)]
    pub const fn deinterleaved(self, other: Self) -> (Self, Self) {
        let (a, b) = (self.0, other.0);
        (Self([a[0], a[2], b[0], b[2]]), Self([a[1], a[3], b[1], b[3]]))
    }

    /// What [`Self::deinterleaved`] takes apart.
    #[inline(always)]
    pub const fn interleaved(self, other: Self) -> (Self, Self) {
        let (a, b) = (self.0, other.0);
        (Self([a[0], b[0], a[1], b[1]]), Self([a[2], b[2], a[3], b[3]]))
    }

    /// Lanes 0 and 1, then lanes 2 and 3, without loss.
    #[inline(always)]
    pub fn widened(self) -> [F64x2; 2] {
        let a = self.0.map(f64::from);
        [F64x2([a[0], a[1]]), F64x2([a[2], a[3]])]
    }

    /// Rounded to the nearest.
    #[inline(always)]
    pub fn narrowed([a, b]: [F64x2; 2]) -> Self {
        Self([a.0[0] as f32, a.0[1] as f32, b.0[0] as f32, b.0[1] as f32])
    }
}

impl F64x2 {
    /// The same value in each lane.
    #[inline(always)]
    pub const fn splat(value: f64) -> Self {
        Self([value; 2])
    }

    /// These values.
    #[inline(always)]
    pub const fn new(values: [f64; 2]) -> Self {
        Self(values)
    }

    /// The values.
    #[inline(always)]
    pub const fn array(self) -> [f64; 2] {
        self.0
    }

    /// The square roots.
    #[inline(always)]
    pub fn root(self) -> Self {
        Self(self.0.map(libm::sqrt))
    }

    /// The low words of four values' bits.
    #[inline(always)]
    pub const fn low_words([a, b]: [Self; 2]) -> U32x4 {
        let (a, b) = (a.0, b.0);
        U32x4([a[0].to_bits() as u32, a[1].to_bits() as u32, b[0].to_bits() as u32, b[1].to_bits() as u32])
    }
}

impl U32x4 {
    /// The same word in each lane.
    #[inline(always)]
    pub const fn splat(value: u32) -> Self {
        Self([value; 4])
    }

    /// These words.
    #[inline(always)]
    pub const fn new(values: [u32; 4]) -> Self {
        Self(values)
    }

    /// The words.
    #[inline(always)]
    pub const fn array(self) -> [u32; 4] {
        self.0
    }

    /// The words as the bits of `f32`.
    #[inline(always)]
    pub fn as_floats(self) -> F32x4 {
        F32x4(self.0.map(f32::from_bits))
    }

    /// The words as signed numbers, rounded to the nearest `f32`.
    #[inline(always)]
    pub fn to_floats(self) -> F32x4 {
        F32x4(self.0.map(|a| a as i32 as f32))
    }

    /// Each word shifted to the left.
    #[inline(always)]
    pub fn left<const BITS: u32>(self) -> Self {
        Self(self.0.map(|a| a << BITS))
    }

    /// Each word shifted to the right, zeros coming in.
    #[inline(always)]
    pub fn right<const BITS: u32>(self) -> Self {
        Self(self.0.map(|a| a >> BITS))
    }

    /// Each word shifted to the right, its sign coming in.
    #[inline(always)]
    pub fn right_signed<const BITS: u32>(self) -> Self {
        Self(self.0.map(|a| (a as i32 >> BITS) as u32))
    }

    /// Where `self` is less than `other`, both signed.
    #[inline(always)]
    pub fn less_signed(self, other: Self) -> Self {
        Self(from_fn(|lane| mask((self.0[lane] as i32) < other.0[lane] as i32)))
    }

    /// The smaller of two signed numbers.
    #[inline(always)]
    pub fn smaller_signed(self, other: Self) -> Self {
        Self(from_fn(|lane| (self.0[lane] as i32).min(other.0[lane] as i32) as u32))
    }

    /// The larger of two signed numbers.
    #[inline(always)]
    pub fn larger_signed(self, other: Self) -> Self {
        Self(from_fn(|lane| (self.0[lane] as i32).max(other.0[lane] as i32) as u32))
    }

    /// Where `self` equals `other`.
    #[inline(always)]
    pub fn equal(self, other: Self) -> Self {
        Self(from_fn(|lane| mask(self.0[lane] == other.0[lane])))
    }

    /// With `self` as a mask: `then` where it is set, else `otherwise`.
    #[inline(always)]
    pub fn select(self, then: F32x4, otherwise: F32x4) -> F32x4 {
        F32x4(from_fn(|lane| if self.0[lane] == 0 { otherwise.0[lane] } else { then.0[lane] }))
    }

    /// With `self` as a mask: the words of `then` where it is set, else those of `otherwise`.
    #[inline(always)]
    pub fn select_words(self, then: Self, otherwise: Self) -> Self {
        otherwise ^ (self & (then ^ otherwise))
    }

    /// Whether any lane is not zero.
    #[inline(always)]
    pub fn any(self) -> bool {
        let [a, b, c, d] = self.0;
        a | b | c | d != 0
    }

    /// Eight half words, each in a lane of its own.
    #[inline(always)]
    pub fn from_u16(halves: &[u16; 8]) -> [Self; 2] {
        from_fn(|part| Self(from_fn(|lane| u32::from(halves[part * 4 + lane]))))
    }

    /// Eight lanes as half words; each must be below 65,536.
    #[inline(always)]
    pub fn to_u16([a, b]: [Self; 2]) -> [u16; 8] {
        from_fn(|at| if at < 4 { a.0[at] as u16 } else { b.0[at - 4] as u16 })
    }

    /// Sixteen signed bytes, each in a lane of its own.
    #[inline(always)]
    pub fn from_i8(bytes: &[i8; 16]) -> [Self; 4] {
        from_fn(|part| Self(from_fn(|lane| i32::from(bytes[part * 4 + lane]) as u32)))
    }

    /// Sixteen unsigned bytes, each in a lane of its own.
    #[inline(always)]
    pub fn from_u8(bytes: &[u8; 16]) -> [Self; 4] {
        from_fn(|part| Self(from_fn(|lane| u32::from(bytes[part * 4 + lane]))))
    }

    /// Sixteen lanes as bytes; each must be a number from −128 to 127.
    #[inline(always)]
    pub fn to_i8(parts: [Self; 4]) -> [i8; 16] {
        from_fn(|at| parts[at / 4].0[at % 4] as i8)
    }
}

#[inline(always)]
const fn mask(is: bool) -> u32 {
    if is { u32::MAX } else { 0 }
}
