//! Builds the guests' workspace and leaves the modules where `lib.rs` includes them from.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One run of cargo in the guests' workspace, and the modules that come out of it.
struct Build {
    package: &'static str,
    profile: &'static str,
    form: Form,
    modules: &'static [&'static str],
}

/// What a module may use.
#[derive(Clone, Copy)]
enum Form {
    /// All that rustc's default features and SIMD128 hold.
    Simd,
    /// WebAssembly 1.0 and mutable globals, which the oldest and smallest engines take too.
    Scalar,
}

const KERNELS: &[&str] = &[
    "rope_f32",
    "rope_f16",
    "rope_q8",
    "rmsnorm_f32",
    "rmsnorm_f16",
    "swiglu_f32",
    "swiglu_f16",
    "kv_pack_q4",
    "kv_unpack_q4",
    "kv_pack_q8",
    "kv_unpack_q8",
    "lora_f32",
    "lora_f16",
];

const BUILDS: [Build; 4] = [
    Build {
        package: "gate-guest",
        profile: "release",
        form: Form::Simd,
        modules: &["gate-edge", "gate-browser", "gate-standard", "gate-high-perf"],
    },
    Build { package: "gate-tile-guest", profile: "tile", form: Form::Simd, modules: &["gate-tile"] },
    Build { package: "ops-guest", profile: "release", form: Form::Simd, modules: KERNELS },
    Build { package: "ops-guest", profile: "release", form: Form::Scalar, modules: KERNELS },
];

impl Form {
    fn target(self) -> &'static str {
        match self {
            Self::Simd => "wasm32-unknown-unknown",
            Self::Scalar => "wasm32v1-none",
        }
    }

    /// What stands between a module's name and `.wasm` where `lib.rs` looks for it.
    fn suffix(self) -> &'static str {
        match self {
            Self::Simd => "",
            Self::Scalar => ".scalar",
        }
    }
}

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/shipped lies in the workspace");
    for source in ["guests", "rust-toolchain.toml"] {
        println!("cargo:rerun-if-changed={}", root.join(source).display());
    }
    for library in ["codec", "gate", "ops", "receipt", "witness"] {
        for part in ["Cargo.toml", "src"] {
            println!("cargo:rerun-if-changed={}", root.join("crates").join(library).join(part).display());
        }
    }
    // One folder for all profiles of the host build: <target>/<profile>/build/<package>/out is five levels below it.
    let target = out.ancestors().nth(4).expect("OUT_DIR lies in a target directory").join("guests");
    for guest in &BUILDS {
        build(root, &target, guest);
        for module in guest.modules {
            let built = target.join(guest.form.target()).join(guest.profile).join(format!("{module}.wasm"));
            fs::copy(&built, out.join(format!("{module}{}.wasm", guest.form.suffix())))
                .unwrap_or_else(|error| panic!("cannot copy {}: {error}", built.display()));
        }
    }
}

fn build(root: &Path, target: &Path, guest: &Build) {
    let cargo = env::var_os("CARGO").expect("cargo sets CARGO");
    let mut command = Command::new(cargo);
    command.current_dir(root.join("guests"));
    command.args(["build", "--locked", "--target", guest.form.target()]);
    command.args(["--package", guest.package, "--profile", guest.profile]);
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
    command.env("CARGO_ENCODED_RUSTFLAGS", guest_flags(root, guest.form).join("\u{1f}"));
    let status = command.status().expect("cargo can be started again");
    let (package, form) = (guest.package, guest.form.target());
    assert!(status.success(), "building the guest package {package} failed; is the target {form} installed?");
}

/// What the form may use, and paths that are the same wherever the sources lie.
fn guest_flags(root: &Path, form: Form) -> Vec<String> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(".cargo"));
    let registry = cargo_home.or(home).unwrap_or_default().join("registry").join("src");
    let mut flags = match form {
        Form::Simd => vec!["-Ctarget-feature=+simd128".to_owned()],
        Form::Scalar => Vec::new(),
    };
    flags.push(format!("--remap-path-prefix={}=/avouch", root.display()));
    // The registry's folder is named after its host; each one is mapped to the same name.
    for folder in fs::read_dir(&registry).into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=/registry", folder.path().display()));
    }
    flags
}
