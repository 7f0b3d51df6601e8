//! Instances: used again and again, dropped, and as many as there are places.

use engine::{EngineErrorKind, KernelFunction};

use crate::{METERED, PLENTY, clocked, compile, engines, instance, kernel, sealed};

/// A kernel that adds its argument to a word of memory and to a global.
const COUNTING: &str = "(i32.store (i32.const 128) (i32.add (i32.load (i32.const 128)) (local.get $d)))
    (global.set $sum (i32.add (global.get $sum) (local.get $d)))";

#[test]
fn an_instance_is_used_again_and_a_new_one_is_fresh() {
    let bytes = sealed(&kernel(COUNTING, "(global $sum (mut i32) (i32.const 0))"));
    for engine in engines() {
        let module = compile(&*engine, &bytes);
        for _ in 0..20 {
            let mut instance = instance(&*module);
            instance.grow_to(3).expect("within the limit");
            assert!(instance.memory().iter().all(|byte| *byte == 0), "another instance's bytes are gone");
            assert_eq!(instance.call(KernelFunction::Init, 0), Ok(0));
            assert_eq!(instance.call(KernelFunction::Info, 0), Ok(64));
            for descriptor in 1..=10 {
                assert_eq!(instance.call(KernelFunction::Forward, descriptor), Ok(0));
            }
            assert_eq!(instance.memory()[128], 55);
            assert_eq!(instance.call(KernelFunction::Cleanup, 0), Ok(0));
            assert_eq!(instance.call(KernelFunction::Backward, 0), Ok(5), "no such direction");
            instance.memory_mut().fill(0xff);
        }
    }
}

#[test]
fn a_metered_call_costs_the_same_on_every_engine_and_every_time() {
    let bytes = sealed(&kernel(COUNTING, "(global $sum (mut i32) (i32.const 0))"));
    let mut costs = Vec::new();
    for engine in engines() {
        let module = compile(&*engine, &bytes);
        for _ in 0..3 {
            let mut instance = instance(&*module);
            instance.call(KernelFunction::Forward, 3).expect("it returns");
            costs.push(PLENTY - instance.meter());
        }
    }
    println!("units of each call: {costs:?}");
    assert!(costs[0] > 0 && costs.iter().all(|cost| *cost == costs[0]));
}

#[test]
fn no_more_instances_than_places_and_a_dropped_one_makes_room() {
    let engine = clocked();
    let module = compile(&engine, &kernel("", ""));
    let mut instances: Vec<_> = (0..METERED.instances_max).map(|_| module.instantiate().expect("a place")).collect();
    let error = module.instantiate().err().expect("all places are taken");
    assert_eq!(error.kind, EngineErrorKind::OutOfResources, "{error}");
    instances.pop();
    module.instantiate().expect("the place of the one that was dropped");
}

#[test]
fn instances_run_on_many_threads() {
    let bytes = sealed(&kernel(COUNTING, "(global $sum (mut i32) (i32.const 0))"));
    for engine in engines() {
        let module = compile(&*engine, &bytes);
        let calls: u32 = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4_u32)
                .map(|thread| {
                    let module = &module;
                    scope.spawn(move || {
                        let mut calls = 0;
                        for _ in 0..200 {
                            let mut instance = instance(&**module);
                            for _ in 0..5 {
                                assert_eq!(instance.call(KernelFunction::Forward, thread + 1), Ok(0));
                                calls += 1;
                            }
                            assert_eq!(u32::from(instance.memory()[128]), 5 * (thread + 1));
                        }
                        calls
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no thread fails")).sum()
        });
        println!("{calls} calls on {}", engine.name());
        assert_eq!(calls, 4_000);
    }
}
