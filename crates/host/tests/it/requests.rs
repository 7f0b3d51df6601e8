//! Requests that are wrong are refused before any kernel runs.

use std::time::Duration;

use host::{
    CallError, CallOutcome, DType, Direction, Fallback, Implementation, Input, Mode, Request, RequestError, Value,
};
use pack::ShapeError;

use crate::packs::{engines, interface, pack, parameter, start};
use crate::wat_kernels::{add, add_part};

const DEADLINE: Mode = Mode::Deadline(Duration::from_secs(1));

fn request<'a>(inputs: Vec<Input<'a>>, parameters: Vec<(&'a str, Value)>) -> Request<'a> {
    Request {
        kernel: "add",
        direction: Direction::Forward,
        inputs,
        parameters,
        mode: DEADLINE,
        fallback: Fallback::Reference,
    }
}

fn input<'a>(name: Option<&'a str>, shape: &'a [u32], bytes: &'a [u8]) -> Input<'a> {
    Input { name, shape, bytes }
}

/// What is wrong with a request, the request, and whether an error says so.
type Refusal = (&'static str, Request<'static>, fn(&RequestError) -> bool);

fn refusals() -> Vec<Refusal> {
    let x = || input(Some("x"), &[2], &[0; 8]);
    let z = || input(Some("z"), &[3], &[0; 3]);
    let good = || request(vec![x(), z()], vec![]);
    vec![
        (
            "another kernel",
            Request { kernel: "sub\n", ..good() },
            |error| matches!(error, RequestError::UnknownKernel { kernel } if kernel == "sub\n"),
        ),
        ("no backward", Request { direction: Direction::Backward, ..good() }, |error| {
            matches!(error, RequestError::Shape(ShapeError::NoDirection { .. }) | RequestError::InputName { .. })
        }),
        ("an input too few", request(vec![x()], vec![]), |error| {
            matches!(error, RequestError::Shape(ShapeError::InputCount { expected: 2, actual: 1 }))
        }),
        (
            "an unknown input",
            request(vec![x(), input(Some("q"), &[3], &[0; 3])], vec![]),
            |error| matches!(error, RequestError::InputName { name } if name == "q"),
        ),
        ("an input twice", request(vec![x(), x()], vec![]), |error| matches!(error, RequestError::InputName { .. })),
        ("a name and none", request(vec![x(), input(None, &[3], &[0; 3])], vec![]), |error| {
            *error == RequestError::MixedNames
        }),
        ("a rank", request(vec![input(Some("x"), &[1, 2], &[0; 8]), z()], vec![]), |error| {
            matches!(error, RequestError::Shape(ShapeError::Rank { .. }))
        }),
        ("a fixed dimension", request(vec![x(), input(Some("z"), &[4], &[0; 4])], vec![]), |error| {
            matches!(error, RequestError::Shape(ShapeError::Fixed { .. }))
        }),
        ("bytes too few", request(vec![input(Some("x"), &[3], &[0; 8]), z()], vec![]), |error| {
            matches!(error, RequestError::InputBytes { wanted: 12, given: 8, .. })
        }),
        ("far too large", request(vec![input(Some("x"), &[u32::MAX], &[]), z()], vec![]), |error| {
            matches!(error, RequestError::Shape(ShapeError::TooLarge { .. }))
        }),
        (
            "an unknown parameter",
            request(vec![x(), z()], vec![("k", Value::U32(1))]),
            |error| matches!(error, RequestError::Parameter { name } if name == "k"),
        ),
        ("a parameter twice", request(vec![x(), z()], vec![("by", Value::U32(1)); 2]), |error| {
            matches!(error, RequestError::Parameter { .. })
        }),
        ("a parameter's type", request(vec![x(), z()], vec![("by", Value::F32(1.0))]), |error| {
            matches!(error, RequestError::ParameterType { .. })
        }),
        ("a budget", Request { mode: Mode::Metered { budget: u64::MAX }, ..good() }, |error| {
            matches!(error, RequestError::Budget { .. })
        }),
    ]
}

#[test]
fn a_wrong_request_is_refused_and_calls_nothing() {
    for engine in engines() {
        // The parameter is the last word of the params.
        let by = "(i32.load (i32.sub (i32.add (i32.load offset=32 (local.get $d)) (i32.load offset=36 (local.get $d)))
            (i32.const 4)))";
        let mut part = add_part(&add(by));
        let inputs = [("x", DType::I32, "n"), ("z", DType::U8, "3")];
        part.kernel.forward = interface(&inputs, &[("y", DType::I32, "n")]);
        part.kernel.params.push(parameter("by", Value::U32(5)));
        let host = start(&engine, pack("adds", "1.0.0", &[part])).unwrap();
        let refusals = refusals();
        for (name, request, fits) in &refusals {
            match host.call(request) {
                Err(CallError::Refused(error)) => assert!(fits(&error), "{name}: {error:?}"),
                other => panic!("{name}: {other:?}"),
            }
        }
        let metrics = host.metrics();
        assert_eq!(metrics.with_outcome(CallOutcome::Refused) + metrics.unknown_kernel, refusals.len() as u64);
        assert_eq!((metrics.unknown_kernel, metrics.with_outcome(CallOutcome::Module)), (1, 0));
        assert!(metrics.adds_up());
        println!("{} refusals on {}", refusals.len(), engine.name());

        // In any order by name, or in the manifest's without; the default or another parameter; no element at all.
        let (x, z) = ([1_i32, -1].map(i32::to_le_bytes).concat(), [0; 3]);
        let named = vec![input(Some("z"), &[3], &z), input(Some("x"), &[2], &x)];
        let ordered = vec![input(None, &[2], &x), input(None, &[3], &z)];
        let empty = vec![input(None, &[0], &[]), input(None, &[3], &z)];
        for (inputs, parameters, wanted) in [
            (named.clone(), vec![], vec![6, 4]),
            (ordered, vec![("by", Value::U32(7))], vec![8, 6]),
            (empty, vec![], vec![]),
        ] {
            let reply = host.call(&request(inputs, parameters)).unwrap();
            assert_eq!(
                reply.outputs[0].bytes,
                wanted.iter().flat_map(|value: &i32| value.to_le_bytes()).collect::<Vec<_>>()
            );
            assert_eq!((&*reply.outputs[0].name, reply.outputs[0].dtype), ("y", DType::I32));
            assert_eq!(reply.outputs[0].shape, [wanted.len() as u32]);
            assert_eq!((reply.implementation, reply.degraded, reply.late), (Implementation::Module, None, false));
        }
        assert_eq!(host.metrics().live_instances, 1, "one warm instance served all three");
    }
}
