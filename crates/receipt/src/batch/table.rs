//! Multiples of one point, for many scalars: fixed-base windows with signed digits in radix 256.

use alloc::vec::Vec;

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;

/// Digits of a scalar below the group order, which is below 2^253: the last digit takes the carry without overflowing.
const PLACES: usize = 32;

/// Multiples kept for each place: 1 to 128.
const MULTIPLES: usize = 128;

/// d·256^i·P for every place i and every d from 1 to 128: 640 KiB.
#[derive(Clone)]
pub(super) struct Table(Vec<EdwardsPoint>);

/// A scalar as Σ dᵢ·256^i with −127 ≤ dᵢ ≤ 128.
#[derive(Clone, Copy)]
pub(super) struct Digits([i16; PLACES]);

impl Digits {
    pub(super) fn of(scalar: &Scalar) -> Self {
        let mut carry = 0;
        let digits = scalar.as_bytes().map(|byte| {
            let digit = i16::from(byte) + carry;
            carry = i16::from(digit > MULTIPLES as i16);
            digit - 256 * carry
        });
        assert_eq!(carry, 0, "a scalar is below 2^253");
        Self(digits)
    }
}

impl Table {
    pub(super) fn new(point: &EdwardsPoint) -> Self {
        let mut multiples = Vec::with_capacity(PLACES * MULTIPLES);
        let mut unit = *point;
        for _ in 0..PLACES {
            let mut multiple = unit;
            for _ in 0..MULTIPLES {
                multiples.push(multiple);
                multiple += unit;
            }
            // 129 units have been added up; 128 + 128 are the next place's unit.
            let half = multiple - unit;
            unit = half + half;
        }
        Self(multiples)
    }

    /// Adds to each point the multiple that its digits say, if any. Place by place, so that the multiples of one place
    /// stay in the cache.
    pub(super) fn add_multiples(&self, points: &mut [EdwardsPoint], digits: &[Option<Digits>]) {
        for (place, multiples) in self.0.chunks_exact(MULTIPLES).enumerate() {
            for (point, digits) in points.iter_mut().zip(digits) {
                let digit = digits.as_ref().map_or(0, |Digits(digits)| digits[place]);
                let index = usize::from(digit.unsigned_abs()).wrapping_sub(1);
                if digit > 0 {
                    *point += &multiples[index];
                } else if digit < 0 {
                    *point -= &multiples[index];
                }
            }
        }
    }
}

impl core::fmt::Debug for Table {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Table of {:?}", self.0[0].compress())
    }
}
