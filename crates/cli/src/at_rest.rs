//! The state of a chain at one of its steps, out of a journal: what snapshots are made of and forks begin with.

use std::sync::Arc;

use codec::Digest;
use engine::Module;
use journal::{Durability, Entry, Header, Start, Writer};
use receipt::log::merkle::{self, Node, Nodes};
use receipt::snapshot::{Manifest, State};
use receipt::{Body, SigningKey, Tip, first_difference};
use runtime::{Container, PageImage, Secrets};

use crate::command::bar;
use crate::engines::EngineArguments;
use crate::exit::{Exit, Failure};
use crate::record::{Record, journal_failure};

/// A state with the step that left it.
pub(crate) struct AtRest {
    pub(crate) tip: Tip,
    /// Globals and digests of pages, as a snapshot's manifest has them.
    pub(crate) state: State,
    pub(crate) pages: Vec<(Digest, Vec<u8>)>,
}

impl AtRest {
    /// The state after `epoch`; after the last step that a signature speaks for, if none is named. If the journal keeps no
    /// snapshot of it, the steps since the one before are run again.
    pub(crate) fn of(record: &Record, epoch: Option<u64>, engine: &EngineArguments) -> Result<Self, Failure> {
        let findings = record.findings(None)?;
        let (base, last) = (record.reader().base().0, findings.coverage.signed_through);
        let epoch = epoch.unwrap_or(last);
        if epoch < base || epoch > last {
            let message = format!(
                "--at {epoch}: {} has epochs {base} to {last} that a signature speaks for",
                record.path.display()
            );
            return Err(Failure::message(Exit::Usage, message));
        }
        if record.reader().snapshots().map_err(journal_failure)?.contains(&epoch) {
            return Self::kept(record, epoch);
        }
        let engine = engine.start()?;
        Self::run_to(record, epoch, record.module(&*engine)?)
    }

    /// A snapshot that the journal keeps.
    fn kept(record: &Record, epoch: u64) -> Result<Self, Failure> {
        let manifest = record.manifest(epoch)?;
        let mut pages = Vec::new();
        for directory in &manifest.state.pages {
            let entries = record.reader().page(directory).map_err(journal_failure)?;
            for page in entries.chunks_exact(Digest::LEN) {
                let page = Digest(page.try_into().expect("chunks of a digest's length"));
                pages.push((page, record.reader().page(&page).map_err(journal_failure)?));
            }
            pages.push((*directory, entries));
        }
        let tip = Tip { epoch, digest: manifest.tip };
        Ok(Self { tip, state: manifest.state, pages: unique(pages) })
    }

    fn run_to(record: &Record, epoch: u64, module: Arc<dyn Module>) -> Result<Self, Failure> {
        let mut container = record.container_at(module, Secrets::Replay, epoch)?;
        let bar = bar::new("run again", Some(epoch));
        run_on(record, &mut container, epoch, |epoch| bar.set_position(epoch))?;
        bar.finish_and_clear();
        let mut image = PageImage::empty();
        let snapshot = container.snapshot(&mut image)?;
        let pages = snapshot.fresh().map(|(digest, bytes)| (digest, bytes.to_vec())).collect();
        Ok(Self { tip: snapshot.tip, state: snapshot.state.clone(), pages: unique(pages) })
    }

    /// The manifest of this state as a snapshot, to be signed.
    pub(crate) fn manifest(&self, genesis: Digest, tip: Tip, log_root: Digest) -> Manifest {
        Manifest { genesis, epoch: tip.epoch, tip: tip.digest, log_root, state: self.state.clone() }
    }

    /// Makes a journal that has this state and no step yet, and signs the snapshot in it.
    pub(crate) fn write(
        &self,
        path: &std::path::Path,
        header: &Header,
        peaks: Vec<Digest>,
        genesis: Digest,
        key: &SigningKey,
    ) -> Result<(), Failure> {
        let log_root = merkle::root_of_peaks(&peaks);
        // A fork's first receipt follows its own genesis statement, not its parent's last body.
        let base = if self.tip.epoch == header.start { genesis } else { self.tip.digest };
        let tip = Tip { epoch: self.tip.epoch, digest: base };
        let manifest = self.manifest(genesis, tip, log_root).sign(key).to_bytes();
        let start = Start { base_epoch: tip.epoch, tip: tip.digest, peaks };
        let mut writer = Writer::create(path, header, start, Durability::EveryStep).map_err(journal_failure)?;
        let pages: Vec<_> = self.pages.iter().map(|(digest, bytes)| (*digest, bytes.as_slice())).collect();
        writer.keep_snapshot(tip.epoch, &manifest, &pages).map_err(journal_failure)?;
        writer.close().map_err(journal_failure)
    }
}

/// The peaks of the log over the receipts up to `epoch`.
pub(crate) fn peaks_at(record: &Record, epoch: u64) -> Result<Vec<Digest>, Failure> {
    let size = epoch - record.reader().header().start;
    let digest = |node: Node| record.reader().node(node).map_err(journal_failure);
    merkle::peaks(size).map(digest).collect()
}

/// Runs the recorded steps after the container's up to `epoch`, and compares every body.
pub(crate) fn run_on(
    record: &Record,
    container: &mut Container,
    epoch: u64,
    mut progress: impl FnMut(u64),
) -> Result<(), Failure> {
    for entry in record.entries(container.epoch() + 1, epoch) {
        let entry = entry?;
        take_again(record, container, &entry, &record.body(&entry)?)?;
        progress(entry.epoch);
    }
    Ok(())
}

/// Takes a recorded step once more; its body must be the recorded one.
pub(crate) fn take_again(
    record: &Record,
    container: &mut Container,
    entry: &Entry,
    recorded: &Body,
) -> Result<(), Failure> {
    let again = container.step(&entry.input)?;
    match first_difference(recorded, &again.body) {
        None => Ok(()),
        Some(field) => {
            let (place, epoch) = (record.path.display(), entry.epoch);
            let message = format!(
                "{place}: epoch {epoch}: run again, the step differs from its receipt in {field}; see `avouch replay`"
            );
            Err(Failure::message(Exit::Divergence, message))
        }
    }
}

fn unique(mut pages: Vec<(Digest, Vec<u8>)>) -> Vec<(Digest, Vec<u8>)> {
    pages.sort_by_key(|(digest, _)| *digest);
    pages.dedup_by_key(|(digest, _)| *digest);
    pages
}
