//! Kernels from the command line and over HTTP: run, receipts, replay on the other engine, serve, upgrade, stop.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use receipt::keyfile::PublicKeyFile;
use serde_json::Value;

use crate::room::{Room, root};

const TRUST: &str = "publisher.pub";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// What every kernel's table of the test's packs says alike.
const COMMON: &str = r#"
resource_limits = { max_memory_pages = 64, max_epoch_ticks = 1000, max_table_elements = 16 }
[kernels.platforms]
wasmtime = { min_version = "48.0.0", features = ["simd128"] }
wasmi = { min_version = "2.0.0", features = ["simd128"] }
"#;

/// A room with a signed pack: SwiGLU and LoRA as they are shipped.
fn room(version: &str) -> Room {
    let room = Room::new();
    let key = root().publisher_key().public();
    room.write(TRUST, PublicKeyFile { key, comment: "avouch publisher".to_owned() }.to_string());
    let key = root().invocation_key().public();
    room.write("invocation.pub", PublicKeyFile { key, comment: "avouch invocation".to_owned() }.to_string());
    pack(&room, version, "pack");
    let floats = |values: [f32; 6]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    room.write("gate.bin", floats([1.0, -2.0, 0.5, 0.0, 30.0, -0.25]));
    room.write("up.bin", floats([1.0, 1.0, 2.0, 3.0, -1.0, 8.0]));
    room
}

/// Builds and signs a pack of this version.
fn pack(room: &Room, version: &str, output: &str) {
    std::fs::create_dir_all(room.path("source")).expect("a folder");
    room.write("source/pack.toml", format!(
        r#"version = "{version}"
name = "two"
description = "two kernels"
min_runtime_version = "0.1.0"
max_runtime_version = "1.0.0"
created_at = 2026-11-21T00:00:00Z
author = {{ name = "A", email = "a@example.org" }}
[fallbacks]
swiglu_f32 = "swiglu_f32"
[[kernels]]
id = "swiglu_f32"
name = "SwiGLU"
category = "activation"
path = "swiglu.wasm"
source = "shipped:simd/swiglu_f32"
inputs = [{{ name = "gate", dtype = "f32", shape = ["rows", "dim"] }}, {{ name = "up", dtype = "f32", shape = ["rows", "dim"] }}]
outputs = [{{ name = "y", dtype = "f32", shape = ["rows", "dim"] }}]
{COMMON}
[kernels.backward]
inputs = [{{ name = "gate", dtype = "f32", shape = ["rows", "dim"] }}, {{ name = "up", dtype = "f32", shape = ["rows", "dim"] }}, {{ name = "dy", dtype = "f32", shape = ["rows", "dim"] }}]
outputs = [{{ name = "dgate", dtype = "f32", shape = ["rows", "dim"] }}, {{ name = "dup", dtype = "f32", shape = ["rows", "dim"] }}]
"#
    ));
    room.run_well(&["pack", "build", "source", "-o", output, "--publisher", TRUST, "--replace"]);
    room.run_well(&["pack", "sign", output]);
}

const CALL: [&str; 8] =
    ["--pack", "pack", "--trust", TRUST, "--input", "gate=gate.bin:2,3", "--input", "up=up.bin:2,3"];

fn kernel(room: &Room, action: &[&str], more: &[&str]) -> crate::room::Ran {
    room.run(&[&["--format", "json", "kernel"], action, &CALL[..], more].concat())
}

/// The one receipt in a folder.
fn receipt_in(room: &Room, folder: &str) -> String {
    let mut files = std::fs::read_dir(room.path(folder)).expect("a folder");
    let file = files.next().expect("a receipt").expect("a readable folder");
    format!("{folder}/{}", file.file_name().to_string_lossy())
}

#[test]
fn a_receipted_call_replays_on_the_other_engine() {
    let room = room("1.0.0");
    let ran = kernel(&room, &["run", "swiglu_f32"], &["--receipts", "receipts", "-o", "out"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    let ran = ran.json();
    assert_eq!((&ran["implementation"], &ran["outputs"][0]["shape"]), (&"module".into(), &serde_json::json!([2, 3])));
    assert!(ran["meter"].as_u64().is_some_and(|used| used > 0));
    assert!(room.read("out/y.npy").starts_with(b"\x93NUMPY"));
    let receipt = receipt_in(&room, "receipts");
    let verdict = room.run(&["--format", "json", "verify", &receipt, "--trust", "invocation.pub"]);
    assert_eq!((verdict.code, &verdict.json()["word"]), (0, &"good".into()), "{verdict:#?}");
    assert_eq!(verdict.json()["epoch"], Value::Null);
    let stranger = room.run(&["--format", "json", "verify", &receipt, "--trust", TRUST]);
    assert_eq!(stranger.code, 9, "nobody trusted signed it");
    for engine in ["wasmtime", "wasmi"] {
        let again = kernel(&room, &["replay", &receipt], &["--engine", engine]);
        assert_eq!((again.code, &again.json()["word"]), (0, &"good".into()), "{engine}: {again:#?}");
        assert_eq!(again.json()["meter"], ran["meter"]);
    }
    room.write("up.bin", [0; 24]);
    let other = kernel(&room, &["replay", &receipt], &[]);
    assert_eq!((other.code, &other.json()["difference"]), (5, &"inputs".into()));
    let mut bytes = room.read(&receipt);
    let place = bytes.len() - 1;
    bytes[place] ^= 1;
    room.write("tampered.cose", bytes);
    assert_eq!(room.run(&["verify", "tampered.cose", "--trust", "invocation.pub"]).code, 3);
}

#[test]
fn what_is_typed_wrongly_is_told() {
    let room = room("1.0.0");
    let plain = |arguments: &[&str]| room.run(&[&["kernel", "run"], arguments].concat());
    let table: [(&[&str], i32, &str); 9] = [
        (&["none", "--pack", "pack", "--trust", TRUST, "--input", "x=gate.bin:6"], 2, "has no kernel `none`"),
        (&["swiglu_f32", "--pack", "pack", "--trust", TRUST, "--input", "gate=gate.bin:2,3"], 2, "`up`: missing"),
        (&["swiglu_f32", "--pack", "pack", "--trust", TRUST, "--input", "gate=gate.bin"], 2, "need a shape"),
        (&["swiglu_f32", "--pack", "pack", "--trust", TRUST, "--input", "gate=none.bin:2,3"], 1, "none.bin"),
        (&["swiglu_f32", "--pack", "pack", "--trust", TRUST, "--input", "gate.bin"], 2, "say NAME=FILE.npy"),
        (
            &[
                "swiglu_f32",
                "--pack",
                "pack",
                "--trust",
                TRUST,
                "--input",
                "gate=gate.bin:2,4",
                "--input",
                "up=up.bin:2,3",
            ],
            8,
            "gate",
        ),
        (&["swiglu_f32", "--pack", "nowhere", "--trust", TRUST, "--input", "gate=gate.bin:2,3"], 1, "nowhere"),
        (&["swiglu_f32", "--pack", "pack", "--input", "gate=gate.bin:2,3"], 50, "trust"),
        (&["swiglu_f32", "--pack", "pack", "--trust", "invocation.pub", "--input", "gate=gate.bin:2,3"], 50, "trust"),
    ];
    for (arguments, code, said) in table {
        let ran = plain(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran:#?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {ran:#?}");
    }
    let budget = kernel(&room, &["run", "swiglu_f32"], &["--budget", "10", "--no-fallback"]);
    assert_eq!(budget.code, 7, "{budget:#?}");
    let fallen = kernel(&room, &["run", "swiglu_f32"], &["--budget", "10"]);
    assert_eq!((fallen.code, &fallen.json()["implementation"]), (0, &"reference".into()));
    let parameter = kernel(&room, &["run", "swiglu_f32"], &["--param", "eps=1"]);
    assert_eq!(parameter.code, 2, "{parameter:#?}");
    println!("{} command lines refused", table.len() + 2);
}

#[test]
fn kernels_are_listed_and_measured() {
    let room = room("1.0.0");
    let list = room.run_well(&["--format", "json", "kernel", "list", "--pack", "pack", "--trust", TRUST]).json();
    assert_eq!(list["kernels"][0]["forward"], "gate f32[rows,dim], up f32[rows,dim] -> y f32[rows,dim]");
    assert_eq!((&list["kernels"][0]["metered"], &list["kernels"][0]["simd"]), (&true.into(), &true.into()));
    let bench = [
        "--format",
        "json",
        "kernel",
        "bench",
        "--pack",
        "pack",
        "--trust",
        TRUST,
        "--size",
        "4096,65536",
        "--cell-ms",
        "1",
    ];
    let table = room.run_well(&bench).json();
    let rows = table["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["native_us"].as_f64().is_some_and(|time| time > 0.0)));
    for (row, bytes) in rows.iter().zip([4_096_u64, 65_536]) {
        let found = row["bytes"].as_u64().expect("bytes");
        assert!(found >= bytes / 2 && found <= bytes * 8, "{found} for {bytes}");
    }
}

/// A server process that is killed if a test ends without stopping it.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let first = lines.next().expect("it says where").expect("text");
        let address = first.split("http://").nth(1).unwrap_or_else(|| panic!("{first}")).to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
        let head = String::from_utf8(answer[..end].to_vec()).expect("text");
        (head[9..12].parse().expect("a status"), head, answer[end..].to_vec())
    }

    fn stop(mut self) -> i32 {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there");
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn a_server_serves_upgrades_and_stops_on_a_signal() {
    let room = room("1.0.0");
    room.write("token", TOKEN);
    let serve = |more: &[&str]| {
        let arguments =
            ["serve", "--pack", "pack", "--trust", TRUST, "--listen", "127.0.0.1:0", "--admin-token", "token"];
        room.avouch(&[&arguments[..], more].concat())
    };
    let readable = crate::room::Ran::of(serve(&[]).output().expect("it runs"));
    assert_eq!(readable.code, 6, "a token that others can read: {readable:#?}");
    room.mode("token", 0o600);
    let server = Serving::start(serve(&["--receipts", "served"]));
    let header = r#"{"gate":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"up":{"dtype":"F32","shape":[2,3],"data_offsets":[24,48]}}"#;
    let head = (header.len() as u64).to_le_bytes();
    let body = [&head[..], header.as_bytes(), &room.read("gate.bin"), &room.read("up.bin")].concat();
    let path = "/v1/kernels/swiglu_f32/forward?mode=metered&receipt=1";
    let (status, said, answer) = server.ask("POST", path, "", &body);
    assert_eq!(status, 200, "{said}");
    assert!(said.contains("avouch-implementation: module"), "{said}");
    room.run_well(&[&["kernel", "run", "swiglu_f32"], &CALL[..], &["-o", "same.safetensors"]].concat());
    assert_eq!(room.read("same.safetensors"), answer, "the command line and the server give the same bytes");
    let receipt = receipt_in(&room, "served");
    assert_eq!(kernel(&room, &["replay", &receipt], &["--engine", "wasmi"]).code, 0);

    pack(&room, "1.1.0", "next");
    room.run_well(&["pack", "build", "source", "-o", "next.tar", "--file", "--publisher", TRUST]);
    room.run_well(&["pack", "sign", "next.tar"]);
    let admin = format!("authorization: Bearer {TOKEN}\r\n");
    let (status, said, _) = server.ask("POST", "/v1/upgrade", "", &room.read("next.tar"));
    assert_eq!(status, 401, "{said}");
    let (status, said, answer) = server.ask("POST", "/v1/upgrade", &admin, &room.read("next.tar"));
    assert_eq!(status, 200, "{said}{}", String::from_utf8_lossy(&answer));
    let (_, _, about) = server.ask("GET", "/v1/pack", "", &[]);
    let about: Value = serde_json::from_slice(&about).expect("JSON");
    assert_eq!((&about["version"], &about["signer"]), (&"1.1.0".into(), &"avouch publisher".into()));
    assert_eq!(server.ask("POST", "/v1/rollback", &admin, &[]).0, 200);
    let (_, _, metrics) = server.ask("GET", "/metrics", "", &[]);
    assert!(String::from_utf8_lossy(&metrics).contains("avouch_pack_rollbacks_total{cause=\"hand\"} 1\n"));
    assert_eq!(server.stop(), 0);
}
