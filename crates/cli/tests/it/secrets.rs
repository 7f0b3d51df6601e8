//! What the program leaves behind holds no secret: not the journal, not the log at its most talkative, not the report.

use receipt::{Genesis, InstanceName, KeyRole};

use crate::room::{Room, SECRET, root};

/// A seed and what signing expands it to (RFC 8032, 5.1.5), each as bytes.
fn secrets_of(seed: &[u8; 32]) -> [Vec<u8>; 4] {
    let expanded = <sha2::Sha512 as sha2::Digest>::digest(seed);
    let mut clamped = expanded[..32].to_vec();
    clamped[0] &= 248;
    clamped[31] = clamped[31] & 127 | 64;
    [seed.to_vec(), expanded[..32].to_vec(), clamped, expanded[32..].to_vec()]
}

/// Whether any sixteen bytes of the secret stand in `text`, as they are or in hexadecimal.
fn holds(text: &[u8], secret: &[u8]) -> bool {
    secret.chunks_exact(16).any(|part| {
        let hex: String = part.iter().map(|byte| format!("{byte:02x}")).collect();
        text.windows(16).any(|window| window == part) || text.windows(32).any(|window| window == hex.as_bytes())
    })
}

#[test]
fn journal_log_and_report_hold_no_secret() {
    let room = Room::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/market.toml");
    let mut run = room.avouch(&["run", example, "--limit", "80", "--every", "20", "-o", "run.journal"]);
    let output = run.env("AVOUCH_LOG", "trace").output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    room.run_well(&["log", "checkpoint", "run.journal", "-o", "checkpoint"]);
    room.run_well(&["export", "run.journal", "--kind", "bundle", "-o", "bundle.json"]);
    let page = room.avouch(&["report", "run.journal", "-o", "page.html"]).output().expect("the program starts");
    assert!(page.status.success());

    let journal = journal::Reader::open(&room.path("run.journal")).expect("a journal");
    let genesis = Genesis::decode(&journal.header().genesis).expect("a genesis statement");
    let statement = genesis.statement();
    let name =
        InstanceName { module: statement.module, configuration: statement.configuration, instance: statement.instance };
    let keys = [
        root().instance_key(KeyRole::Runtime, &name),
        root().instance_key(KeyRole::Witness, &name),
        root().operator_key(),
        root().instance_key(KeyRole::Log, &name),
        root().statement_key(),
        root().publisher_key(),
    ];
    assert_eq!(keys[0].public(), statement.runtime, "these are this run's keys");
    assert_eq!(Some(keys[1].public()), statement.witness, "these are this run's keys");
    let mut secrets: Vec<Vec<u8>> = keys.iter().flat_map(|key| secrets_of(&key.expose_seed())).collect();
    secrets.push(root().expose().to_vec());

    let places = [
        ("journal", room.read("run.journal")),
        ("report", room.read("page.html")),
        ("checkpoint", room.read("checkpoint")),
        ("bundle", room.read("bundle.json")),
        ("log", output.stderr),
        ("summary", output.stdout),
    ];
    for (place, text) in &places {
        for secret in &secrets {
            assert!(!holds(text, secret), "the {place} holds a secret");
        }
    }
    assert!(holds(SECRET.as_bytes(), root().expose()), "the search finds a secret where there is one");
    println!("{} secrets searched for in {} places", secrets.len(), places.len());
}
