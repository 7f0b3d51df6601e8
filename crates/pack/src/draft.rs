//! Making a pack: digests of the files into the manifest, and the signature over it.

use codec::{Digest, sha256};

use crate::error::PackError;
use crate::files::Files;
use crate::manifest::{HashedFile, MANIFEST_PATH, Manifest};
use crate::signature::{SIGNATURE_PATH, public_key, sign};

/// Writes the digest of every file that the manifest names into it.
///
/// # Errors
/// [`PackError::FileMissing`].
pub fn fill_hashes(manifest: &mut Manifest, files: &Files) -> Result<(), PackError> {
    let digest = |path: &str| -> Result<Digest, PackError> {
        let missing = || PackError::FileMissing { path: path.into() };
        files.get(path).map(sha256).ok_or_else(missing)
    };
    let fill = |file: &mut HashedFile| -> Result<(), PackError> {
        file.hash = digest(&file.path)?;
        Ok(())
    };
    for kernel in &mut manifest.kernels {
        fill(&mut kernel.module)?;
        kernel.golden.iter_mut().chain(&mut kernel.configuration).try_for_each(fill)?;
    }
    manifest.models.iter_mut().map(|model| &mut model.file).try_for_each(fill)
}

/// Puts the manifest's canonical bytes into `files`, and takes a signature of other bytes away.
///
/// # Errors
/// What [`Manifest::parse`] would refuse, or [`PackError::TooLarge`].
pub fn put_manifest(manifest: &Manifest, files: &mut Files) -> Result<(), PackError> {
    let text = manifest.to_json();
    Manifest::parse(text.as_bytes())?;
    files.remove(SIGNATURE_PATH);
    files.put(MANIFEST_PATH, text.into_bytes())
}

/// Signs the manifest that lies in `files`, with the key of this seed, which the manifest must name as its author's.
///
/// # Errors
/// [`PackError::ManifestMissing`], what is wrong with the manifest, or [`PackError::AuthorKeyMismatch`].
pub fn sign_files(files: &mut Files, seed: &[u8; 32]) -> Result<(), PackError> {
    let bytes = files.get(MANIFEST_PATH).ok_or(PackError::ManifestMissing)?;
    let (author, signer) = (Manifest::parse(bytes)?.author.signing_key, public_key(seed));
    if author != signer {
        return Err(PackError::AuthorKeyMismatch { author: Digest(author), signer: Digest(signer) });
    }
    let signature = sign(bytes, seed);
    files.put(SIGNATURE_PATH, signature.into_bytes())
}
