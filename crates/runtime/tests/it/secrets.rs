//! What is kept holds no secret: not the seed, not the scalar, not the prefix that signing expands it to.

use gate::profile::Profile;
use receipt::{InstanceId, InstanceName, KeyRole, RootSecret};

use crate::support::{Delta, container, encode, generous, plan, sealed};

/// The halves of SHA-512 of the seed: the scalar, as it stands and clamped (RFC 8032, 5.1.5), and the prefix.
fn secrets_of(seed: &[u8; 32]) -> Vec<(&'static str, Vec<u8>)> {
    let expanded = <sha2::Sha512 as sha2::Digest>::digest(seed);
    let mut clamped: Vec<u8> = expanded[..32].to_vec();
    clamped[0] &= 248;
    clamped[31] = clamped[31] & 127 | 64;
    vec![
        ("seed", seed.to_vec()),
        ("scalar", expanded[..32].to_vec()),
        ("clamped scalar", clamped),
        ("prefix", expanded[32..].to_vec()),
    ]
}

/// Any sixteen bytes in a row of a secret, so that a half-overwritten copy is found too.
fn holds(memory: &[u8], secret: &[u8]) -> bool {
    secret.chunks_exact(16).any(|part| memory.windows(part.len()).any(|window| window == part))
}

#[test]
fn memory_at_rest_holds_the_seed_once_and_nothing_after_wiping() {
    let modules = sealed(&[Profile::TILE, Profile::STANDARD]);
    for (name, module) in &modules {
        let profile = Profile::from_name(name).expect("it is a profile's name");
        let configuration = generous(profile);
        let (plan, _, witness) = plan(module.digest, &configuration, true);
        let seed = witness.expect("the guest signs").expose_seed();
        let root = RootSecret::from_bytes([7; 32]);
        let statement = plan.genesis.statement();
        let instance = InstanceName {
            module: module.digest,
            configuration: statement.configuration,
            instance: InstanceId([9; 16]),
        };
        assert_eq!(*root.instance_key(KeyRole::Witness, &instance).expose_seed(), *seed, "it is this instance's seed");
        for engine in [&module.wasmtime, &module.wasmi] {
            let mut container = container(engine, module.digest, &configuration, true);
            for i in 0..5 {
                let stepped = container.step(&encode(&[Delta::Add(i, i + 1, 1 << 32)])).expect("the engine works");
                let receipt = stepped.receipt.expect("a run signs").to_bytes();
                for (what, secret) in secrets_of(&seed) {
                    assert!(!holds(&receipt, &secret), "{name}: a receipt holds the {what}");
                    if what != "seed" {
                        assert!(!holds(container.memory(), &secret), "{name}: memory holds the {what} after a step");
                    }
                }
            }
            assert!(holds(container.memory(), &seed[..]), "the search finds a seed where there is one");
            container.wipe_key().expect("the guest takes the message");
            for (what, secret) in secrets_of(&seed) {
                assert!(!holds(container.memory(), &secret), "{name}: memory holds the {what} after wiping");
            }
        }
    }
    println!("{} guests on two engines: seed, scalar, clamped scalar, prefix", modules.len());
}

#[test]
fn with_the_host_as_signer_no_key_enters() {
    let modules = sealed(&[Profile::EDGE]);
    let module = &modules[Profile::EDGE.name];
    let configuration = generous(Profile::EDGE);
    let (_, runtime, _) = plan(module.digest, &configuration, false);
    let mut container = container(&module.wasmtime, module.digest, &configuration, false);
    let stepped = container.step(&encode(&[Delta::Add(1, 2, 1)])).expect("the engine works");
    assert!(stepped.receipt.expect("a run signs").witness().is_none());
    for (what, secret) in secrets_of(&runtime.expose_seed()) {
        assert!(!holds(container.memory(), &secret), "memory holds the runtime's {what}");
    }
}
