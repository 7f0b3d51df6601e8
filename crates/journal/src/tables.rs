//! The tables of the database and the limits on what they hold.

use codec::{Hasher, Sink as _};
use redb::TableDefinition;

/// The version of this layout.
pub(crate) const FORMAT: u64 = 1;

/// What is written once; see [`crate::Header`].
pub(crate) const HEADER: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("header");
/// Input bytes by epoch.
pub(crate) const INPUTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("inputs");
/// Receipt bytes by epoch.
pub(crate) const RECEIPTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("receipts");
/// Annex bytes by epoch.
pub(crate) const ANNEXES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("annexes");
/// Digest of a step by epoch: the storage does not look for flipped bits when it reads, so that this does.
pub(crate) const SUMS: TableDefinition<'_, u64, &[u8; 32]> = TableDefinition::new("sums");
/// Names of vertices by id, as far as the stream had any. For people and reports; not trusted for anything.
pub(crate) const NAMES: TableDefinition<'_, u64, &str> = TableDefinition::new("names");

/// The largest value of any kind, in bytes: a sealed module of the largest kind that the program runs, with room to spare.
pub(crate) const VALUE_BYTES_MAX: usize = 64 << 20;

/// SHA-256 of parts, each behind its length as eight bytes, big-endian.
pub(crate) fn sum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hasher = Hasher::new();
    for part in parts {
        hasher.write(&(part.len() as u64).to_be_bytes());
        hasher.write(part);
    }
    hasher.finish().0
}
