//! Registries that send something else than they were asked for.

use codec::sha256;
use depot::DepotError;
use depot::registry::limits::{LAYERS_MAX, MANIFEST_LEN_MAX, REDIRECTIONS_MAX};
use depot::registry::{Place, Pulled, Transport, pull};
use serde_json::{Value, json};

use crate::server::{Server, good, with_headers};
use crate::word;

const MANIFEST_PATH: &str = "/v2/ops/manifests/1";
const TITLE: &str = "org.opencontainers.image.title";

/// A server that has a good artefact of one layer, and what it is made of.
struct Registry {
    server: Server,
    manifest: Value,
}

const MODULE: &[u8] = b"\0asm\x01\0\0\0";

impl Registry {
    fn new() -> Self {
        let configuration = json!({
            "architecture": "wasm", "os": "wasip1", "layerDigests": [format!("sha256:{}", sha256(MODULE))],
        });
        let configuration = configuration.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("application/vnd.wasm.config.v0+json", &configuration, None),
            "layers": [descriptor("application/wasm", MODULE, Some("a.wasm"))],
        });
        let registry = Self { server: Server::start(), manifest };
        registry.server.answer(&blob_path(MODULE), good(MODULE));
        registry.server.answer(&blob_path(&configuration), good(&configuration));
        registry.publish();
        registry
    }

    fn publish(&self) {
        self.server.answer(MANIFEST_PATH, good(self.manifest.to_string().as_bytes()));
    }

    fn pull(&self) -> Result<Pulled, DepotError> {
        self.pull_by("ops:1")
    }

    fn pull_by(&self, name: &str) -> Result<Pulled, DepotError> {
        let text = format!("{}/{name}", self.server.address);
        pull(&Place::parse(&text, Transport::PlainLoopback).expect("a reference"))
    }

    /// The same artefact with another configuration.
    fn configure(&mut self, kind: &str, configuration: &[u8]) {
        self.manifest["config"] = descriptor(kind, configuration, None);
        self.server.answer(&blob_path(configuration), good(configuration));
    }
}

fn blob_path(bytes: &[u8]) -> String {
    format!("/v2/ops/blobs/sha256:{}", sha256(bytes))
}

fn descriptor(kind: &str, bytes: &[u8], title: Option<&str>) -> Value {
    let mut value = json!({"mediaType": kind, "digest": format!("sha256:{}", sha256(bytes)), "size": bytes.len()});
    if let Some(title) = title {
        value["annotations"] = json!({TITLE: title});
    }
    value
}

#[test]
fn a_good_artefact_is_pulled() {
    let registry = Registry::new();
    let pulled = registry.pull().expect("a good artefact");
    assert_eq!(pulled.files.get("a.wasm"), Some(MODULE));
    let digest = pulled.digest;
    let by_digest = format!("/v2/ops/manifests/sha256:{digest}");
    registry.server.answer(&by_digest, good(registry.manifest.to_string().as_bytes()));
    assert_eq!(registry.pull_by(&format!("ops@sha256:{digest}")).expect("the same"), pulled);
    assert_eq!(registry.pull_by(&format!("ops:other@sha256:{digest}")).expect("the digest counts"), pulled);
    registry.server.answer(&by_digest, good(registry.manifest.to_string().replace("a.wasm", "b.wasm").as_bytes()));
    assert_eq!(word(registry.pull_by(&format!("ops@sha256:{digest}"))), "wrong-digest");
}

#[test]
fn a_manifest_that_is_none_of_a_pack_is_refused() {
    type Change = fn(&mut Registry);
    let changes: [(&str, &str, Change); 19] = [
        ("an index", "bad-artefact", |it| {
            it.manifest["mediaType"] = "application/vnd.oci.image.index.v1+json".into();
        }),
        ("an old schema", "bad-artefact", |it| it.manifest["schemaVersion"] = 1.into()),
        ("no layers", "bad-artefact", |it| it.manifest["layers"] = Value::Null),
        ("text instead of an object", "bad-artefact", |it| it.manifest = "x".into()),
        ("an unknown configuration", "bad-artefact", |it| it.configure("application/json", b"{}")),
        ("a configuration of other layers", "bad-artefact", |it| {
            let text = br#"{"architecture":"wasm","os":"wasip1","layerDigests":[]}"#;
            it.configure("application/vnd.wasm.config.v0+json", text);
        }),
        ("a configuration that is none", "bad-artefact", |it| {
            it.configure("application/vnd.wasm.config.v0+json", b"[]");
        }),
        ("an image that is no archive", "bad-artefact", |it| {
            it.configure("application/vnd.oci.image.config.v1+json", b"{}");
        }),
        ("a layer of another type", "bad-artefact", |it| {
            it.manifest["layers"][0]["mediaType"] = "application/octet-stream".into();
        }),
        ("a layer without a title", "bad-artefact", |it| it.manifest["layers"][0]["annotations"] = json!({})),
        ("a digest of another kind", "bad-artefact", |it| {
            it.manifest["layers"][0]["digest"] = format!("sha512:{}", "a".repeat(128)).into();
        }),
        ("a digest in capitals", "bad-artefact", |it| {
            it.manifest["layers"][0]["digest"] = format!("sha256:{}", "A".repeat(64)).into();
        }),
        ("a digest with a path in it", "bad-artefact", |it| {
            it.manifest["layers"][0]["digest"] = "sha256:../../../../../../etc/passwd".into();
        }),
        ("a path upwards", "path-escapes", |it| it.manifest["layers"][0]["annotations"][TITLE] = "../a.wasm".into()),
        ("an absolute path", "path-escapes", |it| it.manifest["layers"][0]["annotations"][TITLE] = "/a.wasm".into()),
        ("a layer larger than all may be", "too-large", |it| it.manifest["layers"][0]["size"] = (1_u64 << 40).into()),
        ("layers that together are too large", "too-large", |it| {
            let mut layer = it.manifest["layers"][0].clone();
            layer["size"] = (pack::limits::TOTAL_LEN_MAX as u64).into();
            it.manifest["layers"] = json!([layer, layer]);
        }),
        ("more layers than a pack has files", "too-large", |it| {
            let layer = it.manifest["layers"][0].clone();
            it.manifest["layers"] = vec![layer; LAYERS_MAX + 1].into();
        }),
        ("a configuration that is too large", "too-large", |it| it.manifest["config"]["size"] = (1_u64 << 32).into()),
    ];
    for (name, expected, change) in &changes {
        let mut registry = Registry::new();
        change(&mut registry);
        registry.publish();
        assert_eq!(word(registry.pull()), *expected, "{name}");
    }
    println!("{} manifests refused", changes.len());
}

#[test]
fn one_layer_twice_under_one_path_is_refused() {
    let mut registry = Registry::new();
    let layer = registry.manifest["layers"][0].clone();
    registry.manifest["layers"] = json!([layer, layer]);
    let digest = format!("sha256:{}", sha256(MODULE));
    let text = json!({"architecture": "wasm", "os": "wasip1", "layerDigests": [digest, digest]}).to_string();
    registry.configure("application/vnd.wasm.config.v0+json", text.as_bytes());
    registry.publish();
    assert_eq!(word(registry.pull()), "path-clash");
}

#[test]
fn answers_that_are_too_long_too_short_or_wrong_are_refused() {
    let endless = "Transfer-Encoding: chunked\r\n\r\n400\r\n";
    let chunks = format!("{}\r\n400\r\n", "x".repeat(0x400)).repeat(MANIFEST_LEN_MAX / 0x400 + 2);
    let long = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n{endless}{chunks}").into_bytes();
    let blob = blob_path(MODULE);
    let other = b"\0asm\x01\0\0\x01";
    let cases = [
        ("a manifest that says it is too long", MANIFEST_PATH, "too-large", {
            with_headers("200 OK", &format!("Content-Length: {}\r\n", MANIFEST_LEN_MAX + 1), b"{")
        }),
        ("a manifest that does not end", MANIFEST_PATH, "too-large", long.clone()),
        ("a manifest cut short", MANIFEST_PATH, "registry-refused", {
            with_headers("200 OK", "Content-Length: 400\r\n", b"{\"schemaVersion\":2")
        }),
        ("a manifest that is no JSON", MANIFEST_PATH, "bad-artefact", good(b"<html>")),
        ("no answer", MANIFEST_PATH, "registry-refused", Vec::new()),
        ("no HTTP", MANIFEST_PATH, "registry-refused", b"SSH-2.0-x\r\n".to_vec()),
        ("not there", MANIFEST_PATH, "registry-refused", with_headers("404 Not Found", "Content-Length: 0\r\n", b"")),
        ("an error", MANIFEST_PATH, "registry-refused", with_headers("500 No", "Content-Length: 0\r\n", b"")),
        (
            "part of it",
            &blob,
            "registry-refused",
            with_headers("206 Partial Content", "Content-Length: 4\r\n", b"\0asm"),
        ),
        ("a blob that says it is longer", &blob, "too-large", good(&[MODULE, b"more"].concat())),
        ("a blob that does not end", &blob, "too-large", long),
        ("a shorter blob", &blob, "bad-artefact", good(&MODULE[..4])),
        ("a blob cut short", &blob, "registry-refused", {
            with_headers("200 OK", "Content-Length: 8\r\n", &MODULE[..4])
        }),
        ("another blob", &blob, "wrong-digest", good(other)),
        ("no blob", &blob, "registry-refused", with_headers("404 Not Found", "Content-Length: 0\r\n", b"")),
    ];
    for (name, path, expected, answer) in &cases {
        let registry = Registry::new();
        registry.server.answer(path, answer.clone());
        assert_eq!(word(registry.pull()), *expected, "{name}");
    }
    println!("{} answers refused", cases.len());
}

#[test]
fn redirections_are_followed_within_one_origin_only() {
    let to = |place: &str| {
        with_headers("307 Temporary Redirect", &format!("Location: {place}\r\nContent-Length: 0\r\n"), b"")
    };
    let blob = blob_path(MODULE);
    let registry = Registry::new();
    registry.server.answer(&blob, to("/storage"));
    registry.server.answer("/storage", good(MODULE));
    assert!(registry.pull().is_ok(), "storage of the same registry");

    let elsewhere = Server::start();
    elsewhere.answer("/storage", good(MODULE));
    registry.server.answer(&blob, to(&format!("http://{}/storage", elsewhere.address)));
    assert_eq!(word(registry.pull()), "registry-refused");
    assert_eq!(elsewhere.asked(), 0, "another server was asked");
    for place in ["https://registry.example/x", "file:///etc/passwd", "http://[::1]:1/", "http://169.254.169.254/x"] {
        registry.server.answer(&blob, to(place));
        assert_eq!(word(registry.pull()), "registry-refused", "{place}");
    }

    let before = registry.server.asked();
    registry.server.answer(&blob, to(&blob));
    assert_eq!(word(registry.pull()), "registry-refused", "in circles");
    assert!(registry.server.asked() - before <= REDIRECTIONS_MAX + 3, "{}", registry.server.asked());
    println!("6 redirections refused");
}
