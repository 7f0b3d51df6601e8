//! Everything that a kernel can do to end a call, on every engine, sealed and not.

use engine::{KernelEngine, KernelFault, KernelFunction, KernelStop, Trap};

use crate::{clocked, compile, engines, instance, kernel, sealed};

/// Name, body of the forward function, what stands beside it, the trap, the address where it is known.
const FAULTS: [(&str, &str, &str, Trap, Option<u64>); 15] = [
    ("unreachable", "unreachable", "", Trap::Unreachable, None),
    ("load", "(drop (i32.load (i32.const 65536)))", "", Trap::MemoryOutOfBounds, Some(65_536)),
    ("store", "(i32.store (i32.const 65534) (i32.const 1))", "", Trap::MemoryOutOfBounds, Some(65_536)),
    ("vector", "(drop (v128.load (i32.const 70000)))", "", Trap::MemoryOutOfBounds, Some(70_000)),
    (
        "far",
        "(drop (i32.load offset=4294967280 (i32.const -16)))",
        "",
        Trap::MemoryOutOfBounds,
        None, // Beyond the guard region no address is told.
    ),
    ("fill", "(memory.fill (i32.const 65530) (i32.const 0) (i32.const 7))", "", Trap::MemoryOutOfBounds, None),
    ("overflow", "(drop (i32.div_s (i32.const -2147483648) (i32.const -1)))", "", Trap::IntegerOverflow, None),
    ("conversion", "(drop (i32.trunc_f32_s (f32.const 1e20)))", "", Trap::IntegerOverflow, None),
    ("nan conversion", "(drop (i32.trunc_f32_s (f32.const nan)))", "", Trap::IntegerOverflow, None),
    ("division", "(drop (i32.div_u (i32.const 1) (i32.const 0)))", "", Trap::DivisionByZero, None),
    ("remainder", "(drop (i64.rem_s (i64.const 1) (i64.const 0)))", "", Trap::DivisionByZero, None),
    (
        "type mismatch",
        "(call_indirect (type $void) (i32.const 0))",
        "(type $void (func)) (table 2 2 funcref) (elem (i32.const 0) $other) (func $other (result i64) i64.const 1)",
        Trap::BadIndirectCall,
        None,
    ),
    (
        "empty entry",
        "(call_indirect (type $void) (i32.const 1))",
        "(type $void (func)) (table 2 2 funcref)",
        Trap::BadIndirectCall,
        None,
    ),
    (
        "table bounds",
        "(call_indirect (type $void) (i32.const 2))",
        "(type $void (func)) (table 2 2 funcref)",
        Trap::TableOutOfBounds,
        None,
    ),
    (
        "recursion",
        "(drop (call $deep (i32.const 1)))",
        "(func $deep (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))",
        Trap::DepthExhausted,
        None,
    ),
];

fn fault(engine: &dyn KernelEngine, name: &str, module: &[u8]) -> KernelFault {
    let module = compile(engine, module);
    let mut instance = instance(&*module);
    match instance.call(KernelFunction::Forward, 0) {
        Err(KernelStop::Fault(fault)) => fault,
        other => panic!("{name} on {}: {other:?}", engine.name()),
    }
}

#[test]
fn every_fault_is_told_as_what_it_is() {
    let mut calls = 0;
    let clocked = clocked();
    let engines = engines();
    for (name, body, beside, trap, address) in FAULTS {
        let plain = kernel(body, beside);
        let ways = [(&clocked as &dyn KernelEngine, plain.clone())]
            .into_iter()
            .chain(engines.iter().map(|engine| (&**engine, sealed(&plain))));
        for (engine, bytes) in ways {
            let fault = fault(engine, name, &bytes);
            calls += 1;
            assert_eq!(fault.trap, trap, "{name} on {}", engine.name());
            assert_eq!(fault.memory_bytes, 65_536, "{name}");
            if engine.name().starts_with("wasmtime") {
                assert_eq!(fault.address, address, "{name}");
                let place = fault.place.as_deref().expect("Wasmtime knows where");
                // A stack that is full is noticed before the function's first operator.
                let has_offset = place.contains(", offset 0x") || trap == Trap::DepthExhausted;
                assert!(place.starts_with("function ") && has_offset, "{name}: {place}");
            }
        }
    }
    println!("{calls} faults in {} kinds on two engines and one with a clock", FAULTS.len());
    assert_eq!(calls, 3 * FAULTS.len());
}

#[test]
fn a_memory_violation_reads_well() {
    let module = kernel("(call $inner)", "(func $inner (drop (i64.load (i32.const 131072))))");
    let told = fault(&clocked(), "inner", &module).to_string();
    assert_eq!(
        told.split(", offset").next(),
        Some("memory access out of bounds at 0x20000, in a memory of 65536 bytes (function 0 `inner`")
    );
}

#[test]
fn the_meter_stops_a_loop_at_the_same_place_everywhere() {
    let endless = sealed(&kernel(
        "(loop $l (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))) (br $l))",
        "",
    ));
    let counts: Vec<u32> = engines()
        .iter()
        .map(|engine| {
            let module = compile(&**engine, &endless);
            let mut instance = instance(&*module);
            instance.set_meter(1_000);
            let stop = instance.call(KernelFunction::Forward, 0).expect_err("it has no end");
            assert!(matches!(stop, KernelStop::Fault(KernelFault { trap: Trap::MeterExhausted, .. })), "{stop:?}");
            assert_eq!(instance.meter(), -1);
            u32::from_le_bytes(instance.memory()[..4].try_into().expect("four bytes"))
        })
        .collect();
    println!("stopped after {counts:?} turns of a budget of 1,000 units");
    assert!(counts[0] > 100 && counts.iter().all(|count| *count == counts[0]));
}
