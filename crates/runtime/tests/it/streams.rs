//! A thousand generated streams: random graphs, budgets small enough to go partial, over-capacity and malformed deltas,
//! meters that run out. The same bodies on both engines and in Node, the same claims from the native library.

use std::fs;
use std::io::Write;

use gate::config::{Configuration, ContainerEpochBudget, Core, Statistic};
use gate::evidence::EvidencePolicy;
use gate::profile::Profile;
use receipt::{Denial, Outcome, Role, Signer};

use crate::support::{
    Delta, Native, Random, container, encode, generous, has_node, hex, plan, replay_in_node, scratch, sealed,
};

const STREAMS: u64 = 1_000;
const TICKS: u64 = 12;
const PROTECTED: [u64; 5] = [1, 2, 3, 5, 8];

#[derive(Default, Debug)]
struct Seen {
    done: u64,
    partial: u64,
    exhausted: u64,
    denied: u64,
    refused_deltas: u64,
    fails: u64,
    passes: u64,
    claims_equal_native: u64,
}

#[test]
fn a_thousand_streams_give_the_same_bodies_everywhere() {
    let profiles = [Profile::TILE, Profile::EDGE, Profile::BROWSER];
    let modules = sealed(&profiles);
    let folder = scratch("streams");
    for (name, module) in &modules {
        fs::write(folder.join(format!("{name}.wasm")), &module.bytes).expect("the folder can be written");
    }
    let mut lines = std::io::BufWriter::new(fs::File::create(folder.join("steps.ndjson")).expect("so can a file"));
    let mut seen = Seen::default();
    for seed in 0..STREAMS {
        let mut random = Random(seed);
        // Most streams run in the smallest container, which is also the one that is full the soonest.
        let profile = profiles[[0, 0, 0, 1, 1, 2][random.below(6) as usize]];
        let configuration = random_configuration(&mut random, profile);
        let inputs: Vec<_> = (0..TICKS).map(|_| random_input(&mut random, profile)).collect();
        let guest_signs = random.below(4) != 0;
        let module = &modules[profile.name];
        let (plan, ..) = plan(module.digest, &configuration, guest_signs);
        let opening = serde_json::json!({
            "module": format!("{}.wasm", profile.name),
            "configuration": hex(&plan.configuration), "genesis": hex(&plan.genesis.to_bytes()),
        });
        writeln!(lines, "{opening}").expect("the file can be written");
        let mut fast = container(&module.wasmtime, module.digest, &configuration, guest_signs);
        let mut small = container(&module.wasmi, module.digest, &configuration, guest_signs);
        let statement = plan.genesis.statement();
        let signer = match statement.witness {
            Some(key) => Signer { role: Role::Guest, key },
            None => Signer { role: Role::Host, key: statement.runtime },
        };
        let mut native = Native::new(profile, &plan.configuration, signer);
        for input in &inputs {
            let previous = fast.tip();
            let body = fast.step(input).expect("the engine works").body;
            let other = small.step(input).expect("the engine works").body;
            assert_eq!(body, other, "stream {seed}, epoch {}: Wasmtime and wasmi differ", fast.epoch());
            compare_native(&mut native, &body, previous, input, &mut seen);
            count(&body, &mut seen);
            let line = serde_json::json!({"epoch": fast.epoch(), "input": hex(input), "body": hex(&body.to_bytes())});
            writeln!(lines, "{line}").expect("the file can be written");
        }
    }
    lines.flush().expect("the file can be written");
    println!("{STREAMS} streams of {TICKS} ticks on Wasmtime and wasmi: {seen:?}");
    for (what, count) in [
        ("done", seen.done),
        ("partial", seen.partial),
        ("exhausted", seen.exhausted),
        ("denied", seen.denied),
        ("refused deltas", seen.refused_deltas),
        ("fails", seen.fails),
        ("passes", seen.passes),
    ] {
        assert!(count >= 5, "the streams are meant to contain {what}: {count}");
    }
    if has_node() {
        replay_in_node(&folder);
    }
}

/// The native library makes the same claim, or refuses for the same reason. A step that the meter stopped never reaches it.
fn compare_native(native: &mut Native, body: &receipt::Body, previous: codec::Digest, input: &[u8], seen: &mut Seen) {
    let frame = body.frame();
    let ended = match frame.outcome {
        Outcome::Done | Outcome::Partial(_) | Outcome::Denied(Denial::Guest(_)) => {
            native.step(frame.epoch, previous, input)
        }
        Outcome::Exhausted(_) => return,
        Outcome::Trapped(_) | Outcome::Denied(_) => panic!("a gate never ends like this: {:?}", frame.outcome),
    };
    match (ended, frame.outcome) {
        (Ok(claim), _) => assert_eq!(Some(&claim[..]), body.claim_bytes(), "epoch {}", frame.epoch),
        (Err(refusal), Outcome::Denied(Denial::Guest(denied))) => assert_eq!(refusal, denied),
        (Err(refusal), outcome) => panic!("native refuses with {refusal:?} what ended as {outcome:?}"),
    }
    seen.claims_equal_native += 1;
}

fn count(body: &receipt::Body, seen: &mut Seen) {
    *match body.frame().outcome {
        Outcome::Done => &mut seen.done,
        Outcome::Partial(_) => &mut seen.partial,
        Outcome::Exhausted(_) => &mut seen.exhausted,
        Outcome::Denied(_) => &mut seen.denied,
        Outcome::Trapped(trap) => panic!("a gate never traps: {trap:?}"),
    } += 1;
    if let Some(claim) = body.gate_claim() {
        seen.refused_deltas += claim.refused.count();
        seen.fails += u64::from(matches!(claim.decision, receipt::Decision::Fail { .. }));
        seen.passes += u64::from(matches!(claim.decision, receipt::Decision::Pass));
    }
}

pub(crate) fn random_configuration(random: &mut Random, profile: Profile) -> Configuration<'static> {
    let tight = |random: &mut Random, most: u64| match random.below(3) {
        0 => 1 + random.below(most),
        _ => 1 << 28,
    };
    Configuration {
        // Sometimes too little for a tick with a signature, sometimes enough for small ones.
        meter: if random.below(5) == 0 { 200_000 + random.below(3_000_000) } else { 2_000_000_000 },
        core: match random.below(4) {
            0 => Core::KCore(2),
            1 => Core::Protected(&PROTECTED),
            _ => Core::All,
        },
        statistic: Statistic::NAMES[random.below(4) as usize].0,
        policy: EvidencePolicy {
            null_mean: 1 << (26 + random.below(5)),
            margin: 1 << 27,
            fail_bits: 1 + random.below(4) as u8,
            pass_bits: 1 + random.below(4) as u8,
            cool_down: random.below(4) as u32,
        },
        budget: ContainerEpochBudget {
            total: tight(random, 20_000),
            ingest: tight(random, 20),
            cut: tight(random, 2_000),
            spectral: tight(random, 4_000),
            evidence: tight(random, 50),
            witness: tight(random, 20),
        },
        ..generous(profile)
    }
}

pub(crate) fn random_input(random: &mut Random, profile: Profile) -> Vec<u8> {
    match random.below(40) {
        0 => return vec![0x82, 0x01, 0x9f, 0xff],
        1 => return vec![0; profile.message_bytes + random.below(2) as usize],
        2 => return Vec::new(),
        _ => {}
    }
    // Few vertices make edges meet again; many run into the profile's capacity.
    let vertices = if random.below(3) == 0 { profile.vertices as u64 * 2 } else { 4 + random.below(16) };
    let id = |random: &mut Random| {
        let number = random.below(vertices);
        if number.is_multiple_of(7) { u64::MAX - number } else { number }
    };
    let weight = |random: &mut Random| match random.below(20) {
        0 => 0,
        1 => 1 << 61,
        _ => (1 + random.below(1_000)) << 32 >> random.below(20),
    };
    let delta = |random: &mut Random| {
        let (u, v) = (id(random), id(random));
        match random.below(12) {
            0..=6 => Delta::Add(u, v, weight(random)),
            7 => Delta::Remove(u, v),
            8 | 9 => Delta::Update(u, v, weight(random)),
            10 => {
                let value = if random.below(9) == 0 { f32::NAN } else { random.below(100) as f32 / 50.0 };
                Delta::Observe(u, vec![value; random.below(6) as usize])
            }
            _ => Delta::Rearm,
        }
    };
    let deltas: Vec<_> = (0..random.below(60)).map(|_| delta(random)).collect();
    encode(&deltas)
}
