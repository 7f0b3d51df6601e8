//! The files of a pack by path: what a directory, a single file and an artefact in a registry have in common.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::PackError;
use crate::limits::{FILES_MAX, TOTAL_LEN_MAX};
use crate::path::{Names, check_path};

/// Files in the order of their paths. Every path is one that a pack may have, and no two can be taken for each other.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Files {
    files: BTreeMap<String, Vec<u8>>,
    names: Names,
    total_len: usize,
}

impl Files {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    ///
    /// # Errors
    /// If the path is not one that a pack may have, clashes with another, or a limit is hit.
    pub fn insert(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), PackError> {
        check_path(path.as_bytes())?;
        self.check_room(bytes.len())?;
        if let Some((first, _)) = self.files.get_key_value(path) {
            return Err(PackError::PathClash { first: first.clone(), second: path.to_owned() });
        }
        self.names.claim(path)?;
        self.total_len += bytes.len();
        self.files.insert(path.to_owned(), bytes);
        Ok(())
    }

    /// Whether one more file of so many bytes is within the limits. Readers ask before they read it.
    ///
    /// # Errors
    /// [`PackError::TooLarge`].
    pub fn check_room(&self, len: usize) -> Result<(), PackError> {
        if self.files.len() >= FILES_MAX {
            return Err(PackError::too_large("files of the pack", FILES_MAX));
        }
        if self.total_len.saturating_add(len) > TOTAL_LEN_MAX {
            return Err(PackError::too_large("bytes of the pack", TOTAL_LEN_MAX));
        }
        Ok(())
    }

    /// A file's bytes.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Replaces or adds a file, for whoever makes a pack.
    ///
    /// # Errors
    /// As [`Files::insert`], but for the file itself.
    pub fn put(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), PackError> {
        if let Some(old) = self.files.get_mut(path) {
            let rest = self.total_len - old.len();
            if rest.saturating_add(bytes.len()) > TOTAL_LEN_MAX {
                return Err(PackError::too_large("bytes of the pack", TOTAL_LEN_MAX));
            }
            self.total_len = rest + bytes.len();
            *old = bytes;
            return Ok(());
        }
        self.insert(path, bytes)
    }

    /// Takes a file away. Nothing but a file of exactly this path may take its place.
    pub fn remove(&mut self, path: &str) -> Option<Vec<u8>> {
        let bytes = self.files.remove(path)?;
        self.total_len -= bytes.len();
        Some(bytes)
    }

    /// Paths and bytes in the order of the paths' bytes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Bytes of all files together.
    #[must_use]
    pub fn total_len(&self) -> usize {
        self.total_len
    }
}
