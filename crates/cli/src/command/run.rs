//! `avouch run`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::anyhow;
use codec::{Digest, sha256};
use indicatif::ProgressBar;
use journal::{Durability, Entry, Header, JournalErrorKind, Writer};
use receipt::{
    GenesisStatement, InstanceId, InstanceName, KeyMode, KeyRole, Outcome, PublicKey, RootSecret, SigningKey,
};
use runtime::{Container, Plan, Secrets};

use crate::command::bar;
use crate::command::summary::{Summary, Tally};
use crate::engines::EngineArguments;
use crate::exit::{Exit, Failure, OrExit};
use crate::keys::{self, KeyFolder};
use crate::output::{self, Format};
use crate::prepare::{SealedGuest, seal_gate};
use crate::record::{Annex, Record, journal_failure};
use crate::runfile::{RunFile, SignerChoice};
use crate::stdin::StoppableStdin;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The run file; examples/market.toml is one.
    runfile: PathBuf,
    /// The journal to make; NAME.journal in this folder if not given.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the journal if it is there.
    #[arg(long)]
    replace: bool,
    /// Stop after this many ticks.
    #[arg(long, value_name = "TICKS")]
    limit: Option<u64>,
    /// What is promised about a tick once it is acknowledged: each, batch:N or close.
    #[arg(long, value_name = "WHEN", default_value = "batch:64", env = "AVOUCH_DURABILITY", value_parser = parse_durability)]
    durability: Durability,
    /// Who signs claims; the run file's choice if not given.
    #[arg(long, value_enum)]
    signer: Option<SignerChoice>,
    /// The folder with the root secret; made on the first run if there is none.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
    /// INSECURE: derive every key from the configuration, which is public, so that anybody can forge receipts. For
    /// published test vectors only; receipts are marked.
    #[arg(long, conflicts_with = "keys")]
    insecure_keys_from_configuration: bool,
    #[command(flatten)]
    engine: EngineArguments,
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let file = RunFile::read(&arguments.runfile)?;
    let output = arguments.output.clone().unwrap_or_else(|| format!("{}.journal", file.sections.run.name).into());
    let stop = stop_flag()?;
    let stream = Stream::open(&file, arguments.limit, &stop)?;
    let guest = seal_gate(file.configuration().profile)?;
    log::info!("sealed {}: {}", guest.name, guest.sealed.digest);
    let identity = identity(&arguments, &file, &guest)?;
    let engine = arguments.engine.start()?;
    let module = Arc::from(engine.compile(&guest.sealed.bytes).or_exit(Exit::World)?);
    let header = Header {
        genesis: identity.plan.genesis.to_bytes(),
        module: guest.sealed.bytes,
        configuration: identity.plan.configuration.clone(),
        description: file.text.clone().into_bytes(),
    };
    let container = Container::start(module, identity.plan, identity.secrets)?;
    // Everything that can be wrong beforehand has been looked at: only now does an old journal go.
    if arguments.replace {
        remove(&output)?;
    }
    let writer = Writer::create(&output, &header, arguments.durability).map_err(journal_failure)?;
    let mut run = Run { container, writer, engine: engine.name(), tally: Tally::default(), kept: 0 };
    let started = Instant::now();
    let ended = run.all_ticks(stream, &stop);
    let seconds = started.elapsed().as_secs_f64();
    // Whatever ended the stream, what was receipted is kept.
    let Run { container, writer, tally, kept, .. } = run;
    let closed = writer.close().map_err(journal_failure);
    // What ended the stream comes first: a journal that cannot be closed is often the same trouble once more.
    ended.map_err(|failure| {
        failure.and(format!("what came before is in {}: {}", output.display(), output::count(kept, "tick")))
    })?;
    closed?;
    let verification = Record::open(&output)?.verify(&[identity.operator], |_| ())?;
    if verification.head != container.tip().to_string() {
        let other =
            format!("{}: the journal is not the one that this run wrote; something replaced it", output.display());
        return Err(Failure::message(Exit::World, other));
    }
    let exit = match verification.exit {
        Exit::SignerUnknown | Exit::Good if tally.exhausted > 0 => Exit::Budget,
        Exit::SignerUnknown => Exit::Good,
        other => other,
    };
    let summary = Summary::new(&output, tally, verification, seconds, identity.public_file);
    output::print(&summary, format)?;
    Ok(exit)
}

/// The stream of a run file, opened, and how far to read it.
struct Stream {
    source: Box<dyn feed::Source + Send>,
    limit: u64,
    /// Ticks to come, if somebody wants to see progress and they can be counted.
    total: Option<u64>,
}

impl Stream {
    fn open(file: &RunFile, limit: Option<u64>, stop: &Arc<AtomicBool>) -> Result<Self, Failure> {
        let base = file.path.parent().unwrap_or(Path::new(""));
        let config = &file.sections.stream;
        let open = || feed::open(config, base, StoppableStdin::new(Arc::clone(stop))).map_err(feed_failure);
        let countable = output::progress_wanted() && is_regular_file(config, base);
        let total = if countable { Some(count_ticks(open()?, limit)) } else { None };
        Ok(Self { source: open()?, limit: limit.unwrap_or(u64::MAX), total })
    }
}

/// A run in progress.
struct Run {
    container: Container,
    writer: Writer,
    engine: &'static str,
    tally: Tally,
    /// Ticks that the journal took.
    kept: u64,
}

impl Run {
    fn all_ticks(&mut self, stream: Stream, stop: &AtomicBool) -> Result<(), Failure> {
        let Stream { mut source, limit, total } = stream;
        let bar = bar::new("run", total);
        let ended = self.ticks_of(&mut *source, limit, stop, &bar);
        bar.finish_and_clear();
        let named = self.writer.name_vertices(source.vertex_names()).map_err(journal_failure);
        self.tally.skipped_rows = source.skipped().count();
        for error in source.skipped().first() {
            log::warn!("skipped: {error}");
        }
        ended.and(named)
    }

    fn ticks_of(
        &mut self,
        source: &mut dyn feed::Source,
        limit: u64,
        stop: &AtomicBool,
        bar: &ProgressBar,
    ) -> Result<(), Failure> {
        while self.container.epoch() < limit && !stop.load(Ordering::Relaxed) {
            match source.next() {
                None => break,
                // Standard input ends with an error when it is told to stop; what was read of an open bin goes with it.
                Some(Err(_)) if stop.load(Ordering::Relaxed) => break,
                Some(tick) => self.one_tick(&tick.map_err(feed_failure)?)?,
            }
            bar.inc(1);
            if let Some(day) = self.tally.last_alarm() {
                bar.set_message(format!("last alarm {day}"));
            }
        }
        Ok(())
    }

    fn one_tick(&mut self, tick: &feed::Tick) -> Result<(), Failure> {
        let input = tick.encode();
        let stepped = self.container.step(&input)?;
        let receipt = stepped.receipt.expect("a run signs").to_bytes();
        let unix_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64);
        let annex = Annex { unix_ms, label: tick.label.clone(), engine: self.engine.to_owned() };
        let epoch = self.container.epoch();
        self.tally.count(&tick.label, &stepped.body);
        if !matches!(stepped.body.frame().outcome, Outcome::Done) {
            log::info!("epoch {epoch} ({}): {}", tick.label, stepped.body.frame().outcome.word());
        }
        self.writer.append(Entry { epoch, input, receipt, annex: annex.encode() }).map_err(journal_failure)?;
        self.kept += 1;
        log::debug!("epoch {epoch} ({}) is in the journal", tick.label);
        Ok(())
    }
}

/// Whose chain it is: keys, genesis statement, and where the operator's public key lies.
struct Identity {
    plan: Plan,
    secrets: Secrets,
    operator: PublicKey,
    public_file: Option<PathBuf>,
}

fn identity(arguments: &Arguments, file: &RunFile, guest: &SealedGuest) -> Result<Identity, Failure> {
    let mut configuration = Vec::new();
    file.configuration().encode(&mut configuration);
    let digest = sha256(&configuration);
    let (root, key_mode, public_file) = root_secret(arguments, &digest)?;
    let name = InstanceName { module: guest.sealed.digest, configuration: digest, instance: instance_id(key_mode)? };
    let guest_signs = arguments.signer.unwrap_or(file.sections.run.signer) == SignerChoice::Guest;
    let runtime = root.instance_key(KeyRole::Runtime, &name);
    let witness: Option<SigningKey> = guest_signs.then(|| root.instance_key(KeyRole::Witness, &name));
    let operator = root.operator_key();
    let statement = GenesisStatement {
        instance: name.instance,
        runtime: runtime.public(),
        witness: witness.as_ref().map(SigningKey::public),
        module: name.module,
        configuration: digest,
        cost_table: seal::cost_table_digest(),
        key_mode,
        module_name: guest.name.to_owned(),
    };
    let genesis = statement.sign(&operator).or_exit(Exit::World)?;
    let plan = Plan { genesis, configuration };
    Ok(Identity { plan, secrets: Secrets::Sign { runtime, witness }, operator: operator.public(), public_file })
}

/// The root secret, made now if this is the first run.
fn root_secret(
    arguments: &Arguments,
    configuration: &Digest,
) -> Result<(RootSecret, KeyMode, Option<PathBuf>), Failure> {
    if arguments.insecure_keys_from_configuration {
        log::warn!("INSECURE keys: anybody who has the configuration can forge these receipts");
        let secret = RootSecret::insecure_from_configuration(configuration);
        return Ok((secret, KeyMode::InsecureFromConfiguration, None));
    }
    let folder = KeyFolder::at(arguments.keys.clone().map_or_else(keys::default_folder, Ok)?);
    let secret = match folder.read()? {
        Some(secret) => secret,
        None => {
            folder.create()?;
            log::warn!("made a root secret: {}", folder.secret_path().display());
            folder.read()?.ok_or_else(|| anyhow!("the root secret that was just made is gone")).or_exit(Exit::World)?
        }
    };
    Ok((secret, KeyMode::RootSecret, Some(folder.public_path())))
}

/// A name that no other instance has; for test vectors, which must come out the same each time, all zeros.
fn instance_id(key_mode: KeyMode) -> Result<InstanceId, Failure> {
    let mut id = [0; 16];
    if key_mode == KeyMode::RootSecret {
        getrandom::fill(&mut id).map_err(|error| anyhow!("no randomness to be had: {error}")).or_exit(Exit::World)?;
    }
    Ok(InstanceId(id))
}

fn feed_failure(error: feed::FeedError) -> Failure {
    let exit = if matches!(error.problem, feed::Problem::Unreadable(_)) { Exit::World } else { Exit::Malformed };
    Failure::new(exit, error)
}

/// Removes an old journal: one that nobody has open, and nothing but a journal, be it damaged.
fn remove(path: &Path) -> Result<(), Failure> {
    match journal::Reader::open(path) {
        Err(error) if matches!(error.kind, JournalErrorKind::NotFound) => return Ok(()),
        Err(error) if matches!(error.kind, JournalErrorKind::InUse | JournalErrorKind::NotAJournal) => {
            return Err(journal_failure(error));
        }
        _ => {}
    }
    std::fs::remove_file(path).map_err(|error| anyhow!("{}: {error}", path.display())).or_exit(Exit::World)
}

/// Whether the stream can be read twice: standard input and pipes cannot.
fn is_regular_file(stream: &feed::StreamConfig, base: &Path) -> bool {
    let path = match stream {
        feed::StreamConfig::Prices(config) => &config.path,
        feed::StreamConfig::Csv { rows, .. } | feed::StreamConfig::Ndjson(rows) => &rows.path,
    };
    path != "-" && std::fs::metadata(base.join(path)).is_ok_and(|metadata| metadata.is_file())
}

/// How many ticks a file has, for the progress bar; an error is left for the run itself to find.
fn count_ticks(source: Box<dyn feed::Source + Send>, limit: Option<u64>) -> u64 {
    let limit = usize::try_from(limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    source.take(limit).take_while(Result::is_ok).count() as u64
}

/// A flag that an interrupt raises: the tick under way is finished and the journal closed.
fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // A second signal ends the program at once.
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&flag)).or_exit(Exit::World)?;
        signal_hook::flag::register(signal, Arc::clone(&flag)).or_exit(Exit::World)?;
    }
    Ok(flag)
}

/// `each`, `batch:N` or `close`.
fn parse_durability(text: &str) -> Result<Durability, String> {
    match text {
        "each" => Ok(Durability::EveryStep),
        "close" => Ok(Durability::AtClose),
        _ => match text.strip_prefix("batch:").and_then(|steps| steps.parse().ok()) {
            Some(steps) if steps > 0 => Ok(Durability::Batch(steps)),
            _ => Err("use each, batch:N (N steps, at least 1) or close".to_owned()),
        },
    }
}
