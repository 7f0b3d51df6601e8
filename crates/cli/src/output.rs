//! What a command prints: a table for people, JSON or YAML for programs.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::exit::{Exit, Failure, OrExit};

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One JSON object.
    Json,
    /// The same as YAML.
    Yaml,
}

/// A result that can be printed in every format.
pub(crate) trait Report: Serialize {
    /// The text for people, ending in a line feed.
    fn table(&self) -> String;
}

/// Prints `report` to standard output. A reader that went away is not an error.
pub(crate) fn print(report: &impl Report, format: Format) -> Result<(), Failure> {
    let text = match format {
        Format::Table => report.table(),
        Format::Json => serde_json::to_string_pretty(report).or_exit(Exit::World)? + "\n",
        Format::Yaml => serde_norway::to_string(report).or_exit(Exit::World)?,
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).or_exit(Exit::World),
        _ => Ok(()),
    }
}

/// Two columns: a name and a value, the values aligned.
pub(crate) fn pairs(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter().map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
}

/// Columns under a heading, each as wide as its widest cell; numbers to the right.
pub(crate) fn columns(heading: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([heading[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let numeric = |cell: &str| cell.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '<');
    let line = |cells: Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| {
            let space = " ".repeat(width - cell.chars().count().min(*width));
            if numeric(cell) { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        let line = padded.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    let mut text = line(heading.iter().map(|cell| (*cell).to_owned()).collect());
    text.extend(rows.iter().map(|row| line(row.clone())));
    text
}

/// Whether standard error is a terminal that a progress bar can be drawn on.
pub(crate) fn progress_wanted() -> bool {
    io::stderr().is_terminal()
}

/// `1 tick`, `2 ticks`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size as people read it.
pub(crate) fn bytes(len: u64) -> String {
    match len {
        0..1_024 => format!("{len} bytes"),
        1_024..1_048_576 => format!("{:.1} KiB", len as f64 / 1_024.0),
        _ => format!("{:.1} MiB", len as f64 / 1_048_576.0),
    }
}
