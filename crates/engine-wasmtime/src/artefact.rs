//! Compiled code kept on disk.
//!
//! Loading machine code runs it, so a cache is as trusted as the program itself. What makes it so: the directory is made
//! by this program and readable and writable by its owner alone, which is checked at every use; the file's name is the digest
//! of the sealed module and of everything that Wasmtime says its code depends on; the file opens with the digest of
//! the code, so that a torn write is compiled anew instead of run. Whoever can write there as the owner can replace the
//! program too. A cache that fails any check is passed over, never an error.
#![allow(unsafe_code, reason = "loading a compiled artefact is unsafe by nature; this module is its one room")]

use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use codec::{Digest, sha256};

/// A directory of compiled artefacts.
pub(crate) struct ArtefactCache {
    directory: PathBuf,
}

impl ArtefactCache {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// The compiled module, from the cache where it can be trusted.
    pub(crate) fn compile(
        &self,
        engine: &wasmtime::Engine,
        sealed: &[u8],
    ) -> Result<wasmtime::Module, wasmtime::Error> {
        let path = self.directory.join(artefact_name(engine, sealed));
        if let Some(code) = self.read(&path) {
            // SAFETY: the bytes carry their digest and lie in a directory that only this user can write to (checked by
            // `read` just now), so they are what `write` below put there: the output of `Module::serialize`.
            if let Ok(module) = unsafe { wasmtime::Module::deserialize(engine, code) } {
                return Ok(module);
            }
        }
        let module = wasmtime::Module::new(engine, sealed)?;
        if let Ok(code) = module.serialize() {
            // A cache that cannot be written costs time, not correctness.
            let _ = self.write(&path, &code);
        }
        Ok(module)
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        owner_only(&self.directory).then_some(())?;
        owner_only(path).then_some(())?;
        let mut bytes = fs::read(path).ok()?;
        let digest: [u8; 32] = bytes.get(..Digest::LEN)?.try_into().ok()?;
        let code = bytes.split_off(Digest::LEN);
        (sha256(&code) == Digest(digest)).then_some(code)
    }

    fn write(&self, path: &Path, code: &[u8]) -> std::io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
        if !owner_only(&self.directory) {
            return Err(std::io::ErrorKind::PermissionDenied.into());
        }
        // In a folder that only we can write to, a draft of this name is one that we left behind.
        let draft = path.with_extension(format!("{}.draft", std::process::id()));
        let _ = fs::remove_file(&draft);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(sha256(code).as_bytes())?;
        file.write_all(code)?;
        fs::rename(draft, path)
    }
}

/// Names the artefact by the module and by what Wasmtime says its compiled code depends on.
fn artefact_name(engine: &wasmtime::Engine, sealed: &[u8]) -> String {
    let mut compatibility = Fnv(0xcbf2_9ce4_8422_2325);
    engine.precompile_compatibility_hash().hash(&mut compatibility);
    format!("{}-{:016x}.cwasm", sha256(sealed), compatibility.finish())
}

/// Whether `path` belongs to whoever runs this program and nobody else can write to it.
fn owner_only(path: &Path) -> bool {
    // The owner of a process's own entry in /proc is the user it runs as; without /proc nothing is trusted.
    let (Ok(file), Ok(me)) = (fs::symlink_metadata(path), fs::metadata("/proc/self")) else { return false };
    !file.file_type().is_symlink() && file.uid() == me.uid() && file.mode() & 0o077 == 0
}

/// FNV-1a: the standard library promises no stable hasher, and a file name has to mean the same tomorrow.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
