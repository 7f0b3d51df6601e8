//! The table of the cases in `docs/hostile-guests.md`.

use std::fmt::Write as _;

use crate::case::Case;
use crate::support::repository;

/// The line after which everything is written by this test.
const MARK: &str = "<!-- From here on written by crates/runtime/tests/hostile.rs. -->";

/// Compares the table with the cases; with `AVOUCH_BLESS=1`, writes it.
pub(crate) fn check(cases: &[Case]) {
    let path = repository().join("docs/hostile-guests.md");
    let page = std::fs::read_to_string(&path).expect("docs/hostile-guests.md can be read");
    let (head, found) = page.split_once(MARK).expect("docs/hostile-guests.md has the mark");
    let mut wanted =
        format!("\n\n{} modules.\n\n| module | what it does | outcome |\n| --- | --- | --- |\n", cases.len());
    for Case { name, words, outcome, .. } in cases {
        let words = words.trim_end_matches('.').replace('|', "\\|");
        writeln!(wanted, "| `{name}` | {words} | {outcome} |").expect("a string takes everything");
    }
    if std::env::var_os("AVOUCH_BLESS").is_some() {
        std::fs::write(&path, format!("{head}{MARK}{wanted}")).expect("docs/hostile-guests.md can be written");
    } else {
        assert!(found == wanted, "docs/hostile-guests.md is behind the cases; run again with AVOUCH_BLESS=1");
    }
}
