//! The call-depth limit fires before any engine's own stack ends.

use seal::Policy;

use crate::engines::{End, V, run_both};
use crate::{PLENTY, module, sealed};

const LIMIT: i32 = Policy::STANDARD.depth_limit as i32;

/// Calls `f`, expects the depth stop on both engines, and gives the number of calls that were made: each counts in a global.
fn stops(text: &str) -> i32 {
    let run = run_both(&sealed(&module(text)).bytes, "f", &[], PLENTY);
    assert_eq!((&run.end, run.stop), (&End::Trapped("unreachable"), 2), "{text}");
    assert!(run.depth < 0);
    let V::I32(calls) = run.state[0] else { panic!("the first global counts calls") };
    calls
}

/// A function that keeps `count` values of type `ty` alive across its own call, then uses them all.
fn keeps_alive(ty: &str, count: usize) -> String {
    let load = if ty == "v128" { "v128.load" } else { &format!("{ty}.load") };
    let add = if ty == "v128" { "i32x4.add" } else { &format!("{ty}.add") };
    let store = if ty == "v128" { "v128.store" } else { &format!("{ty}.store") };
    let loads: String = (0..count).map(|at| format!("(local.set {at} ({load} (i32.const {})))", at * 16)).collect();
    let stores: String = (0..count)
        .map(|at| format!("({store} (i32.const {}) ({add} (local.get {at}) ({load} (i32.const 8))))", at * 16))
        .collect();
    let locals = format!("{ty} ").repeat(count);
    format!(
        "(global $calls (mut i32) (i32.const 0))
         (func $f (export \"f\") (local {locals}) {loads}
            (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
            (call $f) {stores})"
    )
}

#[test]
fn endless_recursion_stops_at_the_same_depth_everywhere() {
    let mut shapes = 0;
    for ty in ["i32", "i64", "f32", "f64", "v128"] {
        for count in [0, 1, 3, 8, 20, 60, 250] {
            let calls = stops(&keeps_alive(ty, count));
            assert!(calls > 10 && calls <= Policy::STANDARD.engine_frames() as i32, "{ty} {count}: {calls}");
            shapes += 1;
        }
    }
    println!("{shapes} shapes of frames stop at the limit on both engines");
}

#[test]
fn wide_calls_stop_too() {
    // Many parameters and many results: engines keep them in memory between the frames.
    let parameters = "i64 ".repeat(60);
    let zeros = "(i64.const 5) ".repeat(60);
    let gets: String = (0..60).map(|at| format!("(local.get {at})")).collect();
    stops(&format!(
        "(global $calls (mut i32) (i32.const 0))
         (func $g (param {parameters}) (result {parameters})
            (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
            {gets} (call $g))
         (func (export \"f\") {zeros} (call $g) {})",
        "drop ".repeat(60)
    ));
    // Operands kept on the stack across the call.
    let loads: String = (0..100).map(|at| format!("(i64.load (i32.const {}))", at * 8)).collect();
    stops(&format!(
        "(global $calls (mut i32) (i32.const 0))
         (func $f (export \"f\") {loads} (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (call $f) {} drop)",
        "i64.add ".repeat(99)
    ));
    // Two functions in turn, through a table, each with a large leaf on top.
    stops(
        "(global $calls (mut i32) (i32.const 0)) (table funcref (elem $f)) (type $t (func))
         (func $f (export \"f\") (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (call $g))
         (func $g (call $leaf) (call_indirect (type $t) (i32.const 0)))
         (func $leaf (i32.store (i32.const 0) (i32.const 1)))",
    );
}

#[test]
fn depth_is_given_back_on_every_way_out() {
    let text = "
        (func $nothing)
        (func $early (param i32) (result i32)
            (call $nothing)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
            (block (br_if 0 (i32.ne (local.get 0) (i32.const 1))) (return (i32.const 2)))
            (block (block (block (br_table 0 1 2 0 (local.get 0))) (return (i32.const 3))) (br 1 (i32.const 4)))
            (i32.const 5))
        (func (export \"f\") (param i32) (result i32) (i32.add (call $early (local.get 0)) (call $early (local.get 0))))";
    let bytes = sealed(&module(text)).bytes;
    for argument in 0..6 {
        let run = run_both(&bytes, "f", &[V::I32(argument)], PLENTY);
        assert!(matches!(run.end, End::Done(_)));
        assert_eq!((run.depth, run.stop), (LIMIT, 0));
    }
}
