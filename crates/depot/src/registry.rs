//! A pack as an artefact of an OCI registry.
//!
//! What comes from a registry is foreign: every length is known and bounded before a byte is kept, every byte is held against the
//! digest that it was asked by, and nothing of it is a pack before `pack` has verified it.
//!
//! | module | concept |
//! | --- | --- |
//! | [`place`] | which artefact of which registry |
//! | `artefact` | the artefact's parts: manifest, configuration, layers |
//! | `fetch` | requests whose answers are bounded |
//! | `credentials` | who asks |
//! | `client` | what is asked of the crate `oci-client`: uploading, and tokens |

mod artefact;
mod client;
mod credentials;
mod fetch;
pub mod limits;
pub mod place;

use std::collections::btree_map::{BTreeMap, Entry};

use codec::Digest;
use pack::Files;

pub use artefact::Form;
use artefact::{Artefact, Manifest};
use client::Uploader;
use fetch::Fetcher;
pub use place::{Place, Transport};

use crate::error::DepotError;

/// What was pushed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pushed {
    /// The digest of the artefact's manifest: its name for good.
    pub digest: Digest,
    /// Blobs that were sent.
    pub blobs_sent: usize,
    /// Blobs that the registry had already.
    pub blobs_there: usize,
    /// Bytes that were sent.
    pub bytes_sent: usize,
}

/// What was pulled. Nobody has verified it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pulled {
    /// The pack's files.
    pub files: Files,
    /// The digest of the artefact's manifest.
    pub digest: Digest,
    /// How the files were packed.
    pub form: Form,
}

/// Pushes a pack under a tag, and reads back what the registry made of it.
///
/// # Errors
/// [`DepotError`].
pub fn push(place: &Place, files: &Files, form: Form) -> Result<Pushed, DepotError> {
    let artefact = Artefact::of(files, form);
    let digest = codec::sha256(&artefact.manifest);
    run(async {
        let uploader = Uploader::new(place)?;
        let mut pushed = Pushed { digest, blobs_sent: 0, blobs_there: 0, bytes_sent: 0 };
        for (digest, bytes) in artefact.blobs() {
            if uploader.blob(&digest, bytes).await? {
                pushed.blobs_sent += 1;
                pushed.bytes_sent += bytes.len();
            } else {
                pushed.blobs_there += 1;
            }
        }
        uploader.manifest(&artefact.manifest).await?;
        let kept = Fetcher::new(place)?.manifest(Some(&digest)).await?;
        debug_assert_eq!(kept, artefact.manifest, "the fetcher has compared the digests");
        Ok(pushed)
    })
}

/// Pulls a pack by its tag or its digest.
///
/// # Errors
/// [`DepotError`].
pub fn pull(place: &Place) -> Result<Pulled, DepotError> {
    run(async {
        let fetcher = Fetcher::new(place)?;
        let bytes = fetcher.manifest(place.digest()).await?;
        let digest = codec::sha256(&bytes);
        let manifest = Manifest::read(&bytes, place)?;
        let configuration = fetcher.blob(&manifest.configuration()).await?;
        manifest.check_configuration(&configuration, place)?;
        let mut blobs = BTreeMap::new();
        for wanted in manifest.layers() {
            if let Entry::Vacant(free) = blobs.entry(wanted.digest) {
                free.insert(fetcher.blob(&wanted).await?);
            }
        }
        Ok(Pulled { files: manifest.files(blobs, place)?, digest, form: manifest.form() })
    })
}

/// Waits for one transfer on this thread.
fn run<T>(transfer: impl Future<Output = Result<T, DepotError>>) -> Result<T, DepotError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| DepotError::world("the network", error))?.block_on(transfer)
}
