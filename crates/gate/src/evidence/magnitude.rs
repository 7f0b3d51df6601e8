//! Numbers with a 64-bit mantissa and a wide exponent, rounded down.
//!
//! A non-negative supermartingale that is rounded down stays one, so that an error guarantee survives this arithmetic
//! exactly. Every operation gives the greatest representable number that is no greater than the exact result, and therefore never
//! falls when an operand rises.

use core::cmp::Ordering;

/// Exponents below this mean zero.
const EXPONENT_MIN: i32 = -(1 << 28);
/// Larger results become the greatest number; nothing in the gate comes near.
const EXPONENT_MAX: i32 = 1 << 28;

/// Zero, or `mantissa * 2^exponent` with the mantissa in [2^63, 2^64).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Magnitude {
    /// Zero only for the number zero, whose exponent is 0.
    mantissa: u64,
    exponent: i32,
}

impl Magnitude {
    pub(super) const ZERO: Self = Self { mantissa: 0, exponent: 0 };

    /// `2^power`; the power between minus and plus 2^27.
    pub(super) fn power_of_two(power: i32) -> Self {
        Self::normal(1 << 63, power - 63)
    }

    /// `value * 2^exponent`, rounded down.
    pub(super) fn scaled(value: u128, exponent: i32) -> Self {
        if value == 0 {
            return Self::ZERO;
        }
        let shift = value.leading_zeros();
        Self::normal(((value << shift) >> 64) as u64, exponent + 64 - shift as i32)
    }

    /// `1 / divisor`, rounded down. The divisor is at least 1.
    pub(super) fn reciprocal(divisor: u64) -> Self {
        // 2^127 / divisor has at least 64 bits, so that nothing of the 64 kept is lost.
        Self::scaled((1 << 127) / u128::from(divisor), -127)
    }

    /// `self * 2^power`.
    pub(super) fn shifted(self, power: i32) -> Self {
        if self.mantissa == 0 { self } else { Self::normal(self.mantissa, self.exponent + power) }
    }

    /// The sum, rounded down.
    pub(super) fn plus(self, other: Self) -> Self {
        let (great, small) = if self.compare(other) == Ordering::Less { (other, self) } else { (self, other) };
        let shift = great.exponent.abs_diff(small.exponent);
        if small.mantissa == 0 || shift >= 64 {
            return great;
        }
        // Nested floors are one floor: first to the unit of the greater, then, after a carry, to twice that.
        match great.mantissa.overflowing_add(small.mantissa >> shift) {
            (sum, false) => Self::normal(sum, great.exponent),
            (sum, true) => Self::normal(sum >> 1 | 1 << 63, great.exponent + 1),
        }
    }

    /// The product, rounded down.
    pub(super) fn times(self, other: Self) -> Self {
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        if product == 0 {
            return Self::ZERO;
        }
        let carry = (product >> 127) as u32;
        Self::normal((product >> (63 + carry)) as u64, self.exponent + other.exponent + 63 + carry as i32)
    }

    /// The smaller of the two.
    pub(super) fn min(self, other: Self) -> Self {
        if self.compare(other) == Ordering::Greater { other } else { self }
    }

    /// Whether this is at least `2^power`.
    pub(super) fn reaches(self, power: i32) -> bool {
        self.mantissa != 0 && self.exponent + 63 >= power
    }

    /// 256 times the binary logarithm, rounded down; zero for the number zero.
    ///
    /// Eight squarings give eight bits after the point; each is rounded down, so the result is never too high.
    pub(super) fn log2_in_256ths(self) -> i32 {
        let (mut mantissa, mut bits) = (self.mantissa, 0);
        if mantissa == 0 {
            return 0;
        }
        for _ in 0..8 {
            let square = u128::from(mantissa) * u128::from(mantissa);
            let carry = (square >> 127) as u32;
            mantissa = (square >> (63 + carry)) as u64;
            bits = bits << 1 | carry as i32;
        }
        // Fits for exponents within 2^23, and processes are capped at 2^(2^20); far below, the logarithm saturates.
        (self.exponent + 63).saturating_mul(256).saturating_add(bits)
    }

    /// Mantissa (8 bytes) and exponent (4 bytes, two's complement), big-endian.
    pub(super) fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.mantissa.to_be_bytes());
        bytes[8..].copy_from_slice(&self.exponent.to_be_bytes());
        bytes
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self.mantissa, other.mantissa) {
            (0, 0) => Ordering::Equal,
            (0, _) => Ordering::Less,
            (_, 0) => Ordering::Greater,
            _ => (self.exponent, self.mantissa).cmp(&(other.exponent, other.mantissa)),
        }
    }

    /// A number from its normalised parts, with the ends of the range taken care of.
    fn normal(mantissa: u64, exponent: i32) -> Self {
        debug_assert!(mantissa >> 63 == 1);
        if exponent < EXPONENT_MIN {
            Self::ZERO
        } else if exponent > EXPONENT_MAX {
            Self { mantissa: u64::MAX, exponent: EXPONENT_MAX }
        } else {
            Self { mantissa, exponent }
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{EXPONENT_MAX, EXPONENT_MIN, Magnitude};
    use core::cmp::Ordering;
    use proptest::prelude::*;

    fn small() -> impl Strategy<Value = (u128, Magnitude)> {
        (1_u128..1 << 64, 0_u32..40).prop_map(|(value, shift)| {
            let value = (value >> shift).max(1);
            (value, Magnitude::scaled(value, 0))
        })
    }

    /// Keeps the top 64 bits of `value`.
    fn floor_to_64_bits(value: u128) -> u128 {
        let drop = 64_u32.saturating_sub(value.leading_zeros());
        value >> drop << drop
    }

    proptest! {
        #[test]
        fn sums_and_products_are_the_exact_ones_rounded_down((a, x) in small(), (b, y) in small()) {
            prop_assert_eq!(x.plus(y), Magnitude::scaled(floor_to_64_bits(a + b), 0));
            if let Some(product) = a.checked_mul(b) {
                prop_assert_eq!(x.times(y), Magnitude::scaled(floor_to_64_bits(product), 0));
            }
            prop_assert_eq!(x.compare(y), a.cmp(&b));
            prop_assert_eq!(x.min(y), Magnitude::scaled(a.min(b), 0));
        }

        #[test]
        fn logarithms_are_rounded_down_and_close((a, x) in small()) {
            let exact = (a as f64).log2() * 256.0;
            let floor = f64::from(x.log2_in_256ths());
            prop_assert!(floor <= exact + 1e-6 && floor > exact - 1.0 - 1e-6, "{floor} for {exact}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_defined() {
        let (great, tiny) = (Magnitude::power_of_two(1 << 27), Magnitude::power_of_two(-(1 << 27)));
        let greatest = great.times(great).times(great);
        assert_eq!(greatest, Magnitude { mantissa: u64::MAX, exponent: EXPONENT_MAX });
        assert_eq!(greatest.plus(greatest), greatest);
        assert_eq!(tiny.times(tiny).times(tiny), Magnitude::ZERO);
        assert!(tiny.times(tiny).exponent >= EXPONENT_MIN);
        assert_eq!(Magnitude::ZERO.plus(tiny), tiny);
        assert_eq!(Magnitude::ZERO.times(great), Magnitude::ZERO);
        assert_eq!(great.plus(tiny), great);
        assert_eq!(Magnitude::ZERO.compare(tiny), Ordering::Less);
        assert_eq!(Magnitude::reciprocal(1), Magnitude::power_of_two(0));
        assert_eq!(Magnitude::reciprocal(u64::MAX), Magnitude::power_of_two(-64));
        assert!(Magnitude::power_of_two(-3).reaches(-3) && !Magnitude::power_of_two(-3).reaches(-2));
    }
}
