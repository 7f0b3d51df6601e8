//! `avouch run`: takes a stream's ticks, one step each, and keeps a journal of receipts.
//!
//! | module | concept |
//! | --- | --- |
//! | [`start`] | a new chain, or the end of one that is to go on |
//! | [`ticks`] | the loop, and what is kept beside the steps |

mod start;
mod ticks;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::anyhow;
use journal::{Durability, JournalErrorKind};

use crate::command::summary::Summary;
use crate::engines::{EngineArguments, ShadowChoice};
use crate::exit::{Exit, Failure, OrExit};
use crate::gate_pack::gate_of;
use crate::output::{self, Format};
use crate::packs;
use crate::prepare::{Guest, seal_gate};
use crate::record::{Record, journal_failure};
use crate::runfile::{RunFile, SignerChoice};
use crate::stdin::StoppableStdin;
use crate::trust::{Trust, TrustArguments};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The run file; examples/market.toml is one. Or a pack with a gate, as a folder or a single file, that a publisher of
    /// --trust has signed.
    #[arg(value_name = "RUNFILE|PACK")]
    source: PathBuf,
    /// Where the stream lies, instead of where the run file says; - is standard input. A pack carries no data.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArguments,
    /// The journal; NAME.journal in this folder if not given. One that is there already is gone on with: the ticks that
    /// it has are read again, compared and skipped.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the journal if it is there.
    #[arg(long)]
    replace: bool,
    /// The stream holds only what comes after the journal's last tick: nothing is compared and skipped.
    #[arg(long, conflicts_with = "replace")]
    next_rows: bool,
    /// Go on although no head pin of this instance lies beside the root secret. Whoever says it vouches that nothing
    /// later was signed anywhere.
    #[arg(long, conflicts_with = "replace")]
    adopt_head: bool,
    /// Stop when the journal has this many ticks.
    #[arg(long, value_name = "TICKS")]
    limit: Option<u64>,
    /// What is promised about a tick once it is acknowledged: each, batch:N or close.
    #[arg(long, value_name = "WHEN", default_value = "batch:64", env = "AVOUCH_DURABILITY", value_parser = parse_durability)]
    durability: Durability,
    /// Keep a snapshot every N ticks, from which a replay, a restore or a fork can start.
    #[arg(long, value_name = "N")]
    every: Option<NonZeroU32>,
    /// Run a share of the steps on a second engine as well, and stop when the two disagree: ENGINE for every step,
    /// ENGINE:1/N for every Nth.
    #[arg(long, value_name = "ENGINE[:1/N]")]
    shadow: Option<ShadowChoice>,
    /// Who signs claims; the run file's choice if not given.
    #[arg(long, value_enum)]
    signer: Option<SignerChoice>,
    /// Sign every Kth receipt, and the last: those between are covered by the next. The run file's choice if not given.
    #[arg(long, value_name = "K")]
    sign_every: Option<NonZeroU32>,
    /// Sign with ML-DSA-44 (FIPS 204) as well. The run file's choice if not given.
    #[arg(long)]
    post_quantum: bool,
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
    let (file, guest) = commission(&arguments)?;
    let output = arguments.output.clone().unwrap_or_else(|| format!("{}.journal", file.sections.run.name).into());
    let stop = stop_flag()?;
    let stream = Stream::open(&file, arguments.limit, &stop)?;
    log::info!("{}: {}", guest.name, guest.digest);
    let started = Instant::now();
    let mut stream = stream;
    let mut run = match start::existing(&arguments, &output)? {
        None => start::fresh(&arguments, &file, guest, &output)?,
        Some(writer) => start::resumed(&arguments, &file, &guest, &output, writer, &mut stream)?,
    };
    let ended = run.all_ticks(stream, &stop);
    // Whatever ended the stream, what was receipted is kept.
    let kept = run.kept;
    let closed = run.close();
    // What ended the stream comes first: a journal that cannot be closed is often the same trouble once more.
    ended.map_err(|failure| {
        failure.and(format!("what came before is in {}: {}", output.display(), output::count(kept, "tick")))
    })?;
    let closed = closed?;
    let seconds = started.elapsed().as_secs_f64();
    let verification = Record::open(&output)?.verify(&Trust::only(closed.operator), closed.pin.as_ref(), |_| ());
    if verification.head != closed.tip.digest.to_string() {
        let other =
            format!("{}: the journal is not the one that this run wrote; something replaced it", output.display());
        return Err(Failure::message(Exit::World, other));
    }
    let exit = match verification.exit {
        Exit::SignerUnknown | Exit::Good if closed.tally.exhausted > 0 => Exit::Budget,
        Exit::SignerUnknown => Exit::Good,
        other => other,
    };
    let summary = Summary::new(&output, closed.tally, verification, seconds, closed.public_file);
    output::print(&summary, format)?;
    Ok(exit)
}

/// What to run, and how: a run file with a gate that ships with the program, or a pack with a gate of its own.
fn commission(arguments: &Arguments) -> Result<(RunFile, Guest), Failure> {
    let path = &arguments.source;
    let is_pack = packs::is_pack(path);
    let (file, guest) = if is_pack {
        let pack = packs::verified(path, &arguments.trust.read()?, &packs::Asked::of(arguments.engine.name()))?;
        gate_of(&pack, path)?
    } else {
        let file = RunFile::read(path)?;
        let guest = seal_gate(file.configuration().profile)?;
        (file, guest)
    };
    let named = file.sections.stream.path();
    match &arguments.data {
        Some(data) => {
            let text = data.to_str().ok_or_else(|| anyhow!("{}: not UTF-8; rename it", data.display()));
            Ok((file.reading(text.or_exit(Exit::Usage)?), guest))
        }
        None if is_pack && named != "-" => {
            let what = format!("reads `{named}`, and a pack carries no data; say where it lies with --data FILE");
            Err(Failure::message(Exit::Usage, format!("{}: {what}", path.display())))
        }
        None => Ok((file, guest)),
    }
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
        let base = file.base.as_path();
        let config = &file.sections.stream;
        let open = || feed::open(config, base, StoppableStdin::new(Arc::clone(stop))).map_err(feed_failure);
        let countable = output::progress_wanted() && is_regular_file(config, base);
        let total = if countable { Some(count_ticks(open()?, limit)) } else { None };
        Ok(Self { source: open()?, limit: limit.unwrap_or(u64::MAX), total })
    }
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
    let path = stream.path();
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
