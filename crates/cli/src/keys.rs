//! Key files, and who may read them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use receipt::keyfile::{PostQuantumKeyFile, PublicKeyFile};
use receipt::post_quantum::PostQuantumSigningKey;
use receipt::{PublicKey, RootSecret, SigningKey};
use zeroize::Zeroizing;

use crate::exit::{Exit, Failure, OrExit};

const SECRET_FILE: &str = "root.secret";
const PUBLIC_FILE: &str = "operator.pub";
const STATEMENT_FILE: &str = "statement.pub";
const PUBLISHER_FILE: &str = "publisher.pub";
const INVOCATION_FILE: &str = "invocation.pub";
const POST_QUANTUM_FILE: &str = "operator-ml-dsa-44.pub";
const TRUST_FILE: &str = "trust.toml";

/// What a publisher's public key file says of itself.
pub(crate) const PUBLISHER_COMMENT: &str = "avouch publisher";

/// A folder with a root secret and the operator's public key.
pub(crate) struct KeyFolder(PathBuf);

/// Where keys lie unless the command line says otherwise.
pub(crate) fn default_folder() -> Result<PathBuf, Failure> {
    let config = std::env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    let base = config.or(home).ok_or_else(|| anyhow!("neither HOME nor XDG_CONFIG_HOME is set; say --keys DIR"));
    Ok(base.or_exit(Exit::Usage)?.join("avouch"))
}

impl KeyFolder {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn secret_path(&self) -> PathBuf {
        self.0.join(SECRET_FILE)
    }

    pub(crate) fn public_path(&self) -> PathBuf {
        self.0.join(PUBLIC_FILE)
    }

    /// Makes a new root secret. Never overwrites one.
    pub(crate) fn create(&self) -> Result<PublicKey, Failure> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut())
            .map_err(|error| anyhow!("no randomness to be had: {error}"))
            .or_exit(Exit::World)?;
        let secret = RootSecret::from_bytes(*bytes);
        let operator = secret.operator_key().public();
        let place = |path: &Path, error: std::io::Error| {
            let hint = if error.kind() == std::io::ErrorKind::AlreadyExists {
                "; move it away or name another folder"
            } else {
                ""
            };
            Failure::message(Exit::World, format!("{}: {error}{hint}", path.display()))
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0).map_err(|error| place(&self.0, error))?;
        let path = self.secret_path();
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| place(&path, error))?;
        file.write_all(&secret.to_file()[..]).and_then(|()| file.sync_all()).map_err(|error| place(&path, error))?;
        for (name, text) in public_files(&secret) {
            let path = self.0.join(name);
            fs::write(&path, text).map_err(|error| place(&path, error))?;
        }
        Ok(operator)
    }

    /// The publisher's public key, from its file or from the root secret; `None` if there is neither.
    pub(crate) fn publisher(&self) -> Result<Option<PublicKey>, Failure> {
        let path = self.0.join(PUBLISHER_FILE);
        if path.exists() {
            return read_public(&path).map(Some);
        }
        Ok(self.read()?.map(|secret| secret.publisher_key().public()))
    }

    /// Where the trust store for others lies.
    pub(crate) fn trust_path(&self) -> PathBuf {
        self.0.join(TRUST_FILE)
    }

    /// Reads the root secret, which nobody but its owner may be able to read. `None` if there is none yet.
    pub(crate) fn read(&self) -> Result<Option<RootSecret>, Failure> {
        let path = self.secret_path();
        let place = path.display();
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let advice = format!("{place}: {error}; --keys names the folder with the root secret");
                return Err(Failure::message(Exit::World, advice));
            }
        };
        refuse_if_shared(&path, &metadata)?;
        let text = Zeroizing::new(
            fs::read_to_string(&path).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)?,
        );
        let advice = "restore it from a copy, or move it away and make another with `avouch keygen`";
        let secret =
            RootSecret::parse(&text).map_err(|error| anyhow!("{place}: {error}; {advice}")).or_exit(Exit::Malformed)?;
        Ok(Some(secret))
    }
}

/// Reads a public key file.
pub(crate) fn read_public(path: &Path) -> Result<PublicKey, Failure> {
    let place = path.display();
    let text = fs::read_to_string(path).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)?;
    let file = PublicKeyFile::parse(&text).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::Malformed)?;
    Ok(file.key)
}

/// Refuses a secret that anybody but its owner can read.
pub(crate) fn refuse_if_shared(path: &Path, metadata: &fs::Metadata) -> Result<(), Failure> {
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    let (place, mode) = (path.display(), metadata.mode() & 0o777);
    let advice = format!("{place}: others can read this secret (mode {mode:03o}); run `chmod 600 {place}`");
    Err(Failure::message(Exit::Policy, advice))
}

/// The key that signs receipts of kernel invocations. The root secret is not made here: whoever asks for receipts knows whose
/// they are.
pub(crate) fn invocation_key(folder: Option<&Path>) -> Result<SigningKey, Failure> {
    let folder = KeyFolder::at(folder.map_or_else(default_folder, |path| Ok(path.to_owned()))?);
    let advice = || anyhow!("{}: no such file; make one with `avouch keygen`", folder.secret_path().display());
    Ok(folder.read()?.ok_or_else(advice).or_exit(Exit::World)?.invocation_key())
}

/// What others need to check what this secret's keys sign: each public key alone, and a trust store with all of them.
fn public_files(secret: &RootSecret) -> Vec<(&'static str, String)> {
    let (operator, statement) = (secret.operator_key().public(), secret.statement_key().public());
    let invocation = secret.invocation_key().public();
    let publisher = secret.publisher_key().public();
    let second = PostQuantumSigningKey::from_seed(&secret.operator_post_quantum_seed()).public().clone();
    let line = |key, comment: &str| PublicKeyFile { key, comment: comment.to_owned() }.to_string();
    let store = format!(
        "# Whom to trust for what (spec/trust.md). Give this file to whoever verifies, over a way that they trust.\n\
         version = 1\n\n\
         [[signer]]\nname = \"operator\"\nkey = \"{operator}\"\nml-dsa-44 = \"{second}\"\nroles = [\"operator\"]\n\n\
         [[signer]]\nname = \"statements\"\nkey = \"{statement}\"\nroles = [\"statement\"]\n\n\
         [[signer]]\nname = \"invocations\"\nkey = \"{invocation}\"\nroles = [\"invocation\"]\n\n\
         [[signer]]\nname = \"publisher\"\nkey = \"{publisher}\"\nroles = [\"publisher\"]\n"
    );
    let second = PostQuantumKeyFile { key: second, comment: "avouch operator".to_owned() }.to_string();
    vec![
        (PUBLIC_FILE, line(operator, "avouch operator")),
        (STATEMENT_FILE, line(statement, "avouch statement")),
        (PUBLISHER_FILE, line(publisher, PUBLISHER_COMMENT)),
        (INVOCATION_FILE, line(invocation, "avouch invocation")),
        (POST_QUANTUM_FILE, second),
        (TRUST_FILE, store),
    ]
}
