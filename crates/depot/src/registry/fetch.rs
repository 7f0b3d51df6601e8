//! Requests whose answers are bounded.
//!
//! The crate `oci-client` reads a manifest of any length and follows a redirection anywhere, so that what comes in is asked
//! for here: no more bytes than were announced, and no way from HTTPS to plain HTTP or from this machine to another.

use codec::{Digest, sha256};
use oci_client::secrets::RegistryAuth;
use pack::PackError;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{RequestBuilder, Response, StatusCode, Url};

use super::artefact::{MANIFEST_TYPE, Wanted};
use super::client::{answer, install_cryptography, pull_credentials};
use super::limits::{ANSWER_TIMEOUT, CONNECT_TIMEOUT, MANIFEST_LEN_MAX, READ_TIMEOUT, REDIRECTIONS_MAX};
use super::place::Place;
use crate::error::DepotError;

/// Asks one registry.
pub(super) struct Fetcher<'a> {
    place: &'a Place,
    client: reqwest::Client,
}

impl<'a> Fetcher<'a> {
    pub(super) fn new(place: &'a Place) -> Result<Self, DepotError> {
        install_cryptography();
        let client = reqwest::Client::builder()
            .redirect(Policy::custom(|attempt| if may_follow(&attempt) { attempt.follow() } else { attempt.stop() }))
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .build()
            .map_err(|error| refused(place, &error))?;
        Ok(Self { place, client })
    }

    /// The manifest with this digest, or whatever the tag names now.
    pub(super) async fn manifest(&self, digest: Option<&Digest>) -> Result<Vec<u8>, DepotError> {
        let name = match digest {
            Some(digest) => format!("sha256:{digest}"),
            None => self.place.tag().unwrap_or_default().to_owned(),
        };
        let url = self.place.url("manifests", &name);
        let bytes = self.get(&url, MANIFEST_TYPE, MANIFEST_LEN_MAX).await?;
        digest.map_or(Ok(()), |digest| check(&url, &bytes, digest))?;
        Ok(bytes)
    }

    /// A blob that a manifest names.
    pub(super) async fn blob(&self, wanted: &Wanted) -> Result<Vec<u8>, DepotError> {
        let url = self.place.url("blobs", &format!("sha256:{}", wanted.digest));
        let bytes = self.get(&url, "*/*", wanted.len).await?;
        if bytes.len() != wanted.len {
            let problem = format!("{url}: {} bytes came instead of {}", bytes.len(), wanted.len);
            return Err(DepotError::BadArtefact { place: self.place.to_string(), problem });
        }
        check(&url, &bytes, &wanted.digest)?;
        Ok(bytes)
    }

    /// Asks as nobody first, then as whoever is logged in: a public artefact needs no credentials.
    async fn get(&self, url: &str, accept: &'static str, len_max: usize) -> Result<Vec<u8>, DepotError> {
        let request = || self.client.get(url).header(ACCEPT, HeaderValue::from_static(accept));
        let mut response = self.send(request(), url).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            let request = match pull_credentials(self.place).await? {
                RegistryAuth::Anonymous => request(),
                RegistryAuth::Basic(name, password) => request().basic_auth(name, Some(password)),
                RegistryAuth::Bearer(token) => request().bearer_auth(token),
            };
            response = self.send(request, url).await?;
        }
        self.body(response, url, len_max).await
    }

    async fn send(&self, request: RequestBuilder, url: &str) -> Result<Response, DepotError> {
        request.send().await.map_err(|error| refused(url, &error))
    }

    async fn body(&self, mut response: Response, url: &str, len_max: usize) -> Result<Vec<u8>, DepotError> {
        let status = response.status();
        if status != StatusCode::OK {
            let more = match status {
                StatusCode::NOT_FOUND => ": there is no such artefact, or it is not shown to you",
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ": log in to the registry first",
                _ if status.is_redirection() => ": it points to where this program does not follow",
                _ => "",
            };
            let answer = format!("the registry answers {status}{more}");
            return Err(DepotError::RegistryRefused { place: url.to_owned(), answer });
        }
        let too_large = || DepotError::pack(url, PackError::too_large("bytes of the answer", len_max));
        if response.content_length().is_some_and(|len| len > len_max as u64) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| refused(url, &error))? {
            if bytes.len() + chunk.len() > len_max {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// A redirection is followed within one origin, or from HTTPS to HTTPS.
fn may_follow(attempt: &Attempt<'_>) -> bool {
    let origin = |url: &Url| url.origin();
    attempt.previous().len() <= REDIRECTIONS_MAX
        && attempt.previous().last().is_some_and(|from| {
            origin(from) == origin(attempt.url()) || (from.scheme() == "https" && attempt.url().scheme() == "https")
        })
}

fn check(url: &str, bytes: &[u8], expected: &Digest) -> Result<(), DepotError> {
    let actual = sha256(bytes);
    if actual == *expected {
        return Ok(());
    }
    let [expected, actual] = [expected, &actual].map(|digest| format!("sha256:{digest}"));
    Err(DepotError::WrongDigest { place: url.to_owned(), expected, actual })
}

fn refused(place: impl std::fmt::Display, error: &dyn std::error::Error) -> DepotError {
    DepotError::RegistryRefused { place: place.to_string(), answer: answer(error) }
}
