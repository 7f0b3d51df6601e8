//! Every operation on calls made from a seed: all are taken, and a result depends on the inputs alone.

mod support;

use codec::kernel::Code;
use ops::sample::{Sample, Values};
use ops::{Direction, Implementation, Op};
use support::{Arena, request};

#[test]
fn results_do_not_depend_on_what_memory_held() {
    let mut calls = 0;
    for op in Op::ALL.iter().copied() {
        for direction in [Direction::Forward, Direction::Backward] {
            for implementation in [Implementation::Reference, Implementation::Fast] {
                for (values, seed) in [(Values::Ordinary, 0), (Values::Wild, 1_000)].into_iter().cycle().zip(0..80) {
                    let (values, seed) = (values.0, values.1 + seed);
                    let Some(sample) = Sample::random(op, direction, values, seed) else { continue };
                    let mut found = [0xa5, 0x5a].map(|fill| {
                        let mut arena = Arena::lay_out(&request(&sample));
                        arena.fill_outputs_and_scratch(fill);
                        assert_eq!(arena.run(op, direction, implementation), Code::Ok, "{op:?}, seed {seed}");
                        arena
                    });
                    for number in 0..sample.signature().outputs.len() {
                        let [first, second] = found.each_mut().map(|arena| arena.output(number));
                        assert!(
                            first == second,
                            "{op:?} {direction:?} {implementation:?}, seed {seed}, output {number}"
                        );
                    }
                    calls += 1;
                }
            }
        }
    }
    println!("{calls} calls, each with two fillings of outputs and scratch");
    assert!(calls > 3_000);
}

#[test]
fn a_direction_that_is_not_there_says_so() {
    let mut refused = 0;
    for op in Op::ALL.iter().copied().filter(|op| op.signature(Direction::Backward).is_none()) {
        let sample = Sample::random(op, Direction::Forward, Values::Ordinary, 7).unwrap();
        for implementation in [Implementation::Reference, Implementation::Fast] {
            let code = Arena::lay_out(&request(&sample)).run(op, Direction::Backward, implementation);
            assert_eq!(code, Code::NotImplemented, "{op:?}");
            refused += 1;
        }
    }
    println!("{refused} refused");
    assert_eq!(refused, 10);
}
