//! Counted loops: paid ahead they cost what they cost turn by turn, for every comparison and every corner of the numbers.

use crate::engines::{End, V, Which, run, run_both};
use crate::{module, sealed, sealed_each_turn};

/// A loop on `width` bits: the counter starts at parameter 0, adds `step` and goes on while `compare` with parameter 1
/// holds. Gives the number of turns.
fn text(width: u32, compare: &str, step: i64, is_after: bool) -> String {
    let t = format!("i{width}");
    let add = format!("(local.set 0 ({t}.add (local.get 0) ({t}.const {step})))");
    let test = format!("({t}.{compare} (local.get 0) (local.get 1))");
    let (first, second) = if is_after {
        (add, format!("(br_if 0 {test})"))
    } else {
        (format!("(local.set 3 {test})"), format!("{add} (br_if 0 (local.get 3))"))
    };
    format!(
        "(func (export \"f\") (param {t} {t}) (result i32) (local i32 i32)
            (loop {first} (local.set 2 (i32.add (local.get 2) (i32.const 1))) {second})
            (local.get 2))"
    )
}

const COMPARES: [&str; 10] = ["eq", "ne", "lt_s", "lt_u", "le_s", "le_u", "gt_s", "gt_u", "ge_s", "ge_u"];

/// Starts and bounds at which something could go wrong.
fn corners(width: u32) -> Vec<i64> {
    let (least, most) = if width == 32 { (i32::MIN.into(), i32::MAX.into()) } else { (i64::MIN, i64::MAX) };
    [0, 1, 2, 3, 4, 5, 7, 8, 17, 33, -1, -2, -3, -4, -8, -9, least, least + 1, least + 6, most, most - 1, most - 5]
        .to_vec()
}

#[test]
fn turns_paid_ahead_cost_what_they_cost_one_by_one() {
    let (mut done, mut endless, mut ahead) = (0, 0, 0);
    for width in [32, 64] {
        for compare in COMPARES {
            for step in [1, -1, 4, -4, 3, -12] {
                for is_after in [true, false] {
                    let bytes = module(&text(width, compare, step, is_after));
                    let (one, other) = (sealed(&bytes), sealed_each_turn(&bytes));
                    ahead += one.report.loops_ahead;
                    assert_eq!(other.report.loops_ahead, 0);
                    if one.report.loops_ahead == 0 {
                        continue;
                    }
                    for start in corners(width).into_iter().step_by(2) {
                        for bound in corners(width) {
                            let v = |value: i64| if width == 32 { V::I32(value as i32) } else { V::I64(value) };
                            let args = [v(start), v(bound)];
                            let each = run(Which::Wasmi, &other.bytes, "f", &args, 900);
                            let all = run(Which::Wasmi, &one.bytes, "f", &args, 900);
                            assert_eq!(
                                all, each,
                                "i{width}.{compare} step {step} from {start} to {bound} ({is_after})"
                            );
                            if matches!(all.end, End::Done(_)) { done += 1 } else { endless += 1 }
                        }
                    }
                }
            }
        }
    }
    assert!(ahead >= 100, "{ahead}");
    println!("{ahead} loops charged ahead; {done} runs ended alike, {endless} ran out alike");
}

#[test]
fn arms_inside_a_counted_loop_are_charged_as_they_are_taken() {
    let text = "(func (export \"f\") (param i32) (result i32) (local i32 i32)
        (loop
            (if (i32.and (local.get 1) (i32.const 1))
                (then (local.set 2 (i32.mul (local.get 2) (i32.const 3))))
                (else (block (br_if 0 (i32.and (local.get 1) (i32.const 2))) (local.set 2 (i32.add (local.get 2) (i32.const 7))))))
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (local.get 2)))
            (local.set 2 (select (local.get 2) (i32.const 1) (i32.rotl (local.get 2) (i32.const 3))))
            (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0))))
        (local.get 2))";
    let bytes = module(text);
    let (ahead, each) = (sealed(&bytes), sealed_each_turn(&bytes));
    assert_eq!((ahead.report.loops_ahead, each.report.loops_ahead), (1, 0));
    for turns in [0, 1, 2, 3, 4, 9, 100] {
        let enough = run_both(&each.bytes, "f", &[V::I32(turns)], 1 << 30);
        assert_eq!(run_both(&ahead.bytes, "f", &[V::I32(turns)], 1 << 30), enough);
        let cost = (1 << 30) - enough.meter;
        assert_eq!(run_both(&ahead.bytes, "f", &[V::I32(turns)], cost).meter, 0);
        for bytes in [&ahead.bytes, &each.bytes] {
            let short = run_both(bytes, "f", &[V::I32(turns)], cost - 1);
            assert_eq!((short.end, short.meter, short.stop), (End::Trapped("unreachable"), -1, 1));
        }
    }
}

#[test]
fn both_engines_count_alike() {
    let mut runs = 0;
    for (width, compare, step) in [
        (32, "ne", 4),
        (32, "lt_u", 8),
        (32, "lt_s", 1),
        (32, "gt_s", -1),
        (64, "ne", 3),
        (64, "ge_u", -2),
        (32, "eq", 1),
    ] {
        let bytes = sealed(&module(&text(width, compare, step, true))).bytes;
        for (start, bound) in [(0, 64), (0, 63), (63, 0), (-5, 5), (7, 7)] {
            let v = |value: i64| if width == 32 { V::I32(value as i32) } else { V::I64(value) };
            run_both(&bytes, "f", &[v(start), v(bound)], 5_000);
            runs += 1;
        }
    }
    println!("{runs} runs alike on both engines");
}

#[test]
fn a_loop_without_end_stops_at_once() {
    let text = "(func (export \"f\") (param i32) (loop
        (i32.store (local.get 0) (i32.const 7))
        (br_if 0 (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (i32.const 2)))))";
    let stopped = run_both(&sealed(&module(text)).bytes, "f", &[V::I32(0)], i64::MAX);
    assert_eq!((stopped.end, stopped.stop, stopped.meter), (End::Trapped("unreachable"), 1, -1));
    assert!(stopped.memory.iter().all(|byte| *byte == 0), "it stops before the first turn");
}

#[test]
fn the_shapes_that_compilers_make_are_counted() {
    let shapes = [
        ("down to zero, tee", "(br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))"),
        (
            "up to a bound, bound first",
            "(br_if 0 (i32.ne (local.get 1) (local.tee 0 (i32.add (local.get 0) (i32.const 4)))))",
        ),
        ("inverted", "(br_if 0 (i32.eqz (i32.eq (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (local.get 1))))"),
        (
            "bound with an offset",
            "(br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 8))) (i32.add (local.get 1) (i32.const 16))))",
        ),
        (
            "old value compared",
            "(local.set 2 (i32.lt_s (local.get 0) (local.get 1))) (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if 0 (local.get 2))",
        ),
        (
            "in two steps",
            "(local.set 0 (i32.add (i32.add (local.get 0) (i32.const 3)) (i32.const -2))) (br_if 0 (i32.gt_u (local.get 1) (local.get 0)))",
        ),
    ];
    for (name, body) in shapes {
        let report =
            sealed(&module(&format!("(func (export \"f\") (param i32 i32) (local i32) (loop {body}))"))).report;
        assert_eq!(report.loops_ahead, 1, "{name}");
    }
    let not_counted = [
        (
            "bound changes",
            "(local.set 1 (i32.add (local.get 1) (i32.const 1))) (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 2))) (local.get 1)))",
        ),
        (
            "step not constant",
            "(br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (local.get 1))) (i32.const 100)))",
        ),
        (
            "leaves early",
            "(br_if 1 (i32.load (local.get 0))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))",
        ),
        ("calls", "(call 0 (i32.const 0) (i32.const 0)) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))"),
        ("loaded", "(br_if 0 (i32.load (local.get 0)))"),
    ];
    for (name, body) in not_counted {
        let report =
            sealed(&module(&format!("(func (export \"f\") (param i32 i32) (local i32) (block (loop {body})))"))).report;
        assert_eq!((report.loops, report.loops_ahead), (1, 0), "{name}");
    }
    println!("{} shapes counted, {} not", shapes.len(), not_counted.len());
}
