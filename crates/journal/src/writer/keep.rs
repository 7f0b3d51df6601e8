//! What a journal keeps besides steps, and a signed receipt in place of the last.

use codec::{Digest, sha256};
use receipt::log::merkle;
use redb::{ReadableTable as _, WriteTransaction};

use super::Writer;
use crate::Entry;
use crate::error::{JournalError, JournalErrorKind, classify};
use crate::limits::PAGE_BYTES_MAX;
use crate::tables::{
    ANNEXES, HEADS, INCIDENT, INPUTS, NAMES, NODES, ONLY, PAGES, RECEIPTS, Rows, SNAPSHOTS, SUMS, check_size, checked,
    protect,
};
use crate::tree::{self, Frontier, Kept};

/// What a snapshot added to a journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// Pages that were not there yet.
    pub pages: u64,
    /// Bytes of those pages and of the manifest.
    pub bytes: u64,
}

impl Writer {
    /// Puts another receipt, a signed one, in place of the last step's, in the log as well. Waiting steps are written
    /// first.
    ///
    /// # Errors
    /// [`JournalErrorKind::Covered`] if a signed head or a snapshot (which names the log's root) stands on it,
    /// [`JournalErrorKind::NotKept`] if no step is kept; any other kind as for [`Writer::append`].
    pub fn replace_last(&mut self, receipt: Vec<u8>) -> Result<(), JournalError> {
        self.check_going()?;
        check_size(&receipt).map_err(|kind| self.fail(kind))?;
        let (epoch, size) = (self.last_epoch(), self.tree_size());
        if epoch == self.base.epoch {
            return Err(self.fail(JournalErrorKind::NotKept { what: "step", epoch }));
        }
        if self.written.tally.last_head == Some(size) {
            return Err(self.fail(JournalErrorKind::Covered { epoch, by: "a signed head" }));
        }
        self.flush()?;
        let (rooted, start) = (self.base.rooted, self.start);
        self.transact(self.durability.promise(), |transaction, draft| {
            if transaction.open_table(SNAPSHOTS).map_err(classify)?.get(epoch).map_err(classify)?.is_some() {
                return Err(JournalErrorKind::Covered { epoch, by: "a snapshot" });
            }
            let mut nodes = transaction.open_table(NODES).map_err(classify)?;
            draft.frontier = Frontier::read(&Kept { table: &nodes, rooted, start }, size - 1)?;
            let completed = draft.frontier.push(merkle::leaf_hash(&receipt));
            tree::insert(&mut nodes, &completed).map_err(classify)?;
            replace_receipt(transaction, epoch, receipt).map_err(classify)
        })
    }

    /// Keeps a signed head of the log over its first `size` leaves. It is on disk when this returns, and every step up to
    /// now with it.
    ///
    /// # Errors
    /// [`JournalErrorKind::BeyondTree`] if there are not as many leaves, [`JournalErrorKind::Kept`] if another head of
    /// that size is kept; any other kind as for [`Writer::append`].
    pub fn keep_head(&mut self, size: u64, head: &[u8]) -> Result<(), JournalError> {
        self.check_going()?;
        check_size(head).map_err(|kind| self.fail(kind))?;
        let tree_size = self.tree_size();
        if size > tree_size {
            return Err(self.fail(JournalErrorKind::BeyondTree { size, tree_size }));
        }
        self.transact(redb::Durability::Immediate, |transaction, draft| {
            if keep_row(transaction, HEADS, size, head, "head")? {
                draft.tally.heads += 1;
                draft.tally.last_head = draft.tally.last_head.max(Some(size));
            }
            Ok(())
        })
    }

    /// Keeps a snapshot: its manifest, and those of the pages that are not kept yet. All pages that the manifest speaks of
    /// must be among them or there already. Waiting steps are written with it, so that it never outlives them.
    ///
    /// # Errors
    /// [`JournalErrorKind::Epoch`] if `epoch` is neither the last step's nor the base, [`JournalErrorKind::WrongPage`] if
    /// a new page has another digest, [`JournalErrorKind::Kept`] if another snapshot of that epoch is kept; any other kind
    /// as for [`Writer::append`].
    pub fn keep_snapshot(
        &mut self,
        epoch: u64,
        manifest: &[u8],
        pages: &[(Digest, &[u8])],
    ) -> Result<Written, JournalError> {
        self.check_going()?;
        check_size(manifest).map_err(|kind| self.fail(kind))?;
        if epoch != self.last_epoch() && epoch != self.base.epoch {
            return Err(self.fail(JournalErrorKind::Epoch { epoch, first: self.base.epoch, last: self.last_epoch() }));
        }
        self.transact(self.durability.promise(), |transaction, draft| {
            let mut written = write_pages(transaction, pages)?;
            draft.tally.pages += written.pages;
            if keep_row(transaction, SNAPSHOTS, epoch, manifest, "snapshot")? {
                draft.tally.snapshots += 1;
                written.bytes += manifest.len() as u64;
            }
            Ok(written)
        })
    }

    /// Keeps what is said of two engines that differed. It is on disk when this returns.
    ///
    /// # Errors
    /// [`JournalErrorKind::Kept`] if another is kept; any other kind as for [`Writer::append`].
    pub fn keep_incident(&mut self, statement: &[u8]) -> Result<(), JournalError> {
        self.check_going()?;
        check_size(statement).map_err(|kind| self.fail(kind))?;
        self.transact(redb::Durability::Immediate, |transaction, draft| {
            draft.tally.incidents += u64::from(keep_row(transaction, INCIDENT, ONLY, statement, "incident")?);
            Ok(())
        })
    }

    /// Keeps the names of vertices 0, 1, 2… for people to read, in place of those it has.
    ///
    /// # Errors
    /// As for [`Writer::append`].
    pub fn name_vertices(&mut self, names: &[String]) -> Result<(), JournalError> {
        self.check_going()?;
        for name in names {
            check_size(name.as_bytes()).map_err(|kind| self.fail(kind))?;
        }
        self.transact(self.durability.promise(), |transaction, draft| {
            draft.tally.names = names.len() as u64;
            write_names(transaction, names).map_err(classify)
        })
    }
}

/// Inserts a row that may only ever have one value; whether it is new.
fn keep_row(
    transaction: &WriteTransaction,
    rows: Rows,
    key: u64,
    value: &[u8],
    what: &'static str,
) -> Result<bool, JournalErrorKind> {
    let mut table = transaction.open_table(rows).map_err(classify)?;
    if let Some(stored) = table.get(key).map_err(classify)? {
        return match checked(rows, key, stored.value())? == value {
            true => Ok(false),
            false => Err(JournalErrorKind::Kept { what, at: key }),
        };
    }
    table.insert(key, protect(rows, key, value).as_slice()).map_err(classify)?;
    Ok(true)
}

fn write_pages(transaction: &WriteTransaction, pages: &[(Digest, &[u8])]) -> Result<Written, JournalErrorKind> {
    let mut table = transaction.open_table(PAGES).map_err(classify)?;
    let mut written = Written { pages: 0, bytes: 0 };
    for (digest, page) in pages {
        if table.get(digest.as_bytes()).map_err(classify)?.is_some() {
            continue;
        }
        if page.len() > PAGE_BYTES_MAX {
            return Err(JournalErrorKind::TooLarge { size: page.len(), limit: PAGE_BYTES_MAX });
        }
        if sha256(page) != *digest {
            return Err(JournalErrorKind::WrongPage(*digest));
        }
        table.insert(digest.as_bytes(), *page).map_err(classify)?;
        written.pages += 1;
        written.bytes += page.len() as u64;
    }
    Ok(written)
}

fn replace_receipt(transaction: &WriteTransaction, epoch: u64, receipt: Vec<u8>) -> Result<(), redb::Error> {
    let mut receipts = transaction.open_table(RECEIPTS)?;
    let stored = |table: redb::Table<'_, u64, &'static [u8]>| -> Result<Vec<u8>, redb::Error> {
        let row = table.get(epoch)?;
        Ok(row.ok_or_else(|| redb::Error::Corrupted(format!("epoch {epoch} is not there")))?.value().to_vec())
    };
    let (input, annex) = (stored(transaction.open_table(INPUTS)?)?, stored(transaction.open_table(ANNEXES)?)?);
    let entry = Entry { epoch, input, receipt, annex };
    receipts.insert(epoch, entry.receipt.as_slice())?;
    transaction.open_table(SUMS)?.insert(epoch, &entry.sum())?;
    Ok(())
}

fn write_names(transaction: &WriteTransaction, names: &[String]) -> Result<(), redb::Error> {
    let mut table = transaction.open_table(NAMES)?;
    table.retain(|_, _| false)?;
    for (id, name) in (0..).zip(names) {
        table.insert(id, protect(NAMES, id, name.as_bytes()).as_slice())?;
    }
    Ok(())
}
