//! A step without a claim leaves memory and globals as they were, whatever it did before it was stopped.

use engine::State;
use gate::config::Configuration;
use gate::profile::Profile;
use receipt::{Denial, Exhaustion, Outcome};

use crate::support::{Delta, Random, container, encode, generous, sealed};

fn ring(first: u64, len: u64, weight: u64) -> Vec<u8> {
    let edge = |i| Delta::Add(first + i, first + (i + 1) % len, weight);
    encode(&(0..len).map(edge).collect::<Vec<_>>())
}

/// After bad steps of several kinds, the good steps that follow claim the same as if the bad ones had never come, but for
/// their place in the chain.
#[test]
fn bad_steps_leave_no_trace() {
    let modules = sealed(&[Profile::EDGE]);
    let module = &modules[Profile::EDGE.name];
    // Enough for a small tick, too little for a large one.
    let configuration = Configuration { meter: 1_500_000, ..generous(Profile::EDGE) };
    let mut bad_steps = 0;
    for engine in [&module.wasmtime, &module.wasmi] {
        let mut with = container(engine, module.digest, &configuration, true);
        let mut without = container(engine, module.digest, &configuration, true);
        let mut random = Random(42);
        for round in 0..150 {
            let bad = match random.below(3) {
                0 => ring(1_000, 250, 1 << 32),
                1 => vec![0x83],
                _ => vec![0; Profile::EDGE.message_bytes + 1],
            };
            let outcome = with.step(&bad).expect("the engine works").body.frame().outcome;
            assert!(
                matches!(outcome, Outcome::Exhausted(Exhaustion::Meter) | Outcome::Denied(Denial::Guest(_))),
                "round {round}: {outcome:?}"
            );
            bad_steps += 1;
            let good = encode(&[Delta::Add(random.below(12), 12 + random.below(12), 1 + random.below(99))]);
            let a = with.step(&good).expect("the engine works").body;
            let b = without.step(&good).expect("the engine works").body;
            let (a, b) = (a.gate_claim().expect("a claim"), b.gate_claim().expect("a claim"));
            assert_eq!((a.evidence, a.graph, a.refused), (b.evidence, b.graph, b.refused), "round {round}");
            assert_eq!(a.cut.map(|cut| cut.hash), b.cut.map(|cut| cut.hash), "round {round}");
            assert_eq!(a.score.map(|score| score.score), b.score.map(|score| score.score), "round {round}");
        }
    }
    println!("{bad_steps} bad steps on two engines, each followed by a good one");
}

/// The memory itself: saved before and after a step that the meter stopped, they are the same bytes.
#[test]
fn memory_is_the_same_before_and_after_a_bad_step() {
    let modules = sealed(&[Profile::EDGE]);
    let module = &modules[Profile::EDGE.name];
    let configuration = Configuration { meter: 1_500_000, ..generous(Profile::EDGE) };
    for engine in [&module.wasmtime, &module.wasmi] {
        let mut container = container(engine, module.digest, &configuration, true);
        for step in 0..70 {
            container.step(&ring(step * 3, 3, 5 << 32)).expect("the engine works");
        }
        let before = State { memory: gate_memory(&mut container), globals: Vec::new() };
        let outcome = container.step(&ring(5_000, 250, 1)).expect("the engine works").body.frame().outcome;
        assert_eq!(outcome, Outcome::Exhausted(Exhaustion::Meter));
        let after = State { memory: gate_memory(&mut container), globals: Vec::new() };
        assert!(before == after, "the memory differs after a rollback");
    }
}

/// The memory without the key and without the message that took it out.
fn gate_memory(container: &mut runtime::Container) -> Vec<u8> {
    container.wipe_key().expect("the guest takes the message");
    let memory = container.memory().to_vec();
    container.install_key().expect("the guest takes the message");
    memory
}
