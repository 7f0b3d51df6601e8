//! What is asked of the crate `oci-client`: uploading, and tokens.

use codec::Digest;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, RegistryOperation};
use reqwest::header::HeaderValue;

use super::artefact::MANIFEST_TYPE;
use super::credentials;
use super::limits::{ANSWER_SHOWN_MAX, CONNECT_TIMEOUT, READ_TIMEOUT};
use super::place::{Place, Transport};
use crate::error::DepotError;

/// Sends an artefact to one registry.
pub(super) struct Uploader<'a> {
    place: &'a Place,
    client: Client,
    credentials: RegistryAuth,
}

impl<'a> Uploader<'a> {
    pub(super) fn new(place: &'a Place) -> Result<Self, DepotError> {
        if place.digest().is_some() || place.tag().is_none() {
            let problem = "a digest cannot be chosen; push under a tag".to_owned();
            return Err(DepotError::BadReference { place: place.to_string(), problem });
        }
        Ok(Self { place, client: client(place)?, credentials: credentials::of(place)? })
    }

    /// Sends a blob unless it is there; says whether it was sent.
    pub(super) async fn blob(&self, digest: &Digest, bytes: &[u8]) -> Result<bool, DepotError> {
        let reference = self.place.reference();
        self.client.store_auth_if_needed(reference.resolve_registry(), &self.credentials).await;
        let digest = format!("sha256:{digest}");
        let refused = |error: &dyn std::error::Error| self.refused(&digest, error);
        // A registry that does not let one look may still take the blob.
        if self.client.blob_exists(reference, &digest).await.unwrap_or(false) {
            return Ok(false);
        }
        self.client.push_blob(reference, bytes.to_vec(), &digest).await.map_err(|error| refused(&error))?;
        Ok(true)
    }

    /// Names the blobs that were sent: the artefact is there.
    pub(super) async fn manifest(&self, bytes: &[u8]) -> Result<(), DepotError> {
        let kind = HeaderValue::from_static(MANIFEST_TYPE);
        let pushed = self.client.push_manifest_raw(self.place.reference(), bytes.to_vec(), kind).await;
        pushed.map(drop).map_err(|error| self.refused("the manifest", &error))
    }

    fn refused(&self, what: &str, error: &dyn std::error::Error) -> DepotError {
        DepotError::RegistryRefused { place: self.place.to_string(), answer: format!("{what}: {}", answer(error)) }
    }
}

/// What a registry that does not serve everybody wants to see: a token that it gives out, or name and password.
pub(super) async fn pull_credentials(place: &Place) -> Result<RegistryAuth, DepotError> {
    let credentials = credentials::of(place)?;
    let token = client(place)?.auth(place.reference(), &credentials, RegistryOperation::Pull).await;
    match token {
        Ok(Some(token)) => Ok(RegistryAuth::Bearer(token)),
        Ok(None) => Ok(credentials),
        Err(error) => Err(DepotError::RegistryRefused { place: place.registry().to_owned(), answer: answer(&error) }),
    }
}

fn client(place: &Place) -> Result<Client, DepotError> {
    install_cryptography();
    let protocol = match place.transport() {
        Transport::Tls => ClientProtocol::Https,
        Transport::PlainLoopback => ClientProtocol::Http,
    };
    let (connect_timeout, read_timeout) = (Some(CONNECT_TIMEOUT), Some(READ_TIMEOUT));
    let config = ClientConfig { protocol, connect_timeout, read_timeout, ..ClientConfig::default() };
    Client::try_from(config)
        .map_err(|error| DepotError::RegistryRefused { place: place.to_string(), answer: answer(&error) })
}

/// TLS asks for one implementation of its algorithms for the whole program; whoever came first decides.
pub(super) fn install_cryptography() {
    // An error says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// An error with its causes, on one line and not too long: parts of it are a registry's own words.
pub(super) fn answer(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    let one_line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    one_line.take(ANSWER_SHOWN_MAX).collect()
}
