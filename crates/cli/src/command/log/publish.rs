//! A log as plain files: writing them, and checking them.

use std::path::PathBuf;

use anyhow::anyhow;
use blobs::Blobs;
use receipt::log::checkpoint::{self, Checkpoint};
use receipt::log::merkle;
use receipt::log::tile::{CHECKPOINT_PATH, Tile, bundles, encode_bundle, tiles};
use receipt::{Genesis, Tip};
use serde::Serialize;

use super::last_head;
use crate::exit::{Exit, Failure, OrExit};
use crate::output::{self, Format, Report};
use crate::record::{Record, fault_exit, journal_failure, standing_exit};
use crate::trust::TrustArguments;

/// The path of the genesis statement, which names the log's key. It is none of the specification's.
const GENESIS_PATH: &str = "genesis.cose";

#[derive(clap::Args)]
pub(super) struct ExportArguments {
    /// The journal.
    journal: PathBuf,
    /// Where to: a folder, or a URL of an object store such as s3://bucket/prefix if the program was built with its kind.
    place: String,
}

#[derive(clap::Args)]
pub(super) struct VerifyArguments {
    /// A folder, or a URL of an object store.
    place: String,
    /// An earlier checkpoint of the same log, which must be the beginning of this one.
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArguments,
}

/// What was published.
#[derive(Serialize)]
struct Published {
    place: String,
    size: u64,
    files_written: u64,
    files_there: u64,
    bundles_left_out: u64,
}

impl Report for Published {
    fn table(&self) -> String {
        let mut rows = vec![
            ("published", self.place.clone()),
            ("size", output::count(self.size, "receipt")),
            ("files", format!("{} written, {} were there", self.files_written, self.files_there)),
        ];
        if self.bundles_left_out > 0 {
            rows.push(("", format!("{} bundles are left out: their receipts were pruned", self.bundles_left_out)));
        }
        output::pairs(&rows)
    }
}

/// What a check of published files found.
#[derive(Serialize)]
struct Checked {
    word: &'static str,
    place: String,
    origin: String,
    size: u64,
    root: String,
    tiles: u64,
    bundles: u64,
    entries: u64,
    pruned_bundles: u64,
    receipts_verified: u64,
    since_size: Option<u64>,
    signer: String,
}

impl Report for Checked {
    fn table(&self) -> String {
        let mut rows = vec![
            ("verdict", self.word.to_owned()),
            ("log", format!("{}, {}", self.origin, output::count(self.size, "receipt"))),
            ("root", self.root.clone()),
            ("files", format!("{} tiles, {} bundles with {} entries", self.tiles, self.bundles, self.entries)),
            ("receipts", format!("{} verified as a chain, without their inputs", self.receipts_verified)),
            ("signer", self.signer.clone()),
        ];
        if let Some(size) = self.since_size {
            rows.push(("since", format!("the log of {size} is the beginning of this one")));
        }
        output::pairs(&rows)
    }
}

/// Puts files only where nothing else is.
struct Shelf {
    blobs: Blobs,
    written: u64,
    there: u64,
}

impl Shelf {
    /// Files of a log never change, so that one which is there must be the same.
    fn put(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        match self.blobs.get(path).or_exit(Exit::World)? {
            Some(there) if there == bytes => self.there += 1,
            Some(_) => {
                let message = format!("{path} is there already with other contents: the place holds another log");
                return Err(Failure::message(Exit::BrokenChain, message));
            }
            None => {
                self.blobs.put(path, bytes).or_exit(Exit::World)?;
                self.written += 1;
            }
        }
        Ok(())
    }
}

pub(super) fn export(arguments: &ExportArguments, format: Format) -> Result<Exit, Failure> {
    let record = Record::open(&arguments.journal)?;
    record.findings(None)?;
    let head = last_head(&record)?;
    let size = head.checkpoint().size;
    let blobs = Blobs::open(&arguments.place, true).or_exit(Exit::World)?;
    check_place(&record, &blobs, size)?;
    let mut shelf = Shelf { blobs, written: 0, there: 0 };
    shelf.put(GENESIS_PATH, record.genesis().to_bytes())?;
    for tile in tiles(size) {
        shelf.put(&tile.path(), tile.contents(record.reader()).map_err(journal_failure)?)?;
    }
    let start = Tip::start(record.genesis()).epoch;
    let mut left_out = 0;
    for bundle in bundles(size) {
        let (first, last) = epochs_of(&bundle, start);
        if first < record.first_epoch() {
            left_out += 1;
            continue;
        }
        let entries =
            record.entries(first, last).map(|entry| Ok(entry?.receipt)).collect::<Result<Vec<_>, Failure>>()?;
        let bytes = encode_bundle(entries.iter().map(Vec::as_slice)).map_err(|error| anyhow!("{error}"));
        shelf.put(&bundle.path(), bytes.or_exit(Exit::World)?)?;
    }
    // The checkpoint comes last: whoever reads it finds everything that it speaks of.
    shelf.blobs.put(CHECKPOINT_PATH, head.note().as_bytes().to_vec()).or_exit(Exit::World)?;
    let Shelf { written, there, .. } = shelf;
    let place = arguments.place.clone();
    let published =
        Published { place, size, files_written: written + 1, files_there: there, bundles_left_out: left_out };
    output::print(&published, format)?;
    Ok(Exit::Good)
}

/// First and last epoch of a bundle's receipts.
fn epochs_of(bundle: &Tile, start: u64) -> (u64, u64) {
    let first = start + 1 + bundle.index * u64::from(receipt::log::tile::WIDTH);
    (first, first + u64::from(bundle.width) - 1)
}

/// A checkpoint that is there must be one of this log, and not a later one.
fn check_place(record: &Record, blobs: &Blobs, size: u64) -> Result<(), Failure> {
    let Some(note) = blobs.get(CHECKPOINT_PATH).or_exit(Exit::World)? else { return Ok(()) };
    let origin = checkpoint::origin(&record.genesis().statement().instance);
    let there = Checkpoint::open(&note, &origin, record.genesis().log_key())
        .map_err(|error| anyhow!("the checkpoint that is there already: {error}; name another place"))
        .or_exit(Exit::BadSignature)?;
    if there.size > size {
        let message =
            format!("a log of {} is published there already; this journal's last checkpoint has {size}", there.size);
        return Err(Failure::message(Exit::RolledBack, message));
    }
    let root = merkle::root(record.reader(), there.size).map_err(journal_failure)?;
    if root != there.root {
        let message =
            format!("a checkpoint over {} is there already with another root than this journal's", there.size);
        return Err(Failure::message(Exit::BrokenChain, message));
    }
    Ok(())
}

pub(super) fn verify(arguments: &VerifyArguments, format: Format) -> Result<Exit, Failure> {
    let trust = arguments.trust.read()?;
    let blobs = Blobs::open(&arguments.place, false).or_exit(Exit::World)?;
    let place = &arguments.place;
    let part = |path: &str| {
        let found = blobs.get(path).or_exit(Exit::World)?;
        found
            .ok_or_else(|| Failure::message(Exit::Malformed, format!("{place}: no {path}; is it the prefix of a log?")))
    };
    let genesis = Genesis::decode(&part(GENESIS_PATH)?)
        .map_err(|error| anyhow!("{place}: {GENESIS_PATH}: {error}"))
        .or_exit(Exit::Malformed)?;
    let since = arguments
        .since
        .as_ref()
        .map(|path| std::fs::read(path).map_err(|error| anyhow!("{}: {error}", path.display())).or_exit(Exit::World));
    let since = since.transpose()?;
    let found = verify::directory(
        &genesis,
        &part(CHECKPOINT_PATH)?,
        since.as_deref(),
        |path| blobs.get(path),
        &trust.store,
        trust.now,
    )
    .map_err(|fault| Failure::message(fault_exit(fault.kind), format!("{place}: {fault}")))?;
    let exit = standing_exit(&found.standing);
    let checked = Checked {
        word: exit.word(),
        place: place.clone(),
        origin: found.checkpoint.origin.clone(),
        size: found.checkpoint.size,
        root: found.checkpoint.root.to_string(),
        tiles: found.report.tiles,
        bundles: found.report.bundles,
        entries: found.report.entries,
        pruned_bundles: found.report.pruned,
        receipts_verified: found.receipts,
        since_size: found.since,
        signer: found.standing.to_string(),
    };
    output::print(&checked, format)?;
    Ok(exit)
}
