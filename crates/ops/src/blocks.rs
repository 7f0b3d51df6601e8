//! ggml's blocks q4_0 and q8_0: 32 values share one scale.
//!
//! | format | bytes | layout |
//! | --- | --- | --- |
//! | q4_0 | 18 | the scale d as a half, little-endian; 16 bytes: value j in the lower four bits of byte j, value j + 16 in the upper |
//! | q8_0 | 34 | the scale d as a half, little-endian; 32 signed bytes |
//!
//! **Packing** follows ggml's reference routines operation by operation in `f32`, with no fused multiply-add:
//!
//! - q8_0: d is the largest magnitude / 127, q the product x · (1/d), rounded to the nearest whole number, halves away from zero
//!   (C's `roundf`). Some of ggml's own vector routines round halves to even and take 127/largest for 1/d: those differ.
//! - q4_0: m is the value of largest magnitude with its sign, the first of those that tie; d is m / -8, q the whole part of
//!   x · (1/d) + 8.5, at most 15.
//! - The quotient 1/d is that of d before it is rounded to a half; the half is rounded to nearest, ties to even.
//!
//! **Unpacking** gives q · d for q8_0 and (q - 8) · d for q4_0, one `f32` product of the widened half.
//!
//! Where C leaves the result open or the block is a corner, this is what happens:
//!
//! | block | scale | quantised values |
//! | --- | --- | --- |
//! | all zeros of either sign | q8_0: 0; q4_0: -0, because 0 / -8 is | those of 0 (q8_0: 0; q4_0: 8) |
//! | largest magnitude so small that 1/d is infinite | a zero with d's sign | those of 0 |
//! | d is a subnormal half, or rounds to a zero | that half | as usual, from d before it was rounded |
//! | d is too large for a half (65,520 and more) | infinite | as usual; unpacks to infinities, and NaN for 0 |
//! | a value is infinite, none is NaN | infinite (q4_0: with the opposite sign of the first) | those of 0: unpacks to NaN |
//! | a value is NaN | the half 0x7e00 | those of 0: unpacks to NaN |
//!
//! So what is not finite spoils its block visibly and no other.

pub mod fast;
pub mod reference;

/// Values in a block.
pub const VALUES: usize = 32;

/// Bytes of a q4_0 block.
pub const Q4_BYTES: usize = 18;

/// Bytes of a q8_0 block.
pub const Q8_BYTES: usize = 34;

/// The half that says that a block held a NaN.
const NAN: u16 = 0x7e00;

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::println;

    /// Blocks of random bits whose exponents lie in a window of random place and width, and blocks of few distinct values,
    /// so that magnitudes tie.
    fn for_random_blocks(mut visit: impl FnMut(&[f32; VALUES])) {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 32) as u32
        };
        for round in 0..200_000_u32 {
            let (low, width) = (random() % 256, 1 + random() % 24);
            let mut values = [0.0; VALUES];
            for value in &mut values {
                let exponent = (low + random() % width).min(if round % 8 == 0 { 255 } else { 254 });
                let mantissa = if round % 3 == 0 { 0 } else { random() & 0x007f_ffff };
                *value = f32::from_bits(random() & 0x8000_0000 | exponent << 23 | mantissa);
                if round % 5 == 0 && random() % 4 == 0 {
                    *value = [0.0, -0.0, f32::from_bits(1), -f32::MAX, f32::INFINITY]
                        [random() as usize % 4 + round as usize % 2];
                }
            }
            visit(&values);
        }
    }

    #[test]
    fn both_writings_pack_the_same_bytes_and_unpack_the_same_values() {
        let (mut blocks, mut spoilt) = (0, 0);
        for_random_blocks(|values| {
            let (mut slow, mut fast) = ([0; Q8_BYTES], [1; Q8_BYTES]);
            reference::pack_q8(values, &mut slow);
            fast::pack_q8(values, &mut fast);
            assert_eq!(slow, fast, "q8_0 of {values:?}");
            let (mut plain, mut vector) = ([0.0; VALUES], [1.0; VALUES]);
            reference::unpack_q8(&slow, &mut plain);
            fast::unpack_q8(&slow, &mut vector);
            assert_same_values(&plain, &vector);
            spoilt += usize::from(plain.iter().any(|value| value.is_nan()));
            let (mut slow, mut fast) = ([0; Q4_BYTES], [1; Q4_BYTES]);
            reference::pack_q4(values, &mut slow);
            fast::pack_q4(values, &mut fast);
            assert_eq!(slow, fast, "q4_0 of {values:?}");
            reference::unpack_q4(&slow, &mut plain);
            fast::unpack_q4(&slow, &mut vector);
            assert_same_values(&plain, &vector);
            blocks += 1;
        });
        println!("{blocks} blocks in two formats, {spoilt} of them spoilt by what is not finite or too large");
        assert!(spoilt > 1_000 && blocks - spoilt > 100_000);
    }

    fn assert_same_values(left: &[f32; VALUES], right: &[f32; VALUES]) {
        for (left, right) in left.iter().zip(right) {
            assert!(left.to_bits() == right.to_bits() || left.is_nan() && right.is_nan(), "{left} and {right}");
        }
    }

    /// The scale, and the first quantised value.
    fn packed(values: [f32; VALUES]) -> [(u16, u8); 2] {
        let (mut q8, mut q4) = ([0; Q8_BYTES], [0; Q4_BYTES]);
        fast::pack_q8(&values, &mut q8);
        fast::pack_q4(&values, &mut q4);
        [(u16::from_le_bytes([q8[0], q8[1]]), q8[2]), (u16::from_le_bytes([q4[0], q4[1]]), q4[2] & 15)]
    }

    #[test]
    fn the_corners_are_as_the_page_says() {
        let with = |number: usize, value: f32| {
            let mut values = [1.0; VALUES];
            values[number] = value;
            values
        };
        assert_eq!(packed([0.0; VALUES]), [(0, 0), (0x8000, 8)], "zeros");
        assert_eq!(packed([-0.0; VALUES]), [(0, 0), (0x8000, 8)], "negative zeros");
        assert_eq!(packed([1e-39; VALUES]), [(0, 0), (0x8000, 8)], "too small to invert");
        assert_eq!(packed([f32::MAX; VALUES]), [(0x7c00, 127), (0xfc00, 0)], "too large for a half");
        assert_eq!(packed(with(9, f32::INFINITY)), [(0x7c00, 0), (0xfc00, 8)], "one infinity");
        assert_eq!(packed(with(9, f32::NEG_INFINITY)), [(0x7c00, 0), (0x7c00, 8)], "one negative infinity");
        assert_eq!(packed(with(31, f32::from_bits(0xff80_0001))), [(0x7e00, 0), (0x7e00, 8)], "one NaN");
        assert_eq!(packed(with(0, -1.0))[1], (0x3000, 0), "of two that tie the first decides");
        assert_eq!(packed(with(1, -1.0))[1], (0xb000, 0), "of two that tie the first decides");
        // 127 / 127 is 1, so that the quantised value is the value rounded.
        for (value, expected) in [(2.5, 3), (-2.5, -3_i8), (0.5, 1), (0.499_999_97, 0), (-0.5, -1), (3.5, 4)] {
            let mut values = with(0, value);
            values[1] = 127.0;
            assert_eq!(packed(values)[0], (0x3c00, expected as u8), "{value} rounded half away from zero");
        }
    }
}
