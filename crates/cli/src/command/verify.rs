//! `avouch verify`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use serde::Serialize;
use verify::ExportKind;

use crate::command::bar;
use crate::exit::{Exit, Failure, OrExit};
use crate::heads::read_pin;
use crate::output::{self, Format, Report};
use crate::record::{Record, fault_exit, standing_exit};
use crate::trust::{Trust, TrustArguments};

/// Bytes of the largest file that is not a journal.
const EXPORT_LEN_MAX: u64 = 16 << 20;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A journal; or what `avouch log proof` or `avouch export` wrote; or the receipt of a kernel's invocation.
    file: PathBuf,
    /// A head pin that was kept elsewhere: finds out whether the journal was cut short or rolled back.
    #[arg(long, value_name = "FILE")]
    pin: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArguments,
}

/// What was found of a file that a journal gave away.
#[derive(Serialize)]
struct Checked {
    word: &'static str,
    kind: &'static str,
    detail: String,
    epoch: Option<u64>,
    signer: Option<String>,
    standing: String,
}

impl Report for Checked {
    fn table(&self) -> String {
        let mut rows = vec![("verdict", self.word.to_owned()), ("", self.kind.to_owned())];
        rows.push(("says", self.detail.clone()));
        let key = self.signer.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
        rows.push(("signer", format!("{}{key}", self.standing)));
        output::pairs(&rows)
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let trust = arguments.trust.read()?;
    let pin = match &arguments.pin {
        None => None,
        Some(path) => Some(read_pin(path)?.ok_or_else(|| {
            Failure::message(Exit::World, format!("{}: no such file; give a head pin", path.display()))
        })?),
    };
    if let Some((kind, bytes)) = export_in(&arguments.file)? {
        if arguments.pin.is_some() {
            return Err(Failure::message(Exit::Usage, "--pin is held against journals, not against a single file"));
        }
        return check(&arguments.file, kind, &bytes, &trust, format);
    }
    let record = Record::open(&arguments.file)?;
    let bar = bar::new("verify", Some(record.last_epoch()));
    let verification = record.verify(&trust, pin.as_ref(), |epoch| bar.set_position(epoch));
    bar.finish_and_clear();
    output::print(&verification, format)?;
    Ok(verification.exit)
}

fn check(path: &Path, kind: ExportKind, bytes: &[u8], trust: &Trust, format: Format) -> Result<Exit, Failure> {
    let found = verify::export(kind, bytes, &trust.store, trust.now)
        .map_err(|fault| Failure::message(fault_exit(fault.kind), format!("{}: {fault}", path.display())))?;
    let exit = standing_exit(&found.standing);
    let checked = Checked {
        word: exit.word(),
        kind: kind.name(),
        detail: found.says,
        epoch: found.epoch,
        signer: found.signer.map(|key| key.to_string()),
        standing: found.standing.to_string(),
    };
    output::print(&checked, format)?;
    Ok(exit)
}

/// The file, if its beginning is that of an exported kind; nothing for a journal and for what is neither.
fn export_in(path: &Path) -> Result<Option<(ExportKind, Vec<u8>)>, Failure> {
    let world = |error: std::io::Error| anyhow!("{}: {error}", path.display());
    let mut file = match File::open(path) {
        Ok(file) => file,
        // The journal has words of its own for what cannot be opened.
        Err(_) => return Ok(None),
    };
    let mut head = Vec::new();
    file.by_ref().take(64).read_to_end(&mut head).map_err(world).or_exit(Exit::World)?;
    if ExportKind::of(&head).is_none() {
        return Ok(None);
    }
    file.take(EXPORT_LEN_MAX + 1).read_to_end(&mut head).map_err(world).or_exit(Exit::World)?;
    if head.len() as u64 > EXPORT_LEN_MAX {
        let message = format!("{}: longer than any proof or statement", path.display());
        return Err(Failure::message(Exit::Malformed, message));
    }
    Ok(ExportKind::of(&head).map(|kind| (kind, head)))
}
