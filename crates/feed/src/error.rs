//! What can be wrong with data: where, what, and what to do.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::limits::{
    COLUMNS_MAX, DELTAS_MAX, EDGES_MAX, FOUND_CHARS_MAX, LINE_BYTES_MAX, NAME_BYTES_MAX, SHARES_MAX, VALUES_MAX,
    WEIGHT_RAW_END,
};

/// A row, a line or a file that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedError {
    /// The file as the run file names it, or `standard input`.
    pub file: Arc<str>,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: u64,
    /// The column or field, where one is to blame.
    pub field: Option<Box<str>>,
    /// The text that was found there, cut to [`FOUND_CHARS_MAX`] characters; empty where there is none to show.
    pub found: Box<str>,
    /// What is wrong.
    pub problem: Problem,
}

/// The closed list of what can be wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// The file cannot be opened or read, or is not the gzip file that it begins as.
    Unreadable(io::ErrorKind),
    /// The file ends before its header.
    NoHeader,
    /// The header has no column of this name.
    MissingColumn,
    /// The header names this column twice.
    DuplicateColumn,
    /// The header has more columns than the limit, or prices of more shares.
    TooManyColumns,
    /// A line is longer than [`LINE_BYTES_MAX`].
    LineTooLong,
    /// A line is not UTF-8.
    NotUtf8,
    /// A quote is not closed on its line, or text stands beside a quoted field.
    BadQuotes,
    /// A row has another number of fields than the header.
    WrongFieldCount {
        /// Fields in this row.
        found: usize,
        /// Fields in the header.
        expected: usize,
    },
    /// A line is not one JSON object; the position is in bytes from 1, 0 if unknown.
    NotJson {
        /// Byte in the line.
        column: usize,
    },
    /// A JSON field holds something that has no meaning there.
    WrongJsonKind,
    /// A field that this row needs is absent or empty.
    MissingField,
    /// A field is not a number.
    NotANumber,
    /// A number is NaN, infinite, or too large for its type.
    NotFinite,
    /// A weight, a count or a price is negative.
    Negative,
    /// A weight or a price is zero where it must be positive.
    Zero,
    /// A positive weight is below half of 2^-32.
    RoundsToZero,
    /// A weight, or the sum of weights in one bin, is 2^30 (2^62 raw) or more.
    WeightTooLarge,
    /// A vertex id is not a whole number below the declared limit, or there are more names than declared.
    VertexOutOfRange {
        /// The declared number of vertices.
        limit: u64,
    },
    /// A vertex's name is longer than [`NAME_BYTES_MAX`].
    NameTooLong,
    /// An edge joins a vertex to itself.
    SelfLoop,
    /// A word that is no operation.
    UnknownOp,
    /// A field is no point in time.
    BadTime,
    /// A row is earlier than the one before it; for prices also a repeated date.
    TimeBackwards,
    /// An observation has more than [`VALUES_MAX`] values.
    TooManyValues,
    /// A bin has more than [`DELTAS_MAX`] deltas.
    TooManyDeltas,
    /// More than [`EDGES_MAX`] edges would have to be tracked.
    TooManyEdges,
}

impl Problem {
    /// Whether nothing after it can be trusted, so that it stops the stream even where bad rows are skipped.
    #[must_use]
    pub fn is_fatal(self) -> bool {
        match self {
            Self::Unreadable(_)
            | Self::NoHeader
            | Self::MissingColumn
            | Self::DuplicateColumn
            | Self::TooManyColumns => true,
            Self::LineTooLong
            | Self::NotUtf8
            | Self::BadQuotes
            | Self::WrongFieldCount { .. }
            | Self::NotJson { .. }
            | Self::WrongJsonKind
            | Self::MissingField
            | Self::NotANumber
            | Self::NotFinite
            | Self::Negative
            | Self::Zero
            | Self::RoundsToZero
            | Self::WeightTooLarge
            | Self::VertexOutOfRange { .. }
            | Self::NameTooLong
            | Self::SelfLoop
            | Self::UnknownOp
            | Self::BadTime
            | Self::TimeBackwards
            | Self::TooManyValues
            | Self::TooManyDeltas
            | Self::TooManyEdges => false,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Unreadable(_) => "check `path`: it is relative to the run file, and must be readable text or gzip",
            Self::NoHeader => "the first line must name the columns",
            Self::MissingColumn => "name a column of the header in the run file's [stream.columns] or [stream.bin]",
            Self::DuplicateColumn => "give every column a name of its own",
            Self::TooManyColumns => "leave out columns, or split the file",
            Self::LineTooLong => "check for a missing line end; one row is one line",
            Self::NotUtf8 => "convert the file to UTF-8",
            Self::BadQuotes => "close the quote on the same line, and double a quote inside quotes",
            Self::WrongFieldCount { .. } => "complete the row, or check `delimiter`",
            Self::NotJson { .. } => "write one JSON object on each line",
            Self::WrongJsonKind => "write a text or a number; for values also an array of numbers",
            Self::MissingField => "fill it in, or correct the column map of the run file",
            Self::NotANumber => "write a decimal number with a point, such as 0.25",
            Self::NotFinite => "leave the row out, or write a finite number",
            Self::Negative => "correct the row; weights, counts and prices are positive",
            Self::Zero => "correct the row; to take an edge away use edge_remove, or mode = \"set\"",
            Self::RoundsToZero => "scale all weights up; only their ratios matter to the score",
            Self::WeightTooLarge => "scale all weights down, or narrow the bin",
            Self::VertexOutOfRange { .. } => "correct the row, or raise the limit in `vertices`",
            Self::NameTooLong => "give the vertex a shorter name",
            Self::SelfLoop => "leave the row out; an edge joins two vertices",
            Self::UnknownOp => "use edge_add, edge_remove, weight_update, observation or rearm",
            Self::BadTime => "write 2024-01-31, 2024-01-31T12:00:00Z or seconds since 1970",
            Self::TimeBackwards => "sort the file by time",
            Self::TooManyValues => "observe fewer values",
            Self::TooManyDeltas => "narrow the bin",
            Self::TooManyEdges => "let edges expire (`expire`), or watch fewer",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(kind) => write!(f, "cannot be read: {kind}"),
            Self::NoHeader => f.write_str("no header line"),
            Self::MissingColumn => f.write_str("the header has no such column"),
            Self::DuplicateColumn => f.write_str("the header names this column twice"),
            Self::TooManyColumns => {
                write!(f, "more than {COLUMNS_MAX} columns, or prices of more than {SHARES_MAX} shares")
            }
            Self::LineTooLong => write!(f, "the line is longer than {LINE_BYTES_MAX} bytes"),
            Self::NotUtf8 => f.write_str("the line is not UTF-8"),
            Self::BadQuotes => f.write_str("a quote is not closed, or has text beside it"),
            Self::WrongFieldCount { found, expected } => write!(f, "{found} fields where the header has {expected}"),
            Self::NotJson { column: 0 } => f.write_str("not a JSON object"),
            Self::NotJson { column } => write!(f, "not a JSON object, at byte {column}"),
            Self::WrongJsonKind => f.write_str("a JSON value of the wrong kind"),
            Self::MissingField => f.write_str("missing or empty"),
            Self::NotANumber => f.write_str("not a number"),
            Self::NotFinite => f.write_str("not a finite number"),
            Self::Negative => f.write_str("negative"),
            Self::Zero => f.write_str("zero"),
            Self::RoundsToZero => f.write_str("too small for a 32.32 weight"),
            Self::WeightTooLarge => write!(f, "not below the greatest weight, {}", WEIGHT_RAW_END >> 32),
            Self::VertexOutOfRange { limit } => write!(f, "out of the declared range of {limit} vertices"),
            Self::NameTooLong => write!(f, "a name of more than {NAME_BYTES_MAX} bytes"),
            Self::SelfLoop => f.write_str("an edge from a vertex to itself"),
            Self::UnknownOp => f.write_str("an unknown operation"),
            Self::BadTime => f.write_str("not a point in time"),
            Self::TimeBackwards => f.write_str("time goes backwards"),
            Self::TooManyValues => write!(f, "more than {VALUES_MAX} values"),
            Self::TooManyDeltas => write!(f, "more than {DELTAS_MAX} deltas in one bin"),
            Self::TooManyEdges => write!(f, "more than {EDGES_MAX} edges to keep track of"),
        }
    }
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ", line {}", self.line)?;
        }
        if let Some(field) = &self.field {
            write!(f, ", field {field:?}")?;
        }
        write!(f, ": {}", self.problem)?;
        if !self.found.is_empty() {
            write!(f, " (found {:?})", self.found)?;
        }
        write!(f, "; {}", self.problem.remedy())
    }
}

impl std::error::Error for FeedError {}

/// A problem with the field and the text that it was found in, before the file and the line are known.
#[derive(Debug)]
pub(crate) struct Fault {
    field: Option<Box<str>>,
    found: Box<str>,
    problem: Problem,
}

impl Fault {
    /// `problem` with the text `found` of `field`.
    pub(crate) fn in_field(field: &str, found: &str, problem: Problem) -> Self {
        let found = found.chars().take(FOUND_CHARS_MAX).collect::<String>().into();
        Self { field: Some(field.chars().take(FOUND_CHARS_MAX).collect::<String>().into()), found, problem }
    }

    /// The error at `line` of `file`.
    pub(crate) fn at(self, file: &Arc<str>, line: u64) -> FeedError {
        FeedError { file: file.clone(), line, field: self.field, found: self.found, problem: self.problem }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self { field: None, found: "".into(), problem }
    }
}
