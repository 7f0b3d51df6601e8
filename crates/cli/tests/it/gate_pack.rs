//! A gate out of a pack: run, verified, replayed, gone on with, and refused.

use std::path::Path;

use codec::Digest;
use journal::Reader;
use pack::{
    Author, Files, HashedFile, Interface, Kernel, Limits, Manifest, PlatformName, PlatformNeeds, Version, draft,
    signature,
};
use receipt::keyfile::PublicKeyFile;
use receipt::{Body, PublicKey, Receipt};
use seal::{LoopCharge, MemoryRule, NanBits, Policy};

use crate::room::{PUBLIC_PATH, RUN_FILE, Room, root, rows};

/// The publisher's seed in these tests: everybody knows it.
const SEED: [u8; 32] = [7; 32];
const PUBLISHER: &str = "publisher.pub";

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    path.to_str().expect("a path of text").to_owned()
}

/// A gate that ships, sealed under a policy.
fn gate(policy: &Policy<'_>) -> Vec<u8> {
    seal::seal(shipped::gate("edge").expect("it ships").bytes, policy).expect("it can be sealed").bytes
}

/// The entry of a gate in a manifest.
fn entry(id: &str) -> Kernel {
    let file = |path: &str| HashedFile { path: path.to_owned(), hash: Digest::ZERO };
    let none = Interface::new(&"a gate", Vec::new(), Vec::new(), None).expect("a gate has no tensors");
    let on = |name, version| {
        let min_version = Version::parse(version).expect("a version");
        (name, PlatformNeeds { min_version, features: vec!["simd128".to_owned()] })
    };
    Kernel {
        id: id.to_owned(),
        name: "A gate".to_owned(),
        category: pack::COGNITIVE.to_owned(),
        module: file("gate.wasm"),
        entry_point: "execute".to_owned(),
        forward: none,
        backward: None,
        params: Vec::new(),
        limits: Limits { max_memory_pages: 4, max_epoch_ticks: 1_000, max_table_elements: 64 },
        platforms: vec![on(PlatformName::Wasmtime, "48.0.0"), on(PlatformName::Wasmi, "2.0.0")],
        golden: Vec::new(),
        benchmarks: Vec::new(),
        configuration: Some(file("run.toml")),
    }
}

/// The files of a signed pack with these gates, one module and one run file.
fn packed(kernels: Vec<Kernel>, module: &[u8], run_file: &str) -> Files {
    let version = |text| Version::parse(text).expect("a version");
    let mut manifest = Manifest {
        version: version("1.0.0"),
        name: "market-gate".to_owned(),
        description: "A test.".to_owned(),
        min_runtime_version: version("0.1.0"),
        max_runtime_version: version("1.0.0"),
        created_at: "2026-11-21T00:00:00Z".to_owned(),
        author: Author {
            name: "A test".to_owned(),
            email: "test@avouch.dev".to_owned(),
            signing_key: signature::public_key(&SEED),
        },
        kernels,
        models: Vec::new(),
        fallbacks: Vec::new(),
    };
    let mut files = Files::new();
    files.insert("gate.wasm", module.to_vec()).expect("a good path");
    files.insert("run.toml", run_file.into()).expect("a good path");
    draft::fill_hashes(&mut manifest, &files).expect("all files are there");
    draft::put_manifest(&manifest, &mut files).expect("a good manifest");
    draft::sign_files(&mut files, &SEED).expect("the author's key");
    files
}

/// A room with the publisher's key, and a pack as a folder, `gate`, and as a file, `gate.pack`.
fn room_with(files: &Files) -> Room {
    let room = Room::new();
    let key = PublicKey(signature::public_key(&SEED));
    room.write(PUBLISHER, PublicKeyFile { key, comment: "avouch publisher".to_owned() }.to_string());
    depot::directory::write(&room.path("gate"), files).expect("a new folder");
    depot::archive::write_file(&room.path("gate.pack"), files).expect("a new file");
    room.write("rows.ndjson", rows(30, ["a", "b", "c", "d"]));
    room
}

/// Frames and claims of a journal but for what links them to their genesis statement and names keys.
fn bodies(room: &Room, journal: &str) -> Vec<String> {
    let reader = Reader::open(&room.path(journal)).expect("a whole journal");
    let receipts = reader.entries(1, u64::MAX).map(|entry| entry.expect("a step").receipt);
    let unlinked = receipts.map(|bytes| {
        let body = Body::decode(Receipt::decode(&bytes).expect("a receipt").body_bytes()).expect("a body");
        let (mut frame, mut claim) = (*body.frame(), *body.gate_claim().expect("a claim"));
        (frame.previous, frame.claim, claim.previous) = (Digest::ZERO, None, Digest::ZERO);
        claim.signer.key = PublicKey([0; 32]);
        format!("{frame:?} {claim:?}")
    });
    unlinked.collect()
}

#[test]
fn the_market_through_a_pack_gives_the_bodies_of_the_run_file() {
    let market = String::from_utf8(std::fs::read(example("market.toml")).expect("an example")).expect("text");
    let data = example("data/sp500_20assets.csv.gz");
    let room = room_with(&packed(vec![entry("market")], &gate(&Policy::STANDARD), &market));
    let limit = ["--limit", "60"];
    room.run_well(&[&["run", &example("market.toml"), "-o", "file.journal"][..], &limit].concat());
    let through = |pack: &str, journal: &str, engine: &str| {
        let run = ["run", pack, "--trust", PUBLISHER, "--data", &data, "-o", journal, "--engine", engine];
        room.run_well(&[&run[..], &limit].concat());
    };
    through("gate", "folder.journal", "wasmtime");
    through("gate.pack", "archive.journal", "wasmi");
    let expected = bodies(&room, "file.journal");
    assert_eq!(expected.len(), 60);
    assert_eq!(bodies(&room, "folder.journal"), expected);
    assert_eq!(bodies(&room, "archive.journal"), expected);
    // The genesis statement names the pack, and everything that reads a journal reads this one.
    let pack = codec::sha256(&room.read("gate/kernels.json"));
    let seen = room.run_well(&["--format", "json", "inspect", "folder.journal"]).json();
    assert_eq!(seen["module_name"], format!("market of market-gate 1.0.0, pack sha256:{pack}"));
    let verified = room.run_well(&["--format", "json", "verify", "folder.journal", "--trust", PUBLIC_PATH]).json();
    assert_eq!((&verified["word"], &verified["chain_length"]), (&"good".into(), &60.into()));
    // The module is one that ships, so that a replay asks for nothing.
    let replayed = room.run_well(&["--format", "json", "replay", "folder.journal", "--engine", "wasmi"]).json();
    assert_eq!(replayed["steps_equal"], 60);
    println!("60 bodies, three ways");
}

/// The gate sealed another way: the same decisions, another digest, and so a module that this program does not ship.
fn foreign() -> Vec<u8> {
    gate(&Policy { loops: LoopCharge::EachTurn, ..Policy::STANDARD })
}

#[test]
fn a_module_that_is_not_shipped_is_replayed_on_its_packs_word() {
    let room = room_with(&packed(vec![entry("small")], &foreign(), RUN_FILE));
    let run = ["run", "gate", "--trust", PUBLISHER, "--data", "rows.ndjson", "-o", "x.journal"];
    room.run_well(&[&run[..], &["--limit", "12"]].concat());
    let stranger = room.run(&["replay", "x.journal"]);
    assert_eq!(stranger.code, 6, "{stranger:#?}");
    assert!(stranger.stderr.contains("say --pack"), "{stranger:#?}");
    let trusted = ["--format", "json", "replay", "x.journal", "--pack", "gate.pack", "--trust", PUBLISHER];
    assert_eq!(room.run_well(&trusted).json()["steps_equal"], 12);
    assert_eq!(room.run_well(&["--format", "json", "replay", "x.journal", "--any-module"]).json()["steps_equal"], 12);
    // A pack counts for its own gate only, and only for those who trust its publisher.
    let other = room_with(&packed(vec![entry("small")], &gate(&Policy::STANDARD), RUN_FILE));
    let other = other.path("gate.pack");
    let other = other.to_str().expect("a path of text");
    let refused = room.run(&["replay", "x.journal", "--pack", other, "--trust", PUBLISHER]);
    assert_eq!(refused.code, 6, "{refused:#?}");
    assert!(refused.stderr.contains("no gate of this pack"), "{refused:#?}");
    let untrusted = room.run(&["replay", "x.journal", "--pack", "gate.pack", "--trust", PUBLIC_PATH]);
    assert_eq!(untrusted.code, no_trusted_key(), "{untrusted:#?}");
    // What comes after an interruption, and a fork's parent, is the same chain with the same name.
    room.run_well(&run);
    assert_eq!(Reader::open(&room.path("x.journal")).expect("a whole journal").entries(1, u64::MAX).count(), 30);
    let shipped =
        room.run(&["run", "gate.pack", "--trust", PUBLISHER, "--data", "-", "-o", "x.journal", "--next-rows"]);
    assert_eq!(shipped.code, 0, "nothing more comes, and the pack is the same: {shipped:#?}");
}

#[test]
fn a_chain_goes_on_with_its_own_pack_only() {
    let files = packed(vec![entry("small")], &gate(&Policy::STANDARD), RUN_FILE);
    let room = room_with(&files);
    let pack = ["run", "gate", "--trust", PUBLISHER, "--data", "rows.ndjson", "-o", "x.journal", "--limit", "5"];
    room.run_well(&pack);
    // The same module and the same configuration, but not by way of this pack.
    room.write("run.toml", RUN_FILE);
    let plain = room.run(&["run", "run.toml", "-o", "x.journal"]);
    assert_eq!(plain.code, 2, "{plain:#?}");
    assert!(plain.stderr.contains("comes from another pack"), "{plain:#?}");
}

fn no_trusted_key() -> i32 {
    i32::from(pack::PackError::NoTrustedKey { key: Digest::ZERO }.row().0)
}

#[test]
fn a_gate_pack_is_refused_for_what_is_wrong_with_it() {
    let good = gate(&Policy::STANDARD);
    let growing = gate(&Policy { memory: MemoryRule::Capped { max_pages: 8 }, ..Policy::STANDARD });
    let deep = gate(&Policy { depth_limit: 2 * Policy::STANDARD.depth_limit, ..Policy::STANDARD });
    let unsealed = shipped::gate("edge").expect("it ships").bytes;
    let rooted = RUN_FILE.replace("rows.ndjson", "/var/rows.ndjson");
    let upward = RUN_FILE.replace("rows.ndjson", "../rows.ndjson");
    let tiny = RUN_FILE.replace("\"edge\"", "\"tile\"");
    let unknown = RUN_FILE.replace("budget_meter", "budget").replace("[run]", "[run]\nspeed = 1");
    let entries = || vec![entry("small")];
    let as_made = gate(&Policy { nan: NanBits::AsMade, ..Policy::STANDARD });
    let narrow = Limits { max_memory_pages: 3, ..entry("small").limits };
    let small_entry = vec![Kernel { limits: narrow, ..entry("small") }];
    let table: [(&str, Files, i32, &str); 10] = [
        ("NaN bits as made", packed(entries(), &as_made, RUN_FILE), 6, "NaN bits"),
        ("more memory than the manifest says", packed(small_entry, &good, RUN_FILE), 6, "the manifest allows 3"),
        ("not sealed", packed(entries(), unsealed, RUN_FILE), 6, "not a sealed module"),
        ("a growing memory", packed(entries(), &growing, RUN_FILE), 6, "memory that grows"),
        ("a deep stack", packed(entries(), &deep, RUN_FILE), 6, "call depth"),
        ("two gates", packed(vec![entry("one"), entry("two")], &good, RUN_FILE), 2, "more than one gate"),
        ("an absolute path", packed(entries(), &good, &rooted), 6, "without a way to it"),
        ("a path upwards", packed(entries(), &good, &upward), 6, "without a way to it"),
        ("another profile's configuration", packed(entries(), &good, &tiny), 8, "refused its configuration"),
        ("a run file that does not read", packed(entries(), &good, &unknown), 2, "unknown field"),
    ];
    for (what, files, code, words) in &table {
        let room = room_with(files);
        let ran = room.run(&["run", "gate", "--trust", PUBLISHER, "--data", "rows.ndjson", "-o", "x.journal"]);
        assert_eq!(ran.code, *code, "{what}: {ran:#?}");
        assert!(ran.stderr.contains(words), "{what}: {ran:#?}");
        assert!(!room.path("x.journal").exists(), "{what}: nothing is left behind");
    }
    println!("{} packs refused", table.len());
}

#[test]
fn whose_pack_it_is_and_where_its_data_lies_must_be_said() {
    let room = room_with(&packed(vec![entry("small")], &gate(&Policy::STANDARD), RUN_FILE));
    let asked = |arguments: &[&str]| room.run(&[&["run", "gate", "-o", "x.journal"], arguments].concat());
    let (data, trust) = (["--data", "rows.ndjson"], ["--trust", PUBLISHER]);
    assert_eq!(asked(&data).code, no_trusted_key(), "nobody is trusted");
    let operator = asked(&[&data[..], &["--trust", PUBLIC_PATH]].concat());
    assert_eq!(operator.code, no_trusted_key(), "{operator:#?}");
    let nowhere = asked(&trust);
    assert_eq!(nowhere.code, 2, "{nowhere:#?}");
    assert!(nowhere.stderr.contains("--data"), "{nowhere:#?}");
    let key = PublicKey(signature::public_key(&SEED));
    for (line, code) in [
        ("roles = [\"operator\"]", 13),
        ("roles = [\"publisher\"]\nrevoked = \"lost\"", 12),
        ("roles = [\"publisher\"]\nnot-after = 2020-01-01T00:00:00Z", 11),
        ("roles = [\"publisher\"]", 0),
    ] {
        room.write("trust.toml", format!("version = 1\n[[signer]]\nname = \"p\"\nkey = \"{key}\"\n{line}\n"));
        let ran = asked(&[&data[..], &["--trust", "trust.toml", "--limit", "3"]].concat());
        assert_eq!(ran.code, code, "{line}: {ran:#?}");
    }
    // One byte of the module is another.
    let mut module = room.read("gate/gate.wasm");
    let last = module.len() - 1;
    module[last] ^= 1;
    room.write("gate/gate.wasm", module);
    let tampered = asked(&[&data[..], &trust].concat());
    let zero = Digest::ZERO;
    let mismatch = pack::PackError::HashMismatch { path: String::new(), expected: zero, actual: zero };
    assert_eq!(tampered.code, i32::from(mismatch.row().0), "{tampered:#?}");
}

#[test]
fn the_recipe_in_the_repository_is_built_signed_and_run() {
    let room = Room::new();
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/market-gate");
    let recipe = recipe.to_str().expect("a path of text");
    for pack in ["one", "two"] {
        room.run_well(&["pack", "build", recipe, "-o", pack]);
    }
    assert_eq!(room.read("one/kernels.json"), room.read("two/kernels.json"), "built twice, the same");
    assert_eq!(room.read("one/gate.wasm"), gate(&Policy::STANDARD));
    room.run_well(&["pack", "sign", "one"]);
    let key = root().publisher_key().public();
    room.write(PUBLISHER, PublicKeyFile { key, comment: "avouch publisher".to_owned() }.to_string());
    room.run_well(&["pack", "verify", "one", "--trust", PUBLISHER]);
    let data = example("data/sp500_20assets.csv.gz");
    let run = ["run", "one", "--trust", PUBLISHER, "--data", &data, "-o", "x.journal", "--limit", "20"];
    room.run_well(&run);
    room.run_well(&["run", &example("market.toml"), "-o", "y.journal", "--limit", "20"]);
    let expected = bodies(&room, "y.journal");
    assert_eq!((bodies(&room, "x.journal"), expected.len()), (expected.clone(), 20));
}
