//! Builds the guests' workspace for `wasm32-unknown-unknown` and leaves the modules where `lib.rs` includes them from.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packages of the guests' workspace, the profile each is built with, and the modules that come out of it.
const BUILDS: [(&str, &str, &[&str]); 2] = [
    ("gate-guest", "release", &["gate-edge", "gate-browser", "gate-standard", "gate-high-perf"]),
    ("gate-tile-guest", "tile", &["gate-tile"]),
];

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/shipped lies in the workspace");
    for source in ["guests", "crates/codec", "crates/gate", "crates/receipt", "crates/witness", "rust-toolchain.toml"] {
        println!("cargo:rerun-if-changed={}", root.join(source).display());
    }
    // One folder for all profiles of the host build: <target>/<profile>/build/<package>/out is five levels below it.
    let target = out.ancestors().nth(4).expect("OUT_DIR lies in a target directory").join("guests");
    for (package, profile, modules) in BUILDS {
        build(root, &target, package, profile);
        for module in modules {
            let built = target.join("wasm32-unknown-unknown").join(profile).join(format!("{module}.wasm"));
            fs::copy(&built, out.join(format!("{module}.wasm")))
                .unwrap_or_else(|error| panic!("cannot copy {}: {error}", built.display()));
        }
    }
}

fn build(root: &Path, target: &Path, package: &str, profile: &str) {
    let cargo = env::var_os("CARGO").expect("cargo sets CARGO");
    let mut command = Command::new(cargo);
    command.current_dir(root.join("guests"));
    command.args([
        "build",
        "--locked",
        "--target",
        "wasm32-unknown-unknown",
        "--package",
        package,
        "--profile",
        profile,
    ]);
    command.arg("--target-dir").arg(target);
    // What the host build was told must not leak into the guests, or their digests would depend on it.
    for (name, _) in env::vars_os() {
        let name_text = name.to_string_lossy();
        let leaks =
            ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_TARGET_DIR"];
        if leaks.contains(&&*name_text)
            || name_text.starts_with("CARGO_PROFILE_")
            || name_text.starts_with("CARGO_BUILD_")
        {
            command.env_remove(&name);
        }
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", guest_flags(root).join("\u{1f}"));
    let status = command.status().expect("cargo can be started again");
    assert!(
        status.success(),
        "building the guest package {package} failed; is the target wasm32-unknown-unknown installed?"
    );
}

/// SIMD128, and paths that are the same wherever the sources lie.
fn guest_flags(root: &Path) -> Vec<String> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(".cargo"));
    let registry = cargo_home.or(home).unwrap_or_default().join("registry").join("src");
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    flags.push(format!("--remap-path-prefix={}=/avouch", root.display()));
    // The registry's folder is named after its host; each one is mapped to the same name.
    for folder in fs::read_dir(&registry).into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=/registry", folder.path().display()));
    }
    flags
}
