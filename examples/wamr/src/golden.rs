//! Golden cases as samples.

use ops::sample::Sample;
use ops::signature::Parameter;
use ops::{Direction, Op};
use serde_json::Value;

/// The inputs of every case in an operation's golden file, with the case's name.
pub fn samples(folder: &str, op: Op) -> Result<Vec<(String, Sample)>, String> {
    let path = format!("{folder}/{}.json", op.id());
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let file: Value = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    let cases = file["cases"].as_array().ok_or_else(|| format!("{path}: no cases"))?;
    let named = |case: &Value| Some((case["name"].as_str()?.to_owned(), sample(op, case)?));
    cases.iter().map(|case| named(case).ok_or_else(|| format!("{path}: a case that is none of {}", op.id()))).collect()
}

fn sample(op: Op, case: &Value) -> Option<Sample> {
    let direction = match case["direction"].as_str()? {
        "forward" => Direction::Forward,
        "backward" => Direction::Backward,
        _ => return None,
    };
    let dim = |(symbol, number): (&String, &Value)| Some((&*symbol.clone().leak(), number.as_u64()? as u32));
    let parameter = |parameter: &Parameter| match (parameter, &case["params"][parameter.name()]) {
        (_, Value::Null) => Some(parameter.default_bits()),
        (Parameter::F32(..), value) => Some((value.as_f64()? as f32).to_bits()),
        (Parameter::U32(..), value) => Some(value.as_u64()? as u32),
    };
    let inputs = op.signature(direction)?.inputs.iter();
    Some(Sample {
        op,
        direction,
        dims: case["dims"].as_object()?.iter().map(dim).collect::<Option<_>>()?,
        parameters: op.parameters().iter().map(parameter).collect::<Option<_>>()?,
        inputs: inputs.map(|tensor| bytes(case["inputs"][tensor.name].as_str()?)).collect::<Option<_>>()?,
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    hex.as_bytes().chunks(2).map(pair).collect()
}
