//! Lines of a plain or gzip file, one at a time, none longer than the limit.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::str;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use crate::error::{Fault, FeedError, Problem};
use crate::limits::LINE_BYTES_MAX;

/// The word in a run file that means standard input.
const STDIN: &str = "-";

/// The first byte of every gzip file (RFC 1952, section 2.3.1). No text begins with it.
const GZIP_ID1: u8 = 0x1f;

/// A cursor over the lines of one file.
pub(crate) struct Lines {
    reader: Box<dyn BufRead + Send>,
    file: Arc<str>,
    line: u64,
    bytes: Vec<u8>,
    text: String,
}

impl Lines {
    /// Opens `path` under `base_dir`, or takes `stdin` if `path` is `-`. Gzip is recognised by its first byte.
    pub(crate) fn open(path: &str, base_dir: &Path, stdin: Box<dyn Read + Send>) -> Result<Self, FeedError> {
        let file: Arc<str> = if path == STDIN { "standard input".into() } else { path.into() };
        let unreadable = |error: std::io::Error| Fault::from(Problem::Unreadable(error.kind())).at(&file, 0);
        let raw: Box<dyn Read + Send> =
            if path == STDIN { stdin } else { Box::new(File::open(base_dir.join(path)).map_err(unreadable)?) };
        let mut plain = BufReader::new(raw);
        let is_gzip = plain.fill_buf().map_err(unreadable)?.first() == Some(&GZIP_ID1);
        let reader: Box<dyn BufRead + Send> =
            if is_gzip { Box::new(BufReader::new(MultiGzDecoder::new(plain))) } else { Box::new(plain) };
        Ok(Self { reader, file, line: 0, bytes: Vec::new(), text: String::new() })
    }

    /// Goes to the next line that is not blank; `false` at the end. After an error that is not fatal it may be called
    /// again and goes on with the line after the bad one.
    pub(crate) fn advance(&mut self) -> Result<bool, FeedError> {
        loop {
            if !self.read()? {
                return Ok(false);
            }
            if !self.text.trim().is_empty() {
                return Ok(true);
            }
        }
    }

    /// The current line, without its end.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The number of the current line, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.line
    }

    /// An error at the current line.
    pub(crate) fn error(&self, fault: impl Into<Fault>) -> FeedError {
        fault.into().at(&self.file, self.line)
    }

    fn read(&mut self) -> Result<bool, FeedError> {
        self.text.clear();
        if self.read_piece()? == 0 {
            return Ok(false);
        }
        self.line += 1;
        if !self.bytes.ends_with(b"\n") && self.bytes.len() as u64 > LINE_BYTES_MAX {
            // The rest of the line is read and dropped in pieces, so that the next call begins on a new line.
            while !self.bytes.ends_with(b"\n") && self.read_piece()? > 0 {}
            return Err(self.error(Problem::LineTooLong));
        }
        let mut line = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.line == 1 {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        }
        match str::from_utf8(line) {
            Ok(text) => self.text.push_str(text),
            Err(_) => return Err(self.error(Problem::NotUtf8)),
        }
        Ok(true)
    }

    /// Reads up to the end of the line, or as much as the limit and one byte more.
    fn read_piece(&mut self) -> Result<usize, FeedError> {
        self.bytes.clear();
        let mut piece = self.reader.by_ref().take(LINE_BYTES_MAX + 1);
        let result = piece.read_until(b'\n', &mut self.bytes);
        result.map_err(|error| Fault::from(Problem::Unreadable(error.kind())).at(&self.file, self.line + 1))
    }
}
