//! The committed vectors of `spec/vectors/log/`, and `spec/check_log.py`, which was written from the specifications alone.
//!
//! `AVOUCH_BLESS=1 cargo test -p receipt --test it log_vectors` writes them anew. One line is one vector: kind, name, for
//! the refused ones what the crate says, then the fields that `spec/log.md` lists.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use codec::Digest;
use receipt::log::merkle::{consistency_proof, inclusion_proof, leaf_hash, root, verify_consistency, verify_inclusion};
use receipt::log::note::{self, Note, VerifierKey};
use receipt::log::{Checkpoint, CoseReceipt, SignedHead, TlogProof, Transparent};
use receipt::{CheckedKey, PublicKey, Trust};

use crate::log_fixture::{Log, log, stranger};
use crate::log_merkle::Store;
use crate::log_tiles;
use crate::vectors::from_hex;

/// Kind, name, fields.
type Vector = (&'static str, String, Vec<String>);

fn spec() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

fn path(digests: &[Digest]) -> String {
    let digests: Vec<_> = digests.iter().map(ToString::to_string).collect();
    if digests.is_empty() { "-".into() } else { digests.join(",") }
}

fn compare(file: &Path, made: &[u8]) {
    if std::env::var_os("AVOUCH_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(file, made).expect("the vectors can be written");
    }
    let committed = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(committed == made, "{} is not as committed", file.display());
}

fn verifier(log: &Log) -> String {
    VerifierKey::new(&log.origin, *log.instance.genesis.log_key()).expect("a good name").to_string()
}

fn accepted(log: &Log) -> Vec<Vector> {
    let key = verifier(log);
    let (key_hex, operator) = (hex(key.as_bytes()), log.instance.operator.public().to_string());
    let mut list: Vec<Vector> = vec![
        (
            "key",
            "published".into(),
            vec![hex(b"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")],
        ),
        ("key", "of-the-log".into(), vec![key_hex.clone()]),
    ];
    let mut one = |kind, name: &str, fields: Vec<String>| list.push((kind, name.into(), fields));
    let plain = note::sign("a text\n\nwith an empty line\n", &log.origin, &log.instance.log).expect("a good text");
    one("note", "plain", vec![key_hex.clone(), hex(plain.as_bytes())]);
    let foreign = note::sign(&log.checkpoint(11).to_text(), "witness.example", &stranger()).expect("a good text");
    let both = format!("{}{}", log.head(11).note(), foreign.split("\n\n").nth(1).expect("a line"));
    one("checkpoint", "foreign-line", vec![key_hex.clone(), hex(both.as_bytes())]);
    for size in [0, 1, 11] {
        let head = log.head(size);
        one("checkpoint", &size.to_string(), vec![key_hex.clone(), hex(head.note().as_bytes())]);
        one("head", &size.to_string(), vec![key_hex.clone(), hex(&head.to_bytes())]);
    }
    for (index, size) in [(0, 1), (0, 2), (1, 2), (2, 3), (4, 11), (5, 11), (10, 11), (14, 15)] {
        let (name, Ok(root)) = (format!("{index}-of-{size}"), root(&log.store, size));
        let Ok(proof) = inclusion_proof(&log.store, index, size);
        let leaf = leaf_hash(&log.entries[index as usize]);
        let numbers = [index.to_string(), size.to_string()];
        let fields = [&numbers[..], &[leaf.to_string(), root.to_string(), path(&proof)]].concat();
        one("inclusion", &name, fields);
        one("proof", &name, vec![operator.clone(), hex(log.proof(index, size).to_text().as_bytes())]);
        let log_key = log.instance.log.public().to_string();
        one("cose", &name, vec![log_key, leaf.to_string(), hex(&log.cose(index, size).to_bytes())]);
        if index % 4 != 1 {
            one("transparent", &name, vec![operator.clone(), hex(&log.transparent(index, size).to_bytes())]);
        }
    }
    // A path does not fix the size: 11 and 15 leaves have the same shape from leaf 4 up. Only a signature fixes it.
    let Ok(root_of_11) = root(&log.store, 11);
    let Ok(proof) = inclusion_proof(&log.store, 4, 11);
    let leaf = leaf_hash(&log.entries[4]).to_string();
    one("inclusion", "4-of-11-as-of-15", vec!["4".into(), "15".into(), leaf, root_of_11.to_string(), path(&proof)]);
    for (old, new) in [(0, 0), (0, 5), (1, 1), (1, 8), (3, 7), (4, 7), (6, 8), (7, 15), (8, 15), (15, 15)] {
        one("consistency", &format!("{old}-{new}"), consistency(log, old, new));
    }
    list
}

fn consistency(log: &Log, old: u64, new: u64) -> Vec<String> {
    let Ok(proof) = consistency_proof(&log.store, old, new);
    let (Ok(old_root), Ok(new_root)) = (root(&log.store, old), root(&log.store, new));
    vec![old.to_string(), new.to_string(), old_root.to_string(), new_root.to_string(), path(&proof)]
}

/// Text vectors with one thing changed, proofs with one thing changed, and some of each that are good elsewhere.
fn refused(log: &Log) -> Vec<Vector> {
    let good = accepted(log);
    let find = |kind, name: &str| {
        let found = good.iter().find(|vector| vector.0 == kind && vector.1 == name).expect("there is such a vector");
        found.2.clone()
    };
    let mut list: Vec<Vector> = Vec::new();
    let texts: [(&'static str, &str, &str, &str, &str); 18] = [
        ("key", "of-the-log", "other-id", "+", "+0"),
        ("key", "of-the-log", "space", "avouch/", "avouch /"),
        ("note", "plain", "carriage-return", "a text\n", "a text\r\n"),
        ("note", "plain", "hyphen", "\u{2014} ", "- "),
        ("note", "plain", "no-last-line-feed", "=\n", "="),
        ("note", "plain", "other-text", "a text", "a Text"),
        ("note", "plain", "other-name", "\u{2014} avouch", "\u{2014} elsewhere"),
        ("checkpoint", "11", "leading-zero", "\n11\n", "\n011\n"),
        ("checkpoint", "11", "other-size", "\n11\n", "\n12\n"),
        ("checkpoint", "11", "extension", "\n\n", "\nmore\n\n"),
        ("checkpoint", "11", "no-blank-line", "\n\n", "\n"),
        ("proof", "4-of-11", "version-2", "@v1", "@v2"),
        ("proof", "4-of-11", "no-extra", "extra ", "extras "),
        ("proof", "4-of-11", "other-index", "index 4", "index 5"),
        ("proof", "4-of-11", "leading-zero", "index 4", "index 04"),
        ("proof", "4-of-11", "short-digest", "index 4\n", "index 4\nAAAA\n"),
        ("proof", "0-of-1", "path-too-long", "index 0\n", "index 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"),
        ("proof", "4-of-11", "trailing-text", "index 4\n", "index 4 \n"),
    ];
    for (kind, from, name, old, new) in texts {
        let mut fields = find(kind, from);
        let last = fields.last_mut().expect("a field");
        let text = String::from_utf8(from_hex(last)).expect("a text");
        assert!(text.contains(old), "{kind} {name}");
        *last = hex(text.replacen(old, new, 1).as_bytes());
        list.push((kind, name.into(), fields));
    }
    let doubled = log.head(11).note().to_owned() + log.head(11).note().split("\n\n").nth(1).expect("a line");
    list.push((
        "checkpoint",
        "signed-twice".into(),
        vec![find("checkpoint", "11")[0].clone(), hex(doubled.as_bytes())],
    ));
    // Well signed, by the right key, and still not a checkpoint.
    let (origin, root) = (&log.origin, root_line(log, 11));
    for (name, text) in [
        ("signed-leading-zero", format!("{origin}\n011\n{root}\n")),
        ("signed-extension", format!("{origin}\n11\n{root}\nmore\n")),
        ("signed-two-lines", format!("{origin}\n11\n")),
        ("signed-size-2-to-63", format!("{origin}\n9223372036854775808\n{root}\n")),
        ("signed-size-0", format!("{origin}\n0\n{root}\n")),
        ("signed-short-root", format!("{origin}\n11\nAAAA\n")),
        ("signed-other-origin", format!("avouch/other\n11\n{root}\n")),
    ] {
        let note = note::sign(&text, origin, &log.instance.log).expect("a good text");
        list.push(("checkpoint", name.into(), vec![find("checkpoint", "11")[0].clone(), hex(note.as_bytes())]));
    }
    let other_key = VerifierKey::new(&log.origin, stranger().public().check().expect("usable")).expect("a good name");
    let fields = vec![hex(other_key.to_string().as_bytes()), find("head", "11")[1].clone()];
    list.push(("head", "other-key".into(), fields));
    list.push(("head", "other-cose-signature".into(), {
        let mut fields = find("head", "11");
        let place = fields[1].len() - 128;
        fields[1].replace_range(place.., &hex(&log.head(1).cose_signature().0));
        fields
    }));
    let mut swap = |kind, from: &str, other: &str, name: &str, places: &[usize]| {
        let (mut fields, others) = (find(kind, from), find(kind, other));
        places.iter().for_each(|place| fields[*place] = others[*place].clone());
        list.push((kind, name.into(), fields));
    };
    swap("inclusion", "4-of-11", "5-of-11", "other-leaf", &[2]);
    swap("inclusion", "4-of-11", "5-of-11", "other-index", &[0]);
    swap("inclusion", "4-of-11", "0-of-2", "other-size", &[1]);
    swap("inclusion", "4-of-11", "0-of-1", "path-too-short", &[4]);
    swap("inclusion", "0-of-1", "4-of-11", "path-too-long", &[4]);
    swap("inclusion", "14-of-15", "0-of-1", "index-is-size", &[1]);
    swap("consistency", "6-8", "3-7", "other-proof", &[4]);
    swap("consistency", "6-8", "0-0", "no-proof", &[4]);
    swap("consistency", "0-5", "6-8", "proof-from-nothing", &[4]);
    swap("consistency", "6-8", "3-7", "other-old-root", &[2]);
    swap("consistency", "6-8", "15-15", "other-new-root", &[3]);
    swap("consistency", "1-1", "15-15", "reversed", &[0]);
    swap("consistency", "15-15", "6-8", "same-size-two-roots", &[3]);
    swap("cose", "4-of-11", "5-of-11", "other-leaf", &[1]);
    swap("cose", "4-of-11", "14-of-15", "other-receipt", &[2]);
    let operator = stranger().public().to_string();
    for kind in ["proof", "transparent"] {
        list.push((kind, "other-operator".into(), vec![operator.clone(), find(kind, "4-of-11")[1].clone()]));
    }
    let cose = CoseReceipt { size: 4, ..log.cose(0, 3) };
    let leaf = leaf_hash(&log.entries[0]).to_string();
    let key = log.instance.log.public().to_string();
    list.push(("cose", "other-size-same-root".into(), vec![key.clone(), leaf.clone(), hex(&cose.to_bytes())]));
    let attached = hex(&log.cose(0, 3).to_bytes()).replace("f65840", "405840");
    list.push(("cose", "payload-attached".into(), vec![key, leaf, attached]));
    list
}

fn root_line(log: &Log, size: u64) -> String {
    log.checkpoint(size).to_text().lines().nth(2).expect("three lines").to_owned()
}

/// What the crate says of a vector.
fn verdict(kind: &str, fields: &[String]) -> Result<(), String> {
    let bytes = fields.last().map(|field| if field == "-" { Vec::new() } else { from_hex(&field.replace(',', "")) });
    let bytes = bytes.expect("a field");
    let key = |place: usize| {
        let text = String::from_utf8(from_hex(&fields[place])).map_err(|_| String::from("NotText"))?;
        VerifierKey::parse(&text).map_err(|error| format!("Key:{error:?}"))
    };
    let log_key = |hex: &str| -> CheckedKey { PublicKey::from_hex(hex).expect("a key").check().expect("usable") };
    let digest = |place: usize| Digest::from_hex(&fields[place]).expect("a digest");
    let number = |place: usize| fields[place].parse::<u64>().expect("a number");
    let digests = || -> Vec<_> { bytes.as_chunks().0.iter().map(|digest| Digest(*digest)).collect() };
    let operator = |genesis: &receipt::Genesis| {
        let operator = PublicKey::from_hex(&fields[0]).expect("a key");
        if genesis.trust(&[operator]) == Trust::Operator(operator) { Ok(()) } else { Err(String::from("Operator")) }
    };
    match kind {
        "key" => key(0).map(|key| assert_eq!(hex(key.to_string().as_bytes()), fields[0])),
        "note" => {
            let note = Note::parse(&bytes).map_err(|error| format!("{error:?}"))?;
            assert_eq!(note.to_string().as_bytes(), bytes);
            note.verify(&key(0)?).map_err(|error| format!("{error:?}"))
        }
        "checkpoint" => {
            let key = key(0)?;
            Checkpoint::open(&bytes, key.name(), key.key()).map(drop).map_err(|error| format!("{error:?}"))
        }
        "head" => {
            let (key, head) = (key(0)?, SignedHead::decode(&bytes).map_err(|error| format!("{error:?}"))?);
            assert_eq!(head.to_bytes(), bytes);
            head.verify(key.name(), key.key()).map(drop).map_err(|error| format!("{error:?}"))
        }
        "inclusion" => verify_inclusion(number(0), number(1), &digest(2), &digests(), &digest(3))
            .map_err(|error| format!("{error:?}")),
        "consistency" => verify_consistency(number(0), &digest(2), number(1), &digest(3), &digests())
            .map_err(|error| format!("{error:?}")),
        "proof" => {
            let proof = TlogProof::parse(&bytes).map_err(|error| format!("{error:?}"))?;
            assert_eq!(proof.to_text().as_bytes(), bytes);
            operator(proof.genesis())?;
            proof.verify(proof.genesis()).map(drop).map_err(|error| format!("{error:?}"))
        }
        "cose" => {
            let receipt = CoseReceipt::decode(&bytes).map_err(|error| format!("{error:?}"))?;
            assert_eq!(receipt.to_bytes(), bytes);
            receipt.verify(&digest(1), &log_key(&fields[0])).map_err(|error| format!("{error:?}"))
        }
        "transparent" => {
            let whole = Transparent::decode(&bytes).map_err(|error| format!("{error:?}"))?;
            assert_eq!(whole.to_bytes(), bytes);
            operator(whole.genesis())?;
            whole.verify(whole.genesis()).map(drop).map_err(|error| format!("{error:?}"))
        }
        other => panic!("unknown kind of vector: {other}"),
    }
}

#[test]
fn accept_and_reject() {
    let log = log();
    let folder = spec().join("vectors/log");
    let mut text = String::from("# To be accepted: kind, name, fields (log.md, section \"Vectors\").\n");
    let good = accepted(&log);
    for (kind, name, fields) in &good {
        assert_eq!(verdict(kind, fields), Ok(()), "{kind} {name}");
        writeln!(text, "{kind} {name} {}", fields.join(" ")).expect("writing to a string");
    }
    compare(&folder.join("accept.txt"), text.as_bytes());
    let mut text = String::from("# To be refused: kind, name, what the crate says, fields.\n");
    let bad = refused(&log);
    for (kind, name, fields) in &bad {
        let said = verdict(kind, fields).expect_err(name).replace(' ', "");
        writeln!(text, "{kind} {name} {said} {}", fields.join(" ")).expect("writing to a string");
    }
    compare(&folder.join("reject.txt"), text.as_bytes());
    println!("{} vectors accepted and {} refused, as committed", good.len(), bad.len());
}

/// A directory of 300 short entries, with its checkpoint and key.
#[test]
fn tiles() {
    let folder = spec().join("vectors/log");
    let (store, files) = directory(300);
    for (path, contents) in &files {
        compare(&folder.join("tiles").join(path), contents);
    }
    let key = VerifierKey::new("example.com/log", stranger().public().check().expect("usable")).expect("a good name");
    compare(&folder.join("tiles.key"), format!("{key}\n").as_bytes());
    assert_eq!(store.size, 300);
    println!("{} files of a directory as committed", files.len());
}

fn directory(size: u64) -> (Store, log_tiles::Files) {
    let entries = log_tiles::entries(size);
    let store = Store::of(&entries);
    let mut files = log_tiles::directory(&store, &entries, size);
    files.insert("checkpoint".into(), signed_checkpoint(&store, size).into_bytes());
    (store, files)
}

fn signed_checkpoint(store: &Store, size: u64) -> String {
    let head = SignedHead::sign(log_tiles::checkpoint(store, size), &stranger()).expect("a good checkpoint");
    head.note().to_owned()
}

/// Runs `check_log.py` with the Python that `AVOUCH_PYTHON` names, or `python3`. `None` if that cannot be done here.
fn python(arguments: &[&Path]) -> Option<(bool, String)> {
    let python = std::env::var("AVOUCH_PYTHON").unwrap_or_else(|_| "python3".into());
    let Ok(output) = Command::new(&python).arg("-B").arg(spec().join("check_log.py")).args(arguments).output() else {
        println!("skipped: no {python}");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code() {
        Some(0) => Some((true, said)),
        Some(1) => Some((false, said)),
        Some(77) => {
            print!("{said}");
            None
        }
        code => panic!("{code:?}: {said}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

#[test]
fn python_checks_the_vectors() {
    let Some((good, said)) = python(&["vectors".as_ref()]) else { return };
    assert!(good, "{said}");
    print!("{said}");
}

/// The script's other commands, on files as this crate makes them, and on the same files with one bit changed.
#[test]
fn python_checks_files() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check_log");
    let _ = std::fs::remove_dir_all(&folder);
    let write = |name: &str, bytes: &[u8]| {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&file, bytes).expect("the file can be written");
        file
    };
    let log = log();
    let (store, files) = directory(66_000);
    files.iter().for_each(|(path, contents)| drop(write(&format!("tiles/{path}"), contents)));
    let tiles = folder.join("tiles");
    let verifier = VerifierKey::new("example.com/log", stranger().public().check().expect("usable")).expect("a name");
    let key = write("key", format!("{verifier}\n").as_bytes());
    let operator = write("operator", format!("avouch-ed25519 {} us\n", log.instance.operator.public()).as_bytes());
    let proof = write("a.tlog-proof", log.proof(5, 11).to_text().as_bytes());
    let transparent = write("a.cose", &log.transparent(6, 11).to_bytes());
    let (old, new) = (signed_checkpoint(&store, 777), signed_checkpoint(&store, 66_000));
    let (old, new) = (write("old", old.as_bytes()), write("new", new.as_bytes()));
    let Ok(digests) = consistency_proof(&store, 777, 66_000);
    let lines: String = digests.iter().map(|digest| base64_line(&digest.0)).collect();
    let consistency = write("consistency", lines.as_bytes());
    let commands: [(&[&Path], &Path); 6] = [
        (&["checkpoint".as_ref(), &key, &new], &new),
        (&["proof".as_ref(), &operator, &proof], &proof),
        (&["transparent".as_ref(), &operator, &transparent], &transparent),
        (&["tiles".as_ref(), &key, &tiles], &tiles.join("tile/1/001.p/1")),
        (&["tiles".as_ref(), &key, &tiles], &tiles.join("tile/entries/200")),
        (&["consistency".as_ref(), &key, &old, &new, &consistency], &consistency),
    ];
    for (arguments, file) in commands {
        let Some((good, said)) = python(arguments) else { return };
        assert!(good, "{said}");
        print!("python: {said}");
        let mut bytes = std::fs::read(file).expect("it was written");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(file, &bytes).expect("it can be written");
        let Some((good, said)) = python(arguments) else { return };
        assert!(!good, "a changed {} is accepted", file.display());
        print!("python, with a bit of {} changed: {said}", file.file_name().expect("a name").display());
        bytes[middle] ^= 1;
        std::fs::write(file, &bytes).expect("it can be written");
    }
}

fn base64_line(bytes: &[u8]) -> String {
    use base64ct::Encoding as _;
    format!("{}\n", base64ct::Base64::encode_string(bytes))
}
