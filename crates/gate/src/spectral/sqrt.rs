//! The square root of an `f64`.
//!
//! `core` has no square root. IEEE 754-2019, section 5.4.1, asks for the correctly rounded one, so that there is only one
//! right answer. WebAssembly's instruction gives it to the guests; whole numbers alone give it everywhere else, where the
//! instruction cannot be had without `std` or `unsafe`.

/// The correctly rounded square root of a positive, finite `value`; zero for everything else.
pub(super) fn sqrt(value: f64) -> f64 {
    if value > 0.0 && value < f64::INFINITY { root(value) } else { 0.0 }
}

/// `f64x2.sqrt`.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn root(value: f64) -> f64 {
    use core::arch::wasm32::{f64x2_extract_lane, f64x2_splat, f64x2_sqrt};
    f64x2_extract_lane::<0>(f64x2_sqrt(f64x2_splat(value)))
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use integer_root as root;

/// The root of a positive, finite `value`, in whole numbers.
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
fn integer_root(value: f64) -> f64 {
    const FRACTION_BITS: u32 = 52;
    const BIAS: i32 = 1023;
    let bits = value.to_bits();
    let field = (bits >> FRACTION_BITS) as i32;
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    // value = mantissa * 2^exponent; the mantissa of a subnormal is moved up to 53 bits.
    let (mantissa, exponent) = if field == 0 {
        let shift = fraction.leading_zeros() - 11;
        (fraction << shift, 1 - BIAS - FRACTION_BITS as i32 - shift as i32)
    } else {
        (fraction | 1 << FRACTION_BITS, field - BIAS - FRACTION_BITS as i32)
    };
    // An even exponent after the shift, and a root of 54 bits: 53 and the one that says which way to round. The root of
    // a 53-bit number never lies exactly between two of them, since the square of such a point has more bits than that.
    let shift = if exponent % 2 == 0 { 54 } else { 55 };
    let root = (u128::from(mantissa) << shift).isqrt() as u64;
    let half_exponent = (exponent - shift) / 2 + 1;
    let rounded = (root >> 1) + (root & 1);
    // Rounding may carry into a 54th bit; adding, not or-ing, lets the carry run into the exponent.
    let field = (half_exponent + BIAS + FRACTION_BITS as i32) as u64;
    f64::from_bits((field << FRACTION_BITS) + (rounded - (1 << FRACTION_BITS)))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{integer_root, sqrt};
    use crate::spectral::lanczos::split_mix;

    #[test]
    fn agrees_with_the_hardware_everywhere() {
        let mut checked = 0_u32;
        let mut check = |value: f64| {
            let expected = value.sqrt().to_bits();
            assert_eq!(sqrt(value).to_bits(), expected, "sqrt({value:e})");
            assert_eq!(integer_root(value).to_bits(), expected, "sqrt({value:e}) in integers");
            checked += 1;
        };
        for seed in 0..1_000_000_u64 {
            let bits = split_mix(seed) >> 1;
            if f64::from_bits(bits).is_finite() && bits != 0 {
                check(f64::from_bits(bits));
            }
            check(1.0 + (split_mix(!seed) >> 11) as f64 / (1_u64 << 53) as f64);
            check(f64::from_bits(1 + (split_mix(seed) >> 12)));
        }
        for root in 1..200_000_u64 {
            // Squares, and their neighbours on either side.
            let square = (root * root) as f64;
            check(square);
            check(square.next_up());
            check(square.next_down());
        }
        check(f64::MAX);
        check(f64::MIN_POSITIVE);
        check(f64::from_bits(1));
        std::println!("{checked} square roots agree bit for bit");
    }

    #[test]
    fn everything_else_is_zero() {
        for value in [0.0, -0.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            assert_eq!(sqrt(value).to_bits(), 0);
        }
    }
}
