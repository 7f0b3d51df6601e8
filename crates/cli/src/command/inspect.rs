//! `avouch inspect`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use gate::graph::DeltaRefusal;
use receipt::{Body, Claim, Decision, Role};
use serde::Serialize;

use crate::command::summary::Tally;
use crate::exit::{Exit, Failure, OrExit};
use crate::explain::words::vertices;
use crate::names::NamesArguments;
use crate::output::{self, Format, Report};
use crate::pictures::{self, ExplainedCut};
use crate::record::{Annex, Record, key_mode_word};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The journal.
    journal: PathBuf,
    /// Show this step instead of the whole: its receipt, and its cut in words.
    #[arg(long)]
    epoch: Option<u64>,
    #[command(flatten)]
    names: NamesArguments,
    /// Write module, configuration, genesis statement and every input and body to this new folder, for other programs.
    #[arg(long, value_name = "DIR", conflicts_with = "epoch")]
    export: Option<PathBuf>,
}

/// What a journal holds. Nothing here is verified.
#[derive(Serialize)]
struct Overview {
    journal: String,
    module_name: String,
    instance: String,
    module: String,
    configuration: String,
    cost_table: String,
    key_mode: &'static str,
    signer: &'static str,
    module_bytes: usize,
    epochs: u64,
    #[serde(flatten)]
    tally: Tally,
}

impl Report for Overview {
    fn table(&self) -> String {
        let mut rows = vec![
            ("journal", self.journal.clone()),
            ("container", format!("{}, {} bytes sealed", self.module_name, self.module_bytes)),
            ("instance", self.instance.clone()),
            ("module", self.module.clone()),
            ("configuration", self.configuration.clone()),
            ("cost table", self.cost_table.clone()),
            ("signer", format!("{}, {} keys", self.signer, self.key_mode)),
        ];
        rows.extend(self.tally.rows());
        output::pairs(&rows) + "\nNothing above is verified; `avouch verify` does that.\n"
    }
}

/// One step.
#[derive(Serialize)]
struct Step {
    epoch: u64,
    label: String,
    engine: String,
    outcome: String,
    meter_used: u64,
    previous: String,
    input: String,
    input_bytes: usize,
    body: String,
    claim: Option<Vec<(&'static str, String)>>,
    /// The cut that the claim publishes, in words.
    cut: Option<String>,
    /// The same for programs.
    explanation: Option<ExplainedCut>,
    /// What the vertices of the cut's graph are called, by their numbers.
    names: BTreeMap<u64, String>,
}

impl Report for Step {
    fn table(&self) -> String {
        let mut rows = vec![
            ("epoch", format!("{} ({})", self.epoch, self.label)),
            ("outcome", self.outcome.clone()),
            ("meter", output::thousands(self.meter_used)),
            ("previous", self.previous.clone()),
            ("input", format!("{} ({} bytes)", self.input, self.input_bytes)),
            ("body", self.body.clone()),
            ("ran on", self.engine.clone()),
        ];
        rows.extend(self.claim.iter().flatten().map(|(name, value)| (*name, value.clone())));
        let cut = self.cut.as_ref().map(|words| format!("\n{words}")).unwrap_or_default();
        output::pairs(&rows) + &cut
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let record = Record::open(&arguments.journal)?;
    if let Some(folder) = &arguments.export {
        export(&record, folder)?;
        return Ok(Exit::Good);
    }
    match arguments.epoch {
        Some(epoch) => output::print(&step(&record, epoch, &arguments.names)?, format)?,
        None => output::print(&overview(&record)?, format)?,
    }
    Ok(Exit::Good)
}

fn overview(record: &Record) -> Result<Overview, Failure> {
    let mut tally = Tally::default();
    for entry in record.entries(record.first_epoch(), record.last_epoch()) {
        let entry = entry?;
        let label = Annex::decode(&entry.annex).map(|annex| annex.label).unwrap_or_default();
        tally.count(&label, &record.body(&entry)?);
    }
    let statement = record.genesis().statement();
    Ok(Overview {
        journal: record.path.display().to_string(),
        module_name: statement.module_name.clone(),
        instance: statement.instance.to_string(),
        module: statement.module.to_string(),
        configuration: statement.configuration.to_string(),
        cost_table: statement.cost_table.to_string(),
        key_mode: key_mode_word(statement.key_mode),
        signer: if statement.witness.is_some() { "guest" } else { "host" },
        module_bytes: record.reader().header().module.len(),
        epochs: record.last_epoch(),
        tally,
    })
}

fn step(record: &Record, epoch: u64, names: &NamesArguments) -> Result<Step, Failure> {
    let (first, last) = (record.first_epoch(), record.last_epoch());
    if epoch < first || epoch > last {
        let range = format!("--epoch {epoch}: the journal has epochs {first} to {last}");
        return Err(Failure::message(Exit::Usage, range));
    }
    let entry = record.reader().entry(epoch).map_err(crate::record::journal_failure)?;
    let body = record.body(&entry)?;
    let annex = Annex::decode(&entry.annex);
    let frame = body.frame();
    let names = names.of(record)?;
    let picture = match body.gate_claim() {
        Some(_) => pictures::take(record, &[epoch], epoch)?.pictures.pop(),
        None => None,
    };
    Ok(Step {
        epoch,
        label: annex.as_ref().map(|annex| annex.label.clone()).unwrap_or_default(),
        engine: annex.map(|annex| annex.engine).unwrap_or_default(),
        outcome: frame.outcome.to_string(),
        meter_used: frame.meter_used,
        previous: frame.previous.to_string(),
        input: frame.input.to_string(),
        input_bytes: entry.input.len(),
        body: body.digest().to_string(),
        claim: body.gate_claim().map(claim_rows),
        cut: picture.as_ref().map(|picture| picture.in_words(&names)),
        names: picture.as_ref().map(|picture| picture.names(&names)).unwrap_or_default(),
        explanation: picture.map(|picture| picture.cut),
    })
}

/// A fixed-point number with 32 binary places.
fn fixed(raw: u64) -> String {
    format!("{:.6}", raw as f64 / 4_294_967_296.0)
}

fn claim_rows(claim: &Claim) -> Vec<(&'static str, String)> {
    let evidence = &claim.evidence;
    let bits = |raw: i32| format!("{:.2}", f64::from(raw) / 256.0);
    let decision = match claim.decision {
        Decision::Pass => "pass".to_owned(),
        Decision::Fail { severity } => format!("fail, severity {severity} of 255"),
        Decision::Inconclusive => "inconclusive".to_owned(),
    };
    let role = match claim.signer.role {
        Role::Guest => "guest",
        Role::Host => "host",
    };
    let mut rows = vec![
        ("decision", decision),
        ("signed by", format!("{role} {}", claim.signer.key)),
        ("completed", claim.completed.to_string()),
        (
            "graph",
            format!(
                "{}, {}; core {} and {}; version {}",
                vertices(claim.graph.vertices as usize),
                output::count(claim.graph.edges, "edge"),
                claim.graph.core_vertices,
                claim.graph.core_edges,
                claim.graph.version
            ),
        ),
    ];
    if let Some(score) = &claim.score {
        let interval = format!("certified within {} to {}", fixed(score.lower), fixed(score.upper));
        rows.push(("score", format!("{} ({interval}), of epoch {}", fixed(score.score), score.epoch)));
    }
    if let Some(cut) = &claim.cut {
        let sizes = format!("{} on the small side, {}", cut.small_side, output::count(cut.family, "minimum cut"));
        rows.push(("cut", format!("{} ({sizes}), of epoch {}", fixed(cut.value), cut.epoch)));
        rows.push(("cut hash", cut.hash.to_string()));
    }
    if let Some(statistic) = evidence.statistic {
        rows.push(("statistic", fixed(u64::from(statistic))));
    }
    let against = format!("fail {} of {}", bits(evidence.fail_bits), bits(evidence.fail_threshold));
    let passing = format!("pass {} of {}", bits(evidence.pass_bits), bits(evidence.pass_threshold));
    let episode = format!("episode {}, {} observations", evidence.episode, evidence.observations);
    rows.push(("evidence", format!("{against} bits, {passing} bits, {episode}")));
    rows.push(("evidence hash", evidence.hash.to_string()));
    let work = &claim.work;
    rows.push((
        "work units",
        format!(
            "{} in all: ingest {}, cut {}, spectral {}, evidence {}, witness {}",
            work.total, work.ingest, work.cut, work.spectral, work.evidence, work.witness
        ),
    ));
    for refused in claim.refused.listed() {
        let reason = refusal(refused.code).map_or("unknown reason", DeltaRefusal::explanation);
        rows.push(("refused", format!("delta {}: {reason}", refused.delta)));
    }
    rows
}

/// The reason that a claim's code stands for.
pub(super) fn refusal(code: u8) -> Option<DeltaRefusal> {
    DeltaRefusal::ALL.into_iter().find(|reason| *reason as u8 == code)
}

/// Everything that another program needs to run the chain again (`spec/export.md`): the sealed module, and `steps.ndjson`
/// with a line that opens the chain and a line for each step.
fn export(record: &Record, folder: &Path) -> Result<(), Failure> {
    let place = folder.display();
    fs::create_dir(folder).map_err(|error| anyhow!("{place}: {error}; name a new folder")).or_exit(Exit::World)?;
    let header = record.reader().header();
    fs::write(folder.join("module.wasm"), &header.module).or_exit(Exit::World)?;
    let file = fs::File::create(folder.join("steps.ndjson")).or_exit(Exit::World)?;
    let mut lines = std::io::BufWriter::new(file);
    let opening = serde_json::json!({
        "module": "module.wasm", "configuration": hex(&header.configuration), "genesis": hex(&header.genesis),
    });
    writeln!(lines, "{opening}").or_exit(Exit::World)?;
    for entry in record.entries(record.first_epoch(), record.last_epoch()) {
        let entry = entry?;
        let body: Body = record.body(&entry)?;
        let line = serde_json::json!({"epoch": entry.epoch, "input": hex(&entry.input), "body": hex(&body.to_bytes())});
        writeln!(lines, "{line}").or_exit(Exit::World)?;
    }
    lines.flush().or_exit(Exit::World)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
