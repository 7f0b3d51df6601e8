//! Making a pack: what is written reads back, and what is signed verifies.

use pack::draft::{fill_hashes, put_manifest, sign_files};
use pack::{Files, MANIFEST_PATH, Manifest, Pack, PackError, SIGNATURE_PATH, Value, sign};

use crate::fixture::{OwnedTerms, cases, files, folder, good, seed};

const GOOD: [&str; 4] = ["minimal", "full", "gate", "edges"];

#[test]
fn a_manifest_comes_back_as_it_was_written() {
    for name in GOOD {
        let manifest = good(name).manifest().clone();
        let text = manifest.to_json();
        let again = Manifest::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        assert_eq!(again, manifest, "{name}");
        assert_eq!(again.to_json(), text, "{name}: written twice, the same bytes");
        println!("{name}: {} bytes", text.len());
    }
}

#[test]
fn every_f32_comes_back_to_the_bit() {
    let mut manifest = good("full").manifest().clone();
    let mut bits = 0x9e37_79b9_u32;
    let edges = [0, 1 << 31, 1, 0x7f7f_ffff, 0xff7f_ffff, 0x0080_0000, 0x007f_ffff, 0x3f80_0001];
    let random = std::iter::from_fn(|| {
        bits = bits.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
        Some(bits)
    });
    let mut count = 0;
    for bits in edges.into_iter().chain(random.take(20_000)) {
        let value = f32::from_bits(bits);
        if value.is_finite() {
            manifest.kernels[0].params[0].default = Value::F32(value);
            let again = Manifest::parse(manifest.to_json().as_bytes()).expect("it reads");
            assert_eq!(again.kernels[0].params[0].default.bits(), bits, "{value:?}");
            count += 1;
        }
    }
    println!("{count} values");
}

#[test]
fn a_draft_becomes_a_pack_that_verifies() {
    let cases = cases();
    for name in GOOD {
        let mut files = files(&folder().join("good").join(name)).expect("good files");
        let text = String::from_utf8(files.get(MANIFEST_PATH).expect("it is there").to_vec()).expect("UTF-8");
        // What a person writes: no digests and no key.
        let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        strip(&mut value);
        let draft = value.to_string();
        assert_eq!(Manifest::parse(draft.as_bytes()).expect_err("not whole").word(), "missing-field");
        let mut manifest = Manifest::parse_draft(draft.as_bytes()).expect("a draft");
        manifest.author.signing_key = pack::signature::public_key(&seed(&cases, "publisher"));
        manifest.created_at = "2026-11-22T00:00:00Z".to_owned();
        fill_hashes(&mut manifest, &files).expect("all files are there");
        put_manifest(&manifest, &mut files).expect("it is a manifest");
        assert!(files.get(SIGNATURE_PATH).is_none(), "a signature of other bytes is gone");
        let other = sign_files(&mut files, &seed(&cases, "second")).expect_err("not the author's key");
        assert_eq!(other.word(), "author-key-mismatch");
        sign_files(&mut files, &seed(&cases, "publisher")).expect("signed");
        let terms = OwnedTerms::of(&cases, &serde_json::Value::Null);
        let pack = terms.verify(Pack::read(files).expect("it reads")).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(pack.manifest(), &manifest);
    }
}

/// Takes away what only a whole manifest has.
fn strip(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(pairs) => {
            for key in ["hash", "signing_key", "created_at"] {
                pairs.remove(key);
            }
            pairs.values_mut().for_each(strip);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[test]
fn what_would_be_refused_is_not_written() {
    let mut manifest = good("minimal").manifest().clone();
    manifest.kernels.clear();
    let mut files = Files::new();
    assert_eq!(put_manifest(&manifest, &mut files), Err(PackError::NoKernels));
    assert!(files.is_empty());
    let mut manifest = good("minimal").manifest().clone();
    assert_eq!(fill_hashes(&mut manifest, &files).expect_err("no files").word(), "file-missing");
    assert_eq!(sign_files(&mut files, &[1; 32]), Err(PackError::ManifestMissing));
}

#[test]
fn the_signature_is_the_one_of_an_independent_implementation() {
    let cases = cases();
    for name in GOOD {
        let files = files(&folder().join("good").join(name)).expect("good files");
        let ours = sign(files.get(MANIFEST_PATH).expect("it is there"), &seed(&cases, "publisher"));
        assert_eq!(files.get(SIGNATURE_PATH), Some(ours.as_bytes()), "{name}");
    }
}
