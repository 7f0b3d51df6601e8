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
