//! Good packs pass, bad packs are refused, each for its own reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use pack::{Pack, PackError};
use serde_json::Value;

use crate::fixture::{OwnedTerms, cases, files, folder, good, raw_files};

#[test]
fn good_packs_pass() {
    let cases = cases();
    let good_cases = cases["good"].as_array().expect("an array");
    let mut kernels = 0;
    for case in good_cases {
        let terms = OwnedTerms::of(&cases, &case["terms"]);
        let pack = terms.verify(good(case["name"].as_str().unwrap())).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(pack.signer().name, "publisher");
        for kernel in &pack.manifest().kernels {
            kernels += 1;
            assert!(pack.module(&kernel.id).is_some_and(|module| module.starts_with(b"\0asm")), "{case}");
            assert_eq!(pack.golden(&kernel.id).len(), kernel.golden.len());
            assert_eq!(pack.configuration(&kernel.id).is_some(), kernel.is_gate());
        }
    }
    let full = crate::fixture::verified("full");
    assert!(full.model("identity").is_some() && full.model("other").is_none());
    assert!(full.module("other").is_none() && full.golden("other").is_empty());
    assert_eq!(full.fallback("copy_q8"), Some("kv_unpack_q8"));
    println!("{} good cases, {kernels} kernels", good_cases.len());
}

#[test]
fn bad_packs_are_refused_each_for_its_own_reason() {
    let cases = cases();
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    let bad = cases["bad"].as_array().expect("an array");
    for case in bad {
        let name = case["name"].as_str().unwrap();
        let terms = OwnedTerms::of(&cases, &case["terms"]);
        let pack = files(&folder().join("bad").join(name)).and_then(Pack::read);
        let refusal = pack.and_then(|pack| terms.verify(pack)).expect_err(name);
        let (word, message) = (refusal.word(), refusal.to_string());
        assert_eq!(case["word"], word, "{name}: {message}");
        let mentions = case["mentions"].as_str().unwrap();
        assert!(message.contains(mentions), "{name}: {message:?} does not mention {mentions:?}");
        assert!(message.len() < 600 && !message.contains(char::is_control), "{name}: {message:?}");
        *reached.entry(word).or_default() += 1;
    }
    let words: BTreeSet<&str> = PackError::TABLE.iter().map(|(_, word, _)| *word).collect();
    assert_eq!(reached.keys().copied().collect::<BTreeSet<_>>(), words, "every refusal is reached");
    assert!(bad.len() >= 60);
    println!("{} bad packs, {} refusals, all reached", bad.len(), words.len());
}

#[test]
fn every_defect_is_an_edit_of_its_own() {
    let cases = cases();
    let mut seen = BTreeMap::new();
    let mut named = BTreeSet::new();
    let mut from_terms = 0;
    for case in cases["bad"].as_array().expect("an array") {
        let name = case["name"].as_str().unwrap();
        let tree = raw_files(&folder().join("bad").join(name));
        let base = raw_files(&folder().join("good").join(case["base"].as_str().unwrap()));
        let own_terms = case.get("terms").map_or(String::new(), Value::to_string);
        assert!(tree != base || !own_terms.is_empty(), "{name}: no edit at all");
        from_terms += usize::from(tree == base);
        if let Some(other) = seen.insert((tree, own_terms), name) {
            panic!("{name} and {other} are the same edit");
        }
        assert!(named.insert(name.to_owned()), "{name} stands twice");
    }
    let on_disk: BTreeSet<String> = fs::read_dir(folder().join("bad"))
        .expect("the folder can be read")
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(on_disk, named, "cases.json lists every folder");
    println!("{} edits, all different; {from_terms} of them edit the terms alone", named.len());
}

#[test]
fn words_and_exit_codes_are_in_the_specification_and_nothing_is_twice() {
    let page = fs::read_to_string(folder().join("../../pack.md")).expect("spec/pack.md can be read");
    let mut words = BTreeSet::new();
    for (place, (code, word, meaning)) in PackError::TABLE.iter().enumerate() {
        assert_eq!(usize::from(*code), 20 + place, "{word}: codes follow each other from 20");
        assert!(words.insert(word), "{word} stands twice");
        let row = format!("| {code} | `{word}` | {meaning} |");
        assert!(page.contains(&row), "spec/pack.md lacks the row {row}");
    }
    println!("{} rows", words.len());
}

#[test]
fn the_vectors_are_what_their_script_writes() {
    let script = folder().join("../make_packs.py");
    let needs = "import cryptography.hazmat.primitives.asymmetric.ed25519";
    if !Command::new("python3").args(["-c", needs]).output().is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 with `cryptography` is missing");
        return;
    }
    let output = Command::new("python3").arg("-B").arg(script).arg("--check").output().expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    println!("{}", said.trim_end());
}
