//! The maths of the kernels against `libm` in `f64`: dense sweeps. `examples/ulps.rs` goes over every `f32`.

mod support;

use ops::lanes::{F32x4, F64x2};
use ops::math::{self, ANGLE_MAX};
use support::{Numbers, ulps};

#[test]
fn exp_is_within_one_ulp() {
    let (mut greatest, mut values) = (0.0_f64, 0);
    // −0 up to −174.6, then 0 up to 87, at a stride that walks over all low bits.
    let bits = (0x8000_0000..=0xc32e_999a_u32).step_by(1_021).chain((0..=0x42ae_0000).step_by(1_021));
    for bits in bits {
        let x = f32::from_bits(bits);
        let power = math::exp(F32x4::splat(x));
        let exponent = power.exponent.array()[0] as i32;
        // Scaled so that only the fraction's error is measured, subnormal or not.
        let expected = libm::exp(f64::from(x) - f64::from(exponent) * core::f64::consts::LN_2);
        greatest = greatest.max(ulps(power.fraction.array()[0], expected));
        values += 1;
    }
    println!("exp: {values} values, {greatest:.4} ULP");
    assert!(values > 2_000_000 && greatest <= 1.0);
}

#[test]
fn sine_and_cosine_are_within_their_bound() {
    let mut numbers = Numbers::new(11);
    let (mut greatest, mut values) = (0.0_f64, 0);
    let mut check = |angle: f64| {
        for angle in [angle, -angle] {
            let (sine, cosine) = math::sin_cos([F64x2::splat(angle), F64x2::new([angle, 0.0])]);
            greatest =
                greatest.max(ulps(sine.array()[2], libm::sin(angle))).max(ulps(cosine.array()[1], libm::cos(angle)));
            assert_eq!((sine.array()[3], cosine.array()[3]), (0.0, 1.0));
            values += 2;
        }
    };
    for number in 0..=1_048_576_u32 {
        // Whole numbers, as positions are, and the `f64` next to every multiple of a quarter turn, where most is cancelled.
        check(f64::from(number));
        check(f64::from(number) * core::f64::consts::FRAC_PI_2);
    }
    for _ in 0..1_000_000 {
        let unit = numbers.bits() as f64 / u64::MAX as f64;
        check(unit * ANGLE_MAX);
        check(unit * 2_f64.powi(-(numbers.below(60) as i32)));
    }
    println!("sine and cosine: {values} values, {greatest:.4} ULP");
    assert!(greatest <= 0.51);
}
