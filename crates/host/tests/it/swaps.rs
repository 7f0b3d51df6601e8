//! Upgrades and rollbacks, with calls going on all the while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engine::KernelEngine;
use host::{
    Compatibility, DType, DeviceClass, Direction, Fallback, Host, HostOptions, Implementation, Input, LoadError, Mode,
    Reply, Request, StartError, UpgradeError,
};

use crate::packs::{Part, engines, interface, pack, parameter, start};
use crate::wat_kernels::{Wat, add, add_golden, add_part};

/// Right on an instance's first call, wrong from the third on: the check before the swap uses one warm call for each case.
const WEARS_OUT: &str = "(i32.store (i32.const 512) (i32.add (i32.load (i32.const 512)) (i32.const 1)))";

fn good(summand: &str) -> Part {
    Part { golden: Some(add_golden(2)), ..add_part(&add(summand)) }
}

/// Adds 1 for the first `calls` calls of an instance, and 2 after that.
fn wears_out(calls: u32) -> Part {
    let summand = format!("(i32.add (i32.const 1) (i32.gt_u (i32.load (i32.const 512)) (i32.const {calls})))");
    Part { golden: Some(add_golden(2)), ..add_part(&format!("{WEARS_OUT} {}", add(&summand))) }
}

fn ask(host: &Host) -> Reply {
    let x = 41_i32.to_le_bytes();
    let request = Request {
        kernel: "add",
        direction: Direction::Forward,
        inputs: vec![Input { name: None, shape: &[1], bytes: &x }],
        parameters: vec![],
        mode: Mode::Deadline(Duration::from_secs(5)),
        fallback: Fallback::None,
    };
    host.call(&request).unwrap()
}

fn value(reply: &Reply) -> i32 {
    i32::from_le_bytes(reply.outputs[0].bytes[..].try_into().unwrap())
}

#[test]
fn an_upgrade_serves_the_new_pack_and_a_rollback_the_old_one() {
    for engine in engines() {
        let host = start(&engine, pack("adds", "1.0.0", &[good("i32.const 1")])).unwrap();
        assert!(matches!(host.rollback(), Err(UpgradeError::NothingBefore)));
        let before = ask(&host);
        let done = host.upgrade(pack("adds", "1.1.0", &[good("i32.const 1")]), Compatibility::Required).unwrap();
        assert_eq!((&done.from, &done.to), (&before.pack, &host.active_name()));
        assert_eq!((done.before.calls, done.after.calls, done.after.unchecked), (4, 2, 0));
        assert_eq!(ask(&host).pack.version, "1.1.0");
        let back = host.rollback().unwrap();
        assert_eq!((back.served, back.compiled_again), (3, false), "two cases and a call");
        assert_eq!(ask(&host).pack, before.pack);
        assert!(matches!(host.rollback(), Err(UpgradeError::NothingBefore)));
        let metrics = host.metrics();
        assert_eq!((metrics.swaps, metrics.manual_rollbacks, metrics.automatic_rollbacks), (1, 1, 0));
        assert_eq!((metrics.rolled_back_calls, metrics.rollbacks[0].named.len()), (3, 3));
        assert!(metrics.adds_up());
    }
}

#[test]
fn what_callers_rely_on_must_stay() {
    let engine = &engines()[1];
    let base = || {
        let mut part = good("i32.const 1");
        part.kernel.params.push(parameter("k", pack::Value::U32(1)));
        part
    };
    let change = |change: &dyn Fn(&mut Part)| {
        let mut part = base();
        change(&mut part);
        part.golden = None;
        vec![part]
    };
    let other_name = |part: &mut Part| "sum".clone_into(&mut part.kernel.id);
    let other_input = |part: &mut Part| {
        part.kernel.forward = interface(&[("z", DType::I32, "n")], &[("y", DType::I32, "n")]);
    };
    let other_shape = |part: &mut Part| {
        part.kernel.forward = interface(&[("x", DType::I32, "n,2")], &[("y", DType::I32, "n,2")]);
    };
    let other_default = |part: &mut Part| part.kernel.params[0] = parameter("k", pack::Value::U32(2));
    let more_parameters = |part: &mut Part| part.kernel.params.push(parameter("l", pack::Value::U32(2)));
    let changes: [(&str, Vec<Part>); 5] = [
        ("no such kernel", change(&other_name)),
        ("forward tensors", change(&other_input)),
        ("forward tensors", change(&other_shape)),
        ("defaults", change(&other_default)),
        ("parameters", change(&more_parameters)),
    ];
    let host = start(engine, pack("adds", "1.0.0", &[base()])).unwrap();
    for (what, parts) in &changes {
        let error = host.upgrade(pack("adds", "2.0.0", parts), Compatibility::Required).unwrap_err();
        assert!(matches!(error, UpgradeError::Incompatible { .. }) && error.to_string().contains(what), "{error}");
        assert_eq!(host.active_name().version, "1.0.0");
    }
    let mut more = vec![base()];
    more.push(Part {
        kernel: crate::packs::kernel("more", more[0].kernel.forward.clone()),
        ..add_part(&add("i32.const 1"))
    });
    host.upgrade(pack("adds", "1.1.0", &more), Compatibility::Required).unwrap();
    host.upgrade(pack("adds", "2.0.0", &changes[0].1), Compatibility::Waived).unwrap();
    assert_eq!(host.metrics().refused_upgrades, changes.len() as u64);
}

#[test]
fn an_unhealthy_pack_never_serves_a_call() {
    for engine in engines() {
        let bad: [(&str, Part); 3] = [
            ("wrong from the first call", good("i32.const 2")),
            ("wrong from the second warm call", wears_out(1)),
            ("traps", Part { golden: Some(add_golden(2)), ..add_part("unreachable") }),
        ];
        let host = start(&engine, pack("adds", "1.0.0", &[good("i32.const 1")])).unwrap();
        for (name, part) in bad {
            assert!(matches!(
                start(&engine, pack("adds", "1.0.0", std::slice::from_ref(&part))),
                Err(StartError::Unhealthy(_))
            ));
            let error = host.upgrade(pack("adds", "1.1.0", &[part]), Compatibility::Required).unwrap_err();
            assert!(matches!(error, UpgradeError::Unhealthy(_)), "{name}: {error}");
            assert_eq!(ask(&host).pack.version, "1.0.0");
        }
        let metrics = host.metrics();
        assert_eq!((metrics.swaps, metrics.refused_upgrades, metrics.rolled_back_calls), (0, 3, 0));
    }
}

#[test]
fn a_pack_that_fails_after_the_swap_is_rolled_back_and_its_calls_are_named() {
    for engine in engines() {
        let host = start(&engine, pack("adds", "1.0.0", &[good("i32.const 1")])).unwrap();
        let error = host.upgrade(pack("adds", "1.1.0", &[wears_out(3)]), Compatibility::Required).unwrap_err();
        let UpgradeError::RolledBack { failure, served } = &error else { panic!("{error}") };
        assert_eq!((failure.case.as_str(), *served), ("2 numbers", 2));
        let reply = ask(&host);
        assert_eq!((reply.pack.version.as_str(), value(&reply)), ("1.0.0", 42));
        let metrics = host.metrics();
        assert_eq!((metrics.swaps, metrics.automatic_rollbacks, metrics.rolled_back_calls), (1, 1, 2));
        let [record] = &metrics.rollbacks[..] else { panic!("{metrics:?}") };
        assert!(record.automatic && record.pack.version == "1.1.0" && record.calls == 2);
        assert_eq!(record.named, [("add".to_owned(), 1), ("add".to_owned(), 2)]);
        assert_eq!(reply.sequence, 3);
    }
}

#[test]
fn packs_that_cannot_be_loaded_are_refused() {
    let engine = &engines()[0];
    let host = start(engine, pack("adds", "1.0.0", &[good("i32.const 1")])).unwrap();
    let with = |wat: Wat<'_>| Part { module: crate::packs::sealed(&wat.module()), golden: None, ..good("i32.const 1") };
    let backward = |part: &mut Part| part.kernel.backward = Some(part.kernel.forward.clone());
    let mut no_backward = with(Wat::EMPTY);
    backward(&mut no_backward);
    let fallback = Part { fallback: Some("add_f64"), ..with(Wat::EMPTY) };
    let not_sealed = Part { module: Wat::EMPTY.module(), ..with(Wat::EMPTY) };
    let setup = |error: &LoadError| matches!(error, LoadError::Setup(_));
    type Case = (&'static str, Part, fn(&LoadError) -> bool);
    let cases: [Case; 9] = [
        ("kernel_init says no", with(Wat { init: "i32.const 6", ..Wat::EMPTY }), setup),
        ("kernel_init traps", with(Wat { init: "unreachable", ..Wat::EMPTY }), setup),
        ("kernel_init runs on", with(Wat { init: "(loop $l (br $l)) unreachable", ..Wat::EMPTY }), setup),
        ("the info lies nowhere", with(Wat { info: "i32.const -8", ..Wat::EMPTY }), setup),
        ("the info is none", with(Wat { info: "i32.const 256", ..Wat::EMPTY }), setup),
        ("the arena is misaligned", with(Wat { arena: 1_028, ..Wat::EMPTY }), setup),
        ("no backward", no_backward, |error| matches!(error, LoadError::Backward { in_manifest: true, .. })),
        ("an unknown fallback", fallback, |error| matches!(error, LoadError::UnknownFallback { .. })),
        ("not sealed, and no clock", not_sealed, |error| matches!(error, LoadError::Module { .. })),
    ];
    let count = cases.len();
    for (name, part, fits) in cases {
        match host.upgrade(pack("adds", "1.1.0", &[part]), Compatibility::Required) {
            Err(UpgradeError::Load(error)) => assert!(fits(&error), "{name}: {error}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(ask(&host).pack.version, "1.0.0");
    assert_eq!(host.metrics().refused_upgrades, count as u64);
    println!("{count} packs refused");
}

#[test]
fn a_pack_out_of_service_is_dropped_after_its_grace_and_comes_back_from_its_bytes() {
    let options = HostOptions { grace: Duration::from_millis(20), ..HostOptions::PLAIN };
    let engine = engines()[1].clone();
    let first = pack("adds", "1.0.0", &[good("i32.const 1")]);
    let host = Host::start(engine, DeviceClass::SERVER, options, first).unwrap();
    host.upgrade(pack("adds", "1.1.0", &[good("i32.const 1")]), Compatibility::Required).unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while host.metrics().retired_packs > 0 {
        assert!(Instant::now() < patience, "the janitor never came");
        std::thread::yield_now();
    }
    let back = host.rollback().unwrap();
    assert!(back.compiled_again);
    assert_eq!(value(&ask(&host)), 42);
}

#[test]
fn under_load_not_one_call_fails_or_mixes_packs() {
    const THREADS: usize = 4;
    let engine: Arc<dyn KernelEngine> = crate::packs::wasmtime();
    let options = HostOptions { grace: Duration::from_millis(5), ..HostOptions::PLAIN };
    let host = Host::start(engine, DeviceClass::SERVER, options, numbered(0)).unwrap();
    let (stop, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut swaps = 0;
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let reply = ask(&host);
                    // Each pack adds its own number, which is also its version: none may answer in another's name.
                    assert_eq!(format!("1.0.{}", value(&reply) - 41), reply.pack.version);
                    assert_eq!(reply.implementation, Implementation::Module);
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for number in 1..=30 {
            host.upgrade(numbered(number), Compatibility::Required).unwrap();
            if number % 3 == 0 {
                host.rollback().unwrap();
            }
            swaps += 1;
        }
        stop.store(true, Ordering::Relaxed);
    });
    let metrics = host.metrics();
    assert!(metrics.adds_up());
    assert_eq!(metrics.calls(), calls.load(Ordering::Relaxed));
    assert_eq!((metrics.swaps, metrics.manual_rollbacks), (swaps, 10));
    println!("{} calls over {swaps} upgrades and 10 rollbacks", metrics.calls());
}

/// A pack whose `add` adds this number.
fn numbered(number: u32) -> pack::Pack<pack::Verified> {
    pack("adds", &format!("1.0.{number}"), &[add_part(&add(&format!("i32.const {number}")))])
}
