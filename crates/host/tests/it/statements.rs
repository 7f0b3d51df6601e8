//! The unsigned receipts of calls.

use std::time::Duration;

use host::{Direction, Fallback, Host, Input, Invocation, Mode, Request};
use pack::DType;
use receipt::invocation::{Implementation, Meter, Outcome, Refusal, TensorView, tensors_digest};
use receipt::{Exhaustion, TrapCode};

use crate::packs::{Part, engines, interface, kernel, pack, sealed, start};
use crate::wat_kernels::{Wat, add, add_part};

fn stated(host: &Host, kernel: &str, mode: Mode, fallback: Fallback) -> Option<Invocation> {
    let x = [0; 128];
    let request = Request {
        kernel,
        direction: Direction::Forward,
        inputs: vec![Input { name: None, shape: &[1, 32], bytes: &x }],
        parameters: vec![],
        mode,
        fallback,
    };
    let (result, invocation) = host.call_stated(&request);
    let _ = result;
    invocation
}

fn broken(id: &str, forward: &str) -> Part {
    let tensors = interface(&[("x", DType::F32, "rows,dim")], &[("blocks", DType::Q8_0, "rows,dim")]);
    let module = sealed(&Wat { forward, ..Wat::EMPTY }.module());
    Part { kernel: kernel(id, tensors), module, golden: None, fallback: Some("kv_pack_q8") }
}

#[test]
fn each_outcome_has_its_statement_and_it_is_the_same_on_both_engines() {
    let parts = [
        broken("traps", "unreachable"),
        broken("refuses", "i32.const 2"),
        broken("mumbles", "i32.const 99"),
        broken("spins", "(loop $l (br $l)) unreachable"),
        broken("leaves-zeros", "i32.const 0"),
    ];
    let metered = Mode::Metered { budget: 9_000 };
    let wanted = [
        ("traps", Outcome::Trapped(TrapCode::Unreachable)),
        ("refuses", Outcome::Refused(Refusal::of_return(2))),
        ("mumbles", Outcome::Refused(Refusal::Meaningless)),
        ("spins", Outcome::Exhausted(Exhaustion::Meter)),
        ("leaves-zeros", Outcome::Done),
    ];
    let mut seen: Vec<Vec<Invocation>> = Vec::new();
    for engine in engines() {
        let pack = pack("broken", "1.0.0", &parts);
        let (digest, cost_table) = (pack.digest(), seal::cost_table_digest());
        let host = start(&engine, pack).unwrap();
        let mut all = Vec::new();
        for (kernel, outcome) in wanted {
            for fallback in [Fallback::Reference, Fallback::None] {
                let invocation = stated(&host, kernel, metered, fallback).unwrap();
                assert_eq!((invocation.pack, invocation.kernel.as_str()), (digest, kernel));
                assert_eq!(invocation.outcome, outcome);
                let Meter { used, cost_table: table } = invocation.meter.unwrap();
                assert_eq!(table, cost_table);
                assert_eq!(used == 9_000, outcome == Outcome::Exhausted(Exhaustion::Meter), "{kernel}: {used}");
                let by_reference = outcome != Outcome::Done && fallback == Fallback::Reference;
                let wanted = if by_reference { Implementation::Reference } else { Implementation::Module };
                assert_eq!(invocation.implementation, wanted);
                let zeros = [TensorView { name: "blocks", dtype: "q8_0", shape: &[1, 32], bytes: &[0; 34] }];
                let outputs = (by_reference || outcome == Outcome::Done).then(|| tensors_digest(&zeros));
                assert_eq!(invocation.outputs, outputs);
                // What cannot all be true is not signed.
                let key = receipt::SigningKey::from_seed(&[1; 32]);
                invocation.clone().sign(&key).unwrap();
                all.push(invocation);
            }
        }
        let deadline = Mode::Deadline(Duration::from_millis(1));
        let late = stated(&host, "spins", deadline, Fallback::Reference).unwrap();
        assert!(late.meter.is_none() && !late.is_replayable());
        assert_eq!(stated(&host, "spins", deadline, Fallback::None), None, "a hit deadline is an error");
        seen.push(all);
    }
    assert_eq!(seen[0], seen[1]);
    println!("{} invocations on each engine", seen[0].len());
}

#[test]
fn a_refused_request_leaves_no_statement() {
    let host = start(&engines()[1], pack("adds", "1.0.0", &[add_part(&add("i32.const 1"))])).unwrap();
    assert_eq!(stated(&host, "add", Mode::Metered { budget: 1 }, Fallback::None), None);
    assert_eq!(stated(&host, "sub", Mode::Metered { budget: 1 }, Fallback::None), None);
}

#[test]
fn a_module_that_was_sealed_to_be_bounded_only_is_not_metered() {
    let module = Wat { forward: &add("i32.const 1"), ..Wat::EMPTY }.module();
    let policy = seal::Policy {
        memory: seal::MemoryRule::Capped { max_pages: 1_024 },
        nan: seal::NanBits::AsMade,
        ..seal::Policy::STANDARD
    };
    let part = Part { module: seal::seal(&module, &policy).unwrap().bytes, ..add_part(&add("i32.const 1")) };
    for engine in engines() {
        let host = start(&engine, pack("adds", "1.0.0", std::slice::from_ref(&part))).unwrap();
        assert!(!host.active().kernels().next().unwrap().is_sealed());
        let x = [0; 4];
        let request = |mode| Request {
            kernel: "add",
            direction: Direction::Forward,
            inputs: vec![Input { name: None, shape: &[1], bytes: &x }],
            parameters: vec![],
            mode,
            fallback: Fallback::None,
        };
        let error = host.call(&request(Mode::Metered { budget: 1_000 })).unwrap_err();
        assert_eq!(error, host::CallError::Refused(host::RequestError::NotSealed));
        assert!(host.call(&request(Mode::Deadline(Duration::from_secs(10)))).is_ok());
    }
}
