//! NaN bits, one way to see them at a time.
//!
//! The arithmetic in these modules is what turns a signalling NaN into whatever the processor likes, and 0/0 into a NaN whose
//! sign differs between processors (negative on x86-64).

use seal::{NanBits, Policy, Reason, check, seal};

use crate::engines::{V, Which, run, run_both};
use crate::{PLENTY, module, sealed};

const NAN32: u32 = 0x7fc0_0000;
const NAN64: u64 = 0x7ff8_0000_0000_0000;
/// A signalling NaN with a payload, as NaN-boxing programs have them.
const BOX32: u32 = 0xffa1_2345;
const BOX64: u64 = 0xfff4_1234_5678_9abc;

fn places(bytes: &[u8]) -> usize {
    let findings = check(bytes, &Policy::STANDARD).expect("a module");
    findings.iter().filter(|finding| finding.reason == Reason::ObservableNan).count()
}

/// `export` gives `expected` once sealed, and the module has at least one place to close.
fn closed(text: &str, export: &str, args: &[V], expected: V) {
    let bytes = module(text);
    assert!(places(&bytes) > 0, "nothing is found in {text}");
    let sealed = sealed(&bytes);
    assert!(sealed.report.nan_places > 0);
    assert_eq!(run_both(&sealed.bytes, export, args, PLENTY).value(), expected, "{text}");
}

/// `export` gives `expected`, sealed or not, and there is nothing to close.
fn untouched(text: &str, export: &str, args: &[V], expected: V) {
    let bytes = module(text);
    assert_eq!(places(&bytes), 0, "{text}");
    assert_eq!(sealed(&bytes).report.nan_places, 0);
    assert_eq!(run(Which::Wasmi, &bytes, export, args, 0).value(), expected, "unsealed {text}");
    assert_eq!(run_both(&sealed(&bytes).bytes, export, args, PLENTY).value(), expected, "{text}");
}

/// 0/0, by parameters so that no compiler folds it: `(x / x)` with x = 0.
const Q32: &str = "(f32.div (local.get 0) (local.get 0))";
const Q64: &str = "(f64.div (local.get 0) (local.get 0))";
const ZERO32: V = V::F32(0);
const ZERO64: V = V::F64(0);

#[test]
fn scalars_are_closed_where_they_are_seen() {
    let c = |body: &str| {
        format!(
            "(global $g (mut f32) (f32.const 0)) (func $id (param f32) (result i32) (i32.reinterpret_f32 (local.get 0))) (type $t (func (param f32) (result i32))) (table funcref (elem $id)) (func (export \"f\") (param f32) (result i32) (local f32 f32) {body})"
        )
    };
    let q = Q32;
    let cases = [
        ("store", format!("(f32.store (i32.const 0) {q}) (i32.load (i32.const 0))")),
        ("reinterpret", format!("(i32.reinterpret_f32 {q})")),
        ("local", format!("(local.set 1 {q}) (i32.reinterpret_f32 (local.get 1))")),
        ("tee", format!("(i32.reinterpret_f32 (local.tee 1 {q}))")),
        ("two locals", format!("(local.set 1 {q}) (local.set 2 (local.get 1)) (i32.reinterpret_f32 (local.get 2))")),
        ("select", format!("(i32.reinterpret_f32 (select {q} (f32.const 1) (i32.const 1)))")),
        ("block result", format!("(i32.reinterpret_f32 (block (result f32) {q}))")),
        ("branch with a value", format!("(i32.reinterpret_f32 (block (result f32) (br 0 {q})))")),
        ("if result", format!("(i32.reinterpret_f32 (if (result f32) (i32.const 1) (then {q}) (else (f32.const 2))))")),
        ("call argument", format!("(call $id {q})")),
        ("indirect argument", format!("(call_indirect (type $t) {q} (i32.const 0))")),
        ("global", format!("(global.set $g {q}) (i32.reinterpret_f32 (global.get $g))")),
        ("sqrt", "(i32.reinterpret_f32 (f32.sqrt (f32.const -1)))".into()),
        ("min", format!("(i32.reinterpret_f32 (f32.min {q} (f32.const 1)))")),
        ("demote", format!("(i32.reinterpret_f32 (f32.demote_f64 (f64.promote_f32 {q})))")),
        ("neg after", format!("(i32.reinterpret_f32 (f32.neg {q}))")),
        (
            "loop",
            format!(
                "(loop (local.set 1 (f32.add (local.get 1) {q})) (local.set 0 (f32.add (local.get 0) (f32.const 1))) (br_if 0 (f32.lt (local.get 0) (f32.const 0)))) (i32.reinterpret_f32 (local.get 1))"
            ),
        ),
        ("loop parameter", format!("(i32.reinterpret_f32 {q} (loop (param f32) (result f32)))")),
    ];
    for (name, body) in &cases {
        println!("{name}");
        closed(&c(body), "f", &[ZERO32], V::I32(NAN32 as i32));
    }
    println!("{} ways to see the bits of an f32 are closed", cases.len());
}

#[test]
fn results_are_closed() {
    closed(&format!("(func (export \"f\") (param f32) (result f32) {Q32})"), "f", &[ZERO32], V::F32(NAN32));
    closed(&format!("(func (export \"f\") (param f64) (result f64) (return {Q64}))"), "f", &[ZERO64], V::F64(NAN64));
    let text = format!(
        "(func $f (param f64) (result f64) (br 0 {Q64})) (func (export \"f\") (param f64) (result i64) (i64.reinterpret_f64 (call $f (local.get 0))))"
    );
    closed(&text, "f", &[ZERO64], V::I64(NAN64 as i64));
    let several = format!(
        "(func $f (param f64) (result f64 i32 f64) {Q64} (i32.const 1) {Q64}) (func (export \"f\") (param f64) (result i64) (call $f (local.get 0)) drop drop i64.reinterpret_f64)"
    );
    closed(&several, "f", &[ZERO64], V::I64(NAN64 as i64));
    let block = format!(
        "(func (export \"f\") (param f64) (result i64) (block (result f64 f64) {Q64} {Q64}) drop i64.reinterpret_f64)"
    );
    closed(&block, "f", &[ZERO64], V::I64(NAN64 as i64));
}

#[test]
fn the_sign_that_copysign_reads_is_closed() {
    let text = format!("(func (export \"f\") (param f64) (result f64) (f64.copysign (f64.const 2) {Q64}))");
    closed(&text, "f", &[ZERO64], V::F64(2_f64.to_bits()));
    let comparison = format!("(func (export \"f\") (param f64) (result i32) (f64.lt {Q64} (f64.const 1)))");
    untouched(&comparison, "f", &[ZERO64], V::I32(0));
    let conversion = format!("(func (export \"f\") (param f64) (result i32) (i32.trunc_sat_f64_s {Q64}))");
    untouched(&conversion, "f", &[ZERO64], V::I32(0));
}

#[test]
fn boxed_values_keep_their_bits() {
    let f = |body: &str| format!("(func (export \"f\") (param f64) (result i64) (local f64) {body})");
    let boxed = V::I64(BOX64 as i64);
    untouched(
        &f("(f64.store (i32.const 0) (f64.reinterpret_i64 (i64.const -3304057266431332)))(i64.load (i32.const 0))"),
        "f",
        &[ZERO64],
        V::I64(-3304057266431332),
    );
    untouched(
        &f(
            "(f64.store (i32.const 0) (local.get 0)) (f64.store (i32.const 8) (f64.load (i32.const 0))) (i64.load (i32.const 8))",
        ),
        "f",
        &[V::F64(BOX64)],
        boxed,
    );
    untouched(&f("(i64.reinterpret_f64 (f64.neg (f64.neg (local.get 0))))"), "f", &[V::F64(BOX64)], boxed);
    untouched(
        &f("(i64.reinterpret_f64 (select (local.get 0) (f64.const 1) (i32.const 1)))"),
        "f",
        &[V::F64(BOX64)],
        boxed,
    );
    let vector = "(func (export \"f\") (param v128) (result v128) (v128.or (local.get 0) (v128.const i64x2 0 0)))";
    let bits = u128::from(BOX64) << 64 | u128::from(BOX32) << 32 | u128::from(BOX32);
    untouched(vector, "f", &[V::V128(bits)], V::V128(bits));
}

#[test]
fn a_local_that_holds_a_box_on_one_path_and_a_sum_on_the_other_keeps_the_box() {
    // Compilers reuse locals: what is a boxed value on one path may be made by arithmetic on another.
    let text = "(func (export \"f\") (param f64 i32) (result i64) (local f64)
        (local.set 2 (local.get 0))
        (if (local.get 1) (then (local.set 2 (f64.div (local.get 0) (f64.const 0)))))
        (i64.reinterpret_f64 (local.get 2)))";
    closed(text, "f", &[ZERO64, V::I32(1)], V::I64(NAN64 as i64));
    closed(text, "f", &[V::F64(BOX64), V::I32(0)], V::I64(BOX64 as i64));
    let pick = "(func (export \"f\") (param f64 i32) (result i64)
        (i64.reinterpret_f64 (select (local.get 0) (f64.div (local.get 0) (f64.const 0)) (local.get 1))))";
    closed(pick, "f", &[ZERO64, V::I32(0)], V::I64(NAN64 as i64));
    closed(pick, "f", &[V::F64(BOX64), V::I32(1)], V::I64(BOX64 as i64));
    let turns = "(func (export \"f\") (param f64 i32) (result i64)
        (block (loop
            (br_if 1 (i32.eqz (local.get 1)))
            (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
            (local.set 0 (f64.div (local.get 0) (f64.const 0)))
            (br 0)))
        (i64.reinterpret_f64 (local.get 0)))";
    closed(turns, "f", &[ZERO64, V::I32(3)], V::I64(NAN64 as i64));
    closed(turns, "f", &[V::F64(BOX64), V::I32(0)], V::I64(BOX64 as i64));
    let reused = "(func (export \"f\") (param f64) (result i64) (local f64)
        (local.set 1 (f64.add (local.get 0) (f64.const 1)))
        (drop (f64.lt (local.get 1) (f64.const 0)))
        (local.set 1 (local.get 0))
        (i64.reinterpret_f64 (local.get 1)))";
    untouched(reused, "f", &[V::F64(BOX64)], V::I64(BOX64 as i64));
}

#[test]
fn an_accumulator_is_closed_after_its_loop_and_not_in_it() {
    let text = "(func (export \"f\") (param f32 i32) (result f32) (local f32)
        (loop
            (local.set 2 (f32.add (local.get 2) (local.get 0)))
            (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
        (local.get 2))";
    let bytes = module(text);
    let sealed = sealed(&bytes);
    assert_eq!((sealed.report.nan_places, sealed.report.loops_ahead), (1, 1));
    assert_eq!(run_both(&sealed.bytes, "f", &[V::F32(BOX32), V::I32(5)], PLENTY).value(), V::F32(NAN32));
    // The sealed loop is the loop itself, byte for byte: nothing was put into it.
    let body = [
        0x03, 0x40, 0x20, 0x02, 0x20, 0x00, 0x92, 0x21, 0x02, 0x20, 0x01, 0x41, 0x01, 0x6b, 0x22, 0x01, 0x0d, 0x00,
        0x0b,
    ];
    assert!(sealed.bytes.windows(body.len()).any(|window| window == body));
}

#[test]
fn vectors_are_closed_in_the_lanes_that_made_them() {
    let lanes32 = u128::from(NAN32) * 0x1_0000_0001_0000_0001_0000_0001;
    let lanes64 = u128::from(NAN64) << 64 | u128::from(NAN64);
    let f =
        |body: &str, result: &str| format!("(func (export \"f\") (param v128) (result {result}) (local v128) {body})");
    let q32 = "(f32x4.div (local.get 0) (local.get 0))";
    let q64 = "(f64x2.div (local.get 0) (local.get 0))";
    let zero = V::V128(0);
    let cases = [
        ("result", f(q32, "v128"), V::V128(lanes32)),
        ("result, 64", f(q64, "v128"), V::V128(lanes64)),
        ("or", f(&format!("(v128.or {q32} (v128.const i64x2 0 0))"), "v128"), V::V128(lanes32)),
        ("and", f(&format!("(v128.and {q64} (v128.const i64x2 -1 -1))"), "v128"), V::V128(lanes64)),
        ("store", f(&format!("(v128.store (i32.const 0) {q32}) (v128.load (i32.const 0))"), "v128"), V::V128(lanes32)),
        (
            "byte shuffle",
            f(&format!("(i8x16.shuffle 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 {q32} {q32})"), "v128"),
            V::V128(u128::from_le_bytes([0x7f; 16])),
        ),
        (
            "lane shuffle",
            f(&format!("(i8x16.shuffle 4 5 6 7 0 1 2 3 16 17 18 19 28 29 30 31 {q32} {q32})"), "v128"),
            V::V128(lanes32),
        ),
        ("integer lane", f(&format!("(i32x4.extract_lane 2 {q32})"), "i32"), V::I32(NAN32 as i32)),
        ("float lane", f(&format!("(i32.reinterpret_f32 (f32x4.extract_lane 2 {q32}))"), "i32"), V::I32(NAN32 as i32)),
        ("lane of another type", f(&format!("(f32x4.extract_lane 1 {q64})"), "f32"), V::F32((NAN64 >> 32) as u32)),
        ("read as other lanes", f(&format!("(f32x4.abs {q64})"), "v128"), V::V128(lanes64)),
        ("integer sum", f(&format!("(i32x4.add {q32} (v128.const i64x2 0 0))"), "v128"), V::V128(lanes32)),
        ("pmin", f(&format!("(f32x4.pmin {q32} {q32})"), "v128"), V::V128(lanes32)),
        (
            "splat",
            f("(f32x4.splat (f32.div (f32x4.extract_lane 0 (local.get 0)) (f32.const 0)))", "v128"),
            V::V128(lanes32),
        ),
        (
            "replaced lane",
            f(
                "(f32x4.replace_lane 1 (local.get 0) (f32.div (f32x4.extract_lane 0 (local.get 0)) (f32.const 0)))",
                "v128",
            ),
            V::V128(u128::from(NAN32) << 32),
        ),
        (
            "replaced in arithmetic",
            f(
                &format!("(f32x4.replace_lane 1 {q32} (f32.div (f32.const 0) (f32x4.extract_lane 0 (local.get 0))))"),
                "v128",
            ),
            V::V128(lanes32),
        ),
        (
            "bitselect",
            f(&format!("(v128.bitselect {q32} (v128.const i64x2 1 1) (f32x4.eq (local.get 0) (local.get 0)))"), "v128"),
            V::V128(lanes32),
        ),
        ("masked", f(&format!("(v128.and (f32x4.eq (local.get 0) (local.get 0)) {q32})"), "v128"), V::V128(lanes32)),
        ("masked away", f(&format!("(v128.andnot {q32} (f32x4.eq (local.get 0) (local.get 0)))"), "v128"), V::V128(0)),
        (
            "joined lanes",
            f(&format!("(local.set 1 {q32}) (if (i32.const 1) (then (local.set 1 {q64}))) (local.get 1)"), "v128"),
            V::V128(lanes64),
        ),
        (
            "demoted",
            f(&format!("(f32x4.demote_f64x2_zero {q64})"), "v128"),
            V::V128(u128::from(NAN32) << 32 | u128::from(NAN32)),
        ),
        (
            "xor with a sign",
            f(&format!("(v128.xor {q32} (v128.const i32x4 1 1 1 1))"), "v128"),
            V::V128(lanes32 | 0x1_0000_0001_0000_0001_0000_0001),
        ),
    ];
    for (name, text, expected) in &cases {
        println!("{name}");
        closed(text, "f", &[zero], *expected);
    }
    println!("{} ways to see the bits of a vector are closed", cases.len());
}

#[test]
fn a_vector_loop_with_a_mask_stays_open() {
    // max(x, 0) by comparison and bitselect, summed up: nothing in the loop sees bits.
    let text = "(func (export \"f\") (param v128 i32) (result v128) (local v128)
        (loop
            (local.set 2 (f32x4.add (local.get 2) (v128.bitselect (f32x4.mul (local.get 0) (local.get 2)) (local.get 0) (f32x4.gt (local.get 0) (local.get 2)))))
            (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
        (local.get 2))";
    assert_eq!(sealed(&module(text)).report.nan_places, 1);
}

/// A module that is only to be bounded: nothing is made canonical, the charges are the same, and the bytes say so.
#[test]
fn nan_bits_as_made_cost_nothing_and_change_no_charge() {
    let plain = module(
        "(func (export \"f\") (param f32) (result i32)
            (f32.store (i32.const 0) (f32.sub (local.get 0) (local.get 0)))
            (loop $l (br_if $l (i32.lt_u (i32.load (i32.const 8)) (i32.load (i32.const 12)))))
            (i32.reinterpret_f32 (f32.add (local.get 0) (f32.const 1))))",
    );
    let canonical = seal(&plain, &Policy::STANDARD).expect("it can be sealed");
    let as_made = seal(&plain, &Policy { nan: NanBits::AsMade, ..Policy::STANDARD }).expect("it can be sealed");
    assert_eq!((canonical.report.nan_places, as_made.report.nan_places), (2, 0));
    assert_eq!(canonical.report.charges, as_made.report.charges);
    assert_ne!(canonical.digest, as_made.digest);
}
