//! Which artefact of which registry.

use std::fmt;
use std::net::IpAddr;

use codec::Digest;
use oci_client::Reference;

use crate::error::DepotError;

/// How a registry is spoken with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// HTTPS.
    Tls,
    /// Plain HTTP: with a registry on this machine only.
    PlainLoopback,
}

/// An artefact's reference: `REGISTRY/NAME:TAG`, `REGISTRY/NAME@sha256:DIGEST`, or both; `oci://` may stand before it.
/// Registry and tag are never guessed.
#[derive(Clone, Debug)]
pub struct Place {
    reference: Reference,
    transport: Transport,
    digest: Option<Digest>,
}

impl Place {
    /// Reads a reference.
    ///
    /// # Errors
    /// [`DepotError::BadReference`], [`DepotError::NotLoopback`].
    pub fn parse(text: &str, transport: Transport) -> Result<Self, DepotError> {
        let bad = |problem: &str| DepotError::BadReference { place: text.to_owned(), problem: problem.to_owned() };
        let bare = text.strip_prefix("oci://").unwrap_or(text);
        let reference: Reference = bare.parse().map_err(|_| bad("not the reference of an artefact"))?;
        // The crate fills in what is left out; what is not named here is not meant.
        if !bare.starts_with(&format!("{}/", reference.registry())) {
            return Err(bad("no registry is named"));
        }
        let digest = match reference.digest() {
            None => None,
            Some(text) => Some(read_digest(text).ok_or_else(|| bad("the digest is not sha256"))?),
        };
        let name_and_tag = bare.rsplit('/').next().unwrap_or_default();
        if digest.is_none() && !name_and_tag.contains(':') {
            return Err(bad("neither a tag nor a digest is named"));
        }
        let place = Self { reference, transport, digest };
        if transport == Transport::PlainLoopback && !is_loopback(place.host()) {
            return Err(DepotError::NotLoopback { place: place.registry().to_owned() });
        }
        Ok(place)
    }

    /// The registry: a host, and a port if it is not the usual one.
    #[must_use]
    pub fn registry(&self) -> &str {
        self.reference.registry()
    }

    /// The digest of the manifest, if the reference has one. It counts more than a tag.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The tag, unless the reference has a digest alone.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.reference.tag()
    }

    /// How the registry is spoken with.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// The same artefact by the digest of its manifest.
    #[must_use]
    pub fn pinned(&self, digest: &Digest) -> String {
        format!("{}/{}@sha256:{digest}", self.registry(), self.reference.repository())
    }

    pub(crate) fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The URL of a manifest or blob.
    pub(crate) fn url(&self, kind: &str, name: &str) -> String {
        let scheme = match self.transport {
            Transport::Tls => "https",
            Transport::PlainLoopback => "http",
        };
        let (registry, repository) = (self.reference.resolve_registry(), self.reference.repository());
        format!("{scheme}://{registry}/v2/{repository}/{kind}/{name}")
    }

    fn host(&self) -> &str {
        self.registry().split(':').next().unwrap_or_default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reference)
    }
}

/// `sha256:` and 64 lower-case hexadecimal digits.
pub(crate) fn read_digest(text: &str) -> Option<Digest> {
    let digits = text.strip_prefix("sha256:")?;
    Digest::from_hex(digits).filter(|digest| digest.to_string() == digits)
}

/// Whether a host is this machine: said in the reference itself, not by whatever a name resolves to.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
