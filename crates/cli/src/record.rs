//! A journal with its genesis statement: its chain, its steps, and what is said when the chain does not hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;
use codec::{Encoder, Reader, sha256};
use engine::{Engine, Module};
use journal::{Entry, Header, JournalError, JournalErrorKind};
use receipt::{Body, ChainVerifier, Genesis, KeyMode, PublicKey, Receipt, Trust, Verdict};
use runtime::Plan;
use serde::Serialize;

use crate::exit::{Exit, Failure, OrExit};
use crate::output::{self, Report};

/// An open journal whose genesis statement is well formed and fits the module and configuration beside it.
pub(crate) struct Record {
    pub(crate) path: PathBuf,
    pub(crate) reader: journal::Reader,
    pub(crate) genesis: Genesis,
}

/// What is true of a run but not reproducible.
pub(crate) struct Annex {
    pub(crate) unix_ms: u64,
    pub(crate) label: String,
    pub(crate) engine: String,
}

impl Annex {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut cbor = Encoder::new(&mut bytes);
        cbor.map(3).uint(1).uint(self.unix_ms).uint(2).text(&self.label).uint(3).text(&self.engine);
        bytes
    }

    /// An annex is for people: one that does not decode is as good as none.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut cbor = Reader::new(bytes);
        cbor.map_of(3).ok()?;
        cbor.key(1).ok()?;
        let unix_ms = cbor.uint().ok()?;
        cbor.key(2).ok()?;
        let label = cbor.text().ok()?.to_owned();
        cbor.key(3).ok()?;
        let engine = cbor.text().ok()?.to_owned();
        Some(Self { unix_ms, label, engine })
    }
}

/// What verification found, in the words of the exit table.
#[derive(Serialize, Clone)]
pub(crate) struct Verification {
    /// The exit code's word.
    pub(crate) word: &'static str,
    /// valid, self-consistent, refused or empty.
    pub(crate) status: &'static str,
    /// One sentence.
    pub(crate) detail: String,
    pub(crate) chain_length: u64,
    pub(crate) first_epoch: u64,
    pub(crate) last_epoch: u64,
    /// Digest of the last body that was accepted.
    pub(crate) head: String,
    /// The trusted operator who signed the genesis statement.
    pub(crate) operator: Option<String>,
    pub(crate) key_mode: &'static str,
    #[serde(skip)]
    pub(crate) exit: Exit,
}

impl Report for Verification {
    fn table(&self) -> String {
        let mut rows = vec![("verdict", format!("{} ({})", self.status, self.word)), ("", self.detail.clone())];
        rows.push(("head", self.head.clone()));
        if self.status != "refused" {
            let tail = "whether anything was written after it is not attested: keep the head somewhere else";
            rows.push(("tail", format!("complete up to epoch {}; {tail}", self.last_epoch)));
        }
        output::pairs(&rows)
    }
}

pub(crate) fn journal_failure(error: JournalError) -> Failure {
    let exit = if error.is_malformed() {
        Exit::Malformed
    } else if matches!(error.kind, JournalErrorKind::Exists) {
        Exit::Usage
    } else {
        Exit::World
    };
    let failure = Failure::new(exit, error);
    if exit == Exit::Usage { failure.and("or overwrite it with --replace") } else { failure }
}

impl Record {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let reader = journal::Reader::open(path).map_err(journal_failure)?;
        let place = path.display();
        let Header { genesis, module, configuration, description: _ } = reader.header();
        let genesis = Genesis::decode(genesis)
            .map_err(|error| anyhow!("{place}: the genesis statement is malformed: {error}"))
            .or_exit(Exit::Malformed)?;
        let statement = genesis.statement();
        for (what, bytes, digest) in
            [("module", module, statement.module), ("configuration", configuration, statement.configuration)]
        {
            if sha256(bytes) != digest {
                let message = format!("{place}: the {what} in the journal is not the one of the genesis statement");
                return Err(Failure::message(Exit::BrokenChain, message));
            }
        }
        Ok(Self { path: path.to_owned(), reader, genesis })
    }

    pub(crate) fn last_epoch(&self) -> u64 {
        self.reader.last_epoch()
    }

    pub(crate) fn entries(&self, first: u64, last: u64) -> impl Iterator<Item = Result<Entry, Failure>> + '_ {
        self.reader.entries(first, last).map(|entry| entry.map_err(journal_failure))
    }

    /// The body in an entry's receipt. Its signatures are not checked here.
    pub(crate) fn body(&self, entry: &Entry) -> Result<Body, Failure> {
        let receipt = Receipt::decode(&entry.receipt).map_err(|error| {
            anyhow!("{}: the receipt of epoch {} is malformed: {error}", self.path.display(), entry.epoch)
        });
        Ok(receipt.or_exit(Exit::Malformed)?.body().clone())
    }

    /// What a container that runs this chain again is started with.
    pub(crate) fn plan(&self) -> Plan {
        Plan { genesis: self.genesis.clone(), configuration: self.reader.header().configuration.clone() }
    }

    /// The sealed module, compiled.
    pub(crate) fn module(&self, engine: &dyn Engine) -> Result<Arc<dyn Module>, Failure> {
        Ok(Arc::from(engine.compile(&self.reader.header().module).or_exit(Exit::Malformed)?))
    }

    /// Checks every receipt and input. `progress` is called with each epoch.
    pub(crate) fn verify(&self, trusted: &[PublicKey], mut progress: impl FnMut(u64)) -> Result<Verification, Failure> {
        let mut verifier = ChainVerifier::new(&self.genesis);
        for entry in self.entries(1, self.last_epoch()) {
            let entry = entry?;
            progress(entry.epoch);
            if verifier.push(&entry.receipt, Some(sha256(&entry.input))).is_err() {
                break;
            }
        }
        let report = verifier.report(trusted);
        let (exit, status, detail) = judge(&report.verdict, report.trust, report.key_mode, trusted.len());
        let (chain_length, first_epoch) = match report.verdict {
            Verdict::Valid { chain_length, first_epoch, .. } => (chain_length, first_epoch),
            _ => (verifier.tip().epoch, u64::from(verifier.tip().epoch > 0)),
        };
        let operator = match report.trust {
            Trust::Operator(key) => Some(key.to_string()),
            Trust::SignerUnknown | Trust::GenesisInvalid => None,
        };
        let last_epoch = verifier.tip().epoch;
        let (head, key_mode) = (verifier.tip().digest.to_string(), key_mode_word(report.key_mode));
        let word = exit.word();
        Ok(Verification { word, status, detail, chain_length, first_epoch, last_epoch, head, operator, key_mode, exit })
    }
}

/// Where an instance's keys came from, in a word.
pub(crate) fn key_mode_word(mode: KeyMode) -> &'static str {
    match mode {
        KeyMode::RootSecret => "derived",
        KeyMode::InsecureFromConfiguration => "insecure",
    }
}

/// Exit code, status and one sentence for what was found.
fn judge(verdict: &Verdict, trust: Trust, key_mode: KeyMode, trusted: usize) -> (Exit, &'static str, String) {
    let refused = |exit, detail: String| (exit, "refused", detail);
    match verdict {
        Verdict::Valid { .. } | Verdict::Empty => {}
        Verdict::InvalidSignature { epoch } => {
            return refused(Exit::BadSignature, format!("epoch {epoch}: the runtime's signature does not verify"));
        }
        Verdict::InvalidWitnessSignature { epoch } => {
            return refused(Exit::BadSignature, format!("epoch {epoch}: the guest's signature does not verify"));
        }
        Verdict::Malformed { index, error } => {
            return refused(Exit::Malformed, format!("epoch {}: the receipt is malformed: {error}", index + 1));
        }
        Verdict::EpochGap { expected, got } => {
            return refused(
                Exit::BrokenChain,
                format!("epoch {expected} should come next, but the receipt says {got}"),
            );
        }
        Verdict::BrokenChain { epoch } => {
            return refused(Exit::BrokenChain, format!("epoch {epoch} does not follow the receipt before it"));
        }
        Verdict::InputMismatch { epoch } => {
            return refused(Exit::BrokenChain, format!("epoch {epoch}: the input is not the one that was receipted"));
        }
        Verdict::WrongModule { epoch }
        | Verdict::WrongConfiguration { epoch }
        | Verdict::WrongCostTable { epoch }
        | Verdict::WrongKeyMode { epoch }
        | Verdict::SignerMismatch { epoch } => {
            let what = "module, configuration, cost table or keys are not those of the genesis statement";
            return refused(Exit::BrokenChain, format!("epoch {epoch}: {what}"));
        }
    }
    let length = match verdict {
        Verdict::Valid { chain_length, last_epoch, .. } => {
            format!("{}, epochs 1 to {last_epoch}", output::count(*chain_length, "receipt"))
        }
        _ => "no receipts yet".to_owned(),
    };
    let status = if matches!(verdict, Verdict::Empty) { "empty" } else { "valid" };
    match (trust, key_mode) {
        (Trust::GenesisInvalid, _) => {
            refused(Exit::BadSignature, "the genesis statement names a trusted operator who did not sign it".to_owned())
        }
        (_, KeyMode::InsecureFromConfiguration) => {
            let why = "the keys were derived from the configuration, which is public: anybody could have made it";
            (Exit::SignerUnknown, "self-consistent", format!("{length}; {why}"))
        }
        (Trust::SignerUnknown, _) => {
            let why = if trusted == 0 {
                "signer unknown; say --trust operator.pub with a key that you have from the operator"
            } else {
                "signer unknown: no key given with --trust is its operator's; ask the operator for the right one"
            };
            (Exit::SignerUnknown, "self-consistent", format!("{length}; {why}"))
        }
        (Trust::Operator(key), _) => (Exit::Good, status, format!("{length}, signed by the trusted operator {key}")),
    }
}
