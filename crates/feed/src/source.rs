//! The one trait of all sources, and how a configuration becomes one.

use std::io::Read;
use std::path::Path;

use crate::config::StreamConfig;
use crate::error::FeedError;
use crate::fields::Rows;
use crate::prices::PriceStream;
use crate::rows::RowStream;
use crate::skipped::Skipped;
use crate::tick::Tick;

/// A stream of ticks. After an error it ends; with `on_bad_row = "skip"` only fatal errors come out, and the others
/// stand in [`Source::skipped`].
pub trait Source: Iterator<Item = Result<Tick, FeedError>> {
    /// The bad rows so far.
    fn skipped(&self) -> &Skipped;

    /// The names of vertices 0, 1, 2… as far as they are known; empty where the data has numbers.
    fn vertex_names(&self) -> &[String];
}

/// Opens the stream that `config` describes. Paths are relative to `base_dir`, the folder of the run file; `stdin` is
/// read only where the path is `-`.
///
/// # Errors
/// The file cannot be read, or its header has not the columns that `config` names.
pub fn open(
    config: &StreamConfig,
    base_dir: &Path,
    stdin: impl Read + Send + 'static,
) -> Result<Box<dyn Source + Send>, FeedError> {
    let stdin: Box<dyn Read + Send> = Box::new(stdin);
    Ok(match config {
        StreamConfig::Prices(config) => Box::new(PriceStream::open(config, base_dir, stdin)?),
        StreamConfig::Csv { delimiter, rows } => {
            Box::new(RowStream::new(rows, Rows::csv(rows, *delimiter, base_dir, stdin)?))
        }
        StreamConfig::Ndjson(rows) => Box::new(RowStream::new(rows, Rows::ndjson(rows, base_dir, stdin)?)),
    })
}
