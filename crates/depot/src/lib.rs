//! Where packs are kept: a directory, a single file, an OCI registry. `spec/pack-places.md` has the three forms in words.
//!
//! What comes from a place is only [`pack::Files`]: bytes by path, nothing that was verified. What a pack says, and whether
//! anybody trusted signed it, the crate `pack` finds out.
//!
//! | module | concept |
//! | --- | --- |
//! | [`directory`] | a pack as a folder, read without following a link |
//! | [`archive`] | a pack as one file: the one ustar archive that its files have |
//! | [`registry`] | a pack as an artefact of an OCI registry (feature `registry`) |
//! | [`error`] | why a place does not give or take a pack |
#![forbid(unsafe_code)]

pub mod archive;
pub mod directory;
pub mod error;
#[cfg(feature = "registry")]
pub mod registry;

use std::path::Path;

pub use error::DepotError;
use pack::Files;

/// Reads a pack from a folder or a single file, whichever lies at `path`.
///
/// # Errors
/// [`DepotError`].
pub fn read(path: &Path) -> Result<Files, DepotError> {
    let metadata = std::fs::metadata(path).map_err(|error| DepotError::world(path.display(), error))?;
    if metadata.is_dir() { directory::read(path) } else { archive::read_file(path) }
}
