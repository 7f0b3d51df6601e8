//! `avouch log`: the tree over a journal's receipts, its checkpoints, proofs and published files.

mod publish;

use std::path::PathBuf;

use anyhow::anyhow;
use journal::{Durability, Writer};
use receipt::log::checkpoint::{self, Checkpoint, SignedHead};
use receipt::log::{TlogProof, VerifierKey, merkle};
use receipt::{Receipt, Tip};
use serde::Serialize;
use verify::Pin;

use crate::exit::{Exit, Failure, OrExit};
use crate::heads::check_head;
use crate::identity::Keyring;
use crate::output::{self, Format, Report};
use crate::record::{Record, journal_failure};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Sign the head of the log: a C2SP checkpoint over all receipts up to the last signed one.
    Checkpoint(CheckpointArguments),
    /// Write the proof that a receipt is in the log, or that one checkpoint's log is the beginning of another's.
    Proof(ProofArguments),
    /// Publish the log as plain files (C2SP tlog-tiles), in a folder or an object store.
    Export(publish::ExportArguments),
    /// Check published files against their checkpoint.
    Verify(publish::VerifyArguments),
    /// Drop inputs and receipts that a checkpoint covers; what remains still verifies to it.
    Prune(PruneArguments),
}

#[derive(clap::Args)]
struct CheckpointArguments {
    /// The journal.
    journal: PathBuf,
    /// The folder with the root secret.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
    /// Sign although no head pin of this instance lies beside the root secret. Whoever says it vouches that no later
    /// head was signed anywhere.
    #[arg(long)]
    adopt_head: bool,
    /// Write the signed note here as well.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(clap::Args)]
struct ProofArguments {
    /// The journal.
    journal: PathBuf,
    /// The receipt to prove, by its epoch.
    #[arg(long, required_unless_present = "from_size")]
    epoch: Option<u64>,
    /// Prove instead that the log of this size is the beginning of the one of --to-size.
    #[arg(long, value_name = "SIZE", conflicts_with = "epoch")]
    from_size: Option<u64>,
    /// Size of the later log; the last checkpoint's if not given.
    #[arg(long, value_name = "SIZE", requires = "from_size")]
    to_size: Option<u64>,
    /// The file to write; epoch-N.tlog-proof or consistency-M-N in this folder if not given.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(clap::Args)]
struct PruneArguments {
    /// The journal.
    journal: PathBuf,
    /// Drop the steps before this epoch.
    #[arg(long, value_name = "EPOCH")]
    before: u64,
}

/// A checkpoint, as it was signed or as it was found.
#[derive(Serialize)]
struct Signed {
    journal: String,
    origin: String,
    size: u64,
    root: String,
    verifier_key: String,
    note: String,
}

impl Report for Signed {
    fn table(&self) -> String {
        let rows = [
            ("log", self.origin.clone()),
            ("size", output::count(self.size, "receipt")),
            ("root", self.root.clone()),
            ("key", self.verifier_key.clone()),
        ];
        format!("{}\n{}", output::pairs(&rows), self.note)
    }
}

/// A file that was written.
#[derive(Serialize)]
struct Written {
    file: String,
    what: String,
}

impl Report for Written {
    fn table(&self) -> String {
        output::pairs(&[("written", self.file.clone()), ("", self.what.clone())])
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    match arguments.action {
        Action::Checkpoint(arguments) => sign_checkpoint(&arguments, format),
        Action::Proof(arguments) => match (arguments.epoch, arguments.from_size) {
            (Some(epoch), _) => prove_receipt(&arguments, epoch, format),
            (None, Some(size)) => prove_consistency(&arguments, size, format),
            (None, None) => Err(Failure::message(Exit::Usage, "give --epoch or --from-size")),
        },
        Action::Export(arguments) => publish::export(&arguments, format),
        Action::Verify(arguments) => publish::verify(&arguments, format),
        Action::Prune(arguments) => prune(&arguments, format),
    }
}

fn sign_checkpoint(arguments: &CheckpointArguments, format: Format) -> Result<Exit, Failure> {
    let place = arguments.journal.display();
    let mut writer = Writer::open(&arguments.journal, Durability::EveryStep).map_err(journal_failure)?;
    let record = Record::of(writer.reader().map_err(journal_failure)?, &arguments.journal)?;
    let keyring = Keyring::of(record.genesis(), arguments.keys.as_deref())?;
    let heads = keyring.heads()?;
    let findings = check_head(&record, heads.as_ref(), arguments.adopt_head)?;
    let start = Tip::start(record.genesis()).epoch;
    let size = findings.coverage.signed_through.saturating_sub(start);
    if size == 0 || findings.coverage.signed_through <= record.reader().base().0 && findings.receipts > 0 {
        let why = "no signed receipt is there that a checkpoint could cover; let a run end, which signs the last one";
        return Err(Failure::message(Exit::Usage, format!("{place}: {why}")));
    }
    let origin = checkpoint::origin(&keyring.instance());
    let head = match record.reader().head(size).map_err(journal_failure)? {
        Some(bytes) => {
            SignedHead::decode(&bytes).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::Malformed)?
        }
        None => {
            let root = merkle::root(record.reader(), size).map_err(journal_failure)?;
            if let Some(heads) = &heads {
                let Tip { epoch, digest } = findings.tip;
                heads.write(&Pin { instance: keyring.instance(), epoch, tip: digest, size, root })?;
            }
            let head = SignedHead::sign(Checkpoint { origin, size, root }, &keyring.log()).or_exit(Exit::World)?;
            writer.keep_head(size, &head.to_bytes()).map_err(journal_failure)?;
            head
        }
    };
    if let Some(file) = &arguments.output {
        write(file, head.note().as_bytes())?;
    }
    let Checkpoint { origin, size, root } = head.checkpoint();
    let key = VerifierKey::new(origin, *record.genesis().log_key()).or_exit(Exit::World)?;
    let signed = Signed {
        journal: place.to_string(),
        origin: origin.clone(),
        size: *size,
        root: root.to_string(),
        verifier_key: key.to_string(),
        note: head.note().to_owned(),
    };
    drop(record);
    writer.close().map_err(journal_failure)?;
    output::print(&signed, format)?;
    Ok(Exit::Good)
}

/// The last checkpoint of a journal, verified.
pub(crate) fn last_head(record: &Record) -> Result<SignedHead, Failure> {
    let place = record.path.display();
    let Some((_, bytes)) = record.reader().last_head().map_err(journal_failure)? else {
        let advice = "the journal has no checkpoint yet; `avouch log checkpoint` signs one";
        return Err(Failure::message(Exit::Usage, format!("{place}: {advice}")));
    };
    let head = SignedHead::decode(&bytes).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::Malformed)?;
    let origin = checkpoint::origin(&record.genesis().statement().instance);
    head.verify(&origin, record.genesis().log_key())
        .map_err(|error| anyhow!("{place}: the last checkpoint: {error}"))
        .or_exit(Exit::BadSignature)?;
    Ok(head)
}

/// A kept step that the checkpoint covers: its leaf's number and its receipt's bytes.
pub(crate) fn covered_entry(record: &Record, head: &SignedHead, epoch: u64) -> Result<(u64, Vec<u8>), Failure> {
    let start = Tip::start(record.genesis()).epoch;
    let (first, last) = (record.first_epoch(), start + head.checkpoint().size);
    if epoch < first || epoch > last {
        let message = format!(
            "--epoch {epoch}: {} has receipts {first} to {last} that its last checkpoint covers",
            record.path.display()
        );
        return Err(Failure::message(Exit::Usage, message));
    }
    let entry = record.reader().entry(epoch).map_err(journal_failure)?;
    Ok((epoch - start - 1, entry.receipt))
}

fn prove_receipt(arguments: &ProofArguments, epoch: u64, format: Format) -> Result<Exit, Failure> {
    let record = Record::open(&arguments.journal)?;
    let head = last_head(&record)?;
    let (index, entry) = covered_entry(&record, &head, epoch)?;
    let size = head.checkpoint().size;
    let path = merkle::inclusion_proof(record.reader(), index, size).map_err(journal_failure)?;
    let proof = TlogProof::new(record.genesis().clone(), &entry, index, path, head.note())
        .map_err(|error| anyhow!("{}: epoch {epoch}: {error}", record.path.display()))
        .or_exit(Exit::Malformed)?;
    // Nothing leaves that would not be accepted.
    proof
        .verify(record.genesis())
        .map_err(|error| anyhow!("{}: epoch {epoch}: {error}; see `avouch verify`", record.path.display()))
        .or_exit(Exit::BrokenChain)?;
    let file = arguments.output.clone().unwrap_or_else(|| format!("epoch-{epoch}.tlog-proof").into());
    write(&file, proof.to_text().as_bytes())?;
    let what = format!("the receipt of epoch {epoch} is leaf {index} of the log of {size}; `avouch verify` reads it");
    output::print(&Written { file: file.display().to_string(), what }, format)?;
    Ok(Exit::Good)
}

/// A consistency proof as text: a digest a line in base64, as a witness takes it (C2SP tlog-witness).
fn prove_consistency(arguments: &ProofArguments, from: u64, format: Format) -> Result<Exit, Failure> {
    let record = Record::open(&arguments.journal)?;
    let to = match arguments.to_size {
        Some(to) => to,
        None => last_head(&record)?.checkpoint().size,
    };
    let size = record.reader().tree_size();
    if from == 0 || from > to || to > size {
        let message = format!("--from-size {from} --to-size {to}: 1 <= from <= to <= {size}, the log's size");
        return Err(Failure::message(Exit::Usage, message));
    }
    let proof = merkle::consistency_proof(record.reader(), from, to).map_err(journal_failure)?;
    let text: String = proof.iter().map(|digest| statement::base64::encode(&digest.0) + "\n").collect();
    let file = arguments.output.clone().unwrap_or_else(|| format!("consistency-{from}-{to}").into());
    write(&file, text.as_bytes())?;
    let what = format!(
        "the log of {from} is the beginning of the log of {to}: {}",
        output::count(proof.len() as u64, "digest")
    );
    output::print(&Written { file: file.display().to_string(), what }, format)?;
    Ok(Exit::Good)
}

fn prune(arguments: &PruneArguments, format: Format) -> Result<Exit, Failure> {
    let mut writer = Writer::open(&arguments.journal, Durability::EveryStep).map_err(journal_failure)?;
    let record = Record::of(writer.reader().map_err(journal_failure)?, &arguments.journal)?;
    record.findings(None)?;
    let (first, last) = (record.first_epoch(), record.last_epoch());
    if arguments.before <= first || arguments.before > last {
        let message = format!(
            "--before {}: {} has epochs {first} to {last}, and the last one stays",
            arguments.before,
            record.path.display()
        );
        return Err(Failure::message(Exit::Usage, message));
    }
    let base = arguments.before - 1;
    let entry = record.reader().entry(base).map_err(journal_failure)?;
    let receipt = Receipt::decode(&entry.receipt).or_exit(Exit::Malformed)?;
    let snapshots = record.reader().snapshots().map_err(journal_failure)?;
    drop(record);
    writer.prune(base, receipt.body_digest()).map_err(journal_failure)?;
    writer.compact().map_err(journal_failure)?;
    writer.close().map_err(journal_failure)?;
    let replay = match snapshots.iter().find(|epoch| **epoch >= base) {
        Some(epoch) => format!("a replay can start from the snapshot of epoch {epoch}"),
        None => "there is no snapshot from which what remains could be replayed".to_owned(),
    };
    let what = format!("{} dropped; {replay}", output::count(base + 1 - first, "step"));
    output::print(&Written { file: arguments.journal.display().to_string(), what }, format)?;
    Ok(Exit::Good)
}

pub(crate) fn write(file: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, bytes).map_err(|error| anyhow!("{}: {error}", file.display())).or_exit(Exit::World)
}
