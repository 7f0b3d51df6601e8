//! Comparing a tensor with the one that is right: floats within a tolerance, everything else to the bit.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use half::f16;

use crate::dtype::DType;

/// How far a float may be off: within either is good.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Tolerance {
    /// So many units in the last place.
    pub ulp: u32,
    /// So much.
    pub abs: f64,
}

/// The first thing in which a tensor differs from the right one.
#[derive(Clone, PartialEq, Debug)]
pub enum Mismatch {
    /// It has another length.
    Length {
        /// Its name.
        tensor: String,
        /// The right number of bytes.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// A float is further off than is tolerated.
    Float {
        /// The tensor's name.
        tensor: String,
        /// Which element, from 0.
        element: usize,
        /// What is right.
        expected: f64,
        /// What it is.
        actual: f64,
        /// How many units in the last place lie between; `None` if one is infinite or not a number.
        ulp: Option<u32>,
    },
    /// A byte of a tensor that must be exact differs.
    Byte {
        /// The tensor's name.
        tensor: String,
        /// Which byte, from 0.
        offset: usize,
        /// What is right.
        expected: u8,
        /// What it is.
        actual: u8,
    },
}

/// Compares the bytes of a tensor with the right ones.
#[must_use]
pub fn first_mismatch(
    tensor: &str,
    dtype: DType,
    expected: &[u8],
    actual: &[u8],
    tolerance: Tolerance,
) -> Option<Mismatch> {
    let tensor = || tensor.to_owned();
    if expected.len() != actual.len() {
        return Some(Mismatch::Length { tensor: tensor(), expected: expected.len(), actual: actual.len() });
    }
    let float = |(element, expected, actual): (usize, Float, Float)| {
        let off = expected.distance(actual);
        let fits = expected.fits(actual, off, tolerance);
        let (expected, actual) = (expected.value, actual.value);
        if fits { None } else { Some(Mismatch::Float { tensor: tensor(), element, expected, actual, ulp: off }) }
    };
    match dtype {
        DType::F32 => pairs::<4>(expected, actual).map(|(n, a, b)| (n, Float::f32(a), Float::f32(b))).find_map(float),
        DType::F16 => pairs::<2>(expected, actual).map(|(n, a, b)| (n, Float::f16(a), Float::f16(b))).find_map(float),
        DType::I32 | DType::U32 | DType::I8 | DType::U8 | DType::Q4_0 | DType::Q8_0 => {
            let mut bytes = expected.iter().zip(actual).enumerate();
            let (offset, (expected, actual)) = bytes.find(|(_, (expected, actual))| expected != actual)?;
            Some(Mismatch::Byte { tensor: tensor(), offset, expected: *expected, actual: *actual })
        }
    }
}

/// A float, and its place among all floats of its type.
#[derive(Clone, Copy)]
struct Float {
    value: f64,
    /// Neighbours differ by 1; both zeros are 0.
    place: i64,
}

impl Float {
    fn f32(bytes: [u8; 4]) -> Self {
        let bits = u32::from_le_bytes(bytes);
        let magnitude = i64::from(bits & 0x7fff_ffff);
        let place = if bits >> 31 == 0 { magnitude } else { -magnitude };
        Self { value: f64::from(f32::from_bits(bits)), place }
    }

    fn f16(bytes: [u8; 2]) -> Self {
        let bits = u16::from_le_bytes(bytes);
        let magnitude = i64::from(bits & 0x7fff);
        let place = if bits >> 15 == 0 { magnitude } else { -magnitude };
        Self { value: f16::from_bits(bits).to_f64(), place }
    }

    /// Units in the last place between two finite floats.
    fn distance(self, other: Self) -> Option<u32> {
        let finite = self.value.is_finite() && other.value.is_finite();
        if finite { u32::try_from(self.place.abs_diff(other.place)).ok() } else { None }
    }

    fn fits(self, actual: Self, off: Option<u32>, tolerance: Tolerance) -> bool {
        match off {
            Some(ulp) => ulp <= tolerance.ulp || (self.value - actual.value).abs() <= tolerance.abs,
            // NaN is NaN whatever its bits; an infinity is only itself.
            None => (self.value.is_nan() && actual.value.is_nan()) || self.place == actual.place,
        }
    }
}

fn pairs<'a, const N: usize>(
    expected: &'a [u8],
    actual: &'a [u8],
) -> impl Iterator<Item = (usize, [u8; N], [u8; N])> + 'a {
    let both = expected.as_chunks::<N>().0.iter().zip(actual.as_chunks::<N>().0);
    both.enumerate().map(|(number, (expected, actual))| (number, *expected, *actual))
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { tensor, expected, actual } => {
                write!(f, "tensor {tensor}: {actual} bytes; right is {expected}")
            }
            Self::Float { tensor, element, expected, actual, ulp: Some(ulp) } => {
                write!(f, "tensor {tensor}: element {element} is {actual:?}; right is {expected:?}, {ulp} ulp away")
            }
            Self::Float { tensor, element, expected, actual, ulp: None } => {
                write!(f, "tensor {tensor}: element {element} is {actual:?}; right is {expected:?}")
            }
            Self::Byte { tensor, offset, expected, actual } => {
                write!(f, "tensor {tensor}: byte {offset} is {actual:#04x}; right is {expected:#04x}")
            }
        }
    }
}

impl core::error::Error for Mismatch {}
