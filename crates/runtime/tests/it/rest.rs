//! The state at rest is a pure function of module, configuration and inputs: not of the key, the engine, or of how often it
//! was looked at.

use std::sync::Arc;

use gate::config::Configuration;
use gate::profile::Profile;
use receipt::SigningKey;
use runtime::{Container, RestState, Secrets};

use crate::streams::{random_configuration, random_input};
use crate::support::{Random, Sealed, generous, plan, sealed, signing};

const TICKS: u64 = 70;
/// Epochs at which every container's state is compared; 64 is where a restore point falls.
const COMPARED: [u64; 8] = [1, 2, 5, 13, 34, 63, 64, 70];

struct Contender {
    name: &'static str,
    container: Container,
    /// It is put to rest and asked for its memories after every so many steps, which must leave no trace.
    restless: Option<u64>,
}

/// The same plan, so that claims name the same signer, with several secrets behind it.
fn contenders(module: &Sealed, configuration: &Configuration<'_>, guest_signs: bool) -> Vec<Contender> {
    let (plan, runtime, _) = plan(module.digest, configuration, guest_signs);
    let sign = |seed: u8| {
        let witness = guest_signs.then(|| SigningKey::from_seed(&[seed; 32]));
        signing(SigningKey::from_seed(&runtime.expose_seed()), witness)
    };
    let contender = |name, module: &Arc<dyn engine::Module>, secrets, restless| {
        let container = Container::start(Arc::clone(module), plan.clone(), secrets).expect("the container starts");
        Contender { name, container, restless }
    };
    vec![
        contender("Wasmtime, key A", &module.wasmtime, sign(0xa5), None),
        contender("Wasmtime, key B", &module.wasmtime, sign(0x3c), Some(1)),
        contender("Wasmtime, dummy key", &module.wasmtime, Secrets::Replay, None),
        contender("wasmi, key A", &module.wasmi, sign(0xa5), Some(17)),
        contender("wasmi, dummy key", &module.wasmi, Secrets::Replay, None),
    ]
}

fn assert_same(states: &[(&'static str, RestState)], what: &str) {
    let (first_name, first) = &states[0];
    for (name, state) in &states[1..] {
        if first == state {
            continue;
        }
        let (a, b) = (first.state(), state.state());
        let differing: Vec<_> = (0..a.memory.len()).filter(|at| a.memory[*at] != b.memory[*at]).collect();
        panic!(
            "{what}: {first_name} and {name} differ in {} bytes from {:x?}, globals {:?} and {:?}",
            differing.len(),
            differing.first(),
            a.globals,
            b.globals
        );
    }
}

fn compare(module: &Sealed, profile: Profile, configuration: &Configuration<'_>, guest_signs: bool, seed: u64) -> u64 {
    let mut contenders = contenders(module, configuration, guest_signs);
    let mut random = Random(seed);
    let mut compared = 0;
    for epoch in 1..=TICKS {
        let input = random_input(&mut random, profile);
        for Contender { container, restless, .. } in &mut contenders {
            container.step(&input).expect("the engine works");
            if restless.is_some_and(|steps| epoch.is_multiple_of(steps)) {
                container.recall().expect("the guest answers");
                container.at_rest().expect("the guest takes the messages");
            }
        }
        if COMPARED.contains(&epoch) {
            let rest = |contender: &mut Contender| {
                (contender.name, contender.container.at_rest().expect("the guest takes the messages"))
            };
            let states: Vec<_> = contenders.iter_mut().map(rest).collect();
            assert_same(&states, &format!("{}, guest signs: {guest_signs}, epoch {epoch}", profile.name));
            compared += states.len() as u64 - 1;
        }
    }
    compared
}

#[test]
fn the_state_at_rest_does_not_depend_on_keys_engines_or_looking() {
    let profiles = [Profile::TILE, Profile::EDGE, Profile::BROWSER];
    let modules = sealed(&profiles);
    let mut compared = 0;
    for (number, profile) in profiles.into_iter().enumerate() {
        let module = &modules[profile.name];
        let seed = 1_000 + number as u64;
        compared += compare(module, profile, &generous(profile), true, seed);
        compared += compare(module, profile, &random_configuration(&mut Random(seed), profile), true, seed + 10);
    }
    compared += compare(&modules["tile"], Profile::TILE, &generous(Profile::TILE), false, 1_020);
    println!("{compared} states at rest equal to another key's, engine's or rhythm's");
}

/// Between two steps, with the key still in, nothing depends on it but the place where it is and the signature that was
/// put out: dead stack frames hold no trace of signing.
#[test]
fn while_a_key_is_in_only_its_place_and_the_signature_depend_on_it() {
    /// Bytes of a key with its public half expanded, in the guest.
    const KEY_BYTES_MAX: usize = 256;
    let profiles = [Profile::TILE, Profile::EDGE, Profile::BROWSER, Profile::STANDARD];
    let modules = sealed(&profiles);
    for profile in profiles {
        let mut two = contenders(&modules[profile.name], &generous(profile), true);
        two.truncate(2);
        let mut random = Random(77);
        for step in 0..20 {
            let input = random_input(&mut random, profile);
            for contender in &mut two {
                contender.container.step(&input).expect("the engine works");
            }
            let (a, b) = (two[0].container.memory(), two[1].container.memory());
            let mut runs: Vec<std::ops::RangeInclusive<usize>> = Vec::new();
            for at in (0..a.len()).filter(|at| a[*at] != b[*at]) {
                match runs.last_mut() {
                    Some(run) if at - run.end() < 64 => *run = *run.start()..=at,
                    Some(_) | None => runs.push(at..=at),
                }
            }
            let longest = runs.iter().map(|run| run.end() - run.start() + 1).max().unwrap_or(0);
            assert!(
                runs.len() <= 3 && longest <= KEY_BYTES_MAX,
                "{}, step {step}: {} places depend on the key: {runs:x?}",
                profile.name,
                runs.len()
            );
        }
    }
}
