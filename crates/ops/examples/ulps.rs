//! The greatest distance of the fast maths from `libm` in `f64`, over every `f32` of the range:
//! `cargo run --release -p ops --example ulps`. The figures of `docs/decisions/0019-ops.md` come from here.

use ops::lanes::F32x4;
use ops::math;

fn main() {
    let ranges = [("exp below 0", 0x8000_0000_u32, 0xc32e_999a), ("exp above 0", 0, 0x42ae_0000)];
    for (name, first, last) in ranges {
        let (mut greatest, mut place, mut values) = (0.0_f64, 0.0, 0_u64);
        for start in (first..=last).step_by(4) {
            let x = [0, 1, 2, 3].map(|lane| f32::from_bits((start + lane).min(last)));
            let power = math::exp(F32x4::new(x));
            for ((x, fraction), exponent) in x.into_iter().zip(power.fraction.array()).zip(power.exponent.array()) {
                let expected = libm::exp(f64::from(x) - f64::from(exponent as i32) * core::f64::consts::LN_2);
                let unit = if expected < 1.0 { 2_f64.powi(-24) } else { 2_f64.powi(-23) };
                let distance = (f64::from(fraction) - expected).abs() / unit;
                if distance > greatest {
                    (greatest, place) = (distance, x);
                }
                values += 1;
            }
        }
        println!("{name}: {values} values, at most {greatest:.4} ULP, at {place:e}");
    }
}
