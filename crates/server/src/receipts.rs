//! Receipts of calls: what the host states, signed and kept in a folder, one file each.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use base64ct::{Base64, Encoding as _};
use codec::sha256;
use receipt::{Invocation, SigningKey};

use crate::limits::RECEIPTS_MAX;

/// Signs receipts and keeps them.
pub struct Keeper {
    folder: PathBuf,
    key: SigningKey,
    kept: AtomicU64,
}

/// A receipt that was kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where it lies.
    pub path: PathBuf,
}

impl Keeper {
    /// Keeps receipts in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(folder: &Path, key: SigningKey) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let kept = AtomicU64::new(fs::read_dir(folder)?.count() as u64);
        Ok(Self { folder: folder.to_owned(), key, kept })
    }

    /// Signs an invocation and keeps its receipt as `SHA-256.cose`, on disk before this returns. The same call leaves the same
    /// file.
    ///
    /// # Errors
    /// What the file system says; or that the folder is full.
    pub fn keep(&self, invocation: Invocation) -> io::Result<Kept> {
        let bytes = invocation.sign(&self.key).map_err(io::Error::other)?.to_bytes();
        let name = sha256(&bytes);
        let path = self.folder.join(format!("{name}.cose"));
        if path.exists() {
            return Ok(Kept { bytes, path });
        }
        if self.kept.fetch_add(1, Relaxed) >= RECEIPTS_MAX {
            let message = format!("{}: {RECEIPTS_MAX} receipts; move them away", self.folder.display());
            return Err(io::Error::other(message));
        }
        // Two calls may leave the same receipt at once, so each writes a file of its own and moves it into place.
        let place = self.folder.join(format!(".{name}.{}.{:?}", std::process::id(), std::thread::current().id()));
        let mut file = fs::File::create(&place)?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&place, &path))?;
        Ok(Kept { bytes, path })
    }
}

impl Kept {
    /// The receipt as text.
    #[must_use]
    pub fn base64(&self) -> String {
        Base64::encode_string(&self.bytes)
    }
}
