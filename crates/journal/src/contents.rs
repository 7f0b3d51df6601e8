//! The tables of a journal, opened to be read, with all that can be said about them without reading every row.

use receipt::log::merkle;
use redb::{
    Key, ReadOnlyTable, ReadTransaction, ReadableTable as _, ReadableTableMetadata as _, TableDefinition, Value,
};

use crate::Header;
use crate::base::Base;
use crate::error::{JournalErrorKind, classify};
use crate::tables::{self, ONLY, Rows};
use crate::tally::Tally;
use crate::tree::{self, Frontier, Kept};

/// A table of numbered values, each behind its digest.
pub(crate) type RowTable = ReadOnlyTable<u64, &'static [u8]>;

/// Everything in a journal at one moment.
pub(crate) struct Contents {
    pub(crate) header: Header,
    pub(crate) base: Base,
    pub(crate) tally: Tally,
    pub(crate) inputs: RowTable,
    pub(crate) receipts: RowTable,
    pub(crate) annexes: RowTable,
    pub(crate) sums: ReadOnlyTable<u64, &'static [u8; 32]>,
    pub(crate) nodes: ReadOnlyTable<u64, &'static [u8; 32]>,
    pub(crate) heads: RowTable,
    pub(crate) snapshots: RowTable,
    pub(crate) pages: ReadOnlyTable<&'static [u8; 32], &'static [u8]>,
    pub(crate) incident: RowTable,
    pub(crate) names: RowTable,
}

impl Contents {
    /// Opens the tables of a view and checks that what they hold can be one journal.
    pub(crate) fn open(view: &ReadTransaction) -> Result<Self, JournalErrorKind> {
        let header = Header::read(&table(view, tables::HEADER)?)?;
        let base = Base::from_bytes(&only(view, tables::BASE, "base")?, header.start)?;
        let tally = Tally::from_bytes(&only(view, tables::TALLY, "tally")?, header.start, base.epoch)?;
        let contents = Self {
            header,
            base,
            tally,
            inputs: table(view, tables::INPUTS)?,
            receipts: table(view, tables::RECEIPTS)?,
            annexes: table(view, tables::ANNEXES)?,
            sums: table(view, tables::SUMS)?,
            nodes: table(view, tables::NODES)?,
            heads: table(view, tables::HEADS)?,
            snapshots: table(view, tables::SNAPSHOTS)?,
            pages: table(view, tables::PAGES)?,
            incident: table(view, tables::INCIDENT)?,
            names: table(view, tables::NAMES)?,
        };
        contents.check_steps()?;
        contents.check_counts()?;
        contents.check_root()?;
        Ok(contents)
    }

    /// How many leaves the log has.
    pub(crate) fn tree_size(&self) -> u64 {
        self.tally.last_epoch - self.header.start
    }

    /// The nodes of the log.
    pub(crate) fn log(&self) -> Kept<'_, ReadOnlyTable<u64, &'static [u8; 32]>> {
        Kept { table: &self.nodes, rooted: self.base.rooted, start: self.header.start }
    }

    /// The four tables of steps must begin after the base, end with the last epoch and have as many rows as that makes.
    fn check_steps(&self) -> Result<(), JournalErrorKind> {
        let (first, last) = (self.base.epoch + 1, self.tally.last_epoch);
        let steps = last - self.base.epoch;
        for ends in [ends(&self.receipts)?, ends(&self.inputs)?, ends(&self.annexes)?, ends(&self.sums)?] {
            match ends {
                Ends { rows: 0, keys: None } if steps == 0 => {}
                Ends { rows, keys: Some((begin, end)) } if rows == steps && begin == first && end == last => {}
                Ends { keys: Some((begin, _)), .. } if begin != first => {
                    return Err(JournalErrorKind::Gap { expected: first, found: begin });
                }
                Ends { rows, keys } => {
                    let found = keys.map_or(self.base.epoch, |(_, end)| end);
                    return Err(JournalErrorKind::Gap { expected: (first + rows).min(last), found });
                }
            }
        }
        Ok(())
    }

    /// Nothing else may be missing either.
    fn check_counts(&self) -> Result<(), JournalErrorKind> {
        let nodes = tree::nodes_kept(self.base.rooted, self.tree_size());
        let tally = &self.tally;
        for (what, expected, found) in [
            ("nodes", nodes, self.nodes.len()),
            ("heads", tally.heads, self.heads.len()),
            ("snapshots", tally.snapshots, self.snapshots.len()),
            ("pages", tally.pages, self.pages.len()),
            ("names", tally.names, self.names.len()),
            ("incident", tally.incidents, self.incident.len()),
        ] {
            let found = found.map_err(classify)?;
            if found != expected {
                return Err(JournalErrorKind::Damaged(format!("of {expected} rows of {what} {found} are there")));
            }
        }
        let last_head = self.heads.last().map_err(classify)?.map(|(size, _)| size.value());
        if last_head != tally.last_head {
            return Err(JournalErrorKind::Damaged("the last head is not the one that was written".to_owned()));
        }
        Ok(())
    }

    /// What is appended next is joined to the peaks, so they must be the ones that were written.
    fn check_root(&self) -> Result<(), JournalErrorKind> {
        let frontier = Frontier::read(&self.log(), self.tree_size())?;
        if frontier.root() == self.tally.root {
            return Ok(());
        }
        // Any of the peaks may be the one that changed; the largest is named.
        let peak = merkle::peaks(self.tree_size()).next();
        let (level, index) = peak.map_or((0, 0), |peak| (peak.level, peak.index));
        Err(JournalErrorKind::Tree { level, index })
    }
}

/// How many rows a table has, and its first and last key.
struct Ends {
    rows: u64,
    keys: Option<(u64, u64)>,
}

fn ends<V: Value + 'static>(table: &ReadOnlyTable<u64, V>) -> Result<Ends, JournalErrorKind> {
    let rows = table.len().map_err(classify)?;
    let (first, last) = (table.first().map_err(classify)?, table.last().map_err(classify)?);
    Ok(Ends { rows, keys: first.zip(last).map(|(first, last)| (first.0.value(), last.0.value())) })
}

fn table<K: Key + 'static, V: Value + 'static>(
    view: &ReadTransaction,
    definition: TableDefinition<'_, K, V>,
) -> Result<ReadOnlyTable<K, V>, JournalErrorKind> {
    view.open_table(definition).map_err(classify)
}

/// The value of a table that has one row.
fn only(view: &ReadTransaction, rows: Rows, what: &'static str) -> Result<Vec<u8>, JournalErrorKind> {
    let table = table(view, rows)?;
    let stored = table.get(ONLY).map_err(classify)?.ok_or(JournalErrorKind::Missing(what))?;
    Ok(tables::checked(rows, ONLY, stored.value())?.to_vec())
}
