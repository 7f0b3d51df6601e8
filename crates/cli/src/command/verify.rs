//! `avouch verify`.

use std::path::PathBuf;

use crate::command::bar;
use crate::exit::{Exit, Failure};
use crate::keys;
use crate::output::{self, Format};
use crate::record::Record;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The journal.
    journal: PathBuf,
    /// Public key file of an operator whose chains are accepted; may be given again.
    #[arg(long, value_name = "FILE", env = "AVOUCH_TRUST", value_delimiter = ':')]
    trust: Vec<PathBuf>,
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let trusted = arguments.trust.iter().map(|path| keys::read_public(path)).collect::<Result<Vec<_>, _>>()?;
    let record = Record::open(&arguments.journal)?;
    let bar = bar::new("verify", Some(record.last_epoch()));
    let verification = record.verify(&trusted, |epoch| bar.set_position(epoch))?;
    bar.finish_and_clear();
    output::print(&verification, format)?;
    Ok(verification.exit)
}
