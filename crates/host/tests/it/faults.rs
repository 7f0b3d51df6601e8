//! Every way in which a kernel can fail, on both engines, metered and by deadline, with and without a reference.

use std::time::Duration;

use engine::Trap;
use host::{CallError, CallOutcome, Cause, Direction, Fallback, Host, Implementation, Input, Kind, Mode, Request};
use pack::DType;

use crate::packs::{Part, engines, interface, kernel, pack, sealed, start};
use crate::wat_kernels::Wat;

/// Rows and columns of the input: 32 values, one block.
const SHAPE: [u32; 2] = [1, 32];

struct Defect {
    name: &'static str,
    wat: Wat<'static>,
    kind: Kind,
    /// What the cause must be beyond its kind.
    check: fn(&Cause) -> bool,
}

const SPIN: &str = "(loop $again (br $again)) unreachable";

fn defects() -> Vec<Defect> {
    let forward = |forward| Wat { forward, ..Wat::EMPTY };
    let any: fn(&Cause) -> bool = |_| true;
    let defect = |name, wat, kind, check| Defect { name, wat, kind, check };
    vec![
        defect("unreachable", forward("unreachable"), Kind::Unreachable, any),
        defect(
            "load beyond the memory",
            forward("(i32.load (i32.const 0x7ffffff0))"),
            Kind::Memory,
            |cause| matches!(cause, Cause::Fault(fault) if fault.trap == Trap::MemoryOutOfBounds && fault.memory_bytes > 0),
        ),
        defect(
            "store beyond the memory",
            forward("(i64.store (i32.const 0xffffff) (i64.const 1)) i32.const 0"),
            Kind::Memory,
            any,
        ),
        defect("overflow", forward("(i32.trunc_f32_s (f32.const 1e30))"), Kind::Overflow, any),
        defect("division by zero", forward("(i32.div_u (i32.const 1) (local.get $i))"), Kind::Division, any),
        defect(
            "endless recursion",
            Wat {
                items: "(func $deep (param i32) (result i32) (i32.add (i32.const 1) (call $deep (local.get 0))))",
                forward: "(call $deep (i32.const 0))",
                ..Wat::EMPTY
            },
            Kind::Stack,
            any,
        ),
        defect(
            "indirect call of another type",
            Wat {
                items: "(table 2 2 funcref) (elem (i32.const 0) $other) (func $other)
                    (type $wanted (func (result i32)))",
                forward: "(call_indirect (type $wanted) (i32.const 0))",
                ..Wat::EMPTY
            },
            Kind::IndirectCall,
            any,
        ),
        defect(
            "indirect call beyond the table",
            Wat {
                items: "(table 2 2 funcref) (type $wanted (func (result i32)))",
                forward: "(call_indirect (type $wanted) (i32.const 9))",
                ..Wat::EMPTY
            },
            Kind::Table,
            any,
        ),
        defect("a code", forward("i32.const 3"), Kind::Code, |cause| {
            *cause == Cause::Code(codec::kernel::Code::InvalidParams)
        }),
        defect("a number that is no code", forward("i32.const 77"), Kind::Nonsense, |cause| {
            *cause == Cause::Nonsense(77)
        }),
        defect("a negative number", forward("i32.const -1"), Kind::Nonsense, |cause| *cause == Cause::Nonsense(-1)),
    ]
}

/// A kernel that packs f32 into q8_0 blocks, or should.
fn part(wat: &Wat<'_>, fallback: Option<&'static str>) -> Part {
    let forward = interface(&[("x", DType::F32, "rows,dim")], &[("blocks", DType::Q8_0, "rows,dim")]);
    Part { kernel: kernel("broken", forward), module: sealed(&wat.module()), golden: None, fallback }
}

fn request<'a>(input: &'a [u8], mode: Mode, fallback: Fallback) -> Request<'a> {
    Request {
        kernel: "broken",
        direction: Direction::Forward,
        inputs: vec![Input { name: Some("x"), shape: &SHAPE, bytes: input }],
        parameters: Vec::new(),
        mode,
        fallback,
    }
}

fn input() -> Vec<u8> {
    (0..32).flat_map(|number| (number as f32 - 7.5).to_le_bytes()).collect()
}

/// What ggml says of the input: a scale and 32 bytes.
fn is_right(blocks: &[u8]) -> bool {
    let scale = 23.5_f32 / 127.0;
    blocks.len() == 34
        && (0..32).all(|number| f32::from(blocks[2 + number] as i8) == ((number as f32 - 7.5) / scale).round())
}

fn modes() -> [Mode; 2] {
    [Mode::Metered { budget: 50_000 }, Mode::Deadline(Duration::from_secs(10))]
}

fn check(host: &Host, name: &str, kind: Kind, fits: fn(&Cause) -> bool, mode: Mode) {
    let input = input();
    let error = host.call(&request(&input, mode, Fallback::None)).unwrap_err();
    let failure = error.failure().unwrap_or_else(|| panic!("{name}: {error}"));
    assert_eq!(failure.kind(), kind, "{name}: {failure}");
    assert!(fits(&failure.cause), "{name}: {failure}");
    assert_eq!((failure.kernel.as_str(), &failure.shapes), ("broken", &vec![SHAPE.to_vec()]));
    assert_eq!(failure.meter_used.is_some(), matches!(mode, Mode::Metered { .. }), "{name}");
    assert!(failure.memory_bytes >= 65_536, "{name}: {failure}");
    let reply = host.call(&request(&input, mode, Fallback::Reference));
    if host.active().kernels().next().unwrap().fallback().is_none() {
        assert!(matches!(reply, Err(CallError::Failed(_))), "{name}");
        return;
    }
    let reply = reply.unwrap();
    assert_eq!(reply.implementation, Implementation::Reference, "{name}");
    assert_eq!(reply.degraded.as_ref().unwrap().kind(), kind, "{name}");
    assert_eq!(reply.pack, host.active_name());
    assert!(is_right(&reply.outputs[0].bytes), "{name}: {:?}", reply.outputs);
}

#[test]
fn every_fault_is_named_and_the_reference_stands_in() {
    let mut calls = 0;
    for engine in engines() {
        for Defect { name, wat, kind, check: fits } in defects() {
            for fallback in [None, Some("kv_pack_q8")] {
                let host = start(&engine, pack("faulty", "1.0.0", &[part(&wat, fallback)])).unwrap();
                for mode in modes() {
                    for _ in 0..2 {
                        check(&host, name, kind, fits, mode);
                        calls += 2;
                    }
                }
                let metrics = host.metrics();
                assert!(metrics.adds_up(), "{name}: {metrics:?}");
                assert_eq!(metrics.calls(), 8);
                assert_eq!(metrics.with_kind(kind), 8, "{name}");
                let degraded = if fallback.is_some() { 4 } else { 0 };
                assert_eq!(metrics.with_outcome(CallOutcome::Degraded), degraded);
                assert_eq!(metrics.live_instances, 0, "{name}: an instance that failed is gone");
            }
        }
    }
    println!("{} defects, {calls} calls", defects().len());
}

#[test]
fn a_kernel_that_runs_on_is_a_used_up_budget_or_a_deadline() {
    let wat = Wat { forward: SPIN, ..Wat::EMPTY };
    for engine in engines() {
        let host = start(&engine, pack("faulty", "1.0.0", &[part(&wat, Some("kv_pack_q8"))])).unwrap();
        let [metered, _] = modes();
        let deadline = Mode::Deadline(Duration::from_millis(2));
        check(&host, "spin, metered", Kind::Budget, |cause| *cause == Cause::Budget { units: 50_000 }, metered);
        let limit = |cause: &Cause| *cause == Cause::Deadline { limit: Duration::from_millis(2) };
        check(&host, "spin, deadline", Kind::Deadline, limit, deadline);
        let failure = host.call(&request(&input(), metered, Fallback::None)).unwrap_err();
        assert_eq!(failure.failure().unwrap().meter_used, Some(50_000));
    }
}

#[test]
fn an_engine_with_a_clock_stops_what_is_not_sealed() {
    let options = engine_wasmtime::KernelOptions {
        tick: Some(Duration::from_millis(1)),
        ..engine_wasmtime::KernelOptions::CLOCKED
    };
    let engine: std::sync::Arc<dyn engine::KernelEngine> =
        std::sync::Arc::new(engine_wasmtime::WasmtimeEngine::for_kernels(&options).unwrap());
    let mut spinning = part(&Wat { forward: SPIN, ..Wat::EMPTY }, Some("kv_pack_q8"));
    spinning.module = Wat { forward: SPIN, ..Wat::EMPTY }.module();
    let host = start(&engine, pack("faulty", "1.0.0", &[spinning])).unwrap();
    let limit = |cause: &Cause| *cause == Cause::Deadline { limit: Duration::from_millis(2) };
    check(&host, "spin", Kind::Deadline, limit, Mode::Deadline(Duration::from_millis(2)));
    let error = host.call(&request(&input(), Mode::Metered { budget: 1 }, Fallback::Reference)).unwrap_err();
    assert_eq!(error, CallError::Refused(host::RequestError::NotSealed));
}

#[test]
fn what_a_kernel_says_of_its_failure_is_passed_on() {
    let forward = "(i32.store (i32.const 128) (i32.const 42)) (i32.store (i32.const 132) (i32.const 0x7fffffff))
        (i64.store (i32.const 136) (i64.const 0x1b_20_79_62_20_65_62)) unreachable";
    for engine in engines() {
        let wat = Wat { forward, ..Wat::EMPTY };
        let host = start(&engine, pack("faulty", "1.0.0", &[part(&wat, None)])).unwrap();
        let error = host.call(&request(&input(), modes()[1], Fallback::None)).unwrap_err();
        let message = error.failure().unwrap().message.clone().unwrap();
        assert_eq!(message.code, 42);
        assert!(message.text.starts_with("be by \u{fffd}"), "{message:?}");
        assert!(error.to_string().contains("42"), "{error}");
    }
}

#[test]
fn a_kernel_that_overwrites_its_descriptor_moves_nothing() {
    // It points the output at the arena's start, and says OK without writing anything there.
    let forward = "(i32.store offset=16 (local.get $d) (i32.const 0)) (memory.fill (i32.const 1024) (i32.const 255) (i32.const 200)) i32.const 0";
    for engine in engines() {
        let wat = Wat { forward, ..Wat::EMPTY };
        let host = start(&engine, pack("faulty", "1.0.0", &[part(&wat, None)])).unwrap();
        for mode in modes() {
            let reply = host.call(&request(&input(), mode, Fallback::None)).unwrap();
            assert_eq!(reply.outputs[0].bytes.len(), 34);
            assert!(reply.outputs[0].bytes.iter().all(|byte| *byte == 0), "nothing of an earlier call");
        }
    }
}

#[test]
fn a_call_that_needs_too_much_memory_fails_and_the_reference_answers() {
    for engine in engines() {
        let mut part = part(&Wat::EMPTY, Some("kv_pack_q8"));
        part.kernel.limits.max_memory_pages = 2;
        let host = start(&engine, pack("small", "1.0.0", &[part])).unwrap();
        let shape = [1_000, 32];
        let bytes = vec![0; 128_000];
        let request = Request {
            inputs: vec![Input { name: None, shape: &shape, bytes: &bytes }],
            ..request(&[], modes()[1], Fallback::Reference)
        };
        let reply = host.call(&request).unwrap();
        let failure = reply.degraded.unwrap();
        assert_eq!(failure.cause, Cause::TooLarge { pages: Some(3), pages_max: 2 });
        assert_eq!(reply.outputs[0].bytes, vec![0; 34_000]);
        let failure = host.call(&Request { fallback: Fallback::None, ..request }).unwrap_err();
        assert_eq!(failure.failure().unwrap().kind(), Kind::TooLarge);
    }
}
