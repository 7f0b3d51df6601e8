//! Dropping what came before a step.

use std::collections::BTreeSet;

use codec::Digest;
use redb::{CompactionError, ReadableTable as _, ReadableTableMetadata as _, WriteTransaction};

use super::Writer;
use crate::base::Base;
use crate::error::{JournalError, JournalErrorKind, classify};
use crate::limits::DIRECTORY_BYTES;
use crate::storage::caught;
use crate::tables::{ANNEXES, BASE, INPUTS, ONLY, PAGES, RECEIPTS, SNAPSHOTS, SUMS, protect};

impl Writer {
    /// Drops inputs, receipts and annexes of all steps up to `epoch`, and earlier snapshots with the pages that no later
    /// one needs. `tip` is the digest of that step's body. The log's nodes and heads stay, and with them every proof. It is
    /// on disk when this returns; the file gets smaller by [`Writer::compact`].
    ///
    /// # Errors
    /// [`JournalErrorKind::Uncovered`] unless a signed head covers all that goes, [`JournalErrorKind::Epoch`] if there is
    /// no such step; any other kind as for [`Writer::append`].
    pub fn prune(&mut self, epoch: u64, tip: Digest) -> Result<(), JournalError> {
        self.check_going()?;
        let (first, last) = (self.base.epoch + 1, self.last_epoch());
        if !(first..=last).contains(&epoch) {
            return Err(self.fail(JournalErrorKind::Epoch { epoch, first, last }));
        }
        let (size, last_head) = (epoch - self.start, self.written.tally.last_head);
        if last_head.is_none_or(|head| head < size) {
            return Err(self.fail(JournalErrorKind::Uncovered { size, last_head }));
        }
        let base = Base { epoch, tip, rooted: self.base.rooted };
        self.transact(redb::Durability::Immediate, |transaction, draft| {
            drop_steps(transaction, base).map_err(classify)?;
            let (snapshots, pages) = drop_snapshots(transaction, epoch).map_err(classify)?;
            draft.tally.snapshots = snapshots;
            draft.tally.pages = pages;
            Ok(())
        })?;
        self.base = base;
        Ok(())
    }

    /// Gives back the space that pruning left in the file. This moves most of what remains, and may take long.
    ///
    /// # Errors
    /// [`JournalErrorKind::Viewed`] if a [`crate::Reader`] of this writer is in use; any other kind as for
    /// [`Writer::append`].
    pub fn compact(&mut self) -> Result<(), JournalError> {
        self.sync()?;
        let compacted = caught(|| match self.shelf.database_mut().compact() {
            Ok(_) => Ok(()),
            Err(CompactionError::Storage(error)) => Err(classify(error)),
            Err(_) => Err(JournalErrorKind::Viewed),
        });
        compacted.map_err(|kind| {
            self.stopped |= !matches!(kind, JournalErrorKind::Viewed);
            self.fail(kind)
        })
    }
}

fn drop_steps(transaction: &WriteTransaction, base: Base) -> Result<(), redb::Error> {
    for table in [INPUTS, RECEIPTS, ANNEXES] {
        transaction.open_table(table)?.retain_in(..=base.epoch, |_, _| false)?;
    }
    transaction.open_table(SUMS)?.retain_in(..=base.epoch, |_, _| false)?;
    transaction.open_table(BASE)?.insert(ONLY, protect(BASE, ONLY, &base.to_bytes()).as_slice())?;
    Ok(())
}

/// Drops the snapshots before an epoch and the pages that none of the others needs; how many of each are left.
///
/// What a manifest says is of no concern here. A page is in use if its digest stands anywhere in a kept manifest, or in a
/// directory that is in use: a page of [`DIRECTORY_BYTES`].
fn drop_snapshots(transaction: &WriteTransaction, epoch: u64) -> Result<(u64, u64), redb::Error> {
    let mut snapshots = transaction.open_table(SNAPSHOTS)?;
    snapshots.retain_in(..epoch, |_, _| false)?;
    let mut pages = transaction.open_table(PAGES)?;
    let mut unused = BTreeSet::new();
    for row in pages.iter()? {
        unused.insert(*row?.0.value());
    }
    for row in snapshots.iter()? {
        for digest in take_named(row?.1.value(), &mut unused) {
            let directory = pages.get(&digest)?.filter(|page| page.value().len() == DIRECTORY_BYTES);
            if let Some(directory) = directory {
                take_named(directory.value(), &mut unused);
            }
        }
    }
    for digest in &unused {
        pages.remove(digest)?;
    }
    Ok((snapshots.len()?, pages.len()?))
}

/// The digests that stand somewhere in the bytes; they are taken out of the set.
fn take_named(bytes: &[u8], set: &mut BTreeSet<[u8; Digest::LEN]>) -> Vec<[u8; Digest::LEN]> {
    let windows = bytes.array_windows::<{ Digest::LEN }>();
    windows.filter_map(|window| set.take(window)).collect()
}
