//! Rows of CSV or NDJSON, gathered in bins: one bin, one tick.

use std::collections::{BTreeMap, VecDeque};

use crate::config::{Aggregate, Bin, Columns, Meaning, OnBadRow, Op, RowsConfig};
use crate::delta::Delta;
use crate::edges::{EdgeTable, Ends, ends};
use crate::error::{Fault, FeedError, Problem};
use crate::fields::{Cells, Rows};
use crate::limits::{DELTAS_MAX, VALUES_MAX, WEIGHT_RAW_END};
use crate::number;
use crate::skipped::Skipped;
use crate::source::Source;
use crate::tick::Tick;
use crate::time::Instant;
use crate::vertices::VertexIds;
use crate::weight;

/// Ticks from rows. A bin's tick comes out when the row that closes it is read, or at the end of the file.
pub struct RowStream {
    rows: Rows,
    bin: Bin,
    vertices: VertexIds,
    on_bad_row: OnBadRow,
    skipped: Skipped,
    ended: bool,
    last_time: Option<Instant>,
    open_bin: Option<OpenBin>,
    bins_closed: i64,
    content: Content,
    ready: VecDeque<Result<Tick, FeedError>>,
}

/// The bin that rows go into.
struct OpenBin {
    label: String,
    /// Seconds: the number of the span; otherwise bins are counted from 0.
    number: i64,
    row_count: u64,
}

/// What the rows of the open bin have brought.
enum Content {
    Operations { fixed: Option<Op>, deltas: Vec<Delta> },
    SetEdges { aggregate: Aggregate, expire: Option<u64>, edges: EdgeTable, pending: BTreeMap<Ends, u64> },
}

/// A row that was read and found good.
enum Row {
    Delta(Delta),
    Weight(Ends, u64),
}

impl RowStream {
    pub(crate) fn new(config: &RowsConfig, rows: Rows) -> Self {
        let content = match config.meaning {
            Meaning::Operations { fixed } => Content::Operations { fixed, deltas: Vec::new() },
            Meaning::SetEdges { aggregate, expire } => {
                Content::SetEdges { aggregate, expire, edges: EdgeTable::default(), pending: BTreeMap::new() }
            }
        };
        Self {
            rows,
            bin: config.bin.clone(),
            vertices: VertexIds::new(config.vertices),
            on_bad_row: config.on_bad_row,
            skipped: Skipped::default(),
            ended: false,
            last_time: None,
            open_bin: None,
            bins_closed: 0,
            content,
            ready: VecDeque::new(),
        }
    }

    /// Reads one row into its bin; `false` at the end of the file.
    fn read(&mut self) -> Result<bool, FeedError> {
        let Some(cells) = self.rows.read()? else {
            self.close();
            return Ok(false);
        };
        self.take(&cells).map_err(|fault| self.rows.lines.error(fault))?;
        Ok(true)
    }

    /// Puts a row into its bin. A bad row changes nothing but, perhaps, that a name of it has an id now.
    fn take(&mut self, cells: &Cells) -> Result<(), Fault> {
        let columns = self.rows.columns();
        let time = self.time(cells)?;
        let row = match &self.content {
            Content::Operations { fixed, .. } => operation(columns, cells, *fixed, &mut self.vertices)?,
            Content::SetEdges { aggregate, .. } => set_edge(columns, cells, *aggregate, &mut self.vertices)?,
        };
        let span = match (&self.bin, time) {
            (Bin::Seconds(seconds), Some(time)) => Some(time.bin(*seconds)),
            (Bin::Seconds(_) | Bin::Rows(_) | Bin::Column(_), _) => None,
        };
        let group = match &self.bin {
            Bin::Column(name) => Some(need(Some(name), cells.bin.as_deref())?),
            Bin::Seconds(_) | Bin::Rows(_) => None,
        };
        let closes = self.open_bin.as_ref().is_some_and(|open| {
            span.is_some_and(|span| span != open.number) || group.is_some_and(|group| group != open.label)
        });
        if closes {
            self.close();
        }
        self.content.add(row)?;
        self.last_time = time.or(self.last_time);
        let open = self.open_bin.get_or_insert_with(|| OpenBin {
            label: group
                .or(cells.time.as_deref())
                .map_or_else(|| format!("line {}", self.rows.lines.number()), str::to_owned),
            number: span.unwrap_or(self.bins_closed),
            row_count: 0,
        });
        open.row_count += 1;
        if matches!(self.bin, Bin::Rows(rows) if open.row_count >= rows) {
            self.close();
        }
        Ok(())
    }

    fn time(&self, cells: &Cells) -> Result<Option<Instant>, Fault> {
        let column = &self.rows.columns().time;
        let text = match (&cells.time, &self.bin) {
            (Some(text), _) => text.as_str(),
            (None, Bin::Seconds(_)) => need(column.as_ref(), None)?,
            (None, Bin::Rows(_) | Bin::Column(_)) => return Ok(None),
        };
        let name = column.as_deref().unwrap_or_default();
        let time = Instant::parse(text).ok_or_else(|| Fault::in_field(name, text, Problem::BadTime))?;
        if self.last_time.is_some_and(|last| time < last) {
            return Err(Fault::in_field(name, text, Problem::TimeBackwards));
        }
        Ok(Some(time))
    }

    /// Makes the open bin's tick, if a bin is open.
    fn close(&mut self) {
        if let Some(open) = self.open_bin.take() {
            self.bins_closed += 1;
            self.ready.push_back(Ok(Tick { label: open.label, deltas: self.content.close(open.number) }));
        }
    }
}

impl Content {
    fn add(&mut self, row: Row) -> Result<(), Problem> {
        match (self, row) {
            (Self::Operations { deltas, .. }, Row::Delta(delta)) => {
                if deltas.len() >= DELTAS_MAX {
                    return Err(Problem::TooManyDeltas);
                }
                deltas.push(delta);
            }
            (Self::SetEdges { aggregate, edges, pending, .. }, Row::Weight(ends, raw)) => {
                let known = pending.get(&ends).copied();
                if known.is_none() && !edges.has_room(ends, pending.len()) {
                    return Err(Problem::TooManyEdges);
                }
                let raw = match aggregate {
                    Aggregate::Last => raw,
                    Aggregate::Sum | Aggregate::Count => raw + known.unwrap_or(0),
                };
                if raw >= WEIGHT_RAW_END {
                    return Err(Problem::WeightTooLarge);
                }
                pending.insert(ends, raw);
            }
            (Self::Operations { .. }, Row::Weight(..)) | (Self::SetEdges { .. }, Row::Delta(_)) => {
                unreachable!("rows are read as their content asks")
            }
        }
        Ok(())
    }

    /// The deltas of the bin `number`, which ends here.
    fn close(&mut self, number: i64) -> Vec<Delta> {
        match self {
            Self::Operations { deltas, .. } => std::mem::take(deltas),
            Self::SetEdges { expire, edges, pending, .. } => {
                for (ends, raw) in std::mem::take(pending) {
                    edges.set(ends, raw, number);
                }
                if let Some(age) = expire {
                    edges.expire(number, *age);
                }
                let mut deltas = Vec::new();
                edges.drain_into(&mut deltas);
                deltas
            }
        }
    }
}

impl Iterator for RowStream {
    type Item = Result<Tick, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && !self.ended {
            match self.read() {
                Ok(more) => self.ended = !more,
                Err(error) => {
                    if let Err(error) = self.skipped.tolerate(self.on_bad_row, error) {
                        self.ended = true;
                        self.ready.push_back(Err(error));
                    }
                }
            }
        }
        self.ready.pop_front()
    }
}

impl Source for RowStream {
    fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    fn vertex_names(&self) -> &[String] {
        self.vertices.names()
    }
}

/// A row of operations mode.
fn operation(columns: &Columns, cells: &Cells, fixed: Option<Op>, ids: &mut VertexIds) -> Result<Row, Fault> {
    let op = match &cells.op {
        Some(text) => op_of(text).ok_or_else(|| fault(columns.op.as_ref(), text, Problem::UnknownOp))?,
        None => match fixed {
            Some(op) => op,
            None => return Err(fault(columns.op.as_ref(), "", Problem::MissingField)),
        },
    };
    Ok(Row::Delta(match op {
        Op::EdgeAdd => {
            let weight = weight_of(columns, cells, weight::positive)?;
            let (u, v) = ends_of(columns, cells, ids)?;
            Delta::EdgeAdd { u, v, weight }
        }
        Op::WeightUpdate => {
            let weight = weight_of(columns, cells, weight::positive)?;
            let (u, v) = ends_of(columns, cells, ids)?;
            Delta::WeightUpdate { u, v, weight }
        }
        Op::EdgeRemove => {
            let (u, v) = ends_of(columns, cells, ids)?;
            Delta::EdgeRemove { u, v }
        }
        Op::Observation => {
            let values = values_of(columns, cells)?;
            let vertex = vertex_of(columns.u.as_ref(), cells.u.as_deref(), ids)?;
            Delta::Observation { vertex, values }
        }
        Op::Rearm => Delta::Rearm,
    }))
}

/// A row of set mode.
fn set_edge(columns: &Columns, cells: &Cells, aggregate: Aggregate, ids: &mut VertexIds) -> Result<Row, Fault> {
    let raw = match aggregate {
        Aggregate::Last | Aggregate::Sum => weight_of(columns, cells, weight::or_zero)?,
        Aggregate::Count => weight::ONE,
    };
    Ok(Row::Weight(ends_of(columns, cells, ids)?, raw))
}

fn op_of(text: &str) -> Option<Op> {
    Some(match text {
        "edge_add" => Op::EdgeAdd,
        "edge_remove" => Op::EdgeRemove,
        "weight_update" => Op::WeightUpdate,
        "observation" => Op::Observation,
        "rearm" => Op::Rearm,
        _ => return None,
    })
}

fn weight_of(columns: &Columns, cells: &Cells, raw: fn(f64) -> Result<u64, Problem>) -> Result<u64, Fault> {
    let text = need(columns.weight.as_ref(), cells.weight.as_deref())?;
    number::finite(text).and_then(raw).map_err(|problem| fault(columns.weight.as_ref(), text, problem))
}

fn values_of(columns: &Columns, cells: &Cells) -> Result<Vec<f32>, Fault> {
    let first = columns.values.first();
    if cells.values.is_empty() {
        return Err(fault(first, "", Problem::MissingField));
    }
    if cells.values.len() > VALUES_MAX {
        return Err(fault(first, "", Problem::TooManyValues));
    }
    let value = |(index, text): (usize, &String)| {
        // Where an array was spliced in, cells outnumber columns: then the first column is as near as a name can come.
        let name = if cells.values.len() == columns.values.len() { columns.values.get(index) } else { first };
        if text.is_empty() {
            return Err(fault(name, "", Problem::MissingField));
        }
        number::finite_f32(text).map_err(|problem| fault(name, text, problem))
    };
    cells.values.iter().enumerate().map(value).collect()
}

fn ends_of(columns: &Columns, cells: &Cells, ids: &mut VertexIds) -> Result<Ends, Fault> {
    let u = vertex_of(columns.u.as_ref(), cells.u.as_deref(), ids)?;
    let v = vertex_of(columns.v.as_ref(), cells.v.as_deref(), ids)?;
    ends(u, v).map_err(|problem| fault(columns.v.as_ref(), cells.v.as_deref().unwrap_or_default(), problem))
}

fn vertex_of(name: Option<&String>, text: Option<&str>, ids: &mut VertexIds) -> Result<u64, Fault> {
    let text = need(name, text)?;
    ids.id(text).map_err(|problem| fault(name, text, problem))
}

fn need<'a>(name: Option<&String>, text: Option<&'a str>) -> Result<&'a str, Fault> {
    text.ok_or_else(|| fault(name, "", Problem::MissingField))
}

/// A fault in the field that the run file calls `name`.
fn fault(name: Option<&String>, found: &str, problem: Problem) -> Fault {
    Fault::in_field(name.map_or("(not mapped)", String::as_str), found, problem)
}
