//! Both writings of every operation against golden files that were computed without this library.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ops::sample::Sample;
use ops::signature::{Kind, Parameter};
use ops::{Direction, Implementation, Op};
use serde_json::Value;
use support::{f16s, f32s, outputs, request};

#[test]
fn golden_cases_come_out_within_their_tolerance() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/ops/golden");
    let (mut cases, mut values) = (BTreeMap::new(), 0);
    for op in Op::ALL.iter().copied() {
        let path = folder.join(format!("{}.json", op.id()));
        let Ok(text) = fs::read_to_string(&path) else {
            cases.insert(op.id(), 0);
            continue;
        };
        let file: Value = serde_json::from_str(&text).unwrap();
        let own = file["cases"].as_array().unwrap();
        for case in own {
            for implementation in [Implementation::Reference, Implementation::Fast] {
                values += check(op, implementation, case);
            }
        }
        cases.insert(op.id(), own.len());
    }
    println!("{values} values of these cases, in two writings: {cases:?}");
    assert!(cases.values().all(|count| *count >= 5), "every operation has cases");
}

fn check(op: Op, implementation: Implementation, case: &Value) -> usize {
    let name = format!("{} {implementation:?}, {}", op.id(), case["name"]);
    let sample = sample(op, case);
    let found = outputs(op, sample.direction, implementation, &request(&sample));
    let ulp = case["tolerance"]["ulp"].as_u64().unwrap() as u32;
    let bound = case["tolerance"]["abs"].as_f64().unwrap();
    let mut compared = 0;
    for (tensor, found) in sample.signature().outputs.iter().zip(found) {
        let expected = bytes(&case["outputs"][tensor.name]);
        let (found, expected, exponent_bits): (Vec<f32>, Vec<f32>, u32) = match tensor.kind {
            Kind::F32 => (f32s(&found), f32s(&expected), 8),
            Kind::F16 => (f16s(&found), f16s(&expected), 5),
            Kind::I32 | Kind::Q4 | Kind::Q8 => {
                assert_eq!(found, expected, "{name}: {}", tensor.name);
                compared += found.len();
                continue;
            }
        };
        assert_eq!(found.len(), expected.len(), "{name}: {}", tensor.name);
        for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let same = found == expected || found.is_nan() && expected.is_nan();
            let near = f64::from((found - expected).abs()) <= bound || steps(*found, *expected, exponent_bits) <= ulp;
            assert!(same || near, "{name}: {} at {at} is {found:e}, not {expected:e}", tensor.name);
        }
        compared += expected.len();
    }
    compared
}

/// Values of the format between two values; infinities and NaNs are near nothing.
fn steps(one: f32, other: f32, exponent_bits: u32) -> u32 {
    if !one.is_finite() || !other.is_finite() {
        return u32::MAX;
    }
    let place = |value: f32| {
        let bits = if exponent_bits == 5 {
            u32::from(half::f16::from_f32(value).to_bits() & 0x7fff)
        } else {
            value.to_bits() & 0x7fff_ffff
        };
        if value.is_sign_negative() { -i64::from(bits) } else { i64::from(bits) }
    };
    u32::try_from((place(one) - place(other)).unsigned_abs()).unwrap_or(u32::MAX)
}

fn sample(op: Op, case: &Value) -> Sample {
    let direction = match case["direction"].as_str() {
        Some("forward") => Direction::Forward,
        Some("backward") => Direction::Backward,
        other => panic!("{other:?} is no direction"),
    };
    let signature = op.signature(direction).expect("the case's direction is there");
    let number = |(symbol, number): (&String, &Value)| -> (&'static str, u32) {
        (symbol.clone().leak(), u32::try_from(number.as_u64().unwrap()).unwrap())
    };
    let parameter = |parameter: &Parameter| match (parameter, &case["params"][parameter.name()]) {
        (_, Value::Null) => parameter.default_bits(),
        (Parameter::F32(..), value) => (value.as_f64().unwrap() as f32).to_bits(),
        (Parameter::U32(..), value) => u32::try_from(value.as_u64().unwrap()).unwrap(),
    };
    Sample {
        op,
        direction,
        dims: case["dims"].as_object().unwrap().iter().map(number).collect(),
        parameters: op.parameters().iter().map(parameter).collect(),
        inputs: signature.inputs.iter().map(|tensor| bytes(&case["inputs"][tensor.name])).collect(),
    }
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("a tensor is a text of hexadecimal digits");
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
