//! A real registry process on loopback.

use std::fs;

use depot::registry::{Form, Place, Transport, pull, push};

use crate::process::RegistryProcess;
use crate::{files, files_of, word};

fn place(registry: &RegistryProcess, rest: &str) -> Place {
    let text = format!("oci://{}/{rest}", registry.address);
    Place::parse(&text, Transport::PlainLoopback).expect("a reference")
}

#[test]
fn a_pack_comes_back_by_tag_and_by_digest_in_both_forms() {
    let Some(registry) = RegistryProcess::start() else { return };
    let mut digests = Vec::new();
    for (form, name) in [(Form::Layers, "kernels/ops:1.0.0"), (Form::Tar, "tar:1")] {
        let tagged = place(&registry, name);
        let pushed = push(&tagged, &files(), form).expect("the registry takes it");
        assert!(pushed.blobs_sent > 0 && pushed.bytes_sent > files().total_len() / 2, "{pushed:?}");
        let again = push(&tagged, &files(), form).expect("the registry takes it again");
        assert_eq!((again.blobs_sent, again.digest), (0, pushed.digest), "what is there is not sent again");
        let pulled = pull(&tagged).expect("the tag is there");
        assert_eq!((&pulled.files, pulled.digest, pulled.form), (&files(), pushed.digest, form));
        let pinned = Place::parse(&tagged.pinned(&pushed.digest), Transport::PlainLoopback).expect("a reference");
        assert_eq!(pull(&pinned).expect("the digest is there"), pulled);
        assert_eq!(word(push(&pinned, &files(), form)), "bad-reference", "a digest cannot be chosen");
        digests.push(pushed.digest);
    }
    let one_more = files_of(&[("kernels.json", b"{}\n"), ("kernels.json.sig", b"01\n")]);
    let tagged = place(&registry, "kernels/ops:1.0.0");
    let moved = push(&tagged, &one_more, Form::Layers).expect("a tag may move");
    assert_eq!(pull(&tagged).expect("the tag is there").files, one_more);
    let pinned = Place::parse(&tagged.pinned(&digests[0]), Transport::PlainLoopback).expect("a reference");
    assert_eq!(pull(&pinned).expect("the digest stays").files, files());
    assert_ne!(moved.digest, digests[0]);
    assert_eq!(word(pull(&place(&registry, "kernels/ops:none"))), "registry-refused");
    assert_eq!(word(pull(&place(&registry, "none:1"))), "registry-refused");
    println!("2 forms pushed, pulled by tag and digest");
}

#[test]
fn what_a_registry_changed_on_its_disk_is_not_taken() {
    let Some(registry) = RegistryProcess::start() else { return };
    let tagged = place(&registry, "changed:1");
    push(&tagged, &files(), Form::Layers).expect("the registry takes it");
    let model = codec::sha256(files().get("models/small.onnx").expect("a model"));
    let digits = model.to_string();
    let blob = format!("storage/docker/registry/v2/blobs/sha256/{}/{digits}/data", &digits[..2]);
    let blob = registry.folder.path().join(blob);
    let mut bytes = fs::read(&blob).expect("the registry's own file");
    bytes[0] ^= 1;
    fs::write(&blob, bytes).expect("the registry's own file");
    assert_eq!(word(pull(&tagged)), "wrong-digest");
    fs::write(&blob, b"short").expect("the registry's own file");
    assert_ne!(word(pull(&tagged)), "nothing");
    fs::remove_file(&blob).expect("the registry's own file");
    assert_eq!(word(pull(&tagged)), "registry-refused");
}

#[test]
fn references_name_registry_and_tag_and_plain_http_stays_on_this_machine() {
    let digest = "a".repeat(64);
    let bad = [
        "ops:1".to_owned(),
        "library/ops:1".to_owned(),
        "127.0.0.1:5000/ops".to_owned(),
        "127.0.0.1:5000".to_owned(),
        "http://127.0.0.1:5000/ops:1".to_owned(),
        "127.0.0.1:5000/OPS:1".to_owned(),
        "127.0.0.1:5000/ops:1?x=y".to_owned(),
        "127.0.0.1:5000/../ops:1".to_owned(),
        "127.0.0.1:5000/ops@sha256:12".to_owned(),
        format!("127.0.0.1:5000/ops@sha512:{digest}{digest}"),
        format!("127.0.0.1:5000/ops@sha256:{}", digest.to_uppercase()),
        String::new(),
    ];
    for text in &bad {
        assert_eq!(word(Place::parse(text, Transport::PlainLoopback)), "bad-reference", "{text}");
    }
    for text in ["registry.example/ops:1", "10.0.0.1/ops:1", "127.0.0.1.example/ops:1", "0.0.0.0:5000/ops:1"] {
        assert_eq!(word(Place::parse(text, Transport::PlainLoopback)), "not-loopback", "{text}");
        assert_eq!(word(Place::parse(text, Transport::Tls)), "nothing", "{text}");
    }
    let pinned = format!("oci://localhost:5000/a/b:1@sha256:{digest}");
    let place = Place::parse(&pinned, Transport::PlainLoopback).expect("a reference");
    assert_eq!((place.registry(), place.tag()), ("localhost:5000", Some("1")));
    assert_eq!(place.digest().map(ToString::to_string), Some(digest));
    println!("{} references refused", bad.len() + 4);
}

#[test]
fn https_is_spoken_unless_told_otherwise() {
    // A registry that speaks plain HTTP does not understand the handshake: nothing of the pack is sent to it.
    let Some(registry) = RegistryProcess::start() else { return };
    let text = format!("{}/ops:1", registry.address);
    let place = Place::parse(&text, Transport::Tls).expect("a reference");
    assert_eq!(word(pull(&place)), "registry-refused");
    assert_eq!(word(push(&place, &files(), Form::Layers)), "registry-refused");
}
