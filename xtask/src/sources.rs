//! Rules about files and their text.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Lines that a source file may have.
const LINES_MAX: usize = 600;

pub(crate) fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for file in files {
        let Ok(text) = fs::read_to_string(root.join(file)) else { continue };
        let name = file.display().to_string();
        complaints.extend(private_words(&name, &text));
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => complaints.extend(rust(&name, &text)),
            Some("md") => complaints.extend(links(root, file, &text)),
            _ => {}
        }
    }
    Ok(complaints)
}

fn rust(name: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let lines = text.lines().count();
    if lines > LINES_MAX {
        complaints.push(format!("{name}: {lines} lines; at most {LINES_MAX}"));
    }
    if !text.starts_with("//!") {
        complaints.push(format!("{name}:1: opens without `//!`"));
    }
    let has_room = text.contains("allow(unsafe_code, reason");
    let is_guest = name.starts_with("guests/");
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let says_unsafe = code.contains("unsafe {") || code.contains("unsafe impl") || code.contains("unsafe fn");
        if says_unsafe && !has_room && !is_guest && !name.starts_with("xtask/") {
            complaints.push(format!("{name}:{}: unsafe code outside of a room with a reason", number + 1));
        }
        if line.contains(concat!("#[ig", "nore")) || line.contains(concat!("#[should", "_panic")) {
            complaints.push(format!("{name}:{}: a test that is ignored or expected to panic", number + 1));
        }
    }
    complaints
}

/// What must never stand in the repository: a machine's own paths and a registry's host. Spelled in two parts, so that
/// this file does not accuse itself.
fn private_words(name: &str, text: &str) -> Vec<String> {
    let words = [
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("index.crates", ".io"),
        concat!("registry.npm", "js"),
        concat!("files.python", "hosted"),
    ];
    let mut complaints = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for word in words.iter().filter(|word| line.contains(*word)) {
            complaints.push(format!("{name}:{}: names `{word}`", number + 1));
        }
    }
    complaints
}

/// Relative links in Markdown lead to files that exist.
fn links(root: &Path, file: &Path, text: &str) -> Vec<String> {
    let folder = root.join(file.parent().unwrap_or(Path::new("")));
    let mut complaints = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            let is_local = !target.is_empty() && !target.contains(':');
            if is_local && !folder.join(target).exists() {
                complaints.push(format!("{}:{}: the link to {target} leads nowhere", file.display(), number + 1));
            }
        }
    }
    complaints
}
