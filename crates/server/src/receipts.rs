//! Receipts of calls: what the host states, signed and kept in a folder, one file each.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use codec::sha256;
use receipt::{Invocation, SigningKey};

/// Signs receipts and keeps them.
pub struct Keeper {
    folder: PathBuf,
    key: SigningKey,
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
        Ok(Self { folder: folder.to_owned(), key })
    }

    /// Signs an invocation and keeps its receipt as `SHA-256.cose`. The same call leaves the same file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep(&self, invocation: Invocation) -> io::Result<Kept> {
        let bytes = invocation.sign(&self.key).map_err(io::Error::other)?.to_bytes();
        let name = sha256(&bytes);
        let path = self.folder.join(format!("{name}.cose"));
        // Two calls may leave the same receipt at once, so each writes a file of its own and moves it into place.
        let place = self.folder.join(format!(".{name}.{:?}", std::thread::current().id()));
        let written = fs::File::create(&place).and_then(|mut file| file.write_all(&bytes));
        written.and_then(|()| fs::rename(&place, &path))?;
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
