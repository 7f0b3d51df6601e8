//! `avouch snapshot`.

use std::path::{Path, PathBuf};

use journal::{Durability, Writer};
use receipt::log::merkle;
use receipt::snapshot::PAGE_LEN;
use serde::Serialize;

use crate::at_rest::{AtRest, peaks_at};
use crate::engines::EngineArguments;
use crate::exit::{Exit, Failure};
use crate::identity::Keyring;
use crate::output::{self, Format, Report};
use crate::record::{Record, journal_failure};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The journal.
    journal: PathBuf,
    /// After which step; the last one that a signature speaks for if not given. Another needs --output.
    #[arg(long, value_name = "EPOCH", requires = "output")]
    at: Option<u64>,
    /// Write the snapshot to a file of its own, a journal without steps, instead of keeping it in the journal.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The folder with the root secret: the runtime's key signs snapshots.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArguments,
}

/// A snapshot that was made.
#[derive(Serialize)]
pub(crate) struct Made {
    pub(crate) file: String,
    pub(crate) epoch: u64,
    pub(crate) state: String,
    pub(crate) memory_bytes: u64,
    pub(crate) next: String,
}

impl Report for Made {
    fn table(&self) -> String {
        let rows = [
            ("epoch", self.epoch.to_string()),
            ("state", format!("{} ({} of memory)", self.state, output::bytes(self.memory_bytes))),
            ("file", self.file.clone()),
        ];
        format!("{}\nNext:\n  {}\n", output::pairs(&rows), self.next)
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let (file, state) = match &arguments.output {
        None => (arguments.journal.clone(), keep(&arguments)?),
        Some(output) => (output.clone(), write(&arguments, output)?),
    };
    let file = file.display().to_string();
    let next = format!("avouch fork {file} -o fork.journal");
    let made = Made::new(file, &state, next);
    output::print(&made, format)?;
    Ok(Exit::Good)
}

impl Made {
    pub(crate) fn new(file: String, at_rest: &AtRest, next: String) -> Self {
        let memory_bytes = (at_rest.state.pages.len() * PAGE_LEN) as u64;
        Self { file, epoch: at_rest.tip.epoch, state: at_rest.state.digest().to_string(), memory_bytes, next }
    }
}

/// Keeps the state at the end in the journal itself.
fn keep(arguments: &Arguments) -> Result<AtRest, Failure> {
    let mut writer = Writer::open(&arguments.journal, Durability::EveryStep).map_err(journal_failure)?;
    let record = Record::of(writer.reader().map_err(journal_failure)?, &arguments.journal)?;
    let keyring = Keyring::of(record.genesis(), arguments.keys.as_deref())?;
    let at_rest = AtRest::of(&record, None, &arguments.engine)?;
    let epoch = at_rest.tip.epoch;
    if epoch != record.last_epoch() {
        let why = "the last steps are not signed yet; let a run end, which signs the last one";
        return Err(Failure::message(Exit::Uncovered, format!("{}: {why}", arguments.journal.display())));
    }
    let size = record.reader().tree_size();
    let log_root = merkle::root(record.reader(), size).map_err(journal_failure)?;
    let genesis = record.genesis().payload_digest();
    let manifest = at_rest.manifest(genesis, at_rest.tip, log_root).sign(&keyring.runtime()).to_bytes();
    let pages: Vec<_> = at_rest.pages.iter().map(|(digest, bytes)| (*digest, bytes.as_slice())).collect();
    drop(record);
    writer.keep_snapshot(epoch, &manifest, &pages).map_err(journal_failure)?;
    writer.close().map_err(journal_failure)?;
    Ok(at_rest)
}

/// Writes a journal of its own that has the state and no step.
fn write(arguments: &Arguments, output: &Path) -> Result<AtRest, Failure> {
    let record = Record::open(&arguments.journal)?;
    let keyring = Keyring::of(record.genesis(), arguments.keys.as_deref())?;
    let at_rest = AtRest::of(&record, arguments.at, &arguments.engine)?;
    let peaks = peaks_at(&record, at_rest.tip.epoch)?;
    let genesis = record.genesis().payload_digest();
    at_rest.write(output, record.reader().header(), peaks, genesis, &keyring.runtime())?;
    Ok(at_rest)
}
