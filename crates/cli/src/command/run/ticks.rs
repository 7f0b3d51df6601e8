//! The loop of a run, and what is kept beside the steps: snapshots, a signature at the end, the head pin.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use indicatif::ProgressBar;
use journal::{Entry, Writer};
use receipt::divergence::Divergence;
use receipt::{Outcome, PublicKey, Tip};
use runtime::{Container, PageImage, RuntimeError};
use verify::Pin;

use super::{Stream, feed_failure};
use crate::command::bar;
use crate::command::summary::Tally;
use crate::exit::Failure;
use crate::heads::HeadFile;
use crate::identity::Keyring;
use crate::record::{Annex, journal_failure};

/// A run in progress.
pub(super) struct Run {
    pub(super) container: Container,
    pub(super) writer: Writer,
    pub(super) engine: &'static str,
    pub(super) tally: Tally,
    /// Ticks that this run added to the journal.
    pub(super) kept: u64,
    pub(super) keyring: Keyring,
    pub(super) heads: Option<HeadFile>,
    pub(super) snapshot_every: Option<NonZeroU32>,
    pub(super) pages: PageImage,
}

/// What a run that was closed leaves behind.
pub(super) struct Closed {
    pub(super) tally: Tally,
    pub(super) tip: Tip,
    pub(super) operator: PublicKey,
    pub(super) public_file: Option<PathBuf>,
    pub(super) pin: Option<Pin>,
}

impl Run {
    pub(super) fn all_ticks(&mut self, stream: Stream, stop: &AtomicBool) -> Result<(), Failure> {
        let Stream { mut source, limit, total } = stream;
        let bar = bar::new("run", total);
        bar.set_position(self.tally.ticks);
        let ended = self.ticks_of(&mut *source, limit, stop, &bar);
        bar.finish_and_clear();
        let named = self.writer.name_vertices(source.vertex_names()).map_err(journal_failure);
        self.tally.skipped_rows = source.skipped().count();
        for error in source.skipped().first() {
            log::warn!("skipped: {error}");
        }
        ended.and(named)
    }

    fn ticks_of(
        &mut self,
        source: &mut dyn feed::Source,
        limit: u64,
        stop: &AtomicBool,
        bar: &ProgressBar,
    ) -> Result<(), Failure> {
        while self.container.epoch() < limit && !stop.load(Ordering::Relaxed) {
            match source.next() {
                None => break,
                // Standard input ends with an error when it is told to stop; what was read of an open bin goes with it.
                Some(Err(_)) if stop.load(Ordering::Relaxed) => break,
                Some(tick) => self.one_tick(&tick.map_err(feed_failure)?)?,
            }
            bar.inc(1);
            if let Some(day) = self.tally.last_alarm() {
                bar.set_message(format!("last alarm {day}"));
            }
        }
        Ok(())
    }

    fn one_tick(&mut self, tick: &feed::Tick) -> Result<(), Failure> {
        let input = tick.encode();
        let stepped = match self.container.step(&input) {
            Ok(stepped) => stepped,
            Err(RuntimeError::Diverged(divergence)) => return Err(self.diverged(*divergence)),
            Err(error) => return Err(error.into()),
        };
        let receipt = stepped.receipt.expect("a run makes receipts").to_bytes();
        let unix_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64);
        let annex = Annex { unix_ms, label: tick.label.clone(), engine: self.engine.to_owned() };
        let epoch = self.container.epoch();
        self.tally.count(&tick.label, &stepped.body);
        if !matches!(stepped.body.frame().outcome, Outcome::Done) {
            log::info!("epoch {epoch} ({}): {}", tick.label, stepped.body.frame().outcome.word());
        }
        self.writer.append(Entry { epoch, input, receipt, annex: annex.encode() }).map_err(journal_failure)?;
        self.kept += 1;
        if self.snapshot_every.is_some_and(|every| epoch.is_multiple_of(u64::from(every.get()))) {
            self.snapshot()?;
        }
        log::debug!("epoch {epoch} ({}) is in the journal", tick.label);
        Ok(())
    }

    /// Keeps a snapshot of the state after the last step.
    fn snapshot(&mut self) -> Result<(), Failure> {
        // The snapshot names the log's root, so that the last leaf may not change after it.
        self.sign_last()?;
        let log_root = self.writer.root().map_err(journal_failure)?;
        let snapshot = self.container.snapshot(&mut self.pages)?;
        let epoch = snapshot.tip.epoch;
        let manifest = self.container.sign_snapshot(&snapshot, log_root).expect("a run signs").to_bytes();
        let pages: Vec<_> = snapshot.fresh().collect();
        let written = self.writer.keep_snapshot(epoch, &manifest, &pages).map_err(journal_failure)?;
        log::debug!("epoch {epoch}: a snapshot, {} new pages, {} bytes", written.pages, written.bytes);
        Ok(())
    }

    fn sign_last(&mut self) -> Result<(), Failure> {
        match self.container.sign_last() {
            Some(receipt) => self.writer.replace_last(receipt.to_bytes()).map_err(journal_failure),
            None => Ok(()),
        }
    }

    /// Two engines disagree: what each of them says is signed and kept, and the run is over.
    fn diverged(&mut self, divergence: Divergence) -> Failure {
        let failure = Failure::from(RuntimeError::Diverged(Box::new(divergence.clone())));
        let statement = self.container.sign_divergence(divergence).expect("a run signs").to_bytes();
        let kept = self.sign_last().and_then(|()| self.writer.keep_incident(&statement).map_err(journal_failure));
        match kept {
            Ok(()) => failure.and("a signed statement of it is in the journal"),
            Err(error) => failure.and(format!("the statement of it could not be kept: {:#}", error.error)),
        }
    }

    /// Signs the last receipt, puts everything on disk and moves the head pin on.
    pub(super) fn close(mut self) -> Result<Closed, Failure> {
        // A container that an error of the world left broken has nothing to sign; its journal is closed all the same.
        let signed = self.sign_last();
        let Self { container, mut writer, tally, keyring, heads, .. } = self;
        let tip = Tip { epoch: container.epoch(), digest: container.tip() };
        writer.sync().map_err(journal_failure)?;
        let pin = match &heads {
            None => None,
            Some(heads) => Some(move_pin(heads, tip, keyring.instance())?),
        };
        writer.close().map_err(journal_failure)?;
        signed?;
        Ok(Closed { tally, tip, operator: keyring.operator(), public_file: keyring.public_file(), pin })
    }
}

/// Moves the chain's part of a pin to where the chain has come; the log's part stays.
fn move_pin(heads: &HeadFile, tip: Tip, instance: receipt::InstanceId) -> Result<Pin, Failure> {
    let log = heads.read()?.map_or((0, receipt::log::merkle::empty_root()), |pin| (pin.size, pin.root));
    let pin = Pin { instance, epoch: tip.epoch, tip: tip.digest, size: log.0, root: log.1 };
    heads.write(&pin)?;
    Ok(pin)
}
