//! The engine's clock: it ends what would not end, and nothing else.

use engine::{KernelFunction, KernelStop};

use crate::{clocked, compile, instance, kernel, sealed};

#[test]
fn an_endless_loop_ends_at_its_deadline_sealed_or_not() {
    let engine = clocked();
    let plain = kernel("(loop $l (br $l))", "");
    for bytes in [plain.clone(), sealed(&plain)] {
        let module = compile(&engine, &bytes);
        let mut instance = instance(&*module);
        instance.set_meter(i64::MAX);
        instance.set_epoch_ticks(3);
        assert_eq!(instance.call(KernelFunction::Forward, 0), Err(KernelStop::EpochDeadline));
    }
}

#[test]
fn a_call_that_ends_is_not_cut_and_each_has_its_own_ticks() {
    let engine = clocked();
    let module = compile(&engine, &kernel("", ""));
    let mut instance = instance(&*module);
    // Half a second for a call that takes a microsecond: a machine under load may stand still for some ticks.
    instance.set_epoch_ticks(50);
    // Over more ticks than that: what counts is when the call began.
    let start = std::time::Instant::now();
    let mut calls = 0;
    while start.elapsed() < engine_tick(&engine) * 60 {
        assert_eq!(instance.call(KernelFunction::Forward, 0), Ok(0));
        calls += 1;
    }
    println!("{calls} calls over sixty ticks");
    instance.set_epoch_ticks(u64::MAX);
    assert_eq!(instance.call(KernelFunction::Forward, 0), Ok(0), "a deadline that is never hit");
}

#[test]
fn a_start_function_has_a_deadline_too() {
    let engine = clocked();
    let module = compile(&engine, &kernel("", "(func $start (loop $l (br $l))) (start $start)"));
    let error = module.instantiate().err().expect("it does not return");
    println!("{error}");
}

fn engine_tick(engine: &dyn engine::KernelEngine) -> std::time::Duration {
    engine.tick().expect("it has a clock")
}
