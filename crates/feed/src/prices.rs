//! Closing prices to a rolling correlation graph.
//!
//! Each row after the first gives one log return per share. Once the window is full, every row gives one tick: the
//! weight of an edge is the Pearson correlation of two shares' returns in the window, where it is positive and not below
//! the minimum; beside the changed edges the tick observes each share's return of the day. A share that did not move in
//! the whole window has no correlation and so no edges.
//!
//! Every window is computed afresh from its returns, in the order of rows: a sum that rolled along would depend on where
//! the stream began. The logarithm is the one of the `libm` crate, the same on every machine.

use std::collections::VecDeque;
use std::io::Read;
use std::path::Path;

use crate::config::{OnBadRow, PricesConfig};
use crate::delta::Delta;
use crate::edges::EdgeTable;
use crate::error::{Fault, FeedError, Problem};
use crate::fields::{read_header, split};
use crate::limits::SHARES_MAX;
use crate::lines::Lines;
use crate::number;
use crate::skipped::Skipped;
use crate::source::Source;
use crate::tick::Tick;
use crate::time::Instant;
use crate::weight;

/// Ticks from a file of closing prices: a date, then one column per share. Vertex `i` is column `i` after the date.
pub struct PriceStream {
    lines: Lines,
    delimiter: u8,
    date_column: String,
    names: Vec<String>,
    window: usize,
    min_correlation: f64,
    on_bad_row: OnBadRow,
    skipped: Skipped,
    ended: bool,
    last_date: Option<Instant>,
    last_prices: Vec<f64>,
    returns: VecDeque<Vec<f64>>,
    edges: EdgeTable,
}

impl PriceStream {
    pub(crate) fn open(config: &PricesConfig, base_dir: &Path, stdin: Box<dyn Read + Send>) -> Result<Self, FeedError> {
        let mut lines = Lines::open(&config.path, base_dir, stdin)?;
        let mut names = read_header(&mut lines, config.delimiter)?;
        let date_column = names.remove(0);
        if names.is_empty() {
            return Err(lines.error(Fault::in_field("the first share", "", Problem::MissingColumn)));
        }
        if names.len() > SHARES_MAX {
            return Err(lines.error(Problem::TooManyColumns));
        }
        Ok(Self {
            lines,
            delimiter: config.delimiter,
            date_column,
            names,
            window: config.window,
            min_correlation: config.min_correlation,
            on_bad_row: config.on_bad_row,
            skipped: Skipped::default(),
            ended: false,
            last_date: None,
            last_prices: Vec::new(),
            returns: VecDeque::new(),
            edges: EdgeTable::default(),
        })
    }

    /// Reads one row; a tick if the window is full, `None` at the end of the file.
    fn row(&mut self) -> Result<Option<Option<Tick>>, FeedError> {
        if !self.lines.advance()? {
            return Ok(None);
        }
        let (label, date, prices) = self.parse().map_err(|fault| self.lines.error(fault))?;
        self.last_date = Some(date);
        let before = std::mem::replace(&mut self.last_prices, prices);
        if before.is_empty() {
            return Ok(Some(None));
        }
        let day = self.last_prices.iter().zip(&before).map(|(now, before)| libm::log(now / before)).collect();
        if self.returns.len() == self.window {
            self.returns.pop_front();
        }
        self.returns.push_back(day);
        Ok(Some((self.returns.len() == self.window).then(|| self.tick(label))))
    }

    fn parse(&self) -> Result<(String, Instant, Vec<f64>), Fault> {
        let fields = split(self.lines.text(), self.delimiter)?;
        if fields.len() != self.names.len() + 1 {
            return Err(Problem::WrongFieldCount { found: fields.len(), expected: self.names.len() + 1 }.into());
        }
        let label = fields[0].trim();
        let date_fault = |problem| Fault::in_field(&self.date_column, label, problem);
        let date = Instant::parse(label).ok_or_else(|| date_fault(Problem::BadTime))?;
        if self.last_date.is_some_and(|last| date <= last) {
            return Err(date_fault(Problem::TimeBackwards));
        }
        let mut prices = Vec::with_capacity(self.names.len());
        for (share, (name, text)) in self.names.iter().zip(&fields[1..]).enumerate() {
            let before = self.last_prices.get(share).copied();
            prices.push(price(text, before).map_err(|problem| Fault::in_field(name, text, problem))?);
        }
        Ok((label.to_owned(), date, prices))
    }

    fn tick(&mut self, label: String) -> Tick {
        let deviations: Vec<Vec<f64>> = (0..self.names.len()).map(|share| self.deviations(share)).collect();
        let squares: Vec<f64> = deviations.iter().map(|share| dot(share, share)).collect();
        for u in 0..self.names.len() {
            for v in u + 1..self.names.len() {
                let scale = (squares[u] * squares[v]).sqrt();
                let raw = if scale > 0.0 {
                    // Rounding may lift a perfect correlation a hair above 1.
                    let correlation = (dot(&deviations[u], &deviations[v]) / scale).min(1.0);
                    if correlation >= self.min_correlation { weight::or_zero(correlation).unwrap_or(0) } else { 0 }
                } else {
                    0
                };
                self.edges.set((u as u64, v as u64), raw, 0);
            }
        }
        let mut deltas = Vec::new();
        self.edges.drain_into(&mut deltas);
        let today = self.returns.back().expect("the window is full");
        deltas.extend(
            today.iter().zip(0..).map(|(value, vertex)| Delta::Observation { vertex, values: vec![*value as f32] }),
        );
        Tick { label, deltas }
    }

    /// A share's returns in the window less their mean; empty if they are all equal, so that what rounding leaves of
    /// a constant does not pass for movement.
    fn deviations(&self, share: usize) -> Vec<f64> {
        let first = self.returns[0][share];
        if self.returns.iter().all(|day| day[share] == first) {
            return Vec::new();
        }
        let sum: f64 = self.returns.iter().fold(0.0, |sum, day| sum + day[share]);
        let mean = sum / self.window as f64;
        self.returns.iter().map(|day| day[share] - mean).collect()
    }
}

impl Iterator for PriceStream {
    type Item = Result<Tick, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.row() {
                Ok(Some(Some(tick))) => return Some(Ok(tick)),
                Ok(Some(None)) => {}
                Ok(None) => self.ended = true,
                Err(error) => {
                    if let Err(error) = self.skipped.tolerate(self.on_bad_row, error) {
                        self.ended = true;
                        return Some(Err(error));
                    }
                }
            }
        }
        None
    }
}

impl Source for PriceStream {
    fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    fn vertex_names(&self) -> &[String] {
        &self.names
    }
}

/// A price whose ratio to the one before is a finite number too, so that its logarithm is.
fn price(text: &str, before: Option<f64>) -> Result<f64, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::MissingField);
    }
    let price = number::finite(text)?;
    if price < 0.0 {
        return Err(Problem::Negative);
    }
    if price == 0.0 {
        return Err(Problem::Zero);
    }
    let ratio = before.map_or(1.0, |before| price / before);
    if ratio.is_finite() && ratio > 0.0 { Ok(price) } else { Err(Problem::NotFinite) }
}

/// The inner product, added up from the first to the last.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}
