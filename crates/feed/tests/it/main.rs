//! The feed against its specification, its examples and bad data.

mod bad_data;
mod config;
mod endless;
mod examples;
mod garbled;
mod market;
mod rows;
mod vectors;

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use feed::{FeedError, Source, StreamConfig, Tick};

#[derive(serde::Deserialize)]
struct RunFile {
    stream: StreamConfig,
    #[serde(default)]
    events: Vec<feed::Event>,
}

fn repo(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn read_run_file(path: &str) -> RunFile {
    let text = std::fs::read_to_string(repo(path)).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The stream of `[stream]` keys in `toml`, over `input` as standard input.
fn open(toml: &str, input: impl Read + Send + 'static) -> Result<Box<dyn Source + Send>, FeedError> {
    let config: StreamConfig = toml::from_str(toml).unwrap_or_else(|error| panic!("{error}"));
    feed::open(&config, Path::new("."), input)
}

fn ticks(toml: &str, input: impl Into<Vec<u8>>) -> Vec<Tick> {
    let source = open(toml, Cursor::new(input.into())).unwrap_or_else(|error| panic!("{error}"));
    source.map(|tick| tick.unwrap_or_else(|error| panic!("{error}"))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether expected files are to be written instead of compared.
fn blesses() -> bool {
    std::env::var_os("AVOUCH_BLESS").is_some()
}
