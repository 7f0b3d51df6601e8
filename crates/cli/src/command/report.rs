//! `avouch report`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use gate::config::{Configuration, Statistic};
use gate::graph::DeltaRefusal;
use receipt::{Body, Decision};
use serde::Serialize;
use serde_json::{Value, json};

use crate::command::bar;
use crate::command::inspect::refusal;
use crate::command::summary::Tally;
use crate::exit::{Exit, Failure, OrExit};
use crate::names::NamesArguments;
use crate::output::{self, Format, Report};
use crate::pictures;
use crate::record::{Annex, Record};
use crate::runfile::RunFile;
use crate::trust::{Trust, TrustArguments};

const PAGE: &str = include_str!("../report/page.html");
const STYLE: &str = include_str!("../report/page.css");
const SCRIPT: &str = include_str!("../report/page.js");

/// Refused deltas that are listed one by one.
const REFUSALS_LISTED_MAX: usize = 10_000;
/// Graphs that are drawn if the command line names none.
const GRAPHS_BY_DEFAULT: usize = 12;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The journal.
    journal: PathBuf,
    /// The page to write.
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,
    /// Draw the graph at this epoch; may be given again. The first tick of each alarm and the last tick if not given.
    #[arg(long, value_name = "EPOCH")]
    epoch: Vec<u64>,
    #[command(flatten)]
    names: NamesArguments,
    #[command(flatten)]
    trust: TrustArguments,
}

#[derive(Serialize)]
struct Written {
    page: String,
    bytes: usize,
    status: &'static str,
    word: &'static str,
}

impl Report for Written {
    fn table(&self) -> String {
        let verdict = format!("{} ({})", self.status, self.word);
        output::pairs(&[("page", format!("{} ({} bytes)", self.page, self.bytes)), ("verdict", verdict)])
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let trust = arguments.trust.read()?;
    let record = Record::open(&arguments.journal)?;
    let (first, last) = (record.first_epoch(), record.last_epoch());
    if let Some(epoch) = arguments.epoch.iter().find(|epoch| !(first..=last).contains(*epoch)) {
        return Err(Failure::message(
            Exit::Usage,
            format!("--epoch {epoch}: the journal has epochs {first} to {last}"),
        ));
    }
    let is_journal = |path: &Path| Some(fs::canonicalize(path).ok()? == fs::canonicalize(&arguments.journal).ok()?);
    if is_journal(&arguments.output) == Some(true) {
        let place = arguments.output.display();
        return Err(Failure::message(Exit::Usage, format!("--output {place}: that is the journal; name another file")));
    }
    let page = page(&record, &arguments, &trust)?;
    fs::write(&arguments.output, &page.html)
        .map_err(|error| anyhow!("{}: {error}", arguments.output.display()))
        .or_exit(Exit::World)?;
    let written = Written {
        page: arguments.output.display().to_string(),
        bytes: page.html.len(),
        status: page.status,
        word: page.exit.word(),
    };
    output::print(&written, format)?;
    // A page about a chain that does not hold is still a page; the exit code says what it shows.
    Ok(if page.exit == Exit::SignerUnknown { Exit::Good } else { page.exit })
}

struct Page {
    html: String,
    status: &'static str,
    exit: Exit,
}

fn page(record: &Record, arguments: &Arguments, trust: &Trust) -> Result<Page, Failure> {
    let bar = bar::new("report", Some(record.last_epoch()));
    let verification = record.verify(trust, None, |epoch| bar.set_position(epoch));
    bar.finish_and_clear();
    let mut columns = Columns::default();
    // What follows the last receipt that verified is not shown: it is nobody's word.
    for entry in record.entries(record.first_epoch(), verification.last_epoch) {
        let entry = entry?;
        let label = Annex::decode(&entry.annex).map(|annex| annex.label).unwrap_or_default();
        columns.push(&label, &record.body(&entry)?);
    }
    let engine = record
        .entries(record.first_epoch(), record.first_epoch())
        .next()
        .transpose()?
        .and_then(|entry| Annex::decode(&entry.annex));
    let bytes = &record.reader().header().configuration;
    let mut space = vec![0; bytes.len()];
    let configuration = Configuration::decode(bytes, &mut space).or_exit(Exit::Malformed)?;
    let epochs = epochs_to_draw(&arguments.epoch, &columns.tally, verification.last_epoch);
    let cuts = pictures::take(record, &epochs, verification.last_epoch)?;
    let names = arguments.names.of(record)?;
    // The run file's text is for people only; one that no longer parses costs the events and notes.
    let description = String::from_utf8_lossy(&record.reader().header().description).into_owned();
    let file = RunFile::parse(Path::new("description"), description).ok();
    let name = file.as_ref().map_or("run", |file| file.sections.run.name.as_str()).to_owned();
    let events: Vec<Value> = file
        .iter()
        .flat_map(|file| &file.sections.events)
        .map(|event| json!({"at": event.at, "title": event.title}))
        .collect();
    let notes = file.as_ref().map(|file| file.sections.notes.clone()).unwrap_or_default();
    let data = json!({
        "format": 1,
        "name": name,
        "program": concat!("avouch ", env!("CARGO_PKG_VERSION")),
        "command": format!("avouch report {}", arguments.journal.display()),
        "verdict": verification,
        "instance": instance(record, &configuration, engine.map(|annex| annex.engine)),
        "policy": policy(&configuration),
        "budget": budget(&configuration),
        "ticks": columns.values,
        "refusals": columns.refusals,
        "events": events,
        "vertex_names": names.by_id(),
        "graphs": cuts.pictures,
        "spells": cuts.spells,
        "more_spells": cuts.more_spells,
        "notes": notes,
    });
    Ok(Page { html: fill(&name, &data), status: verification.status, exit: verification.exit })
}

/// Puts the parts in their places, in one pass, so that no part can name another.
fn fill(title: &str, data: &Value) -> String {
    // `<` cannot stand in a script element; JSON may spell it otherwise.
    let data = data.to_string().replace('<', "\\u003c");
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let mut html = String::with_capacity(PAGE.len() + STYLE.len() + SCRIPT.len() + data.len());
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("the page closes its placeholders");
        html.push_str(before);
        html.push_str(match name {
            "title" => &title,
            "css" => STYLE,
            "js" => SCRIPT,
            "data" => &data,
            _ => unreachable!("the page has no other placeholder"),
        });
        rest = after;
    }
    html + rest
}

fn epochs_to_draw(asked: &[u64], tally: &Tally, last: u64) -> Vec<u64> {
    if !asked.is_empty() {
        return asked.to_vec();
    }
    let alarms = tally.alarms.iter().rev().take(GRAPHS_BY_DEFAULT - 1).map(|alarm| alarm.first_epoch);
    let mut epochs: Vec<u64> = alarms.chain((last > 0).then_some(last)).collect();
    epochs.sort_unstable();
    epochs.dedup();
    epochs
}

fn instance(record: &Record, configuration: &Configuration<'_>, engine: Option<String>) -> Value {
    let statement = record.genesis().statement();
    json!({
        "id": statement.instance.to_string(),
        "module": statement.module.to_string(),
        "configuration": statement.configuration.to_string(),
        "cost_table": statement.cost_table.to_string(),
        "profile": configuration.profile.name,
        "signer": if statement.witness.is_some() { "guest" } else { "host" },
        "engine": engine,
        "memory_bytes": configuration.profile.memory_bytes,
        "runtime_key": statement.runtime.to_string(),
        "witness_key": statement.witness.map(|key| key.to_string()),
    })
}

fn policy(configuration: &Configuration<'_>) -> Value {
    let policy = &configuration.policy;
    let name = Statistic::NAMES.iter().find(|(statistic, _)| *statistic == configuration.statistic);
    json!({
        "statistic": name.map(|(_, name)| *name),
        "alarm": "high",
        "null_mean": fixed(u64::from(policy.null_mean)),
        "margin": fixed(u64::from(policy.margin)),
        "fail_bits": policy.fail_bits,
        "pass_bits": policy.pass_bits,
        "cool_down": policy.cool_down,
    })
}

fn budget(configuration: &Configuration<'_>) -> Value {
    let budget = &configuration.budget;
    json!({
        "total": budget.total, "ingest": budget.ingest, "cut": budget.cut, "spectral": budget.spectral,
        "evidence": budget.evidence, "witness": budget.witness, "meter": configuration.meter,
    })
}

fn fixed(raw: u64) -> f64 {
    raw as f64 / 4_294_967_296.0
}

/// The ticks, column by column.
#[derive(Default)]
struct Columns {
    values: BTreeMap<&'static str, Value>,
    refusals: Vec<Value>,
    tally: Tally,
}

impl Columns {
    fn push(&mut self, label: &str, body: &Body) {
        self.tally.count(label, body);
        let frame = body.frame();
        let detail = match frame.outcome {
            receipt::Outcome::Done => String::new(),
            other => other.to_string(),
        };
        let claim = body.gate_claim();
        let evidence = claim.map(|claim| &claim.evidence);
        let cut = claim.and_then(|claim| claim.cut.as_ref());
        let score = claim.and_then(|claim| claim.score.as_ref());
        let bits = |raw: i32| f64::from(raw) / 256.0;
        let severity = claim.and_then(|claim| match claim.decision {
            Decision::Fail { severity } => Some(severity),
            Decision::Pass | Decision::Inconclusive => None,
        });
        let decision = claim.map(|claim| match claim.decision {
            Decision::Pass => 0,
            Decision::Fail { .. } => 1,
            Decision::Inconclusive => 2,
        });
        let row = [
            ("epoch", json!(frame.epoch)),
            ("label", json!(label)),
            ("outcome", json!(frame.outcome.word())),
            ("detail", json!(detail)),
            ("decision", json!(decision)),
            ("severity", json!(severity)),
            ("episode", json!(evidence.map(|evidence| evidence.episode))),
            ("latched", json!(evidence.map(|evidence| evidence.latched))),
            ("statistic", json!(evidence.and_then(|evidence| evidence.statistic).map(|raw| fixed(u64::from(raw))))),
            ("score", json!(score.map(|score| fixed(score.score)))),
            ("score_lower", json!(score.map(|score| fixed(score.lower)))),
            ("score_upper", json!(score.map(|score| fixed(score.upper)))),
            ("score_epoch", json!(score.map(|score| score.epoch))),
            ("cut_value", json!(cut.map(|cut| fixed(cut.value)))),
            ("cut_small_side", json!(cut.map(|cut| cut.small_side))),
            ("cut_family", json!(cut.map(|cut| cut.family))),
            ("cut_components", json!(cut.map(|cut| cut.components))),
            ("cut_epoch", json!(cut.map(|cut| cut.epoch))),
            ("fail_bits", json!(evidence.map(|evidence| bits(evidence.fail_bits)))),
            ("fail_threshold", json!(evidence.map(|evidence| bits(evidence.fail_threshold)))),
            ("pass_bits", json!(evidence.map(|evidence| bits(evidence.pass_bits)))),
            ("pass_threshold", json!(evidence.map(|evidence| bits(evidence.pass_threshold)))),
            ("meter", json!(frame.meter_used)),
            ("vertices", json!(claim.map(|claim| claim.graph.vertices))),
            ("edges", json!(claim.map(|claim| claim.graph.edges))),
            ("refused", json!(claim.map_or(0, |claim| claim.refused.count()))),
        ];
        for (name, value) in row {
            push_to(self.values.entry(name).or_insert_with(|| json!([])), value);
        }
        self.push_work(body);
        self.push_refusals(body);
    }

    fn push_work(&mut self, body: &Body) {
        let work = body.gate_claim().map(|claim| claim.work);
        let phases = [
            ("ingest", work.map(|work| work.ingest)),
            ("cut", work.map(|work| work.cut)),
            ("spectral", work.map(|work| work.spectral)),
            ("evidence", work.map(|work| work.evidence)),
            ("witness", work.map(|work| work.witness)),
        ];
        let columns = self.values.entry("work").or_insert_with(|| json!({}));
        for (name, units) in phases {
            let column = columns.as_object_mut().expect("work is an object").entry(name).or_insert_with(|| json!([]));
            push_to(column, json!(units));
        }
    }

    fn push_refusals(&mut self, body: &Body) {
        let Some(claim) = body.gate_claim() else { return };
        for refused in claim.refused.listed() {
            if self.refusals.len() < REFUSALS_LISTED_MAX {
                let reason = refusal(refused.code).map_or("unknown reason", DeltaRefusal::explanation);
                self.refusals.push(
                    json!({"epoch": claim.epoch, "index": refused.delta, "code": refused.code, "reason": reason}),
                );
            }
        }
    }
}

fn push_to(column: &mut Value, value: Value) {
    column.as_array_mut().expect("columns are arrays").push(value);
}
