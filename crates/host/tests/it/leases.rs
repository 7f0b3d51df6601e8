//! Tensors written and read in the kernel's own memory; many requests in one call.

use std::time::Duration;

use host::{CallError, Cause, Direction, Fallback, Host, Input, Mode, Request, RequestError};

use crate::packs::{engines, pack, start};
use crate::wat_kernels::{add, add_part};

const DEADLINE: Mode = Mode::Deadline(Duration::from_secs(5));
const METERED: Mode = Mode::Metered { budget: 1_000_000 };

fn words(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn lease(host: &Host, n: u32, mode: Mode) -> host::Lease {
    host.lease("add", Direction::Forward, &[&[n]], &[], mode).unwrap()
}

#[test]
fn a_lease_runs_on_what_was_written_into_its_memory() {
    for engine in engines() {
        let host = start(&engine, pack("adds", "1.0.0", &[add_part(&add("i32.const 1"))])).unwrap();
        let mut runs = 0;
        for n in [0, 1, 5, 40_000] {
            let mut lease = lease(&host, n, DEADLINE);
            for round in 0..3 {
                let x: Vec<i32> = (0..n as i32).map(|value| value * 3 + round).collect();
                lease.input_mut("x").unwrap().copy_from_slice(&words(&x));
                assert!(lease.input_mut("y").is_none() && lease.output("x").is_none());
                lease.run().unwrap();
                let y: Vec<i32> = x.iter().map(|value| value + 1).collect();
                assert_eq!(lease.output("y").unwrap(), words(&y));
                runs += 1;
            }
            let described: Vec<_> = lease.outputs().map(|(name, _, dims)| (name.to_owned(), dims.to_vec())).collect();
            assert_eq!(described, [("y".to_owned(), vec![n])]);
        }
        let metrics = host.metrics();
        assert!(metrics.adds_up());
        assert_eq!((metrics.calls(), metrics.live_instances), (runs, 1));
        println!("{runs} runs on {}", engine.name());
    }
}

#[test]
fn two_leases_at_once_have_two_instances() {
    for engine in engines() {
        let host = start(&engine, pack("adds", "1.0.0", &[add_part(&add("i32.const 1"))])).unwrap();
        let (mut one, mut two) = (lease(&host, 1, DEADLINE), lease(&host, 1, DEADLINE));
        one.input_mut("x").unwrap().copy_from_slice(&words(&[1]));
        two.input_mut("x").unwrap().copy_from_slice(&words(&[100]));
        one.run().unwrap();
        two.run().unwrap();
        assert_eq!((one.output("y").unwrap(), two.output("y").unwrap()), (&*words(&[2]), &*words(&[101])));
        assert_eq!(host.metrics().live_instances, 2);
    }
}

#[test]
fn a_metered_lease_runs_once_and_a_failed_one_is_gone() {
    for engine in engines() {
        let host = start(&engine, pack("adds", "1.0.0", &[add_part(&add("i32.const 1"))])).unwrap();
        let mut metered = lease(&host, 3, METERED);
        metered.input_mut("x").unwrap().copy_from_slice(&words(&[1, 2, 3]));
        let ran = metered.run().unwrap();
        assert!(ran.meter_used.is_some_and(|units| units > 0 && units < 1_000));
        assert_eq!(metered.output("y").unwrap(), words(&[2, 3, 4]));
        assert_eq!(metered.run(), Err(CallError::Refused(RequestError::LeaseSpent)));

        let mut failing = lease(&host, 3, Mode::Metered { budget: 3 });
        let error = failing.run().unwrap_err();
        assert_eq!(error.failure().unwrap().cause, Cause::Budget { units: 3 });
        assert!(failing.input_mut("x").is_none() && failing.output("y").is_none());
        assert_eq!(failing.run(), Err(CallError::Refused(RequestError::LeaseSpent)));
        let error = host.lease("add", Direction::Forward, &[&[1, 2]], &[], METERED).err().unwrap();
        assert!(matches!(error, CallError::Refused(RequestError::Shape(_))), "{error}");
        drop((metered, failing));
        let metrics = host.metrics();
        assert!(metrics.adds_up(), "{metrics:?}");
        assert_eq!(metrics.live_instances, 0);
    }
}

#[test]
fn a_batch_runs_on_one_instance_and_each_request_has_its_own_answer() {
    for engine in engines() {
        let host = start(&engine, pack("adds", "1.0.0", &[add_part(&add("i32.const 1"))])).unwrap();
        let inputs: Vec<Vec<u8>> = (0..50).map(|n| words(&(0..n).collect::<Vec<i32>>())).collect();
        let shapes: Vec<[u32; 1]> = (0..50).map(|n| [n]).collect();
        for (mode, instances) in [(DEADLINE, 1), (METERED, 50)] {
            let made = host.metrics().made_instances;
            let request = |n: usize| Request {
                kernel: "add",
                direction: Direction::Forward,
                // One of them is wrong, and the others do not mind.
                inputs: vec![Input {
                    name: Some(if n == 7 { "q" } else { "x" }),
                    shape: &shapes[n],
                    bytes: &inputs[n],
                }],
                parameters: Vec::new(),
                mode,
                fallback: Fallback::None,
            };
            let requests: Vec<_> = (0..50).map(request).collect();
            let replies = host.batch(&requests).unwrap();
            assert_eq!(replies.len(), 50);
            for (n, reply) in replies.into_iter().enumerate() {
                match reply {
                    Ok(reply) => {
                        assert_eq!(reply.outputs[0].bytes, words(&(1..=n as i32).collect::<Vec<i32>>()));
                    }
                    Err(error) => assert!(n == 7 && matches!(error, CallError::Refused(_)), "{n}: {error}"),
                }
            }
            assert_eq!(host.metrics().made_instances - made, instances - u64::from(instances == 50));
        }
        let of = |kernel| Request {
            kernel,
            direction: Direction::Forward,
            inputs: vec![],
            parameters: vec![],
            mode: DEADLINE,
            fallback: Fallback::None,
        };
        let mixed = host.batch(&[of("add"), of("sub")]).unwrap_err();
        assert_eq!(mixed, CallError::Refused(RequestError::MixedBatch));
        let long = vec![of("add"); host::limits::BATCH_MAX + 1];
        assert!(matches!(host.batch(&long), Err(CallError::Refused(RequestError::BatchTooLong { .. }))));
        assert!(host.batch(&[]).unwrap().is_empty());
        assert!(host.metrics().adds_up());
    }
}

#[test]
fn requests_of_a_batch_that_come_after_its_deadline_fail() {
    for engine in engines() {
        let host = start(&engine, pack("adds", "1.0.0", &[add_part(&add("i32.const 1"))])).unwrap();
        let x = words(&[4]);
        let request = |mode| Request {
            kernel: "add",
            direction: Direction::Forward,
            inputs: vec![Input { name: None, shape: &[1], bytes: &x }],
            parameters: vec![],
            mode,
            fallback: Fallback::None,
        };
        let nothing = Mode::Deadline(Duration::ZERO);
        let replies = host.batch(&[request(DEADLINE), request(nothing), request(DEADLINE)]).unwrap();
        assert!(replies[0].is_ok() && replies[2].is_ok());
        let failure = replies[1].as_ref().unwrap_err().failure().unwrap();
        assert_eq!(failure.cause, Cause::Deadline { limit: Duration::ZERO });
    }
}
