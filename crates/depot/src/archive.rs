//! A pack as a single file: the one ustar archive that its files have.
//!
//! Entries stand in the order of their paths, with mode 0644 and without times, owners and folders; two blocks of zeros end
//! the file. An archive is read only if packing its files again gives the same bytes: there is no second spelling, and no
//! place where something could hide.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use pack::limits::{FILES_MAX, TOTAL_LEN_MAX};
use pack::{Files, PackError};
use tar::{Archive, Builder, Entry, EntryType, Header};

use crate::directory::beside;
use crate::error::DepotError;

/// Bytes of a block: headers and contents are padded to it.
const BLOCK: usize = 512;

/// Bytes of the largest archive: all files, for each a header and padding, and the end.
pub const ARCHIVE_LEN_MAX: usize = TOTAL_LEN_MAX + FILES_MAX * 2 * BLOCK + 2 * BLOCK;

/// The archive that these files have.
///
/// # Panics
/// If a path does not fit into a header; [`Files`] has none that long.
#[must_use]
pub fn to_bytes(files: &Files) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, bytes) in files.iter() {
        let mut header = Header::new_ustar();
        header.set_path(path).expect("a pack's path is at most 100 bytes");
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_cksum();
        builder.append(&header, bytes).expect("writing to memory does not fail");
    }
    builder.into_inner().expect("writing to memory does not fail")
}

/// Reads an archive; `place` is what messages call it.
///
/// # Errors
/// [`DepotError`]: too large, or not what [`to_bytes`] would write.
pub fn from_bytes(bytes: &[u8], place: &str) -> Result<Files, DepotError> {
    let bad = |problem: String| DepotError::BadArchive { place: place.to_owned(), problem };
    if bytes.len() > ARCHIVE_LEN_MAX {
        return Err(DepotError::pack(place, PackError::too_large("the archive: bytes", ARCHIVE_LEN_MAX)));
    }
    let mut files = Files::new();
    let mut archive = Archive::new(bytes);
    // Raw: extended headers come as entries of their own, and are refused as what they are.
    for entry in archive.entries().map_err(|error| bad(error.to_string()))?.raw(true) {
        let mut entry = entry.map_err(|error| bad(format!("not a tar archive: {error}")))?;
        let len = usize::try_from(entry.size()).unwrap_or(usize::MAX);
        files.check_room(len).map_err(|error| DepotError::pack(place, error))?;
        let path = path_of(&entry).map_err(bad)?;
        let mut contents = Vec::new();
        entry.read_to_end(&mut contents).map_err(|error| bad(format!("{path}: {error}")))?;
        if files.get(&path).is_some() {
            return Err(bad(format!("{path}: stands there twice")));
        }
        files.insert(&path, contents).map_err(|error| DepotError::pack(place, error))?;
    }
    if to_bytes(&files) != bytes {
        let problem =
            "the files are out of order, or something stands beside them: a time, an owner, a mode, padding, a tail";
        return Err(bad(problem.to_owned()));
    }
    Ok(files)
}

/// The path of an entry, if the entry is a plain file.
fn path_of(entry: &Entry<'_, &[u8]>) -> Result<String, String> {
    let path = String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| "a path is not UTF-8".to_owned())?;
    let kind = match entry.header().entry_type() {
        EntryType::Regular => return Ok(path),
        EntryType::Symlink | EntryType::Link => "a link",
        EntryType::Directory => "a folder of its own",
        EntryType::Char | EntryType::Block | EntryType::Fifo => "a special file",
        _ => "an extended header or an unknown kind of entry",
    };
    Err(format!("{path:?}: {kind}, not a file"))
}

/// Reads an archive from a file.
///
/// # Errors
/// [`DepotError`].
pub fn read_file(path: &Path) -> Result<Files, DepotError> {
    let world = |error: io::Error| DepotError::world(path.display(), error);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(world)?;
    if !file.metadata().map_err(world)?.is_file() {
        return Err(DepotError::SpecialFile { place: path.display().to_string() });
    }
    file.take(ARCHIVE_LEN_MAX as u64 + 1).read_to_end(&mut bytes).map_err(world)?;
    from_bytes(&bytes, &path.display().to_string())
}

/// Writes a pack as a file that must not be there yet; whoever looks finds all of it or nothing.
///
/// # Errors
/// [`DepotError::World`].
pub fn write_file(path: &Path, files: &Files) -> Result<(), DepotError> {
    if path.symlink_metadata().is_ok() {
        return Err(DepotError::cannot_write(path, "there is something already; name another file"));
    }
    let unfinished = beside(path);
    let written = File::options().write(true).create_new(true).open(&unfinished).and_then(|mut file| {
        file.write_all(&to_bytes(files))?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    });
    written.map_err(|error| {
        // What cannot be removed either is left for whoever reads the error.
        let _ = fs::remove_file(&unfinished);
        DepotError::world(path.display(), error)
    })
}
