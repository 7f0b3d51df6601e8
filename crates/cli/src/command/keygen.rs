//! `avouch keygen`.

use std::path::PathBuf;

use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::keys::{self, KeyFolder};
use crate::output::{self, Format, Report};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder to make the keys in; it must not hold a root secret yet.
    #[arg(short, long, value_name = "DIR", env = "AVOUCH_KEYS")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Made {
    secret_file: String,
    public_file: String,
    trust_file: String,
    operator: String,
}

impl Report for Made {
    fn table(&self) -> String {
        let rows = [
            ("root secret", format!("{} (only you can read it; keep a copy)", self.secret_file)),
            ("public key", format!("{} (give it to whoever verifies)", self.public_file)),
            ("trust store", format!("{} (the same with the keys for each other role)", self.trust_file)),
            ("operator", self.operator.clone()),
        ];
        output::pairs(&rows)
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let folder = KeyFolder::at(arguments.output.map_or_else(keys::default_folder, Ok)?);
    let operator = folder.create()?;
    let made = Made {
        secret_file: folder.secret_path().display().to_string(),
        public_file: folder.public_path().display().to_string(),
        trust_file: folder.trust_path().display().to_string(),
        operator: operator.to_string(),
    };
    output::print(&made, format)?;
    Ok(Exit::Good)
}
