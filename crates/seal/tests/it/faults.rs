//! Faults of an engine that sealing steers around. Found by comparing the engines on generated modules.

use crate::engines::{V, Which, run, run_both};
use crate::{PLENTY, module, sealed};

/// wasmi 2.0.0 gives the wrong operand of a `select` whose condition compares a local with zero: `select(1, x, x == 0)`
/// is 1 for every x.
#[test]
fn a_select_by_a_comparison_with_zero_is_right_once_sealed() {
    let conditions = [
        "(i32.eqz (local.get 0))",
        "(i32.eq (local.get 0) (i32.const 0))",
        "(i32.eq (i32.const 0) (local.get 0))",
        "(i32.ne (local.get 0) (i32.const 0))",
        "(i32.eqz (i32.eqz (local.get 0)))",
        "(i32.eqz (i32.ne (local.get 0) (i32.const 0)))",
        "(i32.lt_u (local.get 0) (i32.const 1))",
        "(i32.le_u (local.get 0) (i32.const 0))",
        "(i32.gt_u (local.get 0) (i32.const 0))",
        "(i32.ge_u (local.get 0) (i32.const 1))",
        "(i32.eqz (i32.and (local.get 0) (i32.const 1)))",
        "(i64.eqz (i64.extend_i32_s (local.get 0)))",
        "(local.get 0)",
    ];
    let operands = [
        ("i32", "(i32.const 11)", "(i32.const 22)"),
        ("i32", "(i32.const 1)", "(local.get 0)"),
        ("i32", "(local.get 1)", "(i32.add (local.get 0) (i32.const 7))"),
        ("i64", "(i64.const 11)", "(i64.extend_i32_s (local.get 1))"),
        ("f32", "(f32.convert_i32_s (local.get 0))", "(f32.const 5)"),
        ("f64", "(f64.convert_i32_s (local.get 0))", "(f64.const 5)"),
    ];
    let (mut calls, mut wrong_unsealed) = (0, 0);
    for condition in conditions {
        for (ty, one, other) in operands {
            let text =
                format!("(func (export \"f\") (param i32 i32) (result {ty}) (select {one} {other} {condition}))");
            let plain = module(&text);
            let sealed = sealed(&plain).bytes;
            for value in [0, 1, 2, 5, -1] {
                let args = [V::I32(value), V::I32(2)];
                let right = run(Which::Wasmtime, &plain, "f", &args, 0).end;
                assert_eq!(run_both(&sealed, "f", &args, PLENTY).end, right, "{text} {value}");
                wrong_unsealed += u32::from(run(Which::Wasmi, &plain, "f", &args, 0).end != right);
                calls += 1;
            }
        }
    }
    println!("{calls} selects right once sealed; wasmi has {wrong_unsealed} of them wrong unsealed");
}

/// wasmi 2.0.0 reads outside its stack for some forms of `v128.store8_lane` and its kin; sealed modules have none of them.
#[test]
fn lane_stores_are_written_in_two_operators() {
    let text = "(func (export \"f\") (param v128 i32) (result v128)
        (v128.store8_lane offset=1 15 (local.get 1) (local.get 0))
        (v128.store16_lane offset=2 7 (local.get 1) (local.get 0))
        (v128.store32_lane offset=4 3 (local.get 1) (local.get 0))
        (v128.store64_lane offset=8 1 (local.get 1) (local.get 0))
        (v128.load (i32.const 100)))";
    let plain = module(text);
    let args = [V::V128(0x0123_4567_89ab_cdef_1122_3344_5566_7788), V::I32(100)];
    let sealed = sealed(&plain).bytes;
    assert_eq!(run_both(&sealed, "f", &args, PLENTY).end, run(Which::Wasmtime, &plain, "f", &args, 0).end);
    let lane_store = |window: &[u8]| window[0] == 0xfd && (0x58..=0x5b).contains(&window[1]);
    assert!(plain.windows(2).any(lane_store) && !sealed.windows(2).any(lane_store));
}

/// A guest that fuzzing made: a load, the same local as address and as value of a store, and an offset beyond 16 bits. wasmi
/// 2.0.0 has no instruction for that and reached its own `unreachable!` while it compiled, in the host.
#[test]
fn a_store_of_an_address_at_itself_compiles_once_sealed() {
    let addresses = [
        "(i32.load offset=53176 (memory.size))",
        "(i32.add (local.get 1) (i32.const 8))",
        "(i32.load8_u (local.get 1))",
        "(local.get 1)",
        "(i32.popcnt (local.get 1))",
    ];
    // The engine's own panics are what is counted here; those of anything else are printed.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.location().is_none_or(|place| !place.file().contains("/wasmi-")) {
            usual(panic);
        }
    }));
    let mut panics = 0;
    let mut stores = 0;
    for address in addresses {
        for store in ["i32.store", "i32.store8", "i32.store16"] {
            for offset in [0, 65_535, 65_536, 70_000, 130_236] {
                let stores_itself = format!("{address} local.tee 0 local.get 0 {store} offset={offset}");
                let text = format!(
                    "(func (export \"f\") (param i32 i32) (result i32) {stores_itself}
                     (i32.load offset={offset} (local.get 0)))"
                );
                let plain = module(&text);
                let sealed = sealed(&plain).bytes;
                let args = [V::I32(3), V::I32(40)];
                let right = run(Which::Wasmtime, &plain, "f", &args, 0).end;
                assert_eq!(run_both(&sealed, "f", &args, PLENTY).end, right, "{text}");
                let unsealed = std::panic::catch_unwind(|| run(Which::Wasmi, &plain, "f", &args, 0).end);
                panics += u32::from(unsealed.is_err());
                stores += 1;
            }
        }
    }
    println!("{stores} stores right once sealed; wasmi panics over {panics} of them unsealed");
}
