//! `avouch replay`.

use std::path::PathBuf;
use std::time::Instant;

use gate::profile::Profile;
use runtime::{Recorded, RuntimeError, replay};
use serde::Serialize;

use crate::command::bar;
use crate::engines::EngineArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Format, Report};
use crate::prepare::seal_gate;
use crate::record::Record;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The journal.
    journal: PathBuf,
    /// First epoch to compare. Those before it are run, because state comes from them.
    #[arg(long, value_name = "EPOCH", default_value_t = 1)]
    from: u64,
    /// Last epoch to compare; the journal's last one if not given.
    #[arg(long, value_name = "EPOCH")]
    to: Option<u64>,
    /// Run the journal's module though it is not one that this program ships. What it does is bounded by its own meter
    /// only if it was sealed honestly: add --deadline-ms for modules from strangers.
    #[arg(long)]
    any_module: bool,
    #[command(flatten)]
    engine: EngineArguments,
}

#[derive(Serialize)]
struct Replayed {
    word: &'static str,
    engine: String,
    from: u64,
    to: u64,
    steps_run: u64,
    steps_equal: u64,
    divergence: Option<Difference>,
    seconds: f64,
}

#[derive(Serialize)]
struct Difference {
    epoch: u64,
    field: &'static str,
    recorded_digest: String,
    replayed_digest: String,
}

impl Report for Replayed {
    fn table(&self) -> String {
        let mut rows = vec![("verdict", self.word.to_owned()), ("engine", self.engine.clone())];
        match &self.divergence {
            None => rows.push((
                "bodies",
                format!(
                    "{} of epochs {} to {} are the same, bit for bit (signatures: see `avouch verify`)",
                    output::thousands(self.steps_equal),
                    self.from,
                    self.to
                ),
            )),
            Some(difference) => {
                rows.push(("first difference", format!("epoch {}, field {}", difference.epoch, difference.field)));
                rows.push(("recorded body", difference.recorded_digest.clone()));
                rows.push(("replayed body", difference.replayed_digest.clone()));
            }
        }
        rows.push(("time", format!("{:.2} s", self.seconds)));
        output::pairs(&rows)
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let record = Record::open(&arguments.journal)?;
    let last = record.last_epoch();
    let (from, to) = (arguments.from.max(1), arguments.to.unwrap_or(last));
    if from > to || to > last {
        let range = format!("--from {from} --to {to}: the journal has epochs 1 to {last}");
        return Err(Failure::message(Exit::Usage, range));
    }
    if !arguments.any_module {
        check_origin(&record)?;
    }
    let engine = arguments.engine.start()?;
    let module = record.module(&*engine)?;
    let bar = bar::new("replay", Some(to));
    let started = Instant::now();
    let steps = record.entries(1, to).map(|entry| {
        let entry = entry?;
        let body = record.body(&entry)?;
        Ok(Recorded { input: entry.input, body })
    });
    let found = replay::<Failure>(module, record.plan(), steps, from..=to, |epoch| bar.set_position(epoch))?;
    bar.finish_and_clear();
    let exit = if found.divergence.is_some() { Exit::Divergence } else { Exit::Good };
    let replayed = Replayed {
        word: exit.word(),
        engine: engine.name().to_owned(),
        from,
        to,
        steps_run: found.steps_run,
        steps_equal: found.steps_equal,
        divergence: found.divergence.map(|divergence| Difference {
            epoch: divergence.epoch,
            field: divergence.field,
            recorded_digest: divergence.recorded.digest().to_string(),
            replayed_digest: divergence.replayed.digest().to_string(),
        }),
        seconds: started.elapsed().as_secs_f64(),
    };
    output::print(&replayed, format)?;
    Ok(exit)
}

/// Refuses a module that is not one of those that ship with this program, sealed by it.
fn check_origin(record: &Record) -> Result<(), Failure> {
    let statement = record.genesis.statement();
    let digest = statement.module;
    // Sealing takes a moment: the name says which guest is worth trying first, the digest decides.
    let mut profiles = Profile::ALL;
    profiles.sort_by_key(|profile| !statement.module_name.ends_with(profile.name));
    for profile in profiles {
        if seal_gate(profile)?.sealed.digest == digest {
            return Ok(());
        }
    }
    let message = format!(
        "{}: the module {digest} is not one that this program ships; say --any-module to run it all the same",
        record.path.display()
    );
    Err(Failure::message(Exit::Policy, message))
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        let exit = match error {
            RuntimeError::Engine(_) | RuntimeError::Broken => Exit::World,
            RuntimeError::NotDeterministic { .. } => Exit::Divergence,
            RuntimeError::OtherGenesis => Exit::BrokenChain,
            RuntimeError::Configuration(_)
            | RuntimeError::SetupTrap(_)
            | RuntimeError::SetupRefused(_)
            | RuntimeError::SetupNonsense
            | RuntimeError::Format(_) => Exit::Malformed,
        };
        Self::new(exit, error)
    }
}
