//! A journal with its genesis statement: its chain, its steps, and what is said when it does not hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;
use codec::{Digest, Encoder, Reader};
use engine::{Engine, Module};
use journal::{Entry, JournalError, JournalErrorKind};
use receipt::snapshot::{Manifest, Snapshot};
use receipt::{Body, Genesis, KeyMode, Receipt, Tip};
use runtime::{
    At, Begin, Comparable, Container, Mark, Plan, Recorded, Recording, RestState, RuntimeError, Secrets, SnapshotError,
};
use serde::Serialize;
use verify::{Fault, FaultKind, Findings, Pin, PostQuantum, Standing};

use crate::command::bar;
use crate::exit::{Exit, Failure, OrExit};
use crate::output::{self, Report};
use crate::trust::Trust;

/// An open journal whose genesis statement is well formed and fits the module and configuration beside it.
pub(crate) struct Record {
    pub(crate) path: PathBuf,
    inner: verify::Record,
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

pub(crate) fn journal_failure(error: JournalError) -> Failure {
    let exit = if error.is_malformed() {
        Exit::Malformed
    } else if matches!(error.kind, JournalErrorKind::Exists) {
        Exit::Usage
    } else {
        Exit::World
    };
    Failure::new(exit, error)
}

pub(crate) fn fault_exit(kind: FaultKind) -> Exit {
    match kind {
        FaultKind::BadSignature => Exit::BadSignature,
        FaultKind::BrokenChain => Exit::BrokenChain,
        FaultKind::Malformed => Exit::Malformed,
        FaultKind::RolledBack => Exit::RolledBack,
        FaultKind::World => Exit::World,
    }
}

/// What the standing of a signer leads to.
pub(crate) fn standing_exit(standing: &Standing) -> Exit {
    match standing {
        Standing::Accepted(_) => Exit::Good,
        Standing::Unknown => Exit::SignerUnknown,
        Standing::WrongRole { .. } | Standing::WrongModule { .. } => Exit::WrongRole,
        Standing::Expired { .. } | Standing::NotYet { .. } => Exit::Expired,
        Standing::Revoked { .. } => Exit::Revoked,
    }
}

impl Record {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        Self::of(journal::Reader::open(path).map_err(journal_failure)?, path)
    }

    /// A journal that is open already.
    pub(crate) fn of(reader: journal::Reader, path: &Path) -> Result<Self, Failure> {
        let inner = verify::Record::open(reader)
            .map_err(|fault| Failure::message(fault_exit(fault.kind), format!("{}: {fault}", path.display())))?;
        Ok(Self { path: path.to_owned(), inner })
    }

    pub(crate) fn genesis(&self) -> &Genesis {
        &self.inner.genesis
    }

    pub(crate) fn reader(&self) -> &journal::Reader {
        &self.inner.reader
    }

    /// The first epoch whose step the journal has, or would have.
    pub(crate) fn first_epoch(&self) -> u64 {
        self.reader().first_epoch()
    }

    pub(crate) fn last_epoch(&self) -> u64 {
        self.reader().last_epoch()
    }

    /// Whether the journal has every step since the chain's first, so that what came of them can be worked out from it.
    pub(crate) fn is_whole(&self) -> bool {
        self.reader().base().0 == 0
    }

    pub(crate) fn entries(&self, first: u64, last: u64) -> impl Iterator<Item = Result<Entry, Failure>> + '_ {
        self.reader().entries(first, last).map(|entry| entry.map_err(journal_failure))
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
        Plan { genesis: self.genesis().clone(), configuration: self.reader().header().configuration.clone() }
    }

    /// The sealed module, compiled.
    pub(crate) fn module(&self, engine: &dyn Engine) -> Result<Arc<dyn Module>, Failure> {
        Ok(Arc::from(engine.compile(&self.reader().header().module).or_exit(Exit::Malformed)?))
    }

    /// The manifest of a snapshot that the journal keeps. Its signature is not checked here.
    pub(crate) fn manifest(&self, epoch: u64) -> Result<Manifest, Failure> {
        let place = self.path.display();
        let bytes = self.reader().snapshot(epoch).map_err(journal_failure)?;
        let bytes = bytes.ok_or_else(|| anyhow!("{place}: no snapshot of epoch {epoch}")).or_exit(Exit::Usage)?;
        let snapshot = Snapshot::decode(&bytes)
            .map_err(|error| anyhow!("{place}: the snapshot of epoch {epoch} is malformed: {error}"))
            .or_exit(Exit::Malformed)?;
        Ok(snapshot.manifest().clone())
    }

    /// The last snapshot that the journal keeps at or before `epoch`.
    fn snapshot_before(&self, epoch: u64) -> Result<Option<u64>, Failure> {
        let snapshots = self.reader().snapshots().map_err(journal_failure)?;
        Ok(snapshots.into_iter().rev().find(|kept| *kept <= epoch))
    }

    fn at(&self, epoch: u64) -> Result<At, Failure> {
        let tip = Tip { epoch, digest: self.manifest(epoch)?.tip };
        Ok(At { state: self.state(epoch)?, tip })
    }

    /// Where a replay may begin so that it runs every step after `epoch`, or the first one after that which it can.
    pub(crate) fn begin(&self, epoch: u64) -> Result<Begin, Failure> {
        let start = Tip::start(self.genesis()).epoch;
        let snapshots = self.reader().snapshots().map_err(journal_failure)?;
        let before = snapshots.iter().rev().find(|kept| **kept <= epoch);
        let after = snapshots.first().filter(|_| !self.is_whole());
        match before.or(after) {
            None if self.is_whole() => Ok(Begin::Genesis),
            None => {
                let why = "what came before its first step is not in the journal, nor a snapshot to begin with";
                Err(Failure::message(Exit::Usage, format!("{}: {why}", self.path.display())))
            }
            // The state that a fork begins with stands in its genesis statement.
            Some(kept) if *kept == start => Ok(Begin::Base(self.at(*kept)?)),
            Some(kept) => Ok(Begin::Snapshot(self.at(*kept)?)),
        }
    }

    /// What the snapshots that the journal keeps say, by rising epoch.
    pub(crate) fn marks(&self) -> Result<Vec<Mark>, Failure> {
        let snapshots = self.reader().snapshots().map_err(journal_failure)?;
        snapshots.into_iter().map(|epoch| self.mark(epoch)).collect()
    }

    fn mark(&self, epoch: u64) -> Result<Mark, Failure> {
        let manifest = self.manifest(epoch)?;
        Ok(Mark { tip: Tip { epoch, digest: manifest.tip }, state: manifest.state.digest() })
    }

    /// A container in the state of the last snapshot at or before `epoch`, or a fresh one.
    pub(crate) fn container_at(
        &self,
        module: Arc<dyn Module>,
        secrets: Secrets,
        epoch: u64,
    ) -> Result<Container, Failure> {
        Ok(match self.begin(epoch)? {
            Begin::Genesis => Container::start(module, self.plan(), secrets)?,
            Begin::Base(at) | Begin::Snapshot(at) => Container::resume(module, self.plan(), secrets, at)?,
        })
    }

    /// Checks everything. `progress` is called with each epoch.
    pub(crate) fn verify(&self, trust: &Trust, pin: Option<&Pin>, progress: impl FnMut(u64)) -> Verification {
        let findings = self.inner.verify(&trust.store, trust.now, pin, progress);
        Verification::new(&findings, !trust.store.signers().is_empty())
    }

    /// Checks everything but who signed, for whoever is about to go on from here.
    pub(crate) fn findings(&self, pin: Option<&Pin>) -> Result<Findings, Failure> {
        let trust = Trust::nobody();
        let bar = bar::new("verify", Some(self.last_epoch()));
        let findings = self.inner.verify(&trust.store, trust.now, pin, |epoch| bar.set_position(epoch));
        bar.finish_and_clear();
        match &findings.fault {
            None => Ok(findings),
            Some(fault) => {
                let message = format!("{}: {fault}", self.path.display());
                Err(Failure::message(fault_exit(fault.kind), message))
            }
        }
    }
}

impl Recording for Record {
    type Error = Failure;

    fn steps(&self, first: u64, last: u64) -> impl Iterator<Item = Result<Recorded, Failure>> {
        self.entries(first, last).map(|entry| {
            let entry = entry?;
            let body = self.body(&entry)?;
            Ok(Recorded { input: entry.input, body })
        })
    }

    fn state(&self, epoch: u64) -> Result<RestState, Failure> {
        let manifest = self.manifest(epoch)?;
        let fetch = |page: &Digest| self.reader().page(page).map(Some).map_err(journal_failure);
        RestState::assemble(&manifest.state, fetch)
    }
}

impl Comparable for Record {
    fn tip(&self, epoch: u64) -> Result<Digest, Failure> {
        let entry = self.reader().entry(epoch).map_err(journal_failure)?;
        Ok(self.body(&entry)?.digest())
    }

    fn last_mark(&self, epoch: u64) -> Result<Option<Mark>, Failure> {
        self.snapshot_before(epoch)?.map(|epoch| self.mark(epoch)).transpose()
    }
}

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Self {
        Self::new(Exit::Malformed, error)
    }
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        let exit = match error {
            RuntimeError::Engine(_) | RuntimeError::Broken | RuntimeError::LastEpoch => Exit::World,
            RuntimeError::NotDeterministic { .. } | RuntimeError::Diverged(_) => Exit::Divergence,
            RuntimeError::OtherGenesis
            | RuntimeError::OtherKey
            | RuntimeError::ParentState
            | RuntimeError::OtherState
            | RuntimeError::OtherTip
            | RuntimeError::RecordingEnds { .. } => Exit::BrokenChain,
            RuntimeError::Configuration(_)
            | RuntimeError::SetupTrap(_)
            | RuntimeError::SetupRefused(_)
            | RuntimeError::SetupNonsense
            | RuntimeError::Snapshot(_)
            | RuntimeError::Format(_) => Exit::Malformed,
        };
        Self::new(exit, error)
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
    /// Receipts with the runtime's signature; those that a later signature covers; those after the last signature.
    pub(crate) signed: u64,
    pub(crate) covered: u64,
    pub(crate) uncovered_tail: u64,
    /// Steps before the first that are not in this journal.
    pub(crate) dropped: u64,
    pub(crate) log_size: u64,
    pub(crate) log_root: String,
    pub(crate) checkpoints: u64,
    pub(crate) last_checkpoint_size: u64,
    pub(crate) snapshots: u64,
    /// The epoch that the head pin names, if one was given and held.
    pub(crate) pinned_epoch: Option<u64>,
    /// The trusted operator who signed the genesis statement.
    pub(crate) operator: Option<String>,
    /// What the trust store calls it, or says of it.
    pub(crate) signer: String,
    pub(crate) key_mode: &'static str,
    pub(crate) post_quantum: &'static str,
    /// The step at which two engines disagreed, if that ended the run.
    pub(crate) diverged_epoch: Option<u64>,
    /// The epoch of the fault, if it has one.
    pub(crate) fault_epoch: Option<u64>,
    #[serde(skip)]
    pub(crate) exit: Exit,
}

impl Report for Verification {
    fn table(&self) -> String {
        let mut rows = vec![("verdict", format!("{} ({})", self.status, self.word)), ("", self.detail.clone())];
        rows.push(("head", self.head.clone()));
        if self.status == "refused" {
            return output::pairs(&rows);
        }
        if self.covered + self.uncovered_tail > 0 {
            let (signed, covered, tail) = (self.signed, self.covered, self.uncovered_tail);
            rows.push(("signatures", format!("{signed} signed, {covered} covered, {tail} in the uncovered tail")));
        }
        if self.post_quantum != "absent" {
            rows.push(("ML-DSA", self.post_quantum.to_owned()));
        }
        if self.checkpoints > 0 {
            let (count, size) = (output::count(self.checkpoints, "checkpoint"), self.last_checkpoint_size);
            rows.push(("log", format!("{} receipts, {count}, the last over {size}", self.log_size)));
        }
        if self.snapshots > 0 {
            rows.push(("snapshots", format!("{} kept, signed by the runtime", self.snapshots)));
        }
        rows.push(("tail", self.tail()));
        output::pairs(&rows)
    }
}

impl Verification {
    fn new(findings: &Findings, anybody_trusted: bool) -> Self {
        let (exit, status, detail) = judge(findings, anybody_trusted);
        Self {
            word: exit.word(),
            status,
            detail,
            chain_length: findings.receipts,
            first_epoch: findings.first_epoch,
            last_epoch: findings.tip.epoch,
            head: findings.tip.digest.to_string(),
            signed: findings.coverage.signed,
            covered: findings.coverage.covered,
            uncovered_tail: findings.coverage.tail,
            dropped: findings.dropped,
            log_size: findings.log.size,
            log_root: findings.log.root.to_string(),
            checkpoints: findings.log.heads,
            last_checkpoint_size: findings.log.last_head,
            snapshots: findings.snapshots,
            pinned_epoch: findings.pin.map(|pin| pin.epoch),
            operator: findings.operator.map(|key| key.to_string()),
            signer: findings.standing.to_string(),
            key_mode: key_mode_word(findings.key_mode),
            post_quantum: post_quantum_words(findings.post_quantum),
            diverged_epoch: findings.incident.as_ref().map(receipt::divergence::Divergence::epoch),
            fault_epoch: findings.fault.as_ref().and_then(|fault| fault.epoch),
            exit,
        }
    }

    fn tail(&self) -> String {
        let last = self.last_epoch;
        match self.pinned_epoch {
            Some(pinned) => format!("complete up to epoch {last}; held against the head pin of epoch {pinned}"),
            None => {
                let why = "whether anything was written after it is not attested: keep the head somewhere else";
                format!("complete up to epoch {last}; {why}")
            }
        }
    }
}

/// Where an instance's keys came from, in a word.
pub(crate) fn key_mode_word(mode: KeyMode) -> &'static str {
    match mode {
        KeyMode::RootSecret => "derived",
        KeyMode::InsecureFromConfiguration => "insecure",
    }
}

fn post_quantum_words(found: PostQuantum) -> &'static str {
    match found {
        PostQuantum::Absent => "absent",
        PostQuantum::Checked => "second signatures good, by the trusted operator",
        PostQuantum::SignerUnknown => "second signatures good, but no ML-DSA key of the operator is trusted",
    }
}

/// Exit code, status and one sentence for what was found.
fn judge(findings: &Findings, anybody_trusted: bool) -> (Exit, &'static str, String) {
    if let Some(Fault { kind, epoch: _, what }) = &findings.fault {
        return (fault_exit(*kind), "refused", what.clone());
    }
    let (first, last) = (findings.first_epoch, findings.tip.epoch);
    let length = match findings.receipts {
        0 => "no receipts yet".to_owned(),
        receipts => format!("{}, epochs {first} to {last}", output::count(receipts, "receipt")),
    };
    let length = match findings.dropped {
        0 => length,
        dropped => format!("{length} ({dropped} before them are not kept)"),
    };
    if let Some(divergence) = &findings.incident {
        let (epoch, field) = (divergence.epoch(), divergence.field());
        let (one, other) = (&divergence.running().engine, &divergence.shadow().engine);
        let detail = format!("{length}; the run was stopped: at epoch {epoch} {one} and {other} disagreed in {field}");
        return (Exit::Divergence, "valid", detail);
    }
    let status = if findings.receipts == 0 { "empty" } else { "valid" };
    let self_consistent = |exit, why: String| (exit, "self-consistent", format!("{length}; {why}"));
    if findings.key_mode == KeyMode::InsecureFromConfiguration {
        let why = "the keys were derived from the configuration, which is public: anybody could have made it";
        return self_consistent(Exit::SignerUnknown, why.to_owned());
    }
    match (&findings.standing, findings.operator) {
        (Standing::Accepted(_), Some(key)) if findings.coverage.tail > 0 => {
            let tail = findings.coverage.tail;
            let why = format!(
                "signed by the trusted operator {key}; the last {tail} are not signed yet, nobody vouches for them"
            );
            (Exit::Uncovered, status, format!("{length}, {why}"))
        }
        (Standing::Accepted(_), Some(key)) => {
            (Exit::Good, status, format!("{length}, signed by the trusted operator {key}"))
        }
        (Standing::Accepted(_) | Standing::Unknown, _) if !anybody_trusted => self_consistent(
            Exit::SignerUnknown,
            "signer unknown; say --trust operator.pub with a key that you have from the operator".to_owned(),
        ),
        (Standing::Accepted(_) | Standing::Unknown, _) => self_consistent(
            Exit::SignerUnknown,
            "signer unknown: no key given with --trust is its operator's; ask the operator for the right one"
                .to_owned(),
        ),
        (standing, _) => self_consistent(standing_exit(standing), standing.to_string()),
    }
}
