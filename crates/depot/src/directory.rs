//! A pack as a folder.
//!
//! Whoever made the folder is not trusted. Every name is opened relative to the folder that it was listed in, and never
//! through a link: what was listed and what is read are one thing, even if somebody changes the folder meanwhile. What is
//! too large is refused before it is read.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use pack::limits::{FILES_MAX, PATH_DEPTH_MAX};
use pack::path::check_path;
use pack::{Files, PackError};
use rustix::fs::{CWD, Dir, DirEntry, FileType, Mode, OFlags, fstat, openat};
use rustix::io::Errno;

use crate::error::DepotError;

/// A folder still to be listed: its handle, and its path within the pack (empty, or ending in `/`).
struct Folder {
    handle: OwnedFd,
    prefix: String,
}

/// What a folder may hold.
enum Kind {
    File,
    Folder,
}

/// What has been read so far, and where from.
struct Reading<'a> {
    root: &'a Path,
    files: Files,
    folders: Vec<Folder>,
    folders_seen: usize,
}

/// Reads a pack from a folder. The folder itself may be named through a link; nothing in it may be one.
///
/// # Errors
/// [`DepotError`]: a link, a special file, a folder without files, a name that no pack has, too much of anything.
pub fn read(root: &Path) -> Result<Files, DepotError> {
    let handle = openat(CWD, root, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|error| DepotError::world(root.display(), error))?;
    let folders = vec![Folder { handle, prefix: String::new() }];
    let mut reading = Reading { root, files: Files::new(), folders, folders_seen: 1 };
    while let Some(folder) = reading.folders.pop() {
        reading.folder(folder)?;
    }
    Ok(reading.files)
}

/// Writes a pack as a folder that must not be there yet; whoever looks finds all of it or nothing.
///
/// # Errors
/// [`DepotError::World`].
pub fn write(root: &Path, files: &Files) -> Result<(), DepotError> {
    let world = |error: io::Error| DepotError::world(root.display(), error);
    if root.symlink_metadata().is_ok() {
        return Err(DepotError::cannot_write(root, "there is something already; name another folder"));
    }
    let unfinished = beside(root);
    match write_files(&unfinished, files).and_then(|()| fs::rename(&unfinished, root)) {
        Ok(()) => Ok(()),
        Err(error) => {
            // What cannot be removed either is left for whoever reads the error.
            let _ = fs::remove_dir_all(&unfinished);
            Err(world(error))
        }
    }
}

/// A name for what is not finished yet, in the same folder, so that it can be renamed.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.unfinished", std::process::id()))
}

fn write_files(root: &Path, files: &Files) -> io::Result<()> {
    fs::create_dir(root)?;
    for (path, bytes) in files.iter() {
        let place = root.join(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::options().write(true).create_new(true).open(&place)?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    Ok(())
}

impl Reading<'_> {
    /// Reads the files of one folder and notes its folders.
    fn folder(&mut self, folder: Folder) -> Result<(), DepotError> {
        let place = self.place(&folder.prefix);
        let world = |error: Errno| DepotError::world(&place, error);
        let mut entries = 0;
        for entry in Dir::read_from(&folder.handle).map_err(world)? {
            let entry = entry.map_err(world)?;
            if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
                entries += 1;
                self.entry(&folder, &entry)?;
            }
        }
        if entries == 0 && !folder.prefix.is_empty() {
            return Err(DepotError::EmptyFolder { place });
        }
        Ok(())
    }

    fn entry(&mut self, folder: &Folder, entry: &DirEntry) -> Result<(), DepotError> {
        let name = entry.file_name();
        let path = [folder.prefix.as_bytes(), name.to_bytes()].concat();
        let path = check_path(&path).map_err(|error| self.pack(error))?;
        let place = self.place(path);
        // What the listing says spares opening a device, which may do something.
        self.kind(entry.file_type(), &place)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let handle = match openat(&folder.handle, name, flags, Mode::empty()) {
            Ok(handle) => handle,
            Err(Errno::LOOP) => return Err(DepotError::SymbolicLink { place }),
            Err(error) => return Err(DepotError::world(place, error)),
        };
        let about = fstat(&handle).map_err(|error| DepotError::world(&place, error))?;
        match self.kind(FileType::from_raw_mode(about.st_mode), &place)? {
            Some(Kind::File) => {
                let len = usize::try_from(about.st_size).unwrap_or(usize::MAX);
                self.file(path, &place, handle, len)
            }
            Some(Kind::Folder) => self.subfolder(path, handle),
            None => Err(DepotError::SpecialFile { place }),
        }
    }

    /// What a pack may hold; `None` if the file system does not say.
    fn kind(&self, kind: FileType, place: &str) -> Result<Option<Kind>, DepotError> {
        match kind {
            FileType::RegularFile => Ok(Some(Kind::File)),
            FileType::Directory => Ok(Some(Kind::Folder)),
            FileType::Symlink => Err(DepotError::SymbolicLink { place: place.to_owned() }),
            FileType::Unknown => Ok(None),
            FileType::Fifo | FileType::Socket | FileType::CharacterDevice | FileType::BlockDevice => {
                Err(DepotError::SpecialFile { place: place.to_owned() })
            }
        }
    }

    fn file(&mut self, path: &str, place: &str, handle: OwnedFd, len: usize) -> Result<(), DepotError> {
        self.files.check_room(len).map_err(|error| self.pack(error))?;
        let mut bytes = Vec::with_capacity(len);
        // One byte more than was announced shows that the file grew meanwhile.
        let read = File::from(handle).take(len as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| DepotError::world(place, error))?;
        if bytes.len() != len {
            let error = io::Error::new(io::ErrorKind::InvalidData, "the file changed while it was read; try again");
            return Err(DepotError::world(place, error));
        }
        self.files.insert(path, bytes).map_err(|error| DepotError::pack(self.root.display(), error))
    }

    fn subfolder(&mut self, path: &str, handle: OwnedFd) -> Result<(), DepotError> {
        if path.split('/').count() >= PATH_DEPTH_MAX {
            return Err(self.pack(PackError::too_large(format!("path {path:?}: folders"), PATH_DEPTH_MAX - 1)));
        }
        self.folders_seen += 1;
        // Every folder holds a file, so that there are no more folders than files and what leads to them.
        if self.folders_seen > FILES_MAX {
            return Err(self.pack(PackError::too_large("folders", FILES_MAX)));
        }
        self.folders.push(Folder { handle, prefix: format!("{path}/") });
        Ok(())
    }

    fn place(&self, path: &str) -> String {
        self.root.join(path).display().to_string()
    }

    fn pack(&self, error: PackError) -> DepotError {
        DepotError::pack(self.root.display(), error)
    }
}

impl DepotError {
    /// What a file system said of a path that is to be written.
    pub(crate) fn cannot_write(path: &Path, what: impl Display) -> Self {
        Self::world(path.display(), io::Error::other(what.to_string()))
    }
}
