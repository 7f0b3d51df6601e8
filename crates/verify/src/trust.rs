//! The trust store: which signers are accepted for what. `spec/trust.md` has the file in words.
//!
//! A key id in an envelope only helps to find a key here; what counts is that a key of this store verifies the signature,
//! and what the store says of that key.

use std::fmt;

use jiff::Timestamp;
use receipt::keyfile::{PostQuantumKeyFile, PublicKeyFile};
use receipt::{PostQuantumKey, PublicKey};
use serde::Deserialize;

/// Signers in one store.
pub const SIGNERS_MAX: usize = 4_096;

/// Bytes of a trust store's file.
pub const STORE_LEN_MAX: usize = 4 << 20;

/// What a signer may vouch for. One key may have several roles, though keys that this program makes have one each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Signs genesis statements: vouches for instances, their keys, modules and configurations.
    Operator,
    /// Signs statements about runs, in DSSE envelopes.
    Statement,
    /// Cosigns checkpoints of other people's logs.
    Cosigner,
    /// Signs kernel packs.
    Publisher,
    /// Signs receipts of kernel invocations.
    Invocation,
}

/// A signer as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signer {
    /// What people call it; no control characters.
    pub name: String,
    /// Its Ed25519 key.
    pub key: PublicKey,
    /// Its ML-DSA-44 key (FIPS 204), if chains with a second signature are to be checked against it.
    pub ml_dsa_44: Option<PostQuantumKey>,
    /// What it is accepted for.
    pub roles: Vec<Role>,
    /// First moment at which it is accepted.
    pub not_before: Option<Timestamp>,
    /// First moment at which it is not accepted any more.
    pub not_after: Option<Timestamp>,
    /// Why it is not accepted at all any more.
    pub revoked: Option<String>,
    /// Digests of the sealed modules that it is accepted for; any, if empty.
    pub modules: Vec<codec::Digest>,
}

/// The signers that somebody trusts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TrustStore {
    signers: Vec<Signer>,
}

/// What a store says of a key in a role at a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Accepted; the signer's name.
    Accepted(String),
    /// No signer has this key.
    Unknown,
    /// Known, but for other roles.
    WrongRole {
        /// The signer.
        name: String,
        /// The role that it does not have.
        role: Role,
    },
    /// Known, but not for this module.
    WrongModule {
        /// The signer.
        name: String,
    },
    /// Its time is over.
    Expired {
        /// The signer.
        name: String,
        /// Since when.
        not_after: Timestamp,
    },
    /// Its time has not come.
    NotYet {
        /// The signer.
        name: String,
        /// From when on.
        not_before: Timestamp,
    },
    /// It was revoked.
    Revoked {
        /// The signer.
        name: String,
        /// The store's reason.
        reason: String,
    },
}

/// Why a text is not a trust store: where and what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrustStoreError(String);

impl TrustStore {
    /// Reads a store's file: TOML with `version = 1` and `[[signer]]` tables; unknown keys are refused.
    ///
    /// # Errors
    /// Where in the text and what is wrong.
    pub fn parse(text: &str) -> Result<Self, TrustStoreError> {
        if text.len() > STORE_LEN_MAX {
            return Err(TrustStoreError(format!("longer than {STORE_LEN_MAX} bytes")));
        }
        let file: StoreFile =
            toml::from_str(text).map_err(|error| TrustStoreError(error.to_string().trim_end().to_owned()))?;
        if file.version != 1 {
            return Err(TrustStoreError(format!(
                "version {} is not known; this program reads version 1",
                file.version
            )));
        }
        if file.signer.len() > SIGNERS_MAX {
            return Err(TrustStoreError(format!("more than {SIGNERS_MAX} signers")));
        }
        let mut store = Self::default();
        for (number, signer) in (1..).zip(file.signer) {
            let signer = signer.read().map_err(|what| TrustStoreError(format!("signer number {number}: {what}")))?;
            if store.signers.iter().any(|known| known.key == signer.key) {
                let twice = "its key stands here twice; give one signer all of its roles";
                return Err(TrustStoreError(format!("signer number {number}: {twice}")));
            }
            store.signers.push(signer);
        }
        Ok(store)
    }

    /// Adds the key of a public key file, accepted as an operator without an end. A key that is there already stays as it
    /// is.
    pub fn add_operator(&mut self, key: PublicKey, name: String) {
        self.add(key, name, Role::Operator);
    }

    /// Adds a key for one role, without an end. A key that is there already stays as it is.
    pub fn add(&mut self, key: PublicKey, name: String, role: Role) {
        if self.signers.iter().any(|known| known.key == key) {
            return;
        }
        let (ml_dsa_44, roles) = (None, vec![role]);
        self.signers.push(Signer {
            name,
            key,
            ml_dsa_44,
            roles,
            not_before: None,
            not_after: None,
            revoked: None,
            modules: Vec::new(),
        });
    }

    /// Adds the signers of another store; those whose key is here already stay as they are.
    pub fn merge(&mut self, other: Self) {
        for signer in other.signers {
            if !self.signers.iter().any(|known| known.key == signer.key) {
                self.signers.push(signer);
            }
        }
    }

    /// The signers, in the order of the file.
    #[must_use]
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// All Ed25519 keys, whatever they are accepted for: to find out which one signed. [`TrustStore::judge`] says what
    /// that is worth.
    #[must_use]
    pub fn keys(&self) -> Vec<PublicKey> {
        self.signers.iter().map(|signer| signer.key).collect()
    }

    /// The signer with this key.
    #[must_use]
    pub fn signer(&self, key: &PublicKey) -> Option<&Signer> {
        self.signers.iter().find(|signer| signer.key == *key)
    }

    /// What the store says of a key that signed something in `role` at `now`, about `module` if it is about one.
    ///
    /// `now` is the time of judgement, not of signing: no receipt proves when it was made.
    #[must_use]
    pub fn judge(&self, key: &PublicKey, role: Role, module: Option<&codec::Digest>, now: Timestamp) -> Standing {
        let Some(signer) = self.signer(key) else { return Standing::Unknown };
        let name = signer.name.clone();
        if let Some(reason) = &signer.revoked {
            return Standing::Revoked { name, reason: reason.clone() };
        }
        if !signer.roles.contains(&role) {
            return Standing::WrongRole { name, role };
        }
        if module.is_some_and(|module| !signer.modules.is_empty() && !signer.modules.contains(module)) {
            return Standing::WrongModule { name };
        }
        if let Some(not_after) = signer.not_after.filter(|end| now >= *end) {
            return Standing::Expired { name, not_after };
        }
        if let Some(not_before) = signer.not_before.filter(|start| now < *start) {
            return Standing::NotYet { name, not_before };
        }
        Standing::Accepted(name)
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreFile {
    version: u64,
    #[serde(default)]
    signer: Vec<SignerTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SignerTable {
    name: String,
    /// 64 hexadecimal digits, or the line of a public key file.
    key: String,
    /// 2,624 hexadecimal digits, or the line of an ML-DSA public key file.
    ml_dsa_44: Option<String>,
    roles: Vec<Role>,
    not_before: Option<toml::value::Datetime>,
    not_after: Option<toml::value::Datetime>,
    revoked: Option<String>,
    #[serde(default)]
    modules: Vec<String>,
}

impl SignerTable {
    fn read(self) -> Result<Signer, String> {
        let Self { name, key, ml_dsa_44, mut roles, not_before, not_after, revoked, modules } = self;
        if name.is_empty() || name.len() > 128 || name.chars().any(char::is_control) {
            return Err("a name has 1 to 128 bytes and no control characters".to_owned());
        }
        let key = read_key(&key).map_err(|what| format!("{name}: key: {what}"))?;
        let ml_dsa_44 =
            ml_dsa_44.map(|text| read_ml_dsa(&text)).transpose().map_err(|what| format!("{name}: {what}"))?;
        roles.sort_unstable();
        roles.dedup();
        if roles.is_empty() {
            return Err(format!("{name}: no roles; a signer that is accepted for nothing is better left out"));
        }
        let time = |what: &str, time: Option<toml::value::Datetime>| {
            time.map(|time| read_time(&time.to_string()).map_err(|error| format!("{name}: {what}: {error}")))
                .transpose()
        };
        let (not_before, not_after) = (time("not-before", not_before)?, time("not-after", not_after)?);
        if revoked.as_ref().is_some_and(|reason| reason.chars().any(char::is_control)) {
            return Err(format!("{name}: revoked: a reason has no control characters"));
        }
        let modules = modules.iter().map(|text| {
            let digits = text.strip_prefix("sha256:").unwrap_or(text);
            codec::Digest::from_hex(digits).ok_or_else(|| format!("{name}: modules: `{text}` is no SHA-256 digest"))
        });
        let modules = modules.collect::<Result<_, _>>()?;
        Ok(Signer { name, key, ml_dsa_44, roles, not_before, not_after, revoked, modules })
    }
}

fn read_key(text: &str) -> Result<PublicKey, String> {
    if let Some(key) = PublicKey::from_hex(text) {
        return key.check().map(|_| key).map_err(|error| error.to_string());
    }
    PublicKeyFile::parse(text).map(|file| file.key).map_err(|error| error.to_string())
}

fn read_ml_dsa(text: &str) -> Result<PostQuantumKey, String> {
    if let Some(key) = PostQuantumKey::from_hex(text) {
        return Ok(key);
    }
    PostQuantumKeyFile::parse(text).map(|file| file.key).map_err(|error| format!("ml-dsa-44: {error}"))
}

/// A time with an offset: what has none would mean something else on every machine.
fn read_time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("`{text}` needs a date, a time and an offset, such as 2026-12-31T23:59:59Z"))
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operator => "operator",
            Self::Statement => "statement",
            Self::Cosigner => "cosigner",
            Self::Publisher => "publisher",
            Self::Invocation => "invocation",
        })
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(name) => write!(f, "{name}"),
            Self::Unknown => f.write_str("signer unknown"),
            Self::WrongRole { name, role } => write!(f, "{name} is not accepted in the role {role}"),
            Self::WrongModule { name } => write!(f, "{name} is not accepted for this module"),
            Self::Expired { name, not_after } => write!(f, "the key of {name} expired at {not_after}"),
            Self::NotYet { name, not_before } => write!(f, "the key of {name} is accepted from {not_before} on"),
            Self::Revoked { name, reason } => write!(f, "the key of {name} was revoked: {reason}"),
        }
    }
}

impl fmt::Display for TrustStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TrustStoreError {}
