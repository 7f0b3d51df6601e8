//! What is charged, to the unit.

use crate::engines::{End, V, run_both};
use crate::{PLENTY, module, sealed, sealed_each_turn};

fn used(bytes: &[u8], export: &str, args: &[V]) -> i64 {
    PLENTY - run_both(bytes, export, args, PLENTY).meter
}

#[test]
fn small_programs_cost_what_the_table_says() {
    let text = r#"
        (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
        (func (export "nothing"))
        (func (export "divide") (param i32 i32) (result i32) local.get 0 local.get 1 i32.div_u)
        (func $two (result i32) i32.const 1 i32.const 1 i32.add)
        (func (export "call") (result i32) call $two call $two i32.mul)
        (func (export "choose") (param i32) (result i32)
            local.get 0 if (result i32) (i32.add (i32.const 1) (i32.const 2)) else i32.const 5 end
            i32.const 1 i32.shl)
        (func (export "early") (param i32) (result i32)
            (if (local.get 0) (then (return (i32.const 7))))
            (i32.add (i32.mul (i32.const 3) (i32.const 4)) (i32.const 1)))
        (func (export "copy") (param i32) i32.const 0 i32.const 8 local.get 0 memory.copy)
    "#;
    let bytes = sealed(&module(text)).bytes;
    let cases: &[(&str, &[V], i64)] = &[
        ("add", &[V::I32(1), V::I32(2)], 1),
        ("nothing", &[], 0),
        ("divide", &[V::I32(9), V::I32(2)], 8),
        // Two calls of 8, each with an addition, and a multiplication.
        ("call", &[], 2 * (8 + 1) + 1),
        ("choose", &[V::I32(1)], 1 + 1 + 1),
        ("choose", &[V::I32(0)], 1 + 1),
        ("early", &[V::I32(1)], 1 + 1),
        ("early", &[V::I32(0)], 1 + 2),
        ("copy", &[V::I32(0)], 16),
        ("copy", &[V::I32(7)], 16),
        ("copy", &[V::I32(800)], 16 + 100),
    ];
    for (export, args, cost) in cases {
        assert_eq!(used(&bytes, export, args), *cost, "{export} {args:?}");
    }
    println!("{} programs cost what the table says", cases.len());
}

#[test]
fn a_budget_is_enough_or_one_too_few() {
    let text = r#"
        (func (export "sum") (param i32) (result i32) (local i32)
            loop $l
                local.get 1 local.get 0 i32.add local.set 1
                local.get 0 i32.const 1 i32.sub local.tee 0 br_if $l
            end
            local.get 1)
        (func $f (param i32) (result i32)
            (if (i32.lt_s (local.get 0) (i32.const 2)) (then (return (local.get 0))))
            (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (call $f (i32.sub (local.get 0) (i32.const 2)))))
        (func (export "fibonacci") (param i32) (result i32) (call $f (local.get 0)))
    "#;
    let module = module(text);
    for bytes in [sealed(&module).bytes, sealed_each_turn(&module).bytes] {
        for (export, argument) in [("sum", 1), ("sum", 1000), ("fibonacci", 12)] {
            let cost = used(&bytes, export, &[V::I32(argument)]);
            let enough = run_both(&bytes, export, &[V::I32(argument)], cost);
            assert!(matches!(enough.end, End::Done(_)) && enough.meter == 0 && enough.stop == 0);
            let depth = enough.depth;
            assert_eq!(depth, seal::Policy::STANDARD.depth_limit as i32);
            for budget in (0..cost).rev().step_by(1 + cost as usize / 50) {
                let short = run_both(&bytes, export, &[V::I32(argument)], budget);
                assert_eq!((short.end, short.meter, short.stop), (End::Trapped("unreachable"), -1, 1));
            }
        }
    }
}
