//! `avouch replay`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use engine::{Engine, Module};
use gate::profile::Profile;
use runtime::{Agreement, Bisected, Deviation, Divergence, Ground, Windows, bisect, replay_windows};
use serde::Serialize;

use crate::command::bar;
use crate::engines::EngineArguments;
use crate::exit::{Exit, Failure};
use crate::gate_pack::gate_digests;
use crate::output::{self, Format, Report};
use crate::packs;
use crate::prepare::seal_gate;
use crate::record::Record;
use crate::trust::TrustArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The journal.
    journal: PathBuf,
    /// First epoch that matters: what lies before the last snapshot before it is not run.
    #[arg(long, value_name = "EPOCH", default_value_t = 1)]
    from: u64,
    /// Last epoch to run; the journal's last one if not given.
    #[arg(long, value_name = "EPOCH")]
    to: Option<u64>,
    /// Windows between snapshots that run at once; one for each core if not given.
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Another recording of the same chain. Finds the first step at which the two part by halving, replays the window
    /// before it and nothing else, and says which of the two is right.
    #[arg(long, value_name = "JOURNAL", conflicts_with_all = ["from", "jobs"])]
    bisect: Option<PathBuf>,
    /// A pack whose gate the journal's module may be, though this program does not ship it: a publisher of --trust has signed
    /// the pack, and so vouches for the module.
    #[arg(long, value_name = "PACK")]
    pack: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArguments,
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
    /// What the replay leans on.
    ground: String,
    windows: u64,
    jobs: usize,
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
                rows.push(("recorded", difference.recorded_digest.clone()));
                rows.push(("replayed", difference.replayed_digest.clone()));
            }
        }
        rows.push(("from", self.ground.clone()));
        if self.windows > 1 {
            rows.push(("windows", format!("{} between snapshots, {} at once", self.windows, self.jobs)));
        }
        rows.push(("time", format!("{:.2} s", self.seconds)));
        output::pairs(&rows)
    }
}

/// What halving found.
#[derive(Serialize)]
struct Parted {
    word: &'static str,
    engine: String,
    /// The first step at which the two recordings differ.
    epoch: Option<u64>,
    field: Option<&'static str>,
    right: Option<&'static str>,
    detail: String,
    lookups: u32,
    steps_run: u64,
    seconds: f64,
}

impl Report for Parted {
    fn table(&self) -> String {
        let mut rows = vec![("verdict", self.word.to_owned()), ("engine", self.engine.clone())];
        if let (Some(epoch), Some(field)) = (self.epoch, self.field) {
            rows.push(("they part at", format!("epoch {epoch}, field {field}")));
        }
        rows.push(("", self.detail.clone()));
        rows.push(("work", format!("{} look-ups, {} steps run", self.lookups, self.steps_run)));
        rows.push(("time", format!("{:.2} s", self.seconds)));
        output::pairs(&rows)
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let record = Record::open(&arguments.journal)?;
    if !arguments.any_module {
        check_origin(&arguments, &record)?;
    }
    match &arguments.bisect {
        None => replay(&arguments, &record, format),
        Some(other) => part(&arguments, &record, &Record::open(other)?, format),
    }
}

fn replay(arguments: &Arguments, record: &Record, format: Format) -> Result<Exit, Failure> {
    let (first, last) = (record.first_epoch(), record.last_epoch());
    let (from, to) = (arguments.from.max(first), arguments.to.unwrap_or(last));
    if from > to || to > last {
        let range = format!("--from {from} --to {to}: the journal has epochs {first} to {last}");
        return Err(Failure::message(Exit::Usage, range));
    }
    let engine = arguments.engine.start()?;
    let module = record.module(&*engine)?;
    // Without --from everything is run that can be: only then does a replay lean on nothing but its inputs.
    let begin = record.begin(if arguments.from > 1 { from - 1 } else { first - 1 })?;
    let marks = record.marks()?;
    let jobs = arguments.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let bar = bar::new("replay", Some(to + 1 - from));
    let started = Instant::now();
    let windows = Windows { begin, marks: &marks, last: to, jobs };
    let found = replay_windows(module, record.plan(), record, windows, || bar.inc(1))?;
    bar.finish_and_clear();
    let exit = if found.deviation.is_some() { Exit::Divergence } else { Exit::Good };
    let replayed = Replayed {
        word: exit.word(),
        engine: engine.name().to_owned(),
        from: epoch_of(found.ground) + 1,
        to,
        ground: ground_in_words(found.ground),
        windows: found.windows_equal + u64::from(found.deviation.is_some()),
        jobs: jobs.get(),
        steps_equal: found.steps_equal,
        divergence: found.deviation.map(Difference::of),
        seconds: started.elapsed().as_secs_f64(),
    };
    output::print(&replayed, format)?;
    Ok(exit)
}

impl Difference {
    fn of(deviation: Deviation) -> Self {
        let (epoch, field, recorded, replayed) = match deviation {
            Deviation::Step(Divergence { epoch, field, recorded, replayed }) => {
                (epoch, field, recorded.digest(), replayed.digest())
            }
            Deviation::Tip { epoch, recorded, replayed } => (epoch, "tip of the snapshot", recorded, replayed),
            Deviation::State { epoch, recorded, replayed } => (epoch, "state of the snapshot", recorded, replayed),
        };
        Self { epoch, field, recorded_digest: recorded.to_string(), replayed_digest: replayed.to_string() }
    }
}

fn epoch_of(ground: Ground) -> u64 {
    match ground {
        Ground::Genesis => 0,
        Ground::Base(epoch) | Ground::Snapshot(epoch) => epoch,
    }
}

fn ground_in_words(ground: Ground) -> String {
    match ground {
        Ground::Genesis => "the genesis statement, with every step".to_owned(),
        Ground::Base(epoch) => format!("the state after epoch {epoch} that the genesis statement names"),
        Ground::Snapshot(epoch) => {
            format!("the snapshot of epoch {epoch}; for what lies before only the runtime's signature speaks")
        }
    }
}

fn part(arguments: &Arguments, left: &Record, right: &Record, format: Format) -> Result<Exit, Failure> {
    if left.genesis().payload_digest() != right.genesis().payload_digest() {
        let what = "the two journals are of different chains: their genesis statements differ";
        return Err(Failure::message(Exit::Usage, what));
    }
    if left.first_epoch() != right.first_epoch() {
        let what = "the two journals begin at different epochs; give two that keep the same steps";
        return Err(Failure::message(Exit::Usage, what));
    }
    let last = arguments.to.unwrap_or_else(|| left.last_epoch().min(right.last_epoch()));
    if last > left.last_epoch().min(right.last_epoch()) {
        return Err(Failure::message(Exit::Usage, format!("--to {last}: one of the journals ends before")));
    }
    let engine: Box<dyn Engine> = arguments.engine.start()?;
    let module: Arc<dyn Module> = left.module(&*engine)?;
    let started = Instant::now();
    let begin = left.begin(left.first_epoch() - 1)?;
    let found = bisect(module, left.plan(), (left, right), begin, last)?;
    let seconds = started.elapsed().as_secs_f64();
    let engine = engine.name().to_owned();
    let parted = match found {
        None => Parted {
            word: Exit::Good.word(),
            engine,
            epoch: None,
            field: None,
            right: None,
            detail: format!("the two recordings are the same up to epoch {last}"),
            lookups: 1,
            steps_run: 0,
            seconds,
        },
        Some(Bisected { epoch, field, agreement, ground, lookups, steps_run, .. }) => Parted {
            word: Exit::Divergence.word(),
            engine,
            epoch: Some(epoch),
            field: Some(field),
            right: match agreement {
                Agreement::Left => Some("left"),
                Agreement::Right => Some("right"),
                Agreement::Neither(_) | Agreement::OtherInput | Agreement::Earlier { .. } => None,
            },
            detail: in_words(&agreement, left, right, ground),
            lookups,
            steps_run,
            seconds,
        },
    };
    let exit = if parted.epoch.is_some() { Exit::Divergence } else { Exit::Good };
    output::print(&parted, format)?;
    Ok(exit)
}

fn in_words(agreement: &Agreement, left: &Record, right: &Record, ground: Ground) -> String {
    let from = ground_in_words(ground);
    match agreement {
        Agreement::Left => format!("a replay from {from} agrees with {}", left.path.display()),
        Agreement::Right => format!("a replay from {from} agrees with {}", right.path.display()),
        Agreement::Neither(body) => format!("a replay from {from} agrees with neither: its body is {}", body.digest()),
        Agreement::OtherInput => {
            "the inputs of that step differ, so that both may be right: nothing was run".to_owned()
        }
        Agreement::Earlier { epoch, field } => {
            format!("a replay from {from} differs from both at epoch {epoch} already, in {field}")
        }
    }
}

/// Refuses a module that is neither one of those that ship with this program, sealed by it, nor the gate of a pack that
/// somebody trusted signed.
fn check_origin(arguments: &Arguments, record: &Record) -> Result<(), Failure> {
    let statement = record.genesis().statement();
    let digest = statement.module;
    if let Some(path) = &arguments.pack {
        let pack = packs::verified(path, &arguments.trust.read()?, &packs::Asked::of(arguments.engine.name()))?;
        if gate_digests(&pack).contains(&digest) {
            return Ok(());
        }
        let journal = record.path.display();
        let what = format!("{}: no gate of this pack is the module {digest} of {journal}", path.display());
        return Err(Failure::message(Exit::Policy, what));
    }
    // Sealing takes a moment: the name says which guest is worth trying first, the digest decides.
    let mut profiles = Profile::ALL;
    profiles.sort_by_key(|profile| !statement.module_name.ends_with(profile.name));
    for profile in profiles {
        if seal_gate(profile)?.digest == digest {
            return Ok(());
        }
    }
    let message = format!(
        "{}: the module {digest} ({}) is not one that this program ships; say --pack with the pack that it comes from, or \
         --any-module to run it all the same",
        record.path.display(),
        statement.module_name
    );
    Err(Failure::message(Exit::Policy, message))
}
