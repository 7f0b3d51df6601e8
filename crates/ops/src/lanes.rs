//! Vectors of 128 bits: SIMD128 in a module that has it, arrays elsewhere, with the same bits everywhere.
//!
//! Every operation acts on each lane as IEEE 754 or two's complement says; there is no fused multiply-add, no estimate and no
//! relaxed operator. So one algorithm over lanes gives the same bits as a module with SIMD128, as one without and on a host.
//!
//! | backend | where |
//! | --- | --- |
//! | `simd128` | modules that may use SIMD128 |
//! | `sse2` | x86-64 hosts: the native forms, which modules are compared with |
//! | `arrays` | modules without SIMD128, other hosts |

#[cfg(any(test, not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64"))))]
#[cfg_attr(test, allow(unreachable_pub, dead_code, reason = "also built beside the backend of the host"))]
mod arrays;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(target_arch = "x86_64")]
mod sse2;

#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
pub use arrays::{F32x4, F64x2, U32x4};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use simd128::{F32x4, F64x2, U32x4};
#[cfg(target_arch = "x86_64")]
pub use sse2::{F32x4, F64x2, U32x4};

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    //! The backends of a host against each other; `simd128` is compared by whole kernels, on engines.

    use super::{arrays, sse2};
    extern crate std;
    use std::println;
    use std::vec::Vec;

    /// Bits that look random, and those where formats have their edges.
    fn words(seed: &mut u32) -> [u32; 4] {
        const EDGES: [u32; 16] = [
            0,
            1,
            0x8000_0000,
            0x7fff_ffff,
            0x7f80_0000,
            0xff80_0000,
            0x7fc0_0000,
            0x3f80_0000,
            0xbf80_0000,
            0x4f00_0000,
            0xcf00_0000,
            0x4eff_ffff,
            0x0080_0000,
            0x007f_ffff,
            0xffff_ffff,
            0x7fa0_0001,
        ];
        core::array::from_fn(|_| {
            *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let bits = *seed ^ *seed >> 15;
            if bits & 3 == 0 { EDGES[(bits >> 2) as usize % 16] } else { bits.wrapping_mul(0x9e37_79b1) }
        })
    }

    /// Everything one backend makes of two vectors; NaNs made by arithmetic as one.
    macro_rules! everything {
        ($backend:ident, $a:expr, $b:expr) => {{
            use $backend::{F32x4, F64x2, U32x4};
            let (a, b) = (U32x4::new($a), U32x4::new($b));
            let (x, y) = (a.as_floats(), b.as_floats());
            let mut all = Vec::new();
            let mut words = |words: U32x4| all.extend(words.array());
            [a + b, a - b, a & b, a | b, a ^ b, a.left::<13>(), a.right::<13>(), a.right_signed::<13>()]
                .into_iter()
                .for_each(&mut words);
            [a.less_signed(b), a.smaller_signed(b), a.larger_signed(b), a.equal(b), a.equal(a)]
                .into_iter()
                .for_each(&mut words);
            [x.less(y), x.equal(y), x.equal(x), a.to_floats().bits(), x.bits()].into_iter().for_each(&mut words);
            [x.smaller(y).bits(), x.larger(y).bits(), x.abs().bits(), x.negated().bits()]
                .into_iter()
                .for_each(&mut words);
            [x.less(y).select(x, y).bits(), a.select_words(b, a + b)].into_iter().for_each(&mut words);
            let ((even, odd), (low, high)) = (x.deinterleaved(y), x.interleaved(y));
            [even.bits(), odd.bits(), low.bits(), high.bits()].into_iter().for_each(&mut words);
            let halves: [u16; 8] = core::array::from_fn(|at| ($a[at / 2] >> (at % 2 * 16)) as u16);
            U32x4::from_u16(&halves).into_iter().for_each(&mut words);
            let bytes: [u8; 16] = core::array::from_fn(|at| $a[at / 4].to_le_bytes()[at % 4]);
            U32x4::from_u8(&bytes).into_iter().for_each(&mut words);
            U32x4::from_i8(&bytes.map(|byte| byte as i8)).into_iter().for_each(&mut words);
            words(F64x2::low_words(x.widened()));
            all.push(u32::from(a.any()));
            all.extend(U32x4::to_u16(U32x4::from_u16(&halves)).map(u32::from));
            all.extend(U32x4::to_i8(U32x4::from_i8(&bytes.map(|byte| byte as i8))).map(|byte| byte as u32));
            let wide = x.widened();
            let arithmetic = [x + y, x - y, x * y, x / y, F32x4::narrowed(wide)];
            all.extend(arithmetic.into_iter().flat_map(F32x4::array).map(|x| if x.is_nan() { 1 } else { x.to_bits() }));
            let (v, w) = (wide[0], y.widened()[1]);
            let arithmetic = [v + w, v - w, v * w, v / w, v.root()].map(F64x2::array);
            let bits = arithmetic.into_iter().flatten().map(|x| if x.is_nan() { 1 } else { x.to_bits() });
            all.extend(bits.flat_map(|bits| [bits as u32, (bits >> 32) as u32]));
            all
        }};
    }

    #[test]
    fn arrays_and_sse2_give_the_same_bits() {
        let (mut seed, mut compared) = (1, 0);
        for _ in 0..50_000 {
            let (a, b) = (words(&mut seed), words(&mut seed));
            let (expected, found) = (everything!(arrays, a, b), everything!(sse2, a, b));
            assert_eq!(found, expected, "{a:x?} {b:x?}");
            compared += found.len();
        }
        println!("{compared} words");
        assert!(compared > 5_000_000);
    }
}
