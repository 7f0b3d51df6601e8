//! `avouch restore`.

use std::path::PathBuf;

use receipt::log::merkle;
use verify::Pin;

use crate::at_rest::{AtRest, peaks_at};
use crate::command::snapshot::Made;
use crate::engines::EngineArguments;
use crate::exit::{Exit, Failure};
use crate::gate_pack::source_word;
use crate::identity::Keyring;
use crate::output::{self, Format};
use crate::record::Record;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A snapshot's file, or a journal that keeps snapshots.
    snapshot: PathBuf,
    /// After which step; the last one that a signature speaks for if not given.
    #[arg(long, value_name = "EPOCH")]
    at: Option<u64>,
    /// The journal to make.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The folder with the root secret of the chain.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArguments,
}

/// The same chain goes on in another journal, perhaps on another machine. There must be no other continuation.
pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let record = Record::open(&arguments.snapshot)?;
    let keyring = Keyring::of(record.genesis(), arguments.keys.as_deref())?;
    let heads = keyring.heads()?;
    let at_rest = AtRest::of(&record, arguments.at, &arguments.engine)?;
    let epoch = at_rest.tip.epoch;
    let peaks = peaks_at(&record, epoch)?;
    let size = epoch - record.reader().header().start;
    if let Some(heads) = &heads {
        let known = heads.read()?;
        if let Some(pin) = known.filter(|pin| pin.epoch > epoch || pin.size > size) {
            let message = format!(
                "{}: the chain has gone on to epoch {} since ({}): a second continuation after epoch {epoch} would sign \
                 steps twice; `avouch fork` begins a chain of its own",
                arguments.snapshot.display(),
                pin.epoch,
                heads.path().display()
            );
            return Err(Failure::message(Exit::RolledBack, message));
        }
        let log = known.map_or((size, merkle::root_of_peaks(&peaks)), |pin| (pin.size, pin.root));
        heads.write(&Pin { instance: keyring.instance(), epoch, tip: at_rest.tip.digest, size: log.0, root: log.1 })?;
    }
    let genesis = record.genesis().payload_digest();
    at_rest.write(&arguments.output, record.reader().header(), peaks, genesis, &keyring.runtime())?;
    let file = arguments.output.display().to_string();
    let source = source_word(&record.genesis().statement().module_name);
    let next = format!("avouch run {source} -o {file}");
    output::print(&Made::new(file, &at_rest, next), format)?;
    Ok(Exit::Good)
}
