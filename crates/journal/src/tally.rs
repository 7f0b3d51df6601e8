//! How much of everything a journal holds. Each row has its digest, but nothing in a row says that another is gone: this
//! does.

use codec::Digest;

use crate::error::JournalErrorKind;
use crate::limits::EPOCH_MAX;

/// Written anew in every transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tally {
    /// The last step's epoch; the base's if none is kept.
    pub(crate) last_epoch: u64,
    pub(crate) heads: u64,
    /// The largest tree size that a head covers.
    pub(crate) last_head: Option<u64>,
    pub(crate) snapshots: u64,
    pub(crate) pages: u64,
    pub(crate) names: u64,
    pub(crate) incidents: u64,
    /// The root of the log over all steps up to `last_epoch`.
    pub(crate) root: Digest,
}

/// Bytes of the row: seven numbers and the root.
const LEN: usize = 7 * 8 + 32;

/// Stands for no head.
const NONE: u64 = u64::MAX;

impl Tally {
    pub(crate) fn new(last_epoch: u64, root: Digest) -> Self {
        Self { last_epoch, heads: 0, last_head: None, snapshots: 0, pages: 0, names: 0, incidents: 0, root }
    }

    pub(crate) fn to_bytes(self) -> [u8; LEN] {
        let Self { last_epoch, heads, last_head, snapshots, pages, names, incidents, root } = self;
        let numbers = [last_epoch, heads, last_head.unwrap_or(NONE), snapshots, pages, names, incidents];
        let mut bytes = [0; LEN];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_be_bytes());
        }
        bytes[LEN - 32..].copy_from_slice(root.as_bytes());
        bytes
    }

    /// Reads the row of a journal whose kept steps begin after epoch `base`, in a chain that begins after `start`.
    pub(crate) fn from_bytes(bytes: &[u8], start: u64, base: u64) -> Result<Self, JournalErrorKind> {
        let damaged = || JournalErrorKind::Damaged("the tally is none that was written".to_owned());
        let bytes: &[u8; LEN] = bytes.try_into().map_err(|_| damaged())?;
        let (numbers, root) = bytes.split_last_chunk().ok_or_else(damaged)?;
        let mut numbers = numbers.as_chunks().0.iter().copied().map(u64::from_be_bytes);
        let mut next = || numbers.next().ok_or_else(damaged);
        let tally = Self {
            last_epoch: next()?,
            heads: next()?,
            last_head: Some(next()?).filter(|size| *size != NONE),
            snapshots: next()?,
            pages: next()?,
            names: next()?,
            incidents: next()?,
            root: Digest(*root),
        };
        let size = tally.last_epoch.checked_sub(start).ok_or_else(damaged)?;
        if tally.last_epoch < base || tally.last_epoch > EPOCH_MAX || tally.last_head.is_some_and(|head| head > size) {
            return Err(damaged());
        }
        Ok(tally)
    }
}
