//! Whom the command line trusts: public key files and trust stores, and the time of judgement.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use jiff::Timestamp;
use receipt::keyfile::PublicKeyFile;
use verify::trust::STORE_LEN_MAX;
use verify::{Role, TrustStore};

use crate::exit::{Exit, Failure, OrExit};
use crate::keys;

/// Whose word counts, and when.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct TrustArguments {
    /// A trust store (TOML), or a public key file of an operator whose chains are accepted; may be given again.
    #[arg(long, value_name = "FILE", env = "AVOUCH_TRUST", value_delimiter = ':')]
    trust: Vec<PathBuf>,
    /// Judge keys as of this time, such as 2026-12-31T00:00:00Z, instead of now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

/// What verification is told.
pub(crate) struct Trust {
    pub(crate) store: TrustStore,
    pub(crate) now: Timestamp,
}

impl TrustArguments {
    /// Whether nobody is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.trust.is_empty()
    }

    /// Reads the files.
    pub(crate) fn read(&self) -> Result<Trust, Failure> {
        let mut store = TrustStore::default();
        for path in &self.trust {
            store.merge(read_store(path)?);
        }
        Ok(Trust { store, now: self.at.unwrap_or_else(Timestamp::now) })
    }
}

/// Reads one file: a trust store, or a public key for the role that its comment names; an operator's, if it names none.
fn read_store(path: &Path) -> Result<TrustStore, Failure> {
    let place = path.display();
    let advice = "give the file operator.pub or trust.toml that you have from the operator";
    let metadata = fs::metadata(path).map_err(|error| anyhow!("{place}: {error}; {advice}")).or_exit(Exit::World)?;
    if metadata.len() > STORE_LEN_MAX as u64 {
        return Err(Failure::message(Exit::Malformed, format!("{place}: longer than any trust store")));
    }
    let text = fs::read_to_string(path).map_err(|error| anyhow!("{place}: {error}; {advice}")).or_exit(Exit::World)?;
    if !text.starts_with("avouch-") {
        return TrustStore::parse(&text).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::Malformed);
    }
    let file =
        PublicKeyFile::parse(&text).map_err(|error| anyhow!("{place}: {error}; {advice}")).or_exit(Exit::Malformed)?;
    let role = match file.comment.as_str() {
        "avouch statement" => Role::Statement,
        keys::PUBLISHER_COMMENT => Role::Publisher,
        "avouch invocation" => Role::Invocation,
        _ => Role::Operator,
    };
    let mut store = TrustStore::default();
    store.add(file.key, file.comment, role);
    Ok(store)
}

impl Trust {
    /// For whoever asks only whether things hold together.
    pub(crate) fn nobody() -> Self {
        Self { store: TrustStore::default(), now: Timestamp::UNIX_EPOCH }
    }

    /// Trusts this operator and nobody else.
    pub(crate) fn only(operator: receipt::PublicKey) -> Self {
        let mut store = TrustStore::default();
        store.add_operator(operator, "this run's own operator".to_owned());
        Self { store, now: Timestamp::now() }
    }
}
