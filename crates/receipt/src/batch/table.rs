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

#[cfg(test)]
mod tests {
    use std::{println, vec, vec::Vec};

    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
    use curve25519_dalek::traits::Identity as _;
    use sha2::{Digest as _, Sha512};

    use super::{Digits, EdwardsPoint, Scalar, Table};

    /// Scalars with digits at every edge, L − 1, and some without any pattern.
    fn scalars() -> Vec<Scalar> {
        let mut scalars = vec![Scalar::ZERO, Scalar::ONE, -Scalar::ONE];
        for byte in [1, 127, 128, 129, 254, 255] {
            for zeros in [0, 1, 15, 30] {
                let mut bytes = [byte; 32];
                bytes[..zeros].fill(0);
                bytes[31] = 0x0f;
                scalars.push(Option::from(Scalar::from_canonical_bytes(bytes)).expect("below the order"));
            }
        }
        let any = |index: u8| Scalar::from_bytes_mod_order_wide(&Sha512::digest([index]).into());
        scalars.extend((0..100).map(any));
        scalars
    }

    #[test]
    fn multiples_are_those_of_another_algorithm() {
        let scalars = scalars();
        for torsion in EIGHT_TORSION {
            let point = ED25519_BASEPOINT_POINT * Scalar::from(77_u64) + torsion;
            let table = Table::new(&point);
            let mut points = vec![EdwardsPoint::identity(); scalars.len()];
            let digits: Vec<_> = scalars.iter().map(|scalar| Some(Digits::of(scalar))).collect();
            table.add_multiples(&mut points, &digits);
            for (found, scalar) in points.iter().zip(&scalars) {
                let expected = EdwardsPoint::vartime_double_scalar_mul_basepoint(scalar, &point, &Scalar::ZERO);
                assert_eq!(*found, expected);
            }
        }
        println!("8 points, {} scalars", scalars.len());
    }
}
