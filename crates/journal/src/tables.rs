//! The tables of the database, and the digests that stand beside what they hold.

use codec::{Hasher, Sink as _};
use redb::TableDefinition;

use crate::error::JournalErrorKind;
use crate::limits::VALUE_BYTES_MAX;

/// The version of this layout.
pub(crate) const FORMAT: u64 = 2;

/// Rows of numbered values, each behind a digest of its own: see [`protect`].
pub(crate) type Rows = TableDefinition<'static, u64, &'static [u8]>;

/// What is written once; see [`crate::Header`].
pub(crate) const HEADER: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("header");
/// One row: where the kept steps begin; see [`crate::base::Base`].
pub(crate) const BASE: Rows = TableDefinition::new("base");
/// One row: how much of everything there is; see [`crate::tally::Tally`].
pub(crate) const TALLY: Rows = TableDefinition::new("tally");
/// Input bytes by epoch.
pub(crate) const INPUTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("inputs");
/// Receipt bytes by epoch.
pub(crate) const RECEIPTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("receipts");
/// Annex bytes by epoch.
pub(crate) const ANNEXES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("annexes");
/// Digest of a step by epoch: the storage does not look for flipped bits when it reads, so that this does.
pub(crate) const SUMS: TableDefinition<'_, u64, &[u8; 32]> = TableDefinition::new("sums");
/// Digests of the complete subtrees of the log, by level and index; see [`crate::tree`].
pub(crate) const NODES: TableDefinition<'_, u64, &[u8; 32]> = TableDefinition::new("nodes");
/// Signed heads of the log by tree size.
pub(crate) const HEADS: Rows = TableDefinition::new("heads");
/// Manifests of snapshots by epoch.
pub(crate) const SNAPSHOTS: Rows = TableDefinition::new("snapshots");
/// Pages of snapshots by their digest, which is also their check.
pub(crate) const PAGES: TableDefinition<'_, &[u8; 32], &[u8]> = TableDefinition::new("pages");
/// At most one row: a statement about two engines that differed.
pub(crate) const INCIDENT: Rows = TableDefinition::new("incident");
/// Names of vertices by id, as far as the stream had any. For people and reports; not trusted for anything.
pub(crate) const NAMES: Rows = TableDefinition::new("names");

/// The key of the row in a table that has one.
pub(crate) const ONLY: u64 = 0;

/// Bytes of the digest before a protected value.
pub(crate) const SUM_LEN: usize = 32;

/// SHA-256 of parts, each behind its length as eight bytes, big-endian.
pub(crate) fn sum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; SUM_LEN] {
    let mut hasher = Hasher::new();
    for part in parts {
        hasher.write(&(part.len() as u64).to_be_bytes());
        hasher.write(part);
    }
    hasher.finish().0
}

/// A value as it is stored: behind a digest over the table's name, the key and the value.
pub(crate) fn protect(table: Rows, key: u64, value: &[u8]) -> Vec<u8> {
    let mut stored = row_sum(table, key, value).to_vec();
    stored.extend_from_slice(value);
    stored
}

/// The value in a stored row, if it is the one that was written.
pub(crate) fn checked(table: Rows, key: u64, stored: &[u8]) -> Result<&[u8], JournalErrorKind> {
    check_stored(stored)?;
    match stored.split_first_chunk::<SUM_LEN>() {
        Some((sum, value)) if *sum == row_sum(table, key, value) => Ok(value),
        _ => Err(JournalErrorKind::Damaged(format!("row {key} of {} is not what was written", name(table)))),
    }
}

fn row_sum(table: Rows, key: u64, value: &[u8]) -> [u8; SUM_LEN] {
    sum([name(table).as_bytes(), &key.to_be_bytes(), value])
}

fn name(table: Rows) -> String {
    redb::TableHandle::name(&table).to_owned()
}

/// Refuses a value in a file that no journal may hold.
pub(crate) fn check_stored(stored: &[u8]) -> Result<(), JournalErrorKind> {
    match stored.len().saturating_sub(SUM_LEN) {
        0..=VALUE_BYTES_MAX => Ok(()),
        _ => Err(JournalErrorKind::Damaged(format!("a value of {} bytes is over the limit", stored.len()))),
    }
}

/// Refuses a value that no journal may hold.
pub(crate) fn check_size(value: &[u8]) -> Result<(), JournalErrorKind> {
    match value.len() {
        0..=VALUE_BYTES_MAX => Ok(()),
        size => Err(JournalErrorKind::TooLarge { size, limit: VALUE_BYTES_MAX }),
    }
}
