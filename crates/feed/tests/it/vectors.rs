//! `spec/vectors/input`: the encoder writes the accepted bytes, and none of the refused ones would be written.

use std::fs;

use feed::{Delta, Tick};
use serde_json::Value;

use super::{hex, repo};

fn read(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(repo("spec/vectors/input").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn delta(value: &Value) -> Delta {
    let words: Vec<&str> = value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let number = |index: usize| words[index].parse::<u64>().unwrap();
    match words[0] {
        "edge_add" => Delta::EdgeAdd { u: number(1), v: number(2), weight: number(3) },
        "edge_remove" => Delta::EdgeRemove { u: number(1), v: number(2) },
        "weight_update" => Delta::WeightUpdate { u: number(1), v: number(2), weight: number(3) },
        "observation" => {
            let values = words[2..].iter().map(|word| f32::from_bits(u32::from_str_radix(word, 16).unwrap())).collect();
            Delta::Observation { vertex: number(1), values }
        }
        "rearm" => Delta::Rearm,
        word => panic!("unknown delta {word}"),
    }
}

#[test]
fn accepted_vectors_are_what_the_encoder_writes() {
    let vectors = read("accept.json");
    for vector in &vectors {
        let deltas = vector["deltas"].as_array().unwrap().iter().map(delta).collect();
        let tick = Tick { label: "not encoded".into(), deltas };
        assert_eq!(hex(&tick.encode()), vector["hex"].as_str().unwrap(), "{}", vector["name"]);
    }
    println!("{} accepted vectors", vectors.len());
}

/// Reads the shape of an input as `spec/input.md` has it. The gate has the real decoder; this one keeps the vectors honest.
fn accepts(bytes: &[u8]) -> Result<(), codec::DecodeError> {
    use codec::decode::DecodeReason::{OutOfRange, UnexpectedShape};
    let mut reader = codec::Reader::new(bytes);
    reader.array_of(2)?;
    reader.version(1)?;
    for _ in 0..reader.array()? {
        let len = reader.array()?;
        let (kind, vertices, has_weight) = match reader.uint()? {
            kind @ (0 | 2) => (kind, 2, true),
            1 => (1, 2, false),
            3 => (3, 1, false),
            4 => (4, 0, false),
            _ => return Err(reader.error(OutOfRange)),
        };
        if len != 1 + vertices + u64::from(has_weight) + u64::from(kind == 3) {
            return Err(reader.error(UnexpectedShape));
        }
        for _ in 0..vertices {
            reader.uint()?;
        }
        if has_weight {
            reader.uint()?;
        }
        if kind == 3 {
            reader.bytes()?;
        }
    }
    reader.finish()
}

#[test]
fn refused_vectors_are_refused() {
    let vectors = read("reject.json");
    for vector in &vectors {
        let bytes = unhex(vector["hex"].as_str().unwrap());
        assert!(accepts(&bytes).is_err(), "{}", vector["name"]);
    }
    let mut good = 0;
    for vector in read("accept.json").iter().chain(&read("refused-delta.json")) {
        assert_eq!(accepts(&unhex(vector["hex"].as_str().unwrap())), Ok(()), "{}", vector["name"]);
        good += 1;
    }
    println!("{} refused vectors, {good} well-formed ones", vectors.len());
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
