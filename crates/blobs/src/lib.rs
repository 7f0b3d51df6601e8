//! Blobs by path: in a folder, or in any object store that the crate `object_store` knows.
//!
//! A log is published as plain files (`spec/log.md`), so all that is needed of a place is to put and to get one. Folders
//! are always there; the clouds are features of their own (`s3`, `gcs`, `azure`), because each brings an HTTP client along.
#![forbid(unsafe_code)]

use std::fmt;
use std::path::Path;

use object_store::local::LocalFileSystem;
use object_store::path::Path as BlobPath;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

/// Bytes of the largest blob that [`Blobs::get`] takes in: a full bundle of 256 entries of 65,535 bytes each.
pub const BLOB_LEN_MAX: u64 = 256 * (2 + 65_535);

/// A place for blobs.
pub struct Blobs {
    store: Box<dyn ObjectStore>,
    prefix: BlobPath,
    name: String,
    runtime: tokio::runtime::Runtime,
}

/// What the place said, and about which blob.
#[derive(Debug)]
pub struct BlobError {
    place: String,
    what: String,
}

impl Blobs {
    /// A folder's path, or a URL such as `s3://bucket/prefix`, whose credentials come from the environment variables that
    /// its cloud uses. A folder that is not there is made if `make` says so.
    ///
    /// # Errors
    /// The folder cannot be had, or the URL is of no kind that this program was built with.
    pub fn open(place: &str, make: bool) -> Result<Self, BlobError> {
        let fail = |what: String| BlobError { place: place.to_owned(), what };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| fail(error.to_string()))?;
        let (store, prefix): (Box<dyn ObjectStore>, _) = if place.contains("://") {
            let url = url::Url::parse(place).map_err(|error| fail(format!("not a URL: {error}")))?;
            object_store::parse_url_opts(&url, environment()).map_err(|error| fail(error.to_string()))?
        } else {
            if make {
                std::fs::create_dir_all(place).map_err(|error| fail(error.to_string()))?;
            }
            let folder = LocalFileSystem::new_with_prefix(Path::new(place)).map_err(|error| fail(error.to_string()))?;
            (Box::new(folder), BlobPath::default())
        };
        Ok(Self { store, prefix, name: place.to_owned(), runtime })
    }

    /// Puts a blob in place, whole or not at all; what was there is replaced.
    ///
    /// # Errors
    /// The place refused.
    pub fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), BlobError> {
        let at = self.at(path)?;
        let put = self.store.put(&at, PutPayload::from(bytes));
        self.runtime.block_on(put).map(|_| ()).map_err(|error| self.error(path, &error))
    }

    /// A blob; `None` if there is none.
    ///
    /// # Errors
    /// The place refused, or the blob is longer than [`BLOB_LEN_MAX`].
    pub fn get(&self, path: &str) -> Result<Option<Vec<u8>>, BlobError> {
        let at = self.at(path)?;
        let found = self.runtime.block_on(async {
            let found = self.store.get(&at).await?;
            if found.meta.size > BLOB_LEN_MAX {
                return Ok(Err(found.meta.size));
            }
            Ok(Ok(found.bytes().await?.to_vec()))
        });
        match found {
            Ok(Ok(bytes)) => Ok(Some(bytes)),
            Ok(Err(size)) => Err(BlobError {
                place: self.place(path),
                what: format!("{size} bytes; no blob of a log is longer than {BLOB_LEN_MAX}"),
            }),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.error(path, &error)),
        }
    }

    fn at(&self, path: &str) -> Result<BlobPath, BlobError> {
        let whole = if self.prefix.as_ref().is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) };
        BlobPath::parse(whole).map_err(|error| BlobError { place: self.place(path), what: error.to_string() })
    }

    fn place(&self, path: &str) -> String {
        format!("{}/{path}", self.name.trim_end_matches('/'))
    }

    fn error(&self, path: &str, error: &object_store::Error) -> BlobError {
        BlobError { place: self.place(path), what: error.to_string() }
    }
}

/// The environment's variables in the lower case in which the store's options are named.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?.to_ascii_lowercase(), value.into_string().ok()?)))
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl std::error::Error for BlobError {}
