//! `avouch export`.

use std::path::PathBuf;

use anyhow::anyhow;
use receipt::log::checkpoint::{self, SignedHead};
use receipt::log::{CoseReceipt, Transparent, VerifierKey, merkle};
use receipt::{Outcome, Receipt, Tip};
use runtime::Secrets;
use serde::Serialize;
use statement::{ByOutcome, Chain, Counts, Log, Module, Replay, Run};

use crate::at_rest::run_on;
use crate::command::bar;
use crate::command::log::{covered_entry, last_head, write};
use crate::engines::{EngineArguments, EngineName};
use crate::exit::{Exit, Failure, OrExit};
use crate::identity::Keyring;
use crate::output::{self, Format, Report};
use crate::record::{Record, journal_failure};

/// What can be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Kind {
    /// One receipt with its proof of inclusion under the last checkpoint: COSE, RFC 9942.
    Cose,
    /// A statement about the whole run: in-toto in a DSSE envelope.
    Statement,
    /// The same in a Sigstore bundle.
    Bundle,
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The journal.
    journal: PathBuf,
    /// What to write.
    #[arg(long, value_enum)]
    kind: Kind,
    /// Which receipt, for --kind cose; it must be a signed one. The last that the checkpoint covers if not given.
    #[arg(long)]
    epoch: Option<u64>,
    /// Run every step again on this engine first, and state what came of it.
    #[arg(long, value_enum, value_name = "ENGINE")]
    replay: Option<EngineName>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The folder with the root secret, whose statement key signs; not needed for --kind cose.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArguments,
}

/// What was written.
#[derive(Serialize)]
struct Written {
    file: String,
    what: String,
    next: String,
}

impl Report for Written {
    fn table(&self) -> String {
        let rows = [("written", self.file.clone()), ("", self.what.clone())];
        format!("{}\nNext:\n  {}\n", output::pairs(&rows), self.next)
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    if arguments.kind == Kind::Cose && arguments.replay.is_some() {
        return Err(Failure::message(Exit::Usage, "--replay goes with a statement or a bundle"));
    }
    if arguments.kind != Kind::Cose && arguments.epoch.is_some() {
        return Err(Failure::message(Exit::Usage, "--epoch goes with --kind cose"));
    }
    let record = Record::open(&arguments.journal)?;
    let what = match arguments.kind {
        Kind::Cose => transparent(&record, &arguments)?,
        Kind::Statement | Kind::Bundle => stated(&record, &arguments)?,
    };
    let file = arguments.output.display().to_string();
    let next = format!("avouch verify {file} --trust trust.toml");
    output::print(&Written { file, what, next }, format)?;
    Ok(Exit::Good)
}

fn transparent(record: &Record, arguments: &Arguments) -> Result<String, Failure> {
    let head = last_head(record)?;
    let size = head.checkpoint().size;
    let epoch = arguments.epoch.unwrap_or(Tip::start(record.genesis()).epoch + size);
    let (index, entry) = covered_entry(record, &head, epoch)?;
    let path = merkle::inclusion_proof(record.reader(), index, size).map_err(journal_failure)?;
    let key_id = record.genesis().log_key().public().id();
    let inclusion = CoseReceipt { key_id, size, index, path, signature: *head.cose_signature() };
    let place = record.path.display();
    let found = Transparent::new(&entry, inclusion, record.genesis().clone())
        .map_err(|error| anyhow!("{place}: epoch {epoch}: {error}"))
        .or_exit(Exit::Usage)?;
    // Nothing leaves that would not be accepted.
    found
        .verify(record.genesis())
        .map_err(|error| anyhow!("{place}: epoch {epoch}: {error}; see `avouch verify`"))
        .or_exit(Exit::BrokenChain)?;
    write(&arguments.output, &found.to_bytes())?;
    Ok(format!("the receipt of epoch {epoch}, leaf {index} of the log of {size}"))
}

fn stated(record: &Record, arguments: &Arguments) -> Result<String, Failure> {
    let keyring = Keyring::of(record.genesis(), arguments.keys.as_deref())?;
    let run = describe(record, arguments)?;
    let (first, last) = (run.chain.first_epoch, run.chain.last_epoch);
    let statement =
        run.statement().map_err(|error| anyhow!("{}: {error}", record.path.display())).or_exit(Exit::World)?;
    let key = keyring.statement();
    let text = match arguments.kind {
        Kind::Bundle => statement.bundle(&key).to_json(),
        Kind::Statement | Kind::Cose => statement.sign(&key).to_json(),
    };
    write(&arguments.output, text.as_bytes())?;
    Ok(format!("a statement about epochs {first} to {last}, signed by the statement key {}", key.public()))
}

/// What is to be stated: up to the last signed receipt, verified, and perhaps run again.
fn describe(record: &Record, arguments: &Arguments) -> Result<Run, Failure> {
    let findings = record.findings(None)?;
    let last = findings.coverage.signed_through;
    if last < record.first_epoch() {
        let why = "no signed receipt is there that could be stated";
        return Err(Failure::message(Exit::Usage, format!("{}: {why}", record.path.display())));
    }
    let mut by_outcome = ByOutcome { done: 0, partial: 0, trapped: 0, exhausted: 0, denied: 0 };
    let mut head = None;
    for entry in record.entries(record.first_epoch(), last) {
        let receipt = Receipt::decode(&entry?.receipt).or_exit(Exit::Malformed)?;
        *match receipt.body().frame().outcome {
            Outcome::Done => &mut by_outcome.done,
            Outcome::Partial(_) => &mut by_outcome.partial,
            Outcome::Trapped(_) => &mut by_outcome.trapped,
            Outcome::Exhausted(_) => &mut by_outcome.exhausted,
            Outcome::Denied(_) => &mut by_outcome.denied,
        } += 1;
        head = Some(receipt.body_digest());
    }
    let statement = record.genesis().statement();
    Ok(Run {
        instance: statement.instance,
        module: Module { name: statement.module_name.clone(), digest: statement.module },
        configuration: statement.configuration,
        cost_table: statement.cost_table,
        key_mode: statement.key_mode,
        chain: Chain {
            start_epoch: Tip::start(record.genesis()).epoch,
            first_epoch: record.first_epoch(),
            last_epoch: last,
            head: head.expect("there is a step, as was just asked"),
        },
        counts: Counts { signed: findings.coverage.signed, covered: findings.coverage.covered, by_outcome },
        genesis: record.genesis().to_bytes(),
        log: if findings.log.heads > 0 { Some(log_of(record, &last_head(record)?)?) } else { None },
        replay: arguments.replay.map(|engine| replay(record, arguments, engine, last)).transpose()?,
    })
}

fn log_of(record: &Record, head: &SignedHead) -> Result<Log, Failure> {
    let origin = checkpoint::origin(&record.genesis().statement().instance);
    let key = VerifierKey::new(&origin, *record.genesis().log_key()).or_exit(Exit::World)?;
    let found = head.checkpoint();
    Ok(Log {
        origin,
        verifier_key: key.to_string(),
        size: found.size,
        root: found.root,
        checkpoint: head.note().to_owned(),
    })
}

/// Runs every step again; a difference is an error, because what is stated must hold.
fn replay(record: &Record, arguments: &Arguments, engine: EngineName, last: u64) -> Result<Replay, Failure> {
    let engine = arguments.engine.start_other(engine)?;
    let module = record.module(&*engine)?;
    let base = record.first_epoch() - 1;
    let mut container = record.container_at(module, Secrets::Replay, base)?;
    if container.epoch() != base {
        let why = "what comes before the first kept step is not there to be run; nothing was stated";
        return Err(Failure::message(Exit::Usage, format!("{}: {why}", record.path.display())));
    }
    let progress = bar::new("replay", Some(last));
    run_on(record, &mut container, last, |epoch| progress.set_position(epoch))?;
    progress.finish_and_clear();
    Ok(Replay { engine: engine.name().to_owned(), steps_equal: last - base })
}
