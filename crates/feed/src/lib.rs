//! Outside data in, ticks out: what the gate reads, one input per tick.
//!
//! Everything streams in constant memory: a tick comes out as soon as its bin is closed, so that standard input may be
//! endless. The same bytes give the same ticks on every machine.
//!
//! | module | concept |
//! | --- | --- |
//! | [`delta`] | one change: an edge, a weight, an observation, a rearm |
//! | [`tick`] | the changes of one step, and their encoding (`spec/input.md`) |
//! | [`config`] | the sections `[stream]` and `[[events]]` of a run file |
//! | [`error`] | what can be wrong with data: where, what, and what to do |
//! | [`source`] | the one trait of all sources, and [`open`] |
//! | [`prices`] | closing prices to a rolling correlation graph |
//! | [`rows`] | rows of CSV or NDJSON, gathered in bins |
//! | [`skipped`] | the account of bad rows that were passed over |
//! | [`weight`] | numbers to 32.32 weights |
//! | [`limits`] | every limit, with its reason |
//!
//! Inside: `lines` (bounded lines of a plain or gzip file), `fields` (a line to named cells), `edges` (which edges
//! exist), `time` (points in time and dates), `number` (text to numbers), `vertices` (names to ids).
#![forbid(unsafe_code)]

pub mod config;
pub mod delta;
mod edges;
pub mod error;
mod fields;
pub mod limits;
mod lines;
mod number;
pub mod prices;
pub mod rows;
pub mod skipped;
pub mod source;
pub mod tick;
mod time;
mod vertices;
pub mod weight;

pub use config::{Event, StreamConfig};
pub use delta::Delta;
pub use error::{FeedError, Problem};
pub use skipped::Skipped;
pub use source::{Source, open};
pub use tick::Tick;
