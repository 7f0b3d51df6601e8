//! The JSON Schema accepts the good manifests, refuses the malformed ones, and this is all that it cannot see.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::fixture::{cases, folder};

/// Malformed manifests that the schema accepts. `spec/pack.md` says why.
const BEYOND_A_SCHEMA: [&str; 27] = [
    "bad-key--neutral",
    "bad-key--no-point",
    "bad-key--not-canonical",
    "bad-key--small-order",
    "bad-parameter--u32-fraction",
    "bad-shape--block",
    "bad-shape--unbound-backward",
    "bad-shape--unbound-output",
    "bad-shape--unbound-scratch",
    "bad-time--day",
    "bad-value--benchmark-symbol",
    "bad-window--swapped",
    "duplicate-kernel--same-id",
    "duplicate-key--escaped",
    "duplicate-key--fallback",
    "duplicate-key--nested",
    "duplicate-key--parameter",
    "duplicate-key--top",
    "duplicate-name--backward",
    "duplicate-name--inputs",
    "duplicate-name--model",
    "duplicate-name--output",
    "fallback-unknown-kernel--absent",
    "path-clash--case",
    "path-clash--folder",
    "path-clash--folder-case",
    "too-large--tensors",
];

/// Also beyond it: numbers with a fraction of 0, which a schema takes for whole.
const WHOLE_TO_A_SCHEMA: &str = "wrong-type--kernels-0-resource_limits-max_epoch_ticks";

/// Reads a schema's path, then paths of manifests; prints for each whether it is accepted, refused or no JSON.
const CHECKER: &str = r#"
import json, sys
import jsonschema
def once(pairs):
    return dict(pairs)
def no_constant(text):
    raise ValueError(text)
paths = sys.stdin.read().split("\n")
schema = json.load(open(paths[0], encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for path in paths[1:]:
    try:
        text = open(path, "rb").read().decode("utf-8")
        text.encode("utf-8")
        value = json.loads(text, parse_constant=no_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except ValueError:
        print("not-json", path)
        continue
    print("accepted" if validator.is_valid(value) else "refused", path)
"#;

#[test]
fn the_schema_sees_what_a_schema_can() {
    let has_it = Command::new("python3").args(["-c", "import jsonschema"]).output();
    if !has_it.is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 with `jsonschema` is missing");
        return;
    }
    let cases = cases();
    let manifest = |kind: &str, name: &str| folder().join(kind).join(name).join("kernels.json");
    let mut paths = vec![folder().join("../../kernels-v1.schema.json")];
    let good = ["minimal", "full", "gate", "edges"];
    paths.extend(good.map(|name| manifest("good", name)));
    // Only manifests that were edited: the others are good, and something else is wrong with the pack.
    let edited = cases["bad"].as_array().expect("an array").iter().filter_map(|case| {
        let (name, base) = (case["name"].as_str().unwrap(), case["base"].as_str().unwrap());
        let manifest_of = |kind, name| fs::read(manifest(kind, name)).ok();
        let bytes = manifest_of("bad", name)?;
        // A manifest that verify refuses is none of the schema's business.
        let is_malformed = pack::Manifest::parse(&bytes).is_err();
        (is_malformed && Some(bytes) != manifest_of("good", base)).then(|| manifest("bad", name))
    });
    paths.extend(edited);
    let mut child = Command::new("python3")
        .args(["-c", CHECKER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let list: Vec<&str> = paths.iter().map(|path| path.to_str().expect("UTF-8")).collect();
    child.stdin.take().expect("piped").write_all(list.join("\n").as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let name = |path: &str| path.rsplit('/').nth(1).expect("a folder").to_owned();
    let with = |verdict: &str| -> BTreeSet<String> {
        said.lines().filter_map(|line| line.strip_prefix(verdict)?.strip_prefix(' ')).map(name).collect()
    };
    let (accepted, refused, not_json) = (with("accepted"), with("refused"), with("not-json"));
    let beyond = BEYOND_A_SCHEMA.into_iter().chain([WHOLE_TO_A_SCHEMA]);
    let expected: BTreeSet<String> = beyond.chain(good).map(str::to_owned).collect();
    assert_eq!(accepted, expected);
    assert_eq!(accepted.len() + refused.len() + not_json.len() + 1, paths.len());
    println!(
        "{} good accepted; {} malformed refused, {} no JSON, {} beyond a schema",
        good.len(),
        refused.len(),
        not_json.len(),
        accepted.len() - good.len()
    );
}
