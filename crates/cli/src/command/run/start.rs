//! Where a run begins: a new chain, or the end of one that is to go on.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use codec::sha256;
use engine::{Engine, Module};
use journal::{Header, JournalErrorKind, Start, Writer};
use receipt::Tip;
use runtime::{Container, PageImage, Plan, Shadow};
use verify::Findings;

use super::ticks::Run;
use super::{Arguments, Stream, feed_failure, remove};
use crate::at_rest::take_again;
use crate::command::bar;
use crate::command::summary::Tally;
use crate::exit::{Exit, Failure, OrExit};
use crate::heads::check_head;
use crate::identity::{Keyring, Opening};
use crate::prepare::Guest;
use crate::record::{Annex, Record, journal_failure};
use crate::runfile::{RunFile, SignerChoice};

/// The journal that is there already, to be gone on with; nothing if there is none or it is to be replaced.
pub(super) fn existing(arguments: &Arguments, output: &Path) -> Result<Option<Writer>, Failure> {
    if arguments.replace {
        return Ok(None);
    }
    match Writer::open(output, arguments.durability) {
        Ok(writer) => Ok(Some(writer)),
        Err(error) if matches!(error.kind, JournalErrorKind::NotFound) => Ok(None),
        Err(error) => {
            let failure = journal_failure(error);
            let is_usage = failure.exit == Exit::Malformed;
            Err(if is_usage { failure.and("name another with -o, or overwrite it with --replace") } else { failure })
        }
    }
}

/// A new chain in a new journal.
pub(super) fn fresh(arguments: &Arguments, file: &RunFile, guest: Guest, output: &Path) -> Result<Run, Failure> {
    let mut configuration = Vec::new();
    file.configuration().encode(&mut configuration);
    let insecure = arguments.insecure_keys_from_configuration;
    let keyring = Keyring::new_instance(arguments.keys.as_deref(), insecure, guest.digest, sha256(&configuration))?;
    let (genesis, post_quantum_key) = keyring.open(opening(arguments, file, &guest))?;
    let engines = Engines::start(arguments)?;
    let module = engines.compile(&guest.bytes)?;
    let secrets = keyring.secrets(&genesis);
    let heads = keyring.heads()?;
    let header = Header {
        genesis: genesis.to_bytes(),
        module: guest.bytes,
        configuration: configuration.clone(),
        description: file.text.clone().into_bytes(),
        post_quantum_key,
        start: 0,
    };
    let tip = Tip::start(&genesis);
    let container = Container::start(module.main, Plan { genesis, configuration }, secrets)?;
    let container = engines.shadowed(container, module.shadow)?;
    // Everything that can be wrong beforehand has been looked at: only now does an old journal go.
    if arguments.replace {
        remove(output)?;
    }
    // The pin comes first: if it cannot be kept, nothing may be signed.
    if let Some(heads) = &heads {
        heads.write(&keyring.first_pin(tip))?;
    }
    let start = Start { base_epoch: tip.epoch, tip: tip.digest, peaks: Vec::new() };
    let writer = Writer::create(output, &header, start, arguments.durability).map_err(journal_failure)?;
    Ok(Run {
        container,
        writer,
        engine: engines.name,
        tally: Tally::default(),
        kept: 0,
        keyring,
        heads,
        snapshot_every: arguments.every,
        pages: PageImage::empty(),
    })
}

/// What command line and run file say of a chain's genesis statement.
fn opening(arguments: &Arguments, file: &RunFile, guest: &Guest) -> Opening {
    let sections = &file.sections.run;
    Opening {
        module_name: guest.name.clone(),
        cost_table: guest.cost_table,
        guest_signs: arguments.signer.unwrap_or(sections.signer) == SignerChoice::Guest,
        signing_interval: arguments.sign_every.or(sections.sign_every).unwrap_or(NonZeroU32::MIN),
        post_quantum: arguments.post_quantum || sections.post_quantum,
        parent: None,
    }
}

/// The end of the chain in a journal, brought back to life.
pub(super) fn resumed(
    arguments: &Arguments,
    file: &RunFile,
    guest: &Guest,
    output: &Path,
    mut writer: Writer,
    stream: &mut Stream,
) -> Result<Run, Failure> {
    let record = Record::of(writer.reader().map_err(journal_failure)?, output)?;
    check_same(arguments, file, guest, &record)?;
    let keyring = Keyring::of(record.genesis(), arguments.keys.as_deref())?;
    let heads = keyring.heads()?;
    let findings = check_head(&record, heads.as_ref(), arguments.adopt_head)?;
    if let Some(divergence) = &findings.incident {
        let stopped = "two engines disagreed there, and the chain ends with their statements; fork it from a snapshot";
        return Err(Failure::message(
            Exit::Divergence,
            format!("{}: epoch {}: {stopped}", output.display(), divergence.epoch()),
        ));
    }
    let engines = Engines::start(arguments)?;
    let module = engines.compile(&record.reader().header().module)?;
    let (container, tally) = rebuild(&record, &keyring, &findings, module.main)?;
    let container = engines.shadowed(container, module.shadow)?;
    if !arguments.next_rows {
        skip_known(&record, stream)?;
    }
    log::info!("{}: goes on after epoch {}", output.display(), container.epoch());
    drop(record);
    Ok(Run {
        container,
        writer,
        engine: engines.name,
        tally,
        kept: 0,
        keyring,
        heads,
        snapshot_every: arguments.every,
        pages: PageImage::empty(),
    })
}

/// The run file and the command line must describe the chain that is there.
fn check_same(arguments: &Arguments, file: &RunFile, guest: &Guest, record: &Record) -> Result<(), Failure> {
    let statement = record.genesis().statement();
    let mut configuration = Vec::new();
    file.configuration().encode(&mut configuration);
    let wanted = opening(arguments, file, guest);
    let differs = [
        ("module", statement.module != guest.digest),
        ("module name, or comes from another pack", statement.module_name != wanted.module_name),
        ("configuration", statement.configuration != sha256(&configuration)),
        ("signer", statement.witness.is_some() != wanted.guest_signs),
        ("signing interval", statement.signing_interval != wanted.signing_interval),
        ("post-quantum key", statement.post_quantum.is_some() != wanted.post_quantum),
        ("cost table", statement.cost_table != wanted.cost_table),
    ];
    match differs.iter().find(|(_, differs)| *differs) {
        None => Ok(()),
        Some((what, _)) => {
            let place = record.path.display();
            let advice = "name another with -o, or overwrite it with --replace";
            let message = format!("{place}: the journal is there already, and its chain has another {what}; {advice}");
            Err(Failure::message(Exit::Usage, message))
        }
    }
}

/// Runs the steps after the last snapshot again, or all of them, and counts all that the journal has.
fn rebuild(
    record: &Record,
    keyring: &Keyring,
    findings: &Findings,
    module: Arc<dyn Module>,
) -> Result<(Container, Tally), Failure> {
    let secrets = keyring.secrets(record.genesis());
    let mut container = record.container_at(module, secrets, findings.tip.epoch)?;
    let from = container.epoch();
    let mut tally = Tally::default();
    let bar = bar::new("resume", Some(findings.tip.epoch));
    for entry in record.entries(record.first_epoch(), u64::MAX) {
        let entry = entry?;
        bar.set_position(entry.epoch);
        let recorded = record.body(&entry)?;
        let label = Annex::decode(&entry.annex).map(|annex| annex.label).unwrap_or_default();
        tally.count(&label, &recorded);
        if entry.epoch <= from {
            continue;
        }
        take_again(record, &mut container, &entry, &recorded)?;
    }
    bar.finish_and_clear();
    Ok((container, tally))
}

/// Reads the ticks that the journal has from the stream once more, so that bins, windows and names are as they were, and
/// compares them.
fn skip_known(record: &Record, stream: &mut Stream) -> Result<(), Failure> {
    let place = record.path.display();
    let advice = "say --next-rows if the stream holds only what comes after, or name another journal with -o";
    for epoch in 1..=record.last_epoch() {
        let Some(tick) = stream.source.next() else {
            let message = format!("{place}: the stream ends before epoch {epoch}, which the journal has; {advice}");
            return Err(Failure::message(Exit::Usage, message));
        };
        let tick = tick.map_err(feed_failure)?;
        // What was dropped, or lies in a fork's parent, cannot be compared.
        if epoch < record.first_epoch() {
            continue;
        }
        let entry = record.reader().entry(epoch).map_err(journal_failure)?;
        if tick.encode() != entry.input {
            let what = format!("the stream's tick {epoch} ({}) is not the one that the journal has", tick.label);
            return Err(Failure::message(Exit::Usage, format!("{place}: {what}; {advice}")));
        }
    }
    Ok(())
}

/// The engine of a run, and the second one that watches it.
struct Engines {
    main: Box<dyn Engine>,
    name: &'static str,
    shadow: Option<(Box<dyn Engine>, NonZeroU32)>,
}

/// A module compiled for each of them.
struct Compiled {
    main: Arc<dyn Module>,
    shadow: Option<Arc<dyn Module>>,
}

impl Engines {
    fn start(arguments: &Arguments) -> Result<Self, Failure> {
        let main = arguments.engine.start()?;
        let name = main.name();
        let shadow = match &arguments.shadow {
            None => None,
            Some(choice) => Some((arguments.engine.start_other(choice.engine)?, choice.every)),
        };
        Ok(Self { main, name, shadow })
    }

    fn compile(&self, sealed: &[u8]) -> Result<Compiled, Failure> {
        let compile = |engine: &dyn Engine| engine.compile(sealed).map(Arc::from).or_exit(Exit::World);
        let shadow = self.shadow.as_ref().map(|(engine, _)| compile(&**engine)).transpose()?;
        Ok(Compiled { main: compile(&*self.main)?, shadow })
    }

    /// The container with its shadow, which begins where the container is.
    fn shadowed(&self, mut container: Container, module: Option<Arc<dyn Module>>) -> Result<Container, Failure> {
        if let (Some((_, every)), Some(module)) = (&self.shadow, module) {
            container.set_shadow(Shadow::new(module, *every))?;
        }
        Ok(container)
    }
}
