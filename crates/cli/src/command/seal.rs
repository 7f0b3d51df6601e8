//! `avouch seal`.

use std::fs;
use std::path::PathBuf;

use anyhow::anyhow;
use seal::{CheckError, Policy, SealError};
use serde::Serialize;

use super::check::read_module;
use crate::exit::{Exit, Failure, OrExit};
use crate::output::{self, Format, Report};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The module.
    module: PathBuf,
    /// Where the sealed module goes; beside the module, as NAME.sealed.wasm, if not given.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct SealedModule {
    output: String,
    digest: String,
    cost_table: String,
    bytes_before: usize,
    bytes_after: usize,
}

impl Report for SealedModule {
    fn table(&self) -> String {
        let rows = [
            ("sealed", self.output.clone()),
            ("digest", self.digest.clone()),
            ("cost table", self.cost_table.clone()),
            ("size", format!("{} bytes, {} before", self.bytes_after, self.bytes_before)),
        ];
        output::pairs(&rows)
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let module = read_module(&arguments.module)?;
    let place = arguments.module.display();
    let sealed = seal::seal(&module, &Policy::STANDARD).map_err(|error| {
        let is_malformed = matches!(error, SealError::Check(CheckError::Malformed(_)));
        let failure =
            Failure::new(if is_malformed { Exit::Malformed } else { Exit::Policy }, anyhow!("{place}: {error}"));
        if matches!(error, SealError::Check(_)) {
            failure
        } else {
            failure.and(format!("`avouch check {place}` lists every hazard"))
        }
    })?;
    let output = arguments.output.unwrap_or_else(|| arguments.module.with_extension("sealed.wasm"));
    fs::write(&output, &sealed.bytes).map_err(|error| anyhow!("{}: {error}", output.display())).or_exit(Exit::World)?;
    let report = SealedModule {
        output: output.display().to_string(),
        digest: sealed.digest.to_string(),
        cost_table: seal::cost_table_digest().to_string(),
        bytes_before: module.len(),
        bytes_after: sealed.bytes.len(),
    };
    output::print(&report, format)?;
    Ok(Exit::Good)
}
