//! Paths within a pack: relative, of plain ASCII, meaning the same on every file system.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::error::PackError;
use crate::limits::{PATH_DEPTH_MAX, PATH_LEN_MAX};
use crate::text::shortened;

/// Names that some systems keep for devices, whatever follows after a dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Checks a path as it stands in an archive, a directory or a manifest.
///
/// # Errors
/// [`PackError::PathEscapes`] if it is absolute, names a drive, or goes up; [`PackError::BadPath`] if it is none that a pack
/// may have.
pub fn check_path(path: &[u8]) -> Result<&str, PackError> {
    let shown = || shortened(&String::from_utf8_lossy(path));
    let bad = |problem| PackError::BadPath { path: shown(), problem };
    let text = core::str::from_utf8(path).map_err(|_| bad("not UTF-8"))?;
    let drive = text.as_bytes().get(1) == Some(&b':') && text.as_bytes()[0].is_ascii_alphabetic();
    if text.starts_with(['/', '\\']) || drive || text.split(['/', '\\']).any(|part| part == "..") {
        return Err(PackError::PathEscapes { path: shown() });
    }
    if text.len() > PATH_LEN_MAX {
        return Err(bad("longer than 100 bytes"));
    }
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(bad("a control character"));
    }
    if text.contains('\\') {
        return Err(bad("a backslash"));
    }
    if text.split('/').count() > PATH_DEPTH_MAX {
        return Err(bad("more than 8 components"));
    }
    for component in text.split('/') {
        check_component(component).map_err(bad)?;
    }
    Ok(text)
}

fn check_component(component: &str) -> Result<(), &'static str> {
    if component.is_empty() {
        return Err("an empty component");
    }
    if component.starts_with('.') || component.ends_with('.') {
        return Err("a component that begins or ends with a dot");
    }
    // Letters beyond ASCII fold and normalise differently from one file system to the next.
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
    if !component.bytes().all(known) {
        return Err("a character other than ASCII letters, digits, `.`, `_`, `-` and `+`");
    }
    let stem = component.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let is_port = numbered.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()));
    if DEVICES.contains(&stem.as_str()) || is_port {
        return Err("a name that some systems keep for a device");
    }
    Ok(())
}

/// Names that are taken, so that no two can be confused on a file system that does not tell upper from lower case.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Names {
    /// Every file and folder in lower case, with its spelling.
    taken: BTreeMap<String, Taken>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Taken {
    spelling: String,
    is_folder: bool,
}

impl Names {
    /// Takes the names of a file and its folders. The same file may come again.
    pub(crate) fn claim(&mut self, path: &str) -> Result<(), PackError> {
        let folders = path.match_indices('/').map(|(end, _)| (&path[..end], true));
        for (name, is_folder) in folders.chain([(path, false)]) {
            let new = Taken { spelling: name.to_owned(), is_folder };
            let taken = self.taken.entry(name.to_ascii_lowercase()).or_insert_with(|| new.clone());
            if *taken != new {
                return Err(PackError::PathClash { first: taken.spelling.clone(), second: path.to_owned() });
            }
        }
        Ok(())
    }
}
