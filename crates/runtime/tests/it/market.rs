//! The market example: the same bodies on both engines, in Node and from the native library, whoever holds the key.

use std::fs;
use std::io::Write;
use std::sync::Arc;

use gate::config::{Configuration, Statistic};
use gate::evidence::EvidencePolicy;
use gate::profile::Profile;
use receipt::{ChainVerifier, Role, Signer, Verdict};
use runtime::{Container, Recorded, RuntimeError, Secrets, replay};

use crate::support::{Native, container, generous, has_node, hex, plan, replay_in_node, repository, scratch, sealed};

/// A configuration like the example's; that of the example itself is run by the program's own tests.
pub(crate) fn market() -> Configuration<'static> {
    Configuration {
        statistic: Statistic::Score,
        policy: EvidencePolicy { null_mean: 3 << 30, margin: 1 << 28, fail_bits: 10, pass_bits: 10, cool_down: 21 },
        ..generous(Profile::STANDARD)
    }
}

pub(crate) fn inputs() -> Vec<Vec<u8>> {
    #[derive(serde::Deserialize)]
    struct File {
        stream: feed::StreamConfig,
    }
    let path = repository().join("examples/market.toml");
    let text = fs::read_to_string(&path).expect("the example is in the repository");
    let file: File = toml::from_str(&text).expect("the example is well formed");
    let base = path.parent().expect("the example lies in a folder");
    let source = feed::open(&file.stream, base, std::io::empty()).expect("the data is in the repository");
    source.map(|tick| tick.expect("the data is good").encode()).collect()
}

#[test]
fn the_whole_example_gives_the_same_bodies_everywhere() {
    let modules = sealed(&[Profile::STANDARD]);
    let module = &modules[Profile::STANDARD.name];
    let configuration = market();
    let inputs = inputs();
    let mut run = container(&module.wasmtime, module.digest, &configuration, true);
    let (plan, ..) = plan(module.digest, &configuration, true);
    let folder = scratch("market");
    fs::write(folder.join("module.wasm"), &module.bytes).expect("the folder can be written");
    let mut lines = std::io::BufWriter::new(fs::File::create(folder.join("steps.ndjson")).expect("so can a file"));
    let opening = serde_json::json!({
        "module": "module.wasm",
        "configuration": hex(&plan.configuration), "genesis": hex(&plan.genesis.to_bytes()),
    });
    writeln!(lines, "{opening}").expect("the file can be written");
    let key = plan.genesis.statement().witness.expect("the guest signs");
    let mut native = Native::new(Profile::STANDARD, &plan.configuration, Signer { role: Role::Guest, key });
    let mut verifier = ChainVerifier::new(&plan.genesis);
    let mut recorded = Vec::new();
    for input in &inputs {
        let previous = run.tip();
        let stepped = run.step(input).expect("the engine works");
        let epoch = run.epoch();
        verifier
            .push(&stepped.receipt.expect("a run signs").to_bytes(), Some(codec::sha256(input)))
            .unwrap_or_else(|verdict| panic!("{verdict:?}"));
        let claim = native.step(epoch, previous, input).expect("the native gate takes the input");
        assert_eq!(Some(&claim[..]), stepped.body.claim_bytes(), "epoch {epoch}: native and guest differ");
        let line = serde_json::json!({"epoch": epoch, "input": hex(input), "body": hex(&stepped.body.to_bytes())});
        writeln!(lines, "{line}").expect("the file can be written");
        recorded.push(Recorded { input: input.clone(), body: stepped.body });
    }
    lines.flush().expect("the file can be written");
    let length = inputs.len() as u64;
    let remembered = run.recall().expect("the guest answers");
    let expected = recorded[recorded.len() - remembered.len()..].iter().map(|step| {
        let frame = step.body.frame();
        (frame.epoch, frame.claim.expect("every step left a claim"))
    });
    assert_eq!((remembered.len(), remembered), (codec::abi::RECALL_MAX, expected.collect()));
    assert_eq!(verifier.verdict(), Verdict::Valid { chain_length: length, first_epoch: 1, last_epoch: length });
    println!("{length} receipts verify; {length} claims equal the native library's");
    // The replay has a key that everybody knows: bodies, and with them the meter, are the same all the same.
    let steps = recorded.into_iter().map(Ok::<_, RuntimeError>);
    let found = replay(Arc::clone(&module.wasmi), plan, steps, 1..=length, |_| ()).expect("the engine works");
    assert_eq!(found.divergence, None);
    println!("{} bodies equal on wasmi", found.steps_equal);
    if has_node() {
        replay_in_node(&folder);
    }
}

#[test]
fn a_changed_input_diverges_at_its_epoch() {
    let modules = sealed(&[Profile::STANDARD]);
    let module = &modules[Profile::STANDARD.name];
    let configuration = market();
    let inputs: Vec<_> = inputs().into_iter().take(30).collect();
    let mut run = container(&module.wasmtime, module.digest, &configuration, true);
    let mut recorded: Vec<_> = inputs
        .iter()
        .map(|input| Recorded { input: input.clone(), body: run.step(input).expect("the engine works").body })
        .collect();
    let (plan, ..) = plan(module.digest, &configuration, true);
    recorded[16].input = inputs[17].clone();
    let steps = recorded.into_iter().map(Ok::<_, RuntimeError>);
    let found = replay(Arc::clone(&module.wasmtime), plan, steps, 1..=30, |_| ()).expect("the engine works");
    let divergence = found.divergence.expect("it diverges");
    assert_eq!((divergence.epoch, found.steps_equal), (17, 16));
    println!("diverges at epoch {} in {}", divergence.epoch, divergence.field);
}

#[test]
fn the_meter_does_not_depend_on_the_key() {
    let modules = sealed(&[Profile::STANDARD, Profile::TILE]);
    for (name, module) in &modules {
        let configuration = generous(Profile::from_name(name).expect("it is a profile's name"));
        let input = crate::support::encode(&[crate::support::Delta::Add(1, 2, 1 << 32)]);
        let (plan, runtime, _) = plan(module.digest, &configuration, true);
        let mut meters = Vec::new();
        for seed in 0..40_u8 {
            let witness = Some(receipt::SigningKey::from_seed(&[seed.wrapping_mul(37); 32]));
            let runtime = receipt::SigningKey::from_seed(&runtime.expose_seed());
            let secrets = Secrets::Sign { runtime, witness, post_quantum: None };
            let mut container =
                Container::start(Arc::clone(&module.wasmtime), plan.clone(), secrets).expect("the container starts");
            meters.push(container.step(&input).expect("the engine works").body);
        }
        assert!(meters.windows(2).all(|pair| pair[0] == pair[1]), "{name}: a body depends on the key");
        println!("{name}: {} keys, one body, meter {}", meters.len(), meters[0].frame().meter_used);
    }
}
