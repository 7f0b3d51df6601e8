//! Who asks: what `docker login` and its like have stored for a registry.

use std::env;
use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::PathBuf;

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use oci_client::secrets::RegistryAuth;

use super::place::Place;
use crate::error::DepotError;

/// The registry that keeps an old name in the file.
const DOCKER_HUB: (&str, &str) = ("docker.io", "https://index.docker.io/v1/");

/// What every credential helper says when it has nothing for a registry.
const HELPER_HAS_NONE: &str = "credentials not found";

/// The name and password for a registry from `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, or from the helper that
/// it names; nobody, if it has none.
pub(super) fn of(place: &Place) -> Result<RegistryAuth, DepotError> {
    let Some(path) = path() else { return Ok(RegistryAuth::Anonymous) };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(RegistryAuth::Anonymous),
        Err(error) => return Err(DepotError::world(path.display(), error)),
    };
    let server = if place.registry() == DOCKER_HUB.0 { DOCKER_HUB.1 } else { place.registry() };
    let refused = |answer| DepotError::RegistryRefused { place: place.registry().to_owned(), answer };
    match get_credential_from_reader(BufReader::new(file), server) {
        Ok(DockerCredential::UsernamePassword(name, password)) => Ok(RegistryAuth::Basic(name, password)),
        Ok(DockerCredential::IdentityToken(_)) => {
            let advice = "an identity token is stored for it, which is not supported; log in with name and password";
            Err(refused(advice.to_owned()))
        }
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(RegistryAuth::Anonymous),
        Err(CredentialRetrievalError::HelperFailure { stdout, .. }) if stdout.contains(HELPER_HAS_NONE) => {
            Ok(RegistryAuth::Anonymous)
        }
        // What a helper printed may be a secret: its name is enough.
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => {
            Err(refused(format!("the credential helper {helper} failed; log in again")))
        }
        Err(error) => Err(refused(format!("{}: {error}", path.display()))),
    }
}

/// Where credentials are stored.
fn path() -> Option<PathBuf> {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".docker"));
    Some(env::var_os("DOCKER_CONFIG").map(PathBuf::from).or_else(home)?.join("config.json"))
}
