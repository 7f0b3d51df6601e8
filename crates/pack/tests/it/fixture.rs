//! The packs and terms of `spec/vectors/pack`.

use std::fs;
use std::path::{Path, PathBuf};

use pack::{Active, Files, Pack, PackError, Platform, PlatformName, Terms, TrustedKey, Unverified, Verified, Version};
use serde_json::Value;

/// `spec/vectors/pack`.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/pack")
}

/// `cases.json`.
pub(crate) fn cases() -> Value {
    let text = fs::read_to_string(folder().join("cases.json")).expect("cases.json can be read");
    serde_json::from_str(&text).expect("cases.json is JSON")
}

/// All files of a folder, whatever they are called.
pub(crate) fn raw_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).expect("a folder can be read") {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it lies within").to_str().expect("it is UTF-8").to_owned();
                files.push((name, fs::read(&path).expect("a file can be read")));
            }
        }
    }
    files.sort();
    files
}

/// The files of a folder as a pack's.
pub(crate) fn files(folder: &Path) -> Result<Files, PackError> {
    let mut files = Files::new();
    for (path, bytes) in raw_files(folder) {
        files.insert(&path, bytes)?;
    }
    Ok(files)
}

/// A good pack.
pub(crate) fn good(name: &str) -> Pack<Unverified> {
    let files = files(&folder().join("good").join(name)).expect("a good pack has good paths");
    Pack::read(files).expect("a good pack reads")
}

/// A good pack, verified under the usual terms.
pub(crate) fn verified(name: &str) -> Pack<Verified> {
    OwnedTerms::of(&cases(), &Value::Null).verify(good(name)).expect("a good pack verifies")
}

/// Terms with what they borrow.
pub(crate) struct OwnedTerms {
    trusted: Vec<TrustedKey>,
    allowlist: Option<Vec<String>>,
    runtime: Version,
    platform: (PlatformName, Version, Vec<String>),
    active: Option<Active>,
    older_allowed: bool,
}

impl OwnedTerms {
    /// The terms of `cases` with a case's own in place of the usual ones.
    pub(crate) fn of(cases: &Value, own: &Value) -> Self {
        let term = |name: &str| own.get(name).unwrap_or(&cases["terms"][name]);
        let platform = term("platform");
        let name = PlatformName::ALL.into_iter().find(|name| name.name() == platform["name"]);
        Self {
            trusted: strings(term("trusted")).into_iter().map(|name| trusted(cases, name)).collect(),
            allowlist: Some(term("allowlist")).filter(|list| !list.is_null()).map(strings),
            runtime: version(term("runtime")),
            platform: (
                name.expect("cases name known platforms"),
                version(&platform["version"]),
                strings(&platform["features"]),
            ),
            active: Some(term("active")).filter(|active| !active.is_null()).map(|active| Active {
                name: active["name"].as_str().expect("a name").to_owned(),
                version: version(&active["version"]),
            }),
            older_allowed: term("older_allowed").as_bool().expect("yes or no"),
        }
    }

    pub(crate) fn verify(&self, pack: Pack<Unverified>) -> Result<Pack<Verified>, PackError> {
        let (name, version, features) = &self.platform;
        pack.verify(&Terms {
            trusted: &self.trusted,
            allowlist: self.allowlist.as_deref(),
            runtime: self.runtime.clone(),
            platform: Platform { name: *name, version: version.clone(), features },
            active: self.active.clone(),
            older_allowed: self.older_allowed,
        })
    }
}

/// The seed of a published test key.
pub(crate) fn seed(cases: &Value, name: &str) -> [u8; 32] {
    bytes(&cases["keys"][name]["seed"])
}

fn trusted(cases: &Value, name: String) -> TrustedKey {
    let key = bytes(&cases["keys"][&name]["public"]);
    TrustedKey { name, key }
}

fn bytes(value: &Value) -> [u8; 32] {
    let digits = value.as_str().expect("a string");
    std::array::from_fn(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).expect("hexadecimal digits"))
}

fn version(value: &Value) -> Version {
    Version::parse(value.as_str().expect("a string")).expect("a version")
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().expect("an array").iter();
    items.map(|item| item.as_str().expect("a string").to_owned()).collect()
}
