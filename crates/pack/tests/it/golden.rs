//! Golden cases: what is within a tolerance, and what is not.

use pack::compare::first_mismatch;
use pack::{DType, Direction, Mismatch, Tolerance};

use crate::fixture::verified;

const EXACT: Tolerance = Tolerance { ulp: 0, abs: 0.0 };

fn f32s(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn differ(expected: f32, actual: f32, tolerance: Tolerance) -> bool {
    first_mismatch("y", DType::F32, &f32s(&[1.0, expected]), &f32s(&[1.0, actual]), tolerance).is_some()
}

fn halves_differ(expected: u16, actual: u16, tolerance: Tolerance) -> bool {
    first_mismatch("y", DType::F16, &expected.to_le_bytes(), &actual.to_le_bytes(), tolerance).is_some()
}

#[test]
fn floats_match_within_either_tolerance() {
    let ulp = |ulp| Tolerance { ulp, abs: 0.0 };
    let abs = |abs| Tolerance { ulp: 0, abs };
    let next = f32::from_bits(1.0_f32.to_bits() + 1);
    let tiny = f32::from_bits(1);
    let cases = [
        (1.0, 1.0, EXACT, false),
        (1.0, next, EXACT, true),
        (1.0, next, ulp(1), false),
        (next, 1.0, ulp(1), false),
        (1.0, next, abs(1e-6), false),
        (1.0, 1.5, abs(0.5), false),
        (1.0, 1.5, abs(0.499), true),
        (0.0, -0.0, EXACT, false),
        (tiny, -tiny, ulp(1), true),
        (tiny, -tiny, ulp(2), false),
        (f32::MAX, f32::INFINITY, ulp(1_000), true),
        (f32::INFINITY, f32::MAX, Tolerance { ulp: 1_000, abs: f64::INFINITY }, true),
        (f32::INFINITY, f32::INFINITY, EXACT, false),
        (f32::INFINITY, f32::NEG_INFINITY, Tolerance { ulp: 1_000, abs: f64::INFINITY }, true),
        (f32::NAN, f32::from_bits(0xffc0_1234), EXACT, false),
        (f32::NAN, 1.0, Tolerance { ulp: 1_000, abs: f64::INFINITY }, true),
        (f32::INFINITY, f32::NAN, Tolerance { ulp: 1_000, abs: f64::INFINITY }, true),
        (f32::MIN, f32::MAX, ulp(1 << 20), true),
    ];
    for (expected, actual, tolerance, wanted) in cases {
        assert_eq!(differ(expected, actual, tolerance), wanted, "{expected:?} {actual:?} {tolerance:?}");
    }
    println!("{} pairs of f32", cases.len());
}

#[test]
fn halves_are_counted_in_their_own_units() {
    let one_up = Tolerance { ulp: 1, abs: 0.0 };
    assert!(halves_differ(0x3c00, 0x3c01, EXACT) && !halves_differ(0x3c00, 0x3c01, one_up));
    assert!(!halves_differ(0x8000, 0x0000, EXACT), "both zeros are one place");
    assert!(!halves_differ(0x7e00, 0xfe01, EXACT), "NaN is NaN");
    assert!(halves_differ(0x7c00, 0x7bff, one_up), "infinity is only itself");
    // 1 and the next half differ by 2^-10.
    assert!(!halves_differ(0x3c00, 0x3c01, Tolerance { ulp: 0, abs: 0.000_976_562_5 }));
    assert!(halves_differ(0x3c00, 0x3c01, Tolerance { ulp: 0, abs: 0.000_976_5 }));
}

#[test]
fn everything_else_matches_to_the_bit_whatever_the_tolerance() {
    let loose = Tolerance { ulp: 1 << 20, abs: f64::INFINITY };
    for dtype in [DType::I32, DType::U32, DType::I8, DType::U8, DType::Q4_0, DType::Q8_0] {
        let mismatch = first_mismatch("y", dtype, &[1, 2, 3, 4], &[1, 2, 3, 5], loose);
        assert!(matches!(mismatch, Some(Mismatch::Byte { offset: 3, expected: 4, actual: 5, .. })), "{dtype}");
        assert_eq!(first_mismatch("y", dtype, &[1, 2], &[1, 2], EXACT), None);
        assert!(matches!(first_mismatch("y", dtype, &[1, 2], &[1], loose), Some(Mismatch::Length { .. })));
    }
}

#[test]
fn a_case_has_everything_in_manifest_order() {
    let pack = verified("full");
    let kernel = pack.kernel("copy_f32").expect("it is there");
    let [golden] = pack.golden("copy_f32") else { panic!("one golden file") };
    let [specials, no_rows, back] = golden.cases() else { panic!("three cases") };
    assert_eq!(specials.parameters, [1e-5_f32.to_bits(), u32::MAX, (-3_i32).cast_unsigned()]);
    assert_eq!(no_rows.parameters[2], (-7_i32).cast_unsigned(), "the manifest's default");
    assert_eq!(specials.inputs.iter().map(Vec::len).collect::<Vec<_>>(), [24, 0]);
    assert_eq!(specials.shapes.scratch().map(|extent| extent.bytes), Some(3 * 2 * 4));
    assert_eq!((back.direction, back.inputs.len(), back.shapes.symbols()), (Direction::Backward, 2, &[1, 1][..]));
    assert_eq!(specials.compare(kernel, &specials.outputs), Ok(()));
    let mut off = specials.outputs.clone();
    off[0][8] ^= 1;
    let mismatch = specials.compare(kernel, &off).expect_err("a bit is off");
    assert_eq!(mismatch.to_string(), "tensor y: element 2 is 1.5000001192092896; right is 1.5, 1 ulp away");
    let none: [Vec<u8>; 0] = [];
    assert!(matches!(specials.compare(kernel, &none), Err(Mismatch::Length { expected: 24, actual: 0, .. })));
}
