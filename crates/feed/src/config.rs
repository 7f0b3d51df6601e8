//! The sections `[stream]` and `[[events]]` of a run file.
//!
//! `[stream]` is read flat and then sorted by `kind`: so the reader of the TOML can point at the exact line of a key that
//! is unknown or of the wrong type, which a tagged enum would lose.

use std::fmt;

use serde::Deserialize;

use crate::limits::{VALUES_MAX, VERTICES_MAX, WINDOW_MAX};

/// A known event, drawn on reports: `[[events]]` with `at` and `title`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The label of a tick, or a prefix or a later label of one: dates compare as text.
    pub at: String,
    /// A few words.
    pub title: String,
}

/// The section `[stream]`: where ticks come from.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(try_from = "Keys")]
pub enum StreamConfig {
    /// Closing prices to a rolling correlation graph.
    Prices(PricesConfig),
    /// Rows of a CSV file.
    Csv {
        /// The byte between fields, ASCII.
        delimiter: u8,
        /// What the rows mean.
        rows: RowsConfig,
    },
    /// One JSON object on each line.
    Ndjson(RowsConfig),
}

impl StreamConfig {
    /// Where the rows lie: relative to the run file; `-` is standard input.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Prices(config) => &config.path,
            Self::Csv { rows, .. } | Self::Ndjson(rows) => &rows.path,
        }
    }

    /// The same stream, read from somewhere else.
    #[must_use]
    pub fn with_path(mut self, elsewhere: String) -> Self {
        match &mut self {
            Self::Prices(config) => config.path = elsewhere,
            Self::Csv { rows, .. } | Self::Ndjson(rows) => rows.path = elsewhere,
        }
        self
    }
}

/// `kind = "prices"`.
#[derive(Clone, PartialEq, Debug)]
pub struct PricesConfig {
    /// Relative to the run file; `-` is standard input.
    pub path: String,
    /// Returns in the correlation window, 3 to [`WINDOW_MAX`].
    pub window: usize,
    /// Edges have at least this correlation, 0 to 1.
    pub min_correlation: f64,
    /// The byte between fields, ASCII.
    pub delimiter: u8,
    /// What happens at a bad row.
    pub on_bad_row: OnBadRow,
}

/// What rows mean and how they are gathered; the same for CSV and NDJSON.
#[derive(Clone, PartialEq, Debug)]
pub struct RowsConfig {
    /// Relative to the run file; `-` is standard input.
    pub path: String,
    /// Which column or field holds what.
    pub columns: Columns,
    /// How vertices are named.
    pub vertices: Vertices,
    /// Which rows make one tick.
    pub bin: Bin,
    /// What a row does.
    pub meaning: Meaning,
    /// What happens at a bad row.
    pub on_bad_row: OnBadRow,
}

/// Column map: the names of CSV columns or JSON fields.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// When; checked to run forwards.
    pub time: Option<String>,
    /// The operation of the row.
    pub op: Option<String>,
    /// One end of the edge, or the observed vertex.
    #[serde(alias = "src", alias = "vertex")]
    pub u: Option<String>,
    /// The other end.
    #[serde(alias = "dst")]
    pub v: Option<String>,
    /// The weight of the edge.
    pub weight: Option<String>,
    /// Observed values, in this order, at most [`VALUES_MAX`]. A JSON field may also hold an array of numbers.
    #[serde(default)]
    pub values: Vec<String>,
}

impl Columns {
    /// The field names of NDJSON where the run file maps none.
    fn ndjson() -> Self {
        let name = |name: &str| Some(name.to_owned());
        let values = vec!["values".to_owned()];
        Self { time: name("t"), op: name("op"), u: name("u"), v: name("v"), weight: name("w"), values }
    }
}

/// How vertices are named, and how many there may be: `vertices = { names = 100 }` or `{ numbers = 100 }`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vertices {
    /// Names, mapped to ids from 0 in the order of first appearance; at most so many.
    Names(u64),
    /// Ids as they stand, below this number.
    Numbers(u64),
}

/// Which rows make one tick.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bin {
    /// So many rows.
    Rows(u64),
    /// All rows of so many seconds, counted from 1970; needs a time column. A span without rows makes no tick.
    Seconds(u64),
    /// Rows in sequence that hold the same text in this column.
    Column(String),
}

/// What a row does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// Each row is one delta. Its operation stands in the column `op`, or is this one for all rows.
    Operations {
        /// The operation of rows where no column says it.
        fixed: Option<Op>,
    },
    /// Each row says what the weight of an edge is; feed keeps track of which edges there are.
    SetEdges {
        /// How rows of one bin for the same edge come together.
        aggregate: Aggregate,
        /// After so many bins without a row an edge goes; never without this.
        expire: Option<u64>,
    },
}

/// The operation of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// A new edge.
    EdgeAdd,
    /// An edge goes.
    EdgeRemove,
    /// An edge gets another weight.
    WeightUpdate,
    /// Values measured at `u`.
    Observation,
    /// The latched failure is dealt with.
    Rearm,
}

/// How rows of one bin for the same edge come together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aggregate {
    /// The last row's weight holds.
    Last,
    /// The sum of weights.
    Sum,
    /// The number of rows.
    Count,
}

/// What happens at a bad row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnBadRow {
    /// The stream ends with the error; the open bin is not emitted.
    Stop,
    /// The row is counted, kept for the summary, and passed over.
    Skip,
}

/// Why a `[stream]` section has no meaning, and what to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConfigError {
    /// This kind of stream needs the key.
    Missing(&'static str),
    /// The key has no meaning for this kind of stream or this mode.
    Unexpected(&'static str),
    /// The key's value is outside its range.
    OutOfRange(&'static str, &'static str),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(key) => write!(f, "[stream] lacks `{key}`; add it"),
            Self::Unexpected(key) => write!(f, "[stream] has `{key}`, which means nothing here; take it out"),
            Self::OutOfRange(key, range) => write!(f, "[stream] `{key}` is out of range; write {range}"),
        }
    }
}

impl std::error::Error for ConfigError {}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Prices,
    Csv,
    Ndjson,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Operations,
    Set,
}

/// Every key that any kind of stream has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    kind: Kind,
    path: String,
    on_bad_row: Option<OnBadRow>,
    delimiter: Option<char>,
    window: Option<u64>,
    min_correlation: Option<f64>,
    columns: Option<Columns>,
    vertices: Option<Vertices>,
    bin: Option<Bin>,
    mode: Option<Mode>,
    op: Option<Op>,
    aggregate: Option<Aggregate>,
    expire: Option<u64>,
}

impl TryFrom<Keys> for StreamConfig {
    type Error = ConfigError;

    fn try_from(keys: Keys) -> Result<Self, ConfigError> {
        match keys.kind {
            Kind::Prices => prices(keys).map(Self::Prices),
            Kind::Csv => {
                let delimiter = delimiter(keys.delimiter)?;
                let columns = keys.columns.clone().ok_or(ConfigError::Missing("columns"))?;
                Ok(Self::Csv { delimiter, rows: rows(keys, columns)? })
            }
            Kind::Ndjson => {
                absent(keys.delimiter.is_some(), "delimiter")?;
                let columns = keys.columns.clone().unwrap_or_else(Columns::ndjson);
                rows(keys, columns).map(Self::Ndjson)
            }
        }
    }
}

fn prices(keys: Keys) -> Result<PricesConfig, ConfigError> {
    absent(keys.columns.is_some(), "columns")?;
    absent(keys.vertices.is_some(), "vertices")?;
    absent(keys.bin.is_some(), "bin")?;
    absent(keys.mode.is_some(), "mode")?;
    absent(keys.op.is_some(), "op")?;
    absent(keys.aggregate.is_some(), "aggregate")?;
    absent(keys.expire.is_some(), "expire")?;
    let window = keys.window.ok_or(ConfigError::Missing("window"))?;
    if !(3..=WINDOW_MAX as u64).contains(&window) {
        return Err(ConfigError::OutOfRange("window", "3 to 4096 rows"));
    }
    let min_correlation = keys.min_correlation.unwrap_or(0.0);
    if !(0.0..=1.0).contains(&min_correlation) {
        return Err(ConfigError::OutOfRange("min_correlation", "0.0 to 1.0"));
    }
    Ok(PricesConfig {
        path: keys.path,
        window: window as usize,
        min_correlation,
        delimiter: delimiter(keys.delimiter)?,
        on_bad_row: keys.on_bad_row.unwrap_or(OnBadRow::Stop),
    })
}

fn rows(keys: Keys, columns: Columns) -> Result<RowsConfig, ConfigError> {
    absent(keys.window.is_some(), "window")?;
    absent(keys.min_correlation.is_some(), "min_correlation")?;
    if columns.values.len() > VALUES_MAX {
        return Err(ConfigError::OutOfRange("columns.values", "at most 4 columns"));
    }
    let vertices = keys.vertices.ok_or(ConfigError::Missing("vertices"))?;
    let (Vertices::Names(count) | Vertices::Numbers(count)) = vertices;
    if !(1..=VERTICES_MAX).contains(&count) {
        return Err(ConfigError::OutOfRange("vertices", "1 to 1048576"));
    }
    let bin = keys.bin.ok_or(ConfigError::Missing("bin"))?;
    match &bin {
        Bin::Rows(0) | Bin::Seconds(0) => return Err(ConfigError::OutOfRange("bin", "at least 1")),
        Bin::Seconds(_) if columns.time.is_none() => return Err(ConfigError::Missing("columns.time")),
        Bin::Rows(_) | Bin::Seconds(_) | Bin::Column(_) => {}
    }
    let meaning = match keys.mode.unwrap_or(Mode::Operations) {
        Mode::Operations => {
            absent(keys.aggregate.is_some(), "aggregate")?;
            absent(keys.expire.is_some(), "expire")?;
            operations(keys.op, &columns)?
        }
        Mode::Set => {
            absent(keys.op.is_some(), "op")?;
            set_edges(keys.aggregate.unwrap_or(Aggregate::Last), keys.expire, &columns)?
        }
    };
    let on_bad_row = keys.on_bad_row.unwrap_or(OnBadRow::Stop);
    Ok(RowsConfig { path: keys.path, columns, vertices, bin, meaning, on_bad_row })
}

fn operations(fixed: Option<Op>, columns: &Columns) -> Result<Meaning, ConfigError> {
    if fixed.is_none() && columns.op.is_none() {
        return Err(ConfigError::Missing("columns.op"));
    }
    if columns.u.is_none() {
        return Err(ConfigError::Missing("columns.u"));
    }
    Ok(Meaning::Operations { fixed })
}

fn set_edges(aggregate: Aggregate, expire: Option<u64>, columns: &Columns) -> Result<Meaning, ConfigError> {
    if columns.u.is_none() {
        return Err(ConfigError::Missing("columns.u"));
    }
    if columns.v.is_none() {
        return Err(ConfigError::Missing("columns.v"));
    }
    match aggregate {
        Aggregate::Last | Aggregate::Sum if columns.weight.is_none() => {
            return Err(ConfigError::Missing("columns.weight"));
        }
        Aggregate::Last | Aggregate::Sum | Aggregate::Count => {}
    }
    if expire == Some(0) {
        return Err(ConfigError::OutOfRange("expire", "at least 1 bin"));
    }
    Ok(Meaning::SetEdges { aggregate, expire })
}

fn absent(is_there: bool, key: &'static str) -> Result<(), ConfigError> {
    if is_there { Err(ConfigError::Unexpected(key)) } else { Ok(()) }
}

fn delimiter(key: Option<char>) -> Result<u8, ConfigError> {
    let delimiter = key.unwrap_or(',');
    let good = delimiter == '\t' || (delimiter.is_ascii_graphic() && delimiter != '"') || delimiter == ' ';
    if good { Ok(delimiter as u8) } else { Err(ConfigError::OutOfRange("delimiter", "one ASCII character")) }
}
