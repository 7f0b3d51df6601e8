//! `avouch bench`: what a tick costs here, as ratios within one run on the same work.
//!
//! All contenders of a stream take each tick in turn, so that whatever else the machine does hits them alike. Criterion's
//! benches in the repository (`cargo bench`) measure the same parts one by one.

mod contender;
mod phases;
mod streams;

use std::path::PathBuf;

use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::output::{self, Format, Report};
use crate::runfile::RunFile;
use contender::Contender;
use streams::Stream;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The run file whose stream is measured.
    #[arg(default_value = "examples/market.toml")]
    runfile: PathBuf,
    /// Ticks of each stream.
    #[arg(long, default_value_t = 2_000)]
    ticks: usize,
}

#[derive(Serialize)]
struct Measured {
    ticks: Vec<TickRow>,
    phases: Vec<phases::PhaseRow>,
    signatures: Vec<SignatureRow>,
}

/// One contender on one stream.
#[derive(Serialize)]
struct TickRow {
    stream: String,
    contender: &'static str,
    ticks: usize,
    p50_us: f64,
    p99_us: f64,
    /// Time of all ticks over the baseline's: native, without signing.
    ratio_to_native: f64,
}

#[derive(Serialize)]
struct SignatureRow {
    what: &'static str,
    median_us: f64,
}

impl Report for Measured {
    fn table(&self) -> String {
        let rows: Vec<_> = self
            .ticks
            .iter()
            .map(|row| {
                vec![
                    row.stream.clone(),
                    row.contender.to_owned(),
                    row.ticks.to_string(),
                    format!("{:.1}", row.p50_us),
                    format!("{:.1}", row.p99_us),
                    format!("{:.2}", row.ratio_to_native),
                ]
            })
            .collect();
        let heading = ["stream", "contender", "ticks", "p50 µs", "p99 µs", "× native"];
        let mut text = output::columns(&heading, &rows);
        for stream in self.ticks.iter().map(|row| &row.stream).collect::<std::collections::BTreeSet<_>>() {
            let ratio = |name: &str| {
                let row = self.ticks.iter().find(|row| &row.stream == stream && row.contender == name);
                row.map_or(f64::NAN, |row| row.ratio_to_native)
            };
            let overhead = 100.0 * (ratio(contender::WASMTIME) / ratio(contender::UNSEALED) - 1.0);
            text += &format!("\n{stream}: sealing costs {overhead:+.1} % (sealed over unsealed, Wasmtime)\n");
        }
        let rows: Vec<_> = self
            .phases
            .iter()
            .map(|row| vec![row.stream.clone(), row.phase.to_owned(), format!("{:.2}", row.median_us)])
            .collect();
        text += &format!("\n{}", output::columns(&["stream", "phase (native)", "median µs"], &rows));
        let rows: Vec<_> =
            self.signatures.iter().map(|row| vec![row.what.to_owned(), format!("{:.1}", row.median_us)]).collect();
        text + &format!("\n{}", output::columns(&["signature (native)", "median µs"], &rows))
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let file = RunFile::read(&arguments.runfile)?;
    let streams = [streams::from_run_file(&file, arguments.ticks)?, streams::random(arguments.ticks)];
    let mut measured = Measured { ticks: Vec::new(), phases: Vec::new(), signatures: phases::signatures() };
    for stream in &streams {
        measured.ticks.extend(measure(stream)?);
        measured.phases.extend(phases::measure(stream)?);
    }
    output::print(&measured, format)?;
    Ok(Exit::Good)
}

fn measure(stream: &Stream) -> Result<Vec<TickRow>, Failure> {
    let mut contenders = contender::all(stream)?;
    let bar = super::bar::new("bench", Some(stream.inputs.len() as u64));
    for (input, epoch) in stream.inputs.iter().zip(1..) {
        for contender in &mut contenders {
            contender.take(epoch, input)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let baseline = contenders[0].total_us();
    Ok(contenders.iter().map(|contender| row(stream, contender, baseline)).collect())
}

fn row(stream: &Stream, contender: &Contender, baseline: f64) -> TickRow {
    TickRow {
        stream: stream.name.clone(),
        contender: contender.name,
        ticks: contender.micros.len(),
        p50_us: quantile(&contender.micros, 0.5),
        p99_us: quantile(&contender.micros, 0.99),
        ratio_to_native: contender.total_us() / baseline,
    }
}

/// The value below which this share of the sample lies.
fn quantile(sample: &[f64], share: f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or(f64::NAN)
}
