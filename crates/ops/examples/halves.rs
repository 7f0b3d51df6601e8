//! Every `f32` rounded to a half, one by one and in vectors, against the crate `half`:
//! `cargo run --release -p ops --example halves`.

use ops::f16;
use ops::lanes::F32x4;

fn main() {
    let mut compared = 0_u64;
    for first in (0..=u32::MAX).step_by(8) {
        let bits: [u32; 8] = core::array::from_fn(|lane| first + lane as u32);
        let [low, high] =
            [0, 4].map(|start| F32x4::new(core::array::from_fn(|lane| f32::from_bits(bits[start + lane]))));
        for (bits, narrowed) in bits.into_iter().zip(f16::narrow([low, high])) {
            let expected = half::f16::from_f32_const(f32::from_bits(bits)).to_bits();
            assert_eq!((narrowed, f16::from_f32(f32::from_bits(bits))), (expected, expected), "f32 {bits:#010x}");
            compared += 1;
        }
    }
    println!("{compared} values, all rounded as half rounds them");
}
