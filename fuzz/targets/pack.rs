//! What a stranger's pack brings: manifests, golden files and paths from any bytes, and a good pack with one file replaced.
//! What is read comes back as it is written; no pack but the good one verifies.
//!
//! The first byte says what the rest is taken for; for a replaced file the second says which.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use pack::path::check_path;
use pack::{Files, Golden, Manifest, Pack, Platform, PlatformName, Terms, TrustedKey, Version};

/// A good pack of the vectors.
macro_rules! file {
    ($path:literal) => {
        ($path, include_bytes!(concat!("../../spec/vectors/pack/good/", $path)).as_slice())
    };
}

const MINIMAL: [(&str, &[u8]); 3] =
    [file!("minimal/copy/copy_f32.wasm"), file!("minimal/kernels.json"), file!("minimal/kernels.json.sig")];
const FULL: (&str, &[u8]) = file!("full/kernels.json");

/// The published test key of the vectors: the public half of the seed of thirty-two ones.
fn publisher() -> TrustedKey {
    TrustedKey { name: "publisher".to_owned(), key: pack::signature::public_key(&[1; 32]) }
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind {
        0 => manifest(rest),
        1 => golden(rest),
        2 => path(rest),
        3 => replaced(rest),
        _ => {}
    }
});

fn manifest(bytes: &[u8]) {
    for manifest in [Manifest::parse(bytes), Manifest::parse_draft(bytes)] {
        match manifest {
            Ok(manifest) => {
                let again = Manifest::parse_draft(manifest.to_json().as_bytes());
                // A draft's missing key is written as zeros, which nobody can sign with.
                if manifest.author.signing_key != [0; 32] {
                    assert_eq!(again, Ok(manifest));
                }
            }
            Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
        }
    }
}

fn golden(bytes: &[u8]) {
    static KERNEL: OnceLock<Manifest> = OnceLock::new();
    let manifest = KERNEL.get_or_init(|| Manifest::parse(FULL.1).expect("a good manifest reads"));
    for kernel in &manifest.kernels {
        let Ok(golden) = Golden::parse("golden.json", bytes, kernel) else { continue };
        for case in golden.cases() {
            assert_eq!(case.compare(kernel, &case.outputs), Ok(()), "a case matches itself");
            let lengths = case.shapes.inputs().map(|extent| extent.bytes as usize);
            assert!(lengths.eq(case.inputs.iter().map(Vec::len)));
        }
    }
}

fn path(bytes: &[u8]) {
    let Ok(text) = check_path(bytes) else { return };
    let path = std::path::Path::new(text);
    assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))), "{text}");
    assert!(text.is_ascii() && !text.contains(['\\', ':']));
}

fn replaced(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let mut files = Files::new();
    let mut same = true;
    for (number, (path, good)) in MINIMAL.into_iter().enumerate() {
        let is_replaced = number == usize::from(*which) % MINIMAL.len();
        let used = if is_replaced { bytes } else { good };
        same &= used == good;
        let path = path.strip_prefix("minimal/").expect("it is in its folder");
        files.insert(path, used.to_vec()).expect("three small files fit");
    }
    let features = ["simd128".to_owned()];
    let terms = Terms {
        trusted: &[publisher()],
        allowlist: None,
        runtime: Version::new(0, 1, 0),
        platform: Platform { name: PlatformName::Wasmtime, version: Version::new(48, 0, 8), features: &features },
        active: None,
        older_allowed: false,
    };
    let verdict = Pack::read(files).and_then(|pack| pack.verify(&terms));
    assert_eq!(verdict.is_ok(), same, "{verdict:?}");
}
