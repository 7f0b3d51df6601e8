//! Inputs that are not the one encoding: refused as a whole, without a trace.

use std::path::Path;

use gate::config::{Configuration, ContainerEpochBudget, Statistic};
use gate::profile::Profile;
use serde_json::Value;

use crate::random::Random;
use crate::rig::{Delta, GENEROUS, Rig, UNIT, configuration, input};

/// Reads an item leniently: any head, shortest or not. Encoding the result again tells whether it was the one encoding.
fn parse(bytes: &[u8]) -> Option<Vec<Delta>> {
    let mut rest = bytes;
    (array(&mut rest)? == 2).then_some(())?;
    (uint(&mut rest)? == 1).then_some(())?;
    let count = array(&mut rest)?;
    let mut deltas = Vec::new();
    for _ in 0..count {
        let len = array(&mut rest)?;
        deltas.push(match (uint(&mut rest)?, len) {
            (0, 4) => Delta::Add(uint(&mut rest)?, uint(&mut rest)?, uint(&mut rest)?),
            (1, 3) => Delta::Remove(uint(&mut rest)?, uint(&mut rest)?),
            (2, 4) => Delta::Update(uint(&mut rest)?, uint(&mut rest)?, uint(&mut rest)?),
            (3, 3) => {
                let vertex = uint(&mut rest)?;
                let len = usize::try_from(head(&mut rest, 2)?).ok()?;
                let values = rest.get(..len)?.to_vec();
                rest = &rest[len..];
                Delta::Observe(vertex, values)
            }
            (4, 1) => Delta::Rearm,
            _ => return None,
        });
    }
    rest.is_empty().then_some(deltas)
}

fn head(rest: &mut &[u8], major: u8) -> Option<u64> {
    let (first, tail) = rest.split_first()?;
    let width = match first & 31 {
        0..=23 => 0,
        info @ 24..=27 => 1 << (info - 24),
        _ => return None,
    };
    let argument = tail.get(..width)?;
    *rest = &tail[width..];
    let value = argument.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    (first >> 5 == major).then_some(if width == 0 { u64::from(first & 31) } else { value })
}

fn uint(rest: &mut &[u8]) -> Option<u64> {
    head(rest, 0)
}

fn array(rest: &mut &[u8]) -> Option<u64> {
    head(rest, 4)
}

/// Whether these bytes are the one encoding of some input.
fn is_sound(bytes: &[u8]) -> bool {
    parse(bytes).is_some_and(|deltas| input(&deltas) == bytes)
}

/// A busy gate, with a backlog and work in flight, so that there is much that could be disturbed.
fn busy() -> Rig {
    let budget = ContainerEpochBudget { ingest: 3, cut: 40, spectral: 60, evidence: 20, ..GENEROUS };
    let mut rig = Rig::new(&Configuration { budget, ..configuration(Profile::TILE) });
    let deltas: Vec<Delta> = (0..30).map(|i| Delta::Add(i, (i * 7 + 3) % 31, UNIT + i)).collect();
    rig.tick(&deltas);
    rig.tick(&[Delta::observe(3, &[1.0])]);
    rig
}

fn samples() -> Vec<Vec<u8>> {
    let mixed = [
        Delta::Add(0, u64::MAX, 1),
        Delta::Rearm,
        Delta::Update(255, 256, (1 << 62) - 1),
        Delta::observe(24, &[0.5, -0.0, f32::MIN_POSITIVE, f32::MAX]),
        Delta::Remove(23, 65_536),
        Delta::Observe(1 << 32, vec![]),
        Delta::observe(65_535, &[f32::NAN]),
        Delta::Observe(7, vec![1, 2, 3]),
    ];
    let many: Vec<Delta> = (0..70).map(|i| Delta::Add(i, i + 1, 1 << (i % 62))).collect();
    vec![input(&[]), input(&mixed), input(&[Delta::Rearm]), input(&many), input(&[Delta::Observe(1, vec![7; 300])])]
}

#[test]
fn unsound_inputs_leave_no_trace() {
    // The scratch gate takes in whatever is sound; the victim sees only what is not, its twin nothing at all.
    let mut scratch = Rig::new(&Configuration {
        budget: ContainerEpochBudget { total: 0, ..GENEROUS },
        ..configuration(Profile::TILE)
    });
    let (mut victim, mut twin) = (busy(), busy());
    let (mut refused, mut sound) = (0_u64, 0_u64);
    let mut attempt = |bytes: &[u8], victim: &mut Rig| {
        let expected = is_sound(bytes);
        assert_eq!(scratch.gate.tick(0, bytes).is_ok(), expected, "{bytes:02x?}");
        if expected {
            sound += 1;
        } else {
            let error = victim.gate.tick(99, bytes).unwrap_err();
            assert!(error.offset <= bytes.len());
            refused += 1;
        }
    };
    let mut rng = Random(0x5eed_0004);
    for sample in samples() {
        for len in 0..sample.len() {
            attempt(&sample[..len], &mut victim);
        }
        for place in 0..sample.len() {
            for flip in 1..=255 {
                let mut bytes = sample.clone();
                bytes[place] ^= flip;
                attempt(&bytes, &mut victim);
            }
            for byte in [0, 0x18, 0x5f, 0x80, 0x9f, 0xf6, 0xff] {
                let mut bytes = sample.clone();
                bytes.insert(place, byte);
                attempt(&bytes, &mut victim);
            }
            let mut bytes = sample.clone();
            bytes.remove(place);
            attempt(&bytes, &mut victim);
        }
        for byte in 0..=255 {
            attempt(&[&sample[..], &[byte]].concat(), &mut victim);
        }
        for _ in 0..20_000 {
            let mut bytes = sample.clone();
            for _ in 0..=rng.below(3) {
                let place = rng.below(bytes.len() as u64) as usize;
                bytes[place] = rng.next() as u8;
            }
            attempt(&bytes, &mut victim);
        }
    }
    for _ in 0..100_000 {
        let bytes: Vec<u8> = (0..rng.below(24)).map(|_| rng.next() as u8).collect();
        attempt(&[&[0x82, 0x01][..], &bytes].concat(), &mut victim);
        attempt(&bytes, &mut victim);
    }
    for bytes in [
        &b"\x82\x01\x9b\xff\xff\xff\xff\xff\xff\xff\xff"[..],
        b"\x82\x01\x9a\xff\xff\xff\xff",
        b"\x82\x01\x81\x83\x03\x00\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
    ] {
        attempt(bytes, &mut victim);
    }
    for tick in 0..40 {
        let deltas = [Delta::Add(100 + tick, 200, UNIT), Delta::Remove(1, 10), Delta::observe(1, &[0.25])];
        assert_eq!(victim.tick(&deltas), twin.tick(&deltas), "tick {tick} after what was refused");
    }
    println!("{refused} inputs refused without a trace, {sound} mutations were sound inputs");
    assert!(refused > 200_000 && sound > 10_000);
}

#[test]
fn numbers_of_deltas_go_on_after_a_refused_input() {
    let mut rig = Rig::new(&configuration(Profile::TILE));
    rig.tick(&[Delta::Add(1, 2, 3), Delta::Add(2, 3, 3)]);
    let mut cut_short = input(&[Delta::Add(5, 6, 7), Delta::Add(6, 7, 8)]);
    cut_short.pop();
    assert!(rig.gate.tick(7, &cut_short).is_err());
    let report = rig.tick(&[Delta::Add(1, 2, 9)]);
    assert_eq!(report.refused.first[0].map(|(number, reason)| (number, reason as u8)), Some((2, 6)));
    assert_eq!(report.graph.edges, 2);
}

#[test]
fn non_shortest_integers_are_refused_wherever_they_stand() {
    let forms = |value: u8| -> Vec<Vec<u8>> {
        let mut forms = vec![vec![0x18, value], vec![0x19, 0, value], vec![0x1a, 0, 0, 0, value]];
        forms.push([&[0x1b][..], &[0; 7], &[value]].concat());
        forms
    };
    let mut rig = Rig::new(&configuration(Profile::TILE));
    let sound = input(&[
        Delta::Add(1, 2, 3),
        Delta::Remove(4, 5),
        Delta::Update(6, 7, 8),
        Delta::Observe(9, vec![0; 4]),
        Delta::Rearm,
    ]);
    // Every byte below 0x18 here is an integer, but for the four bytes of the value.
    let mut refused = 0;
    for place in
        (0..sound.len()).filter(|place| sound[*place] < 0x18 && !(sound.len() - 6..sound.len() - 2).contains(place))
    {
        for form in forms(sound[place]) {
            let bytes = [&sound[..place], &form, &sound[place + 1..]].concat();
            assert!(rig.gate.tick(0, &bytes).is_err(), "{bytes:02x?}");
            refused += 1;
        }
    }
    assert!(rig.gate.tick(0, &sound).is_ok());
    println!("{refused} integers in a longer form");
    assert!(refused >= 4 * 14);
}

fn vectors(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/input").join(name);
    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()
}

fn hex(vector: &Value) -> Vec<u8> {
    let text = vector["hex"].as_str().unwrap();
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// A delta from its text in `accept.json`.
fn delta(value: &Value) -> Delta {
    let items = value.as_array().unwrap();
    let number = |at: usize| items[at].as_str().unwrap().parse().unwrap();
    match items[0].as_str().unwrap() {
        "edge_add" => Delta::Add(number(1), number(2), number(3)),
        "edge_remove" => Delta::Remove(number(1), number(2)),
        "weight_update" => Delta::Update(number(1), number(2), number(3)),
        "observation" => {
            let bits = items[2..].iter().flat_map(|item| match item {
                Value::Array(values) => values.clone(),
                other => vec![other.clone()],
            });
            let bytes = bits.flat_map(|bits| u32::from_str_radix(bits.as_str().unwrap(), 16).unwrap().to_le_bytes());
            Delta::Observe(number(1), bytes.collect())
        }
        "rearm" => Delta::Rearm,
        other => panic!("an unknown kind of delta in the vectors: {other}"),
    }
}

#[test]
fn the_vectors_of_the_format_hold() {
    let settings = configuration(Profile::STANDARD);
    let slab: &'static mut [u64] = Vec::leak(vec![0; Profile::STANDARD.slab_words()]);
    let mut rig = Rig::on(&Configuration { statistic: Statistic::ObservationLoss, ..settings }, slab);
    let accept = vectors("accept.json");
    for vector in &accept {
        let bytes = hex(vector);
        let deltas: Vec<Delta> = vector["deltas"].as_array().unwrap().iter().map(delta).collect();
        assert_eq!(input(&deltas), bytes, "{}", vector["name"]);
        assert!(rig.gate.tick(0, &bytes).is_ok(), "{}", vector["name"]);
    }
    let reject = vectors("reject.json");
    for vector in &reject {
        assert!(rig.gate.tick(0, &hex(vector)).is_err(), "{}", vector["name"]);
        assert!(!is_sound(&hex(vector)), "{}", vector["name"]);
    }
    let refused = vectors("refused-delta.json");
    for vector in &refused {
        let mut empty = Rig::new(&configuration(Profile::TILE));
        let bytes = hex(vector);
        let count = parse(&bytes).unwrap().len() as u64;
        let report = empty.gate.tick(0, &bytes).unwrap();
        let reasons = report.refused.first.map(|first| first.map(|(number, reason)| (number, reason as u64)));
        assert_eq!(report.refused.count, 1, "{}", vector["name"]);
        assert_eq!(reasons[0], Some((count - 1, vector["refusal"].as_u64().unwrap())), "{}", vector["name"]);
    }
    println!("vectors: {} accepted, {} rejected, {} with a refused delta", accept.len(), reject.len(), refused.len());
}
