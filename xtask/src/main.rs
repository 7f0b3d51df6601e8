//! Chores of the repository. `cargo xtask tidy` checks what a compiler does not.
//!
//! | check | rule |
//! | --- | --- |
//! | layers | a crate depends only on crates of a lower layer (`[workspace.metadata.layers]`) |
//! | doors | a heavy dependency is named only by its door (`[workspace.metadata.doors]`) |
//! | no_std | crates of the layers 0 and 1 are `#![no_std]`, and so are the other crates that a guest is made of |
//! | unsafe | every crate forbids unsafe code, or allows it in one module with a reason |
//! | files | no source file is longer than 600 lines; each opens with `//!` |
//! | text | no tracked text names a machine's paths or a registry's host; links in Markdown lead somewhere |

mod manifests;
mod sources;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy(),
        _ => Err(anyhow::anyhow!("usage: cargo xtask tidy")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn tidy() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
    let files = tracked_files(root)?;
    let mut complaints = manifests::check(root)?;
    complaints.extend(sources::check(root, &files)?);
    for complaint in &complaints {
        println!("{complaint}");
    }
    if !complaints.is_empty() {
        bail!("tidy: {} complaints", complaints.len());
    }
    println!("tidy: {} files, nothing to complain about", files.len());
    Ok(())
}

/// Every file that git tracks or would track, relative to the root.
fn tracked_files(root: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git lists the files to check")?;
    let listing = String::from_utf8(output.stdout).context("file names are UTF-8")?;
    Ok(listing.lines().map(PathBuf::from).filter(|path| root.join(path).is_file()).collect())
}
