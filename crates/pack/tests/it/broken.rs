//! A good pack with one thing broken, for every such thing: refused, or the very same pack.

use pack::draft::sign_files;
use pack::{Files, MANIFEST_PATH, Manifest, Pack, PackError, SIGNATURE_PATH};
use proptest::prelude::*;
use serde_json::Value;

use crate::fixture::{OwnedTerms, cases, files, folder, seed};

/// Words that a field of the manifest that is gone, or of another type, may be refused with.
const STRUCTURAL: [&str; 4] = ["missing-field", "wrong-type", "bad-shape", "bad-parameter"];

fn with(good: &Files, path: &str, bytes: Vec<u8>) -> Files {
    let mut files = good.clone();
    files.put(path, bytes).expect("it fits");
    files
}

#[test]
fn every_bit_of_every_file_counts() {
    let cases = cases();
    let terms = OwnedTerms::of(&cases, &Value::Null);
    let (mut flips, mut words) = (0, std::collections::BTreeMap::<&str, usize>::new());
    let good = files(&folder().join("good/gate")).expect("good files");
    for (path, bytes) in good.iter() {
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let refusal = Pack::read(with(&good, path, flipped)).and_then(|pack| terms.verify(pack));
            *words.entry(refusal.expect_err("a bit was flipped").word()).or_default() += 1;
            flips += 1;
        }
    }
    println!("{flips} flips, all refused: {words:?}");
}

#[test]
fn no_shorter_file_is_taken() {
    let terms = OwnedTerms::of(&cases(), &Value::Null);
    let good = files(&folder().join("good/full")).expect("good files");
    let mut cuts = 0;
    for (path, bytes) in good.iter() {
        for len in 0..bytes.len() {
            let refusal = Pack::read(with(&good, path, bytes[..len].to_vec())).and_then(|pack| terms.verify(pack));
            assert!(refusal.is_err(), "{path} cut to {len}");
            cuts += 1;
        }
    }
    println!("{cuts} cuts, all refused");
}

/// Paths to every value of a document.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(pairs) => pairs.iter().for_each(|(key, value)| {
            out.push(format!("{at}/{key}"));
            places(value, &format!("{at}/{key}"), out);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(number, value)| {
            out.push(format!("{at}/{number}"));
            places(value, &format!("{at}/{number}"), out);
        }),
        _ => {}
    }
}

/// Every field of the manifest goes, and becomes `null`, one at a time, signed again each time.
#[test]
fn every_field_counts() {
    let cases = cases();
    let terms = OwnedTerms::of(&cases, &Value::Null);
    let (mut removed, mut optional) = (0, Vec::new());
    for name in ["full", "gate"] {
        let good = files(&folder().join("good").join(name)).expect("good files");
        let manifest: Value = serde_json::from_slice(good.get(MANIFEST_PATH).expect("it is there")).expect("JSON");
        let mut all = Vec::new();
        places(&manifest, "", &mut all);
        for place in &all {
            let mut nothing = manifest.clone();
            *nothing.pointer_mut(place).expect("it is there") = Value::Null;
            let error = Manifest::parse(nothing.to_string().as_bytes()).expect_err(place);
            assert!(STRUCTURAL.contains(&error.word()), "{place} is null: {error}");
            let (parent, key) = place.rsplit_once('/').expect("it has a parent");
            let mut without = manifest.clone();
            let Some(pairs) = without.pointer_mut(parent).expect("it is there").as_object_mut() else { continue };
            pairs.remove(key);
            removed += 1;
            let mut files = with(&good, MANIFEST_PATH, without.to_string().into_bytes());
            let verdict = sign_files(&mut files, &seed(&cases, "publisher"))
                .and_then(|()| Pack::read(files))
                .and_then(|pack| terms.verify(pack));
            if let Err(error) = &verdict {
                let words = ["missing-field", "platform-not-supported", "bad-shape", "extra-file", "unknown-field"];
                let words = words.into_iter().chain(["bad-golden"]);
                assert!(words.into_iter().any(|word| word == error.word()), "{place} is gone: {error}");
            } else {
                optional.push(format!("{name}{place}"));
            }
        }
    }
    println!("{removed} fields taken away; the pack did without {optional:?}");
    assert!(optional.iter().all(|place| {
        let last = place.rsplit('/').next().unwrap_or_default();
        let known =
            ["entry_point", "params", "scratch", "benchmarks", "fallbacks", "copy_q8", "wamr", "embedded", "wasmi"];
        // A benchmark needs not name every symbol, and a kernel with a parameter less is another kernel.
        known.contains(&last) || place.contains("/benchmarks/0/dims/") || place.contains("/params/")
    }));
}

proptest! {
    /// Whatever the bytes: an answer, never a panic; and an error that can be printed.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Err(error) = Manifest::parse(&bytes) {
            prop_assert!(error.to_string().len() < 1_000);
        }
    }

    /// The full manifest with a run of bytes replaced: read or refused, and what is read comes back as it is written.
    #[test]
    fn a_manifest_with_a_piece_replaced_is_read_or_refused(
        at in any::<prop::sample::Index>(),
        len in 0..12_usize,
        piece in prop::sample::select(vec!["", "0", "-1", "1e400", "null", "\"\"", "{}", "[]", ",", "\"x\"", "\u{202e}", "9"]),
    ) {
        let good = files(&folder().join("good/full")).expect("good files");
        let mut bytes = good.get(MANIFEST_PATH).expect("it is there").to_vec();
        let start = at.index(bytes.len());
        let end = (start + len).min(bytes.len());
        bytes.splice(start..end, piece.bytes());
        match Manifest::parse(&bytes) {
            Ok(manifest) => prop_assert_eq!(Manifest::parse(manifest.to_json().as_bytes()), Ok(manifest)),
            Err(error) => prop_assert!(!error.to_string().contains(char::is_control)),
        }
    }
}

#[test]
fn a_signature_is_refused_before_any_other_file_is_looked_at() {
    let terms = OwnedTerms::of(&cases(), &Value::Null);
    let mut files = files(&folder().join("good/minimal")).expect("good files");
    files.remove("copy/copy_f32.wasm");
    files.remove(SIGNATURE_PATH);
    let refusal = Pack::read(files).and_then(|pack| terms.verify(pack)).expect_err("two things are wrong");
    assert_eq!(refusal, PackError::SignatureMissing);
}
