//! `avouch check`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use seal::{CheckError, Policy};
use serde::Serialize;

use crate::exit::{Exit, Failure, OrExit};
use crate::output::{self, Format, Report};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The module.
    module: PathBuf,
}

#[derive(Serialize)]
struct Checked {
    word: &'static str,
    module: String,
    /// Hazards that sealing refuses.
    refused: usize,
    /// Hazards that sealing closes.
    closed_by_seal: usize,
    findings: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    offset: usize,
    function: Option<u32>,
    name: Option<String>,
    reason: &'static str,
    closed_by_seal: bool,
    explanation: &'static str,
}

impl Report for Checked {
    fn table(&self) -> String {
        let rows: Vec<_> = self
            .findings
            .iter()
            .map(|row| {
                let function = match (&row.name, row.function) {
                    (Some(name), Some(index)) => format!("{index} {name}"),
                    (None, Some(index)) => index.to_string(),
                    (_, None) => "-".to_owned(),
                };
                let fate = if row.closed_by_seal { "closed by seal" } else { "refused" };
                vec![format!("{:#x}", row.offset), row.reason.to_owned(), fate.to_owned(), function]
            })
            .collect();
        let mut text = String::new();
        if !rows.is_empty() {
            text += &output::columns(&["offset", "reason", "fate", "function"], &rows);
            text.push('\n');
            let mut reasons: Vec<_> = self.findings.iter().map(|row| (row.reason, row.explanation)).collect();
            reasons.sort_unstable();
            reasons.dedup();
            text.extend(reasons.iter().map(|(code, explanation)| format!("{code}: {explanation}\n")));
            text.push('\n');
        }
        let name = &self.module;
        text + &format!(
            "{name}: {} refused, {} closed by sealing\n",
            output::count(self.refused as u64, "hazard"),
            self.closed_by_seal
        )
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let module = read_module(&arguments.module)?;
    let place = arguments.module.display().to_string();
    let findings = seal::check(&module, &Policy::STANDARD).map_err(|error| {
        let exit = if matches!(error, CheckError::Malformed(_)) { Exit::Malformed } else { Exit::Policy };
        Failure::new(exit, anyhow!("{place}: {error}"))
    })?;
    let refused = findings.iter().filter(|finding| !finding.closed_by_seal).count();
    let exit = if refused > 0 { Exit::Policy } else { Exit::Good };
    let checked = Checked {
        word: exit.word(),
        module: place,
        refused,
        closed_by_seal: findings.len() - refused,
        findings: findings
            .into_iter()
            .map(|finding| Row {
                offset: finding.offset,
                function: finding.function,
                name: finding.name,
                reason: finding.reason.code(),
                closed_by_seal: finding.closed_by_seal,
                explanation: finding.reason.explanation(),
            })
            .collect(),
    };
    output::print(&checked, format)?;
    Ok(exit)
}

pub(crate) fn read_module(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path)
        .map_err(|error| anyhow!("{}: {error}; give the path of a WebAssembly module", path.display()))
        .or_exit(Exit::World)
}
