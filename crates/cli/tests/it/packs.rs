//! Packs from the first source to a registry and back, and bad ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use engine_wasmi::WasmiEngine;
use host::{DeviceClass, Loaded};
use pack::{DType, Dim, Direction, Pack, Platform, PlatformName, Terms, TrustedKey, Verified};
use receipt::keyfile::PublicKeyFile;
use serde_json::Value;

use crate::process::RegistryProcess;
use crate::room::{Ran, Room, root};

const PUBLISHER: &str = "publisher.pub";

/// A room with the publisher's public key.
fn room() -> Room {
    let room = Room::new();
    let key = root().publisher_key().public();
    room.write(PUBLISHER, PublicKeyFile { key, comment: "avouch publisher".to_owned() }.to_string());
    room
}

/// The program with what compilers need of the surroundings.
fn with_tools(room: &Room, arguments: &[&str]) -> Command {
    let mut command = room.avouch(arguments);
    let home = std::env::var("HOME").unwrap_or_default();
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        command.env(name, std::env::var(name).unwrap_or_else(|_| format!("{home}/{folder}")));
    }
    for name in ["PATH", "RUSTUP_TOOLCHAIN"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // What a person may have set for another build.
    command.env("RUSTFLAGS", "--cfg=somebody_elses").env("CARGO_TARGET_DIR", "elsewhere");
    command
}

fn run_well(mut command: Command) -> Ran {
    let ran = Ran::of(command.output().expect("the program starts"));
    assert_eq!(ran.code, 0, "{command:?}: {ran:#?}");
    ran
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/cli lies in the repository").to_owned()
}

/// A pack that the test's publisher signed, verified.
fn verified(path: &Path) -> Pack<Verified> {
    let files = depot::read(path).expect("a pack");
    let trusted = [TrustedKey { name: "publisher".to_owned(), key: root().publisher_key().public().0 }];
    let terms = Terms {
        trusted: &trusted,
        allowlist: None,
        runtime: "0.1.0".parse().expect("a version"),
        platform: Platform {
            name: PlatformName::Wasmi,
            version: "2.0.0".parse().expect("a version"),
            features: &["simd128".to_owned()],
        },
        active: None,
        older_allowed: false,
    };
    Pack::read(files).expect("a manifest").verify(&terms).expect("a good pack")
}

/// Runs every golden case of a pack on the small engine; how many calls were compared.
fn golden_calls(path: &Path) -> usize {
    let loaded = Loaded::compile(Arc::new(verified(path)), &WasmiEngine::new(), DeviceClass::SERVER);
    let health = loaded.unwrap_or_else(|error| panic!("{error}")).check_health();
    health.unwrap_or_else(|failure| panic!("{failure}")).calls
}

/// From nothing to a registry and back.
fn whole_way(language: &str) {
    let room = room();
    room.run_well(&["pack", "new", "source", "--language", language, "--kernel", "scale_add_f32"]);
    let build = |output: &str, more: &[&str]| {
        let arguments = [&["--format", "json", "pack", "build", "source", "-o", output], more].concat();
        run_well(with_tools(&room, &arguments)).json()
    };
    let (folder, file) = (build("folder", &[]), build("pack.tar", &["--file"]));
    assert_eq!((&folder["manifest"], &folder["kernels"]), (&file["manifest"], &file["kernels"]), "built twice");
    assert_eq!(folder["kernels"][0]["sealed"], true);
    assert!(folder["kernels"][0]["loops_ahead"].as_u64() > Some(0), "the loop is charged ahead: {folder:#}");
    assert_eq!(room.run(&["pack", "verify", "folder", "--trust", PUBLISHER]).code, 47, "not signed yet");
    for pack in ["folder", "pack.tar"] {
        let signed = room.run_well(&["--format", "json", "pack", "sign", pack]).json();
        assert_eq!(signed["manifest"], folder["manifest"]);
        let verdict = room.run_well(&["--format", "json", "pack", "verify", pack, "--trust", PUBLISHER]).json();
        assert_eq!((&verdict["word"], &verdict["manifest"]), (&"good".into(), &folder["manifest"]));
    }
    let files = depot::read(&room.path("folder")).expect("a folder");
    assert_eq!(depot::read(&room.path("pack.tar")).expect("a file"), files);
    let calls = golden_calls(&room.path("folder"));
    assert_eq!(calls, 4, "two cases, each metered and by deadline");
    let Some(registry) = RegistryProcess::start() else { return };
    let reference = format!("{}/scale_add:0.1.0", registry.address);
    for (pack, form) in [("folder", None), ("pack.tar", Some("--tar-layer"))] {
        let mut push = vec!["--format", "json", "pack", "push", pack, &reference, "--plain-http"];
        push.extend(form);
        let pushed = room.run_well(&push).json();
        let pinned = pushed["pinned"].as_str().expect("a reference").to_owned();
        for (source, output) in
            [(reference.as_str(), format!("{pack}.by-tag")), (pinned.as_str(), format!("{pack}.by-digest"))]
        {
            let pull =
                ["--format", "json", "pack", "pull", source, "-o", &output, "--plain-http", "--trust", PUBLISHER];
            assert_eq!(room.run_well(&pull).json()["standing"], "avouch publisher");
            assert_eq!(depot::read(&room.path(&output)).expect("a folder"), files);
            room.run_well(&["pack", "verify", &output, "--trust", PUBLISHER]);
        }
    }
    let stranger = ["pack", "pull", &reference, "-o", "refused", "--plain-http", "--trust", crate::room::PUBLIC_PATH];
    assert_eq!(room.run(&stranger).code, 50);
    assert!(!room.path("refused").exists(), "what is not accepted is not written");
    println!("{language}: built twice, {calls} golden calls, pushed and pulled in two forms");
}

#[test]
fn a_kernel_in_rust_goes_the_whole_way() {
    let target = ["--print", "target-libdir", "--target", "wasm32-unknown-unknown"];
    let found = Command::new("rustc").args(target).current_dir("/").output();
    let folder = found.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    if !folder.is_ok_and(|folder| folder.is_dir()) {
        println!("SKIPPED: rustc without wasm32-unknown-unknown; `rustup target add wasm32-unknown-unknown`");
        return;
    }
    whole_way("rust");
}

#[test]
fn a_kernel_in_c_goes_the_whole_way() {
    if ["clang", "wasm-ld"].iter().any(|tool| Command::new(tool).arg("--version").output().is_err()) {
        println!("SKIPPED: no clang or no wasm-ld; on Debian: apt-get install clang lld");
        return;
    }
    whole_way("c");
}

#[test]
fn the_shipped_packs_are_built_reproducibly_and_say_what_the_operations_say() {
    let room = room();
    let mut calls = 0;
    for name in ["ops", "ops-embedded"] {
        let source = repository().join("packs").join(name);
        let source = source.to_str().expect("a path in UTF-8");
        let build = |output: &str| {
            room.run_well(&["--format", "json", "pack", "build", source, "-o", output, "--publisher", PUBLISHER]).json()
        };
        let again = format!("{name}-again");
        let (first, second) = (build(name), build(&again));
        assert_eq!((&first["manifest"], &first["kernels"]), (&second["manifest"], &second["kernels"]));
        room.run_well(&["pack", "sign", name]);
        room.run_well(&["pack", "sign", &again]);
        assert_eq!(
            depot::read(&room.path(name)).expect("a folder"),
            depot::read(&room.path(&again)).expect("a folder")
        );
        let pack = verified(&room.path(name));
        check_against_operations(&pack);
        calls += golden_calls(&room.path(name));
        println!("{name}: {} bytes, manifest {}", first["bytes"], first["manifest"]);
    }
    println!("2 packs of {} kernels, {calls} golden calls", ops::Op::ALL.len());
}

/// Every operation is there, with its own tensors, scratch space and parameters.
fn check_against_operations(pack: &Pack<Verified>) {
    assert_eq!(pack.ids().collect::<Vec<_>>(), ops::Op::ALL.iter().map(|op| op.id()).collect::<Vec<_>>());
    let tensor = |spec: &pack::TensorSpec| {
        let shape = spec.shape.iter().map(|dim| match dim {
            Dim::Fixed(size) => size.to_string(),
            Dim::Symbol(symbol) => symbol.clone(),
        });
        (spec.name.clone(), spec.dtype, shape.collect::<Vec<_>>())
    };
    let own = |tensor: &ops::signature::Tensor| {
        let shape = tensor.shape.iter().map(|extent| match extent {
            ops::signature::Extent::Fixed(size) => size.to_string(),
            ops::signature::Extent::Symbol(symbol) => (*symbol).to_owned(),
        });
        let dtype = DType::from_name(tensor.kind.id()).expect("a dtype");
        (tensor.name.to_owned(), dtype, shape.collect::<Vec<_>>())
    };
    for op in ops::Op::ALL {
        let kernel = pack.kernel(op.id()).expect("a kernel for every operation");
        assert_eq!(pack.fallback(op.id()), Some(op.id()));
        for (direction, theirs) in
            [(Direction::Forward, ops::Direction::Forward), (Direction::Backward, ops::Direction::Backward)]
        {
            let (interface, signature) = (kernel.interface(direction), op.signature(theirs));
            assert_eq!(interface.is_some(), signature.is_some(), "{}: {direction}", op.id());
            let (Some(interface), Some(signature)) = (interface, signature) else { continue };
            let lists = [(interface.inputs(), signature.inputs), (interface.outputs(), signature.outputs)];
            for (specs, tensors) in lists {
                let (left, right) = (specs.iter().map(tensor), tensors.iter().map(own));
                assert!(left.eq(right), "{}: {direction}", op.id());
            }
            assert_eq!(
                interface.scratch().map(tensor),
                signature.scratch.as_ref().map(own),
                "{}: {direction}",
                op.id()
            );
        }
        let params = kernel.params.iter().map(|parameter| (parameter.name.as_str(), parameter.default.bits()));
        let own = op.parameters().iter().map(|parameter| (parameter.name(), parameter.default_bits()));
        assert!(params.eq(own), "{}: parameters", op.id());
    }
}

#[test]
fn every_bad_pack_is_refused_with_its_word_and_code() {
    let room = room();
    let vectors = repository().join("spec/vectors/pack");
    let cases: Value = serde_json::from_slice(&fs::read(vectors.join("cases.json")).expect("cases")).expect("JSON");
    let (mut words, mut count) = (BTreeMap::new(), 0);
    for (list, folder) in [("good", "good"), ("bad", "bad")] {
        for case in cases[list].as_array().expect("a list") {
            let name = case["name"].as_str().expect("a name");
            let pack = vectors.join(folder).join(name);
            let terms = terms(&room, &cases, &case["terms"]);
            let mut arguments = vec!["--format", "json", "pack", "verify", pack.to_str().expect("UTF-8")];
            arguments.extend(terms.iter().map(String::as_str));
            let ran = room.run(&arguments);
            count += 1;
            let Some(word) = case["word"].as_str() else {
                assert_eq!((ran.code, &ran.json()["word"]), (0, &"good".into()), "{case}: {ran:#?}");
                continue;
            };
            let said: Value =
                serde_json::from_str(&ran.stderr).unwrap_or_else(|error| panic!("{name}: {error}: {ran:#?}"));
            let code = pack::PackError::TABLE.iter().find(|row| row.1 == word).map(|row| i32::from(row.0));
            assert_eq!((Some(ran.code), &said["error"]["word"]), (code, &word.into()), "{name}: {ran:#?}");
            let message = said["error"]["message"].as_str().expect("a message");
            assert!(message.contains(case["mentions"].as_str().expect("a text")), "{name}: {message}");
            *words.entry(word.to_owned()).or_insert(0) += 1;
        }
    }
    assert_eq!(words.len(), pack::PackError::TABLE.len(), "every refusal is reached through the program");
    println!("{count} packs through the program, {} words", words.len());
}

/// The terms of a case as arguments; what it does not say is what all have.
fn terms(room: &Room, cases: &Value, own: &Value) -> Vec<String> {
    let of = |key: &str| own.get(key).unwrap_or(&cases["terms"][key]);
    let mut store = "version = 1\n".to_owned();
    for name in of("trusted").as_array().expect("a list") {
        let name = name.as_str().expect("a name");
        let key = cases["keys"][name]["public"].as_str().expect("a key");
        store += &format!("[[signer]]\nname = \"{name}\"\nkey = \"{key}\"\nroles = [\"publisher\"]\n");
    }
    room.write("terms.toml", store);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").iter().map(text).collect::<Vec<_>>().join(",");
    let platform = of("platform");
    let mut arguments =
        vec!["--trust".to_owned(), "terms.toml".to_owned(), "--runtime".to_owned(), text(of("runtime"))];
    arguments.extend(["--platform".to_owned(), text(&platform["name"])]);
    arguments.extend(["--platform-version".to_owned(), text(&platform["version"])]);
    arguments.push(format!("--features={}", list(&platform["features"])));
    if !of("allowlist").is_null() {
        arguments.push(format!("--allow={}", list(of("allowlist"))));
    }
    if !of("active").is_null() {
        arguments.push(format!("--active={}@{}", text(&of("active")["name"]), text(&of("active")["version"])));
    }
    if of("older_allowed") == true {
        arguments.push("--allow-older".to_owned());
    }
    arguments
}

#[test]
fn the_trust_store_says_what_a_publisher_is_accepted_for() {
    let room = room();
    let pack = repository().join("spec/vectors/pack/good/minimal");
    let pack = pack.to_str().expect("UTF-8");
    let cases = fs::read(repository().join("spec/vectors/pack/cases.json")).expect("cases");
    let cases: Value = serde_json::from_slice(&cases).expect("JSON");
    let key = cases["keys"]["publisher"]["public"].as_str().expect("a key");
    let module = depot::read(Path::new(pack)).expect("a pack");
    let module = Pack::read(module).expect("a manifest").manifest().kernels[0].module.hash;
    let publisher = "roles = [\"publisher\"]\n";
    let table = [
        (publisher.to_owned(), 0, "good"),
        (format!("{publisher}modules = [\"sha256:{module}\"]\n"), 0, "good"),
        (format!("{publisher}modules = [\"sha256:{}\"]\n", "0".repeat(64)), 13, "wrong-role"),
        ("roles = [\"operator\", \"statement\"]\n".to_owned(), 13, "wrong-role"),
        (format!("{publisher}revoked = \"stolen\"\n"), 12, "revoked"),
        (format!("{publisher}not-after = 2026-06-01T00:00:00Z\n"), 11, "expired"),
        (format!("{publisher}not-before = 2026-06-02T00:00:00Z\n"), 11, "expired"),
        (format!("{publisher}not-after = 2026-06-02T00:00:00Z\n"), 0, "good"),
    ];
    for (lines, code, word) in &table {
        room.write("store.toml", format!("version = 1\n[[signer]]\nname = \"p\"\nkey = \"{key}\"\n{lines}"));
        let at = "2026-06-01T12:00:00Z";
        let ran = room.run(&["--format", "json", "pack", "verify", pack, "--trust", "store.toml", "--at", at]);
        assert_eq!((ran.code, &ran.json()["word"]), (*code, &(*word).into()), "{lines}: {ran:#?}");
    }
    assert_eq!(room.run(&["pack", "verify", pack]).code, 50, "nobody is trusted");
    println!("{} trust stores", table.len() + 1);
}

#[test]
fn a_registry_that_asks_who_is_there_is_answered_from_the_docker_configuration() {
    // The password is `secret`, in the only form that the registry reads.
    let users = tempfile::tempdir().expect("a folder");
    let file = users.path().join("users");
    fs::write(&file, "somebody:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n").expect("a file");
    let asks = format!("auth: {{ htpasswd: {{ realm: test, path: {} }} }}\n", file.display());
    let Some(registry) = RegistryProcess::start_with(&asks) else { return };
    let room = room();
    let pack = repository().join("spec/vectors/pack/good/minimal");
    let reference = format!("{}/minimal:1", registry.address);
    let push = |configuration: Option<&str>| {
        let mut command = room.avouch(&["pack", "push", pack.to_str().expect("UTF-8"), &reference, "--plain-http"]);
        command.envs(configuration.map(|folder| ("DOCKER_CONFIG", folder)));
        Ran::of(command.output().expect("the program starts"))
    };
    assert_eq!(push(None).code, 78, "nobody");
    fs::create_dir(room.path("docker")).expect("a folder");
    for (login, code) in [("somebody:wrong", 78), ("somebody:secret", 0)] {
        let auth = statement::base64::encode(login.as_bytes());
        room.write("docker/config.json", format!("{{\"auths\":{{\"{}\":{{\"auth\":\"{auth}\"}}}}}}", registry.address));
        let ran = push(Some("docker"));
        assert_eq!(ran.code, code, "{login}: {ran:#?}");
        assert!(!ran.stderr.contains("secret") && !ran.stderr.contains(&auth), "{ran:#?}");
    }
    let mut pull = room.avouch(&["pack", "pull", &reference, "-o", "pulled", "--plain-http"]);
    assert_eq!(Ran::of(pull.output().expect("the program starts")).code, 78, "nobody");
    assert_eq!(Ran::of(pull.env("DOCKER_CONFIG", "docker").output().expect("the program starts")).code, 0);
    assert_eq!(depot::read(&room.path("pulled")).expect("a pack"), depot::read(&pack).expect("a pack"));
}
