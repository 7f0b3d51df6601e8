//! Where the kept steps of a journal begin.

use codec::Digest;
use receipt::log::merkle;

use crate::error::JournalErrorKind;
use crate::limits::EPOCH_MAX;

/// What a new journal goes on from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Start {
    /// The epoch before the first step that it will keep. For a whole chain that is the header's `start`.
    pub base_epoch: u64,
    /// The digest of that epoch's body; for a whole chain that of the genesis statement's payload.
    pub tip: Digest,
    /// The peaks of the log over the steps up to that epoch, largest first; none for a whole chain.
    pub peaks: Vec<Digest>,
}

impl Start {
    pub(crate) fn check(&self, start: u64) -> Result<(), JournalErrorKind> {
        if self.base_epoch < start || self.base_epoch > EPOCH_MAX {
            return Err(JournalErrorKind::Epoch { epoch: self.base_epoch, first: start, last: EPOCH_MAX });
        }
        let size = self.base_epoch - start;
        if self.peaks.len() != merkle::peaks(size).count() {
            return Err(JournalErrorKind::Peaks { size, given: self.peaks.len() });
        }
        Ok(())
    }
}

/// The row that says where the kept steps begin. Only pruning changes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Base {
    /// The last epoch whose input and receipt are not kept.
    pub(crate) epoch: u64,
    /// The digest of that epoch's body, or of the genesis statement's payload.
    pub(crate) tip: Digest,
    /// How many leaves the log had when this journal was made. Of those it knows the peaks alone.
    pub(crate) rooted: u64,
}

/// Bytes of the row: epoch, tip, rooted.
const LEN: usize = 8 + 32 + 8;

impl Base {
    pub(crate) fn to_bytes(self) -> [u8; LEN] {
        let mut bytes = [0; LEN];
        bytes[..8].copy_from_slice(&self.epoch.to_be_bytes());
        bytes[8..40].copy_from_slice(self.tip.as_bytes());
        bytes[40..].copy_from_slice(&self.rooted.to_be_bytes());
        bytes
    }

    /// Reads the row of a journal whose chain begins after epoch `start`.
    pub(crate) fn from_bytes(bytes: &[u8], start: u64) -> Result<Self, JournalErrorKind> {
        let damaged = || JournalErrorKind::Damaged("the base is none that was written".to_owned());
        let bytes: &[u8; LEN] = bytes.try_into().map_err(|_| damaged())?;
        let (epoch, rest) = bytes.split_first_chunk().ok_or_else(damaged)?;
        let (tip, rooted) = rest.split_first_chunk().ok_or_else(damaged)?;
        let rooted: &[u8; 8] = rooted.try_into().map_err(|_| damaged())?;
        let (epoch, rooted) = (u64::from_be_bytes(*epoch), u64::from_be_bytes(*rooted));
        if epoch > EPOCH_MAX || epoch.checked_sub(start).is_none_or(|size| rooted > size) {
            return Err(damaged());
        }
        Ok(Self { epoch, tip: Digest(*tip), rooted })
    }
}
