//! `avouch pack new`: the sources of a first kernel.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use serde::Serialize;

use crate::exit::{Exit, Failure, OrExit};
use crate::output::{self, Format, Report};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder to make.
    folder: PathBuf,
    /// What the kernel is written in.
    #[arg(long, value_enum, default_value = "rust")]
    language: Language,
    /// The kernel's id: lower-case letters, digits, `_`, `-` or `.`, beginning with a letter.
    #[arg(long, value_name = "NAME")]
    kernel: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Language {
    /// A crate without dependencies; needs the target wasm32-unknown-unknown.
    Rust,
    /// A C99 file and a header; needs clang and lld.
    C,
}

/// What a language's sources are.
struct Template {
    files: &'static [(&'static str, &'static str)],
    /// What the README says of them.
    about: &'static str,
    needs: &'static str,
    command: &'static [&'static str],
    module: &'static str,
}

const RUST: Template = Template {
    files: &[
        ("Cargo.toml", include_str!("template/rust/Cargo.toml.template")),
        (".cargo/config.toml", include_str!("template/rust/config.toml")),
        (".gitignore", "/target\n"),
        ("src/lib.rs", include_str!("template/rust/lib.rs")),
        ("src/abi.rs", include_str!("template/rust/abi.rs")),
    ],
    about: "| `src/lib.rs` | the kernel |\n\
            | `src/abi.rs` | the kernel ABI: exports, and a call's tensors as slices |\n\
            | `Cargo.toml`, `.cargo/config.toml` | how it is built |",
    needs: "Rust 1.87 or newer with its target for WebAssembly (`rustup target add wasm32-unknown-unknown`)",
    command: &["cargo", "build", "--release", "--target-dir", "target"],
    module: "target/wasm32-unknown-unknown/release/kernel.wasm",
};

const C: Template = Template {
    files: &[
        (".gitignore", "/kernel.wasm\n"),
        ("avouch_kernel.h", include_str!("template/c/avouch_kernel.h")),
        ("kernel.c", include_str!("template/c/kernel.c")),
    ],
    about: "| `kernel.c` | the kernel |\n| `avouch_kernel.h` | the kernel ABI: exports, and a call's tensors |",
    needs: "clang and lld 14 or newer (on Debian: `apt-get install clang lld`)",
    // The memory begins with one page; the maximum is repeated in pack.toml in pages of 64 KiB.
    command: &[
        "clang",
        "--target=wasm32",
        "-std=c99",
        "-Wall",
        "-O3",
        "-msimd128",
        "-ffreestanding",
        "-nostdlib",
        "-Wl,--no-entry",
        "-Wl,--strip-all",
        "-Wl,-z,stack-size=16384",
        "-Wl,--initial-memory=65536",
        "-Wl,--max-memory=67108864",
        "-o",
        "kernel.wasm",
        "kernel.c",
    ],
    module: "kernel.wasm",
};

/// What was made.
#[derive(Serialize)]
struct Made {
    folder: String,
    files: Vec<String>,
}

impl Report for Made {
    fn table(&self) -> String {
        let files: String = self.files.iter().map(|file| format!("  {file}\n")).collect();
        format!("{}:\n{files}\nNext: avouch pack build {} -o PACK\n", self.folder, self.folder)
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    let (folder, kernel) = (&arguments.folder, arguments.kernel.as_str());
    if !pack::text::is_identifier(kernel) {
        let advice = "use a lower-case letter, then lower-case letters, digits, `_`, `-` or `.`, at most 64";
        return Err(Failure::message(Exit::Usage, format!("--kernel {kernel:?}: not a kernel's id; {advice}")));
    }
    let template = match arguments.language {
        Language::Rust => RUST,
        Language::C => C,
    };
    let world = |path: &Path, error: std::io::Error| anyhow!("{}: {error}", path.display());
    if folder.symlink_metadata().is_ok() {
        let message = format!("{}: there is something already; name another folder", folder.display());
        return Err(Failure::message(Exit::World, message));
    }
    fs::create_dir(folder).map_err(|error| world(folder, error)).or_exit(Exit::World)?;
    let mut files = Vec::new();
    let golden = format!("golden/{kernel}.json");
    let own = [
        ("pack.toml", include_str!("template/pack.toml")),
        ("README.md", include_str!("template/README.md")),
        (golden.as_str(), include_str!("template/golden.json")),
    ];
    for (name, text) in own.iter().chain(template.files) {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, template.fill(text, kernel)));
        written.map_err(|error| world(&path, error)).or_exit(Exit::World)?;
        files.push((*name).to_owned());
    }
    files.sort();
    output::print(&Made { folder: folder.display().to_string(), files }, format)?;
    Ok(Exit::Good)
}

impl Template {
    /// A file's text with what differs filled in.
    fn fill(&self, text: &str, kernel: &str) -> String {
        let command = self.command.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
        text.replace("@KERNEL@", kernel)
            .replace("@COMMAND@", &format!("[{command}]"))
            .replace("@MODULE@", self.module)
            .replace("@FILES@", self.about)
            .replace("@NEEDS@", self.needs)
    }
}
