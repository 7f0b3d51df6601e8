//! The examples, from run to report.

use std::path::Path;

use journal::Reader;
use receipt::Receipt;
use serde_json::Value;

use crate::room::{PUBLIC_PATH, Room};

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    path.to_str().expect("a path of text").to_owned()
}

/// Runs an example and everything that can be done with its journal; the run's summary.
fn whole_pipeline(run_file: &str, more: &[&str]) -> Value {
    let room = Room::new();
    let path = example(run_file);
    let mut run = vec!["--format", "json", "run", &path, "-o", "x.journal"];
    run.extend(more);
    let summary = room.run_well(&run).json();
    let ticks = summary["ticks"].as_u64().expect("a number");
    assert_eq!(summary["verification"]["word"], "good");
    let verified = room.run_well(&["--format", "json", "verify", "x.journal", "--trust", PUBLIC_PATH]).json();
    assert_eq!((&verified["status"], &verified["chain_length"]), (&"valid".into(), &ticks.into()));
    assert_eq!(verified["head"], summary["verification"]["head"]);
    for engine in ["wasmtime", "wasmi"] {
        let replayed = room.run_well(&["--format", "json", "replay", "x.journal", "--engine", engine]).json();
        assert_eq!((&replayed["word"], &replayed["steps_equal"]), (&"good".into(), &ticks.into()));
        assert!(replayed["engine"].as_str().is_some_and(|name| name.starts_with(engine)), "{replayed:#}");
    }
    let part = room.run_well(&["--format", "json", "replay", "x.journal", "--from", "10", "--to", "12"]).json();
    // Without a snapshot before them, what comes before is run and compared too.
    assert_eq!((&part["from"], &part["to"], &part["steps_equal"]), (&1.into(), &12.into(), &12.into()));
    let overview = room.run_well(&["--format", "json", "inspect", "x.journal"]).json();
    for count in ["ticks", "pass", "fail", "inconclusive", "done", "partial", "alarms", "first_label", "last_label"] {
        assert_eq!(overview[count], summary[count], "{count}");
    }
    let last = ticks.to_string();
    let step = room.run_well(&["--format", "json", "inspect", "x.journal", "--epoch", &last]).json();
    assert_eq!((&step["epoch"], &step["body"]), (&ticks.into(), &verified["head"]));
    let cut = step["cut"].as_str().expect("a sentence");
    assert!(
        ["The lightest way to split the ", "The graph is in ", "The core is in "]
            .iter()
            .any(|words| cut.starts_with(words)),
        "{cut}"
    );
    let report = room.run_well(&["--format", "json", "report", "x.journal", "--trust", PUBLIC_PATH]).json();
    assert_eq!((&report["word"], &report["page"]), (&"good".into(), &"report.html".into()));
    assert_eq!(room.read("report.html").len() as u64, report["bytes"].as_u64().expect("a number"));
    println!("{run_file}: {ticks} ticks");
    summary
}

#[test]
fn the_market() {
    let summary = whole_pipeline("market.toml", &["--limit", "200"]);
    assert_eq!((&summary["ticks"], &summary["first_label"]), (&200.into(), &"1990-04-02".into()));
}

#[test]
fn calls_between_services_from_csv() {
    let summary = whole_pipeline("csv-stream.toml", &[]);
    assert!(summary["fail"].as_u64() > Some(0), "the example shows an alarm: {summary:#}");
}

#[test]
fn sensors_from_ndjson() {
    let summary = whole_pipeline("ndjson-stream.toml", &[]);
    assert!(summary["fail"].as_u64() > Some(0), "the example shows an alarm: {summary:#}");
}

#[test]
fn the_host_may_sign() {
    whole_pipeline("market.toml", &["--limit", "40", "--signer", "host"]);
}

#[test]
fn every_durability_keeps_the_whole_run() {
    for durability in ["each", "batch:7", "batch:1000", "close"] {
        whole_pipeline("market.toml", &["--limit", "30", "--durability", durability]);
    }
}

#[test]
fn two_runs_with_insecure_keys_are_the_same_and_nobody_trusts_them() {
    let room = Room::new();
    let path = example("market.toml");
    let bodies: Vec<Vec<Vec<u8>>> = [("a.journal", "wasmtime"), ("b.journal", "wasmi")]
        .iter()
        .map(|(name, engine)| {
            let insecure = "--insecure-keys-from-configuration";
            let ran = room.run_well(&["run", &path, "-o", name, "--limit", "25", "--engine", engine, insecure]);
            assert!(ran.stderr.contains("INSECURE"), "{ran:#?}");
            let reader = Reader::open(&room.path(name)).expect("a whole journal");
            let receipts = reader.entries(1, u64::MAX).map(|entry| entry.expect("a step").receipt);
            receipts.map(|bytes| Receipt::decode(&bytes).expect("a receipt").body_bytes().to_vec()).collect()
        })
        .collect();
    assert_eq!(bodies[0].len(), 25);
    assert_eq!(bodies[0], bodies[1], "the same configuration and inputs, other bodies");
    let verified = room.run(&["--format", "json", "verify", "a.journal", "--trust", PUBLIC_PATH]);
    assert_eq!(verified.code, 9, "{verified:#?}");
    assert_eq!(verified.json()["key_mode"], "insecure");
    // Not even those who trust the key that everybody can derive.
    let reader = Reader::open(&room.path("a.journal")).expect("a whole journal");
    let configuration = codec::sha256(&reader.header().configuration);
    let operator = receipt::RootSecret::insecure_from_configuration(&configuration).operator_key().public();
    room.write("everybody.pub", receipt::keyfile::PublicKeyFile { key: operator, comment: String::new() }.to_string());
    let verified = room.run(&["--format", "json", "verify", "a.journal", "--trust", "everybody.pub"]);
    assert_eq!((verified.code, &verified.json()["word"]), (9, &"signer-unknown".into()), "{verified:#?}");
    assert!(room.run_well(&["inspect", "a.journal"]).stdout.contains("insecure keys"));
}

#[test]
fn an_export_has_every_step() {
    let room = Room::new();
    room.run_well(&["run", &example("market.toml"), "-o", "x.journal", "--limit", "5"]);
    room.run_well(&["inspect", "x.journal", "--export", "out"]);
    let lines = String::from_utf8(room.read("out/steps.ndjson")).expect("text");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[5]["epoch"], 5);
    let reader = Reader::open(&room.path("x.journal")).expect("a whole journal");
    assert_eq!(room.read("out/module.wasm"), reader.header().module);
    assert_eq!(room.run(&["inspect", "x.journal", "--export", "out"]).code, 1, "a folder that is there is left alone");
}
