//! The places of packs from outside.
//!
//! | module | what is tested |
//! | --- | --- |
//! | [`archive`] | the one archive that files have, and every other that is not read |
//! | [`directory`] | folders with what no pack has in them |
//! | [`hostile`] | registries that send something else |
//! | [`registry`] | a real registry process on loopback |
//!
//! [`process`] starts a registry, [`server`] is one that answers what a test tells it to.

mod archive;
mod directory;
mod hostile;
mod process;
mod registry;
mod server;

use pack::Files;

/// Files that look like a pack's; nothing here looks into them.
fn files() -> Files {
    files_of(&[
        ("golden/scale.json", b"{\"cases\":[]}".as_slice()),
        ("kernels.json", b"{}\n"),
        ("kernels.json.sig", b"00\n"),
        ("models/small.onnx", &[7; 700]),
        ("scale/scale_f32.wasm", b"\0asm\x01\0\0\0"),
        ("twin.wasm", b"\0asm\x01\0\0\0"),
    ])
}

fn files_of(list: &[(&str, &[u8])]) -> Files {
    let mut files = Files::new();
    for (path, bytes) in list {
        files.insert(path, bytes.to_vec()).expect("a good path");
    }
    files
}

/// The word of a refusal; `world` for what the machine refused.
fn word<T>(result: Result<T, depot::DepotError>) -> &'static str {
    match result {
        Ok(_) => "nothing",
        Err(error) => {
            assert!(!error.to_string().is_empty());
            error.row().map_or("world", |(_, word, _)| word)
        }
    }
}

#[test]
fn words_and_exit_codes_are_in_the_specification_and_nobody_elses() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/pack-places.md");
    let page = std::fs::read_to_string(page).expect("spec/pack-places.md can be read");
    for (place, (code, word, meaning)) in depot::DepotError::TABLE.iter().enumerate() {
        assert_eq!(usize::from(*code), 70 + place, "{word}: codes follow each other from 70");
        let row = format!("| {code} | `{word}` | {meaning} |");
        assert!(page.contains(&row), "spec/pack-places.md lacks the row {row}");
        assert!(pack::PackError::TABLE.iter().all(|theirs| theirs.0 != *code && theirs.1 != *word), "{word}");
    }
    println!("{} rows", depot::DepotError::TABLE.len());
}
