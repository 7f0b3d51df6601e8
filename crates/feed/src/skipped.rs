//! The account of bad rows that were passed over: nothing is lost silently.

use crate::config::OnBadRow;
use crate::error::FeedError;
use crate::limits::SKIPPED_KEPT_MAX;

/// How many rows were skipped, and the first of them in full.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Skipped {
    count: u64,
    first: Vec<FeedError>,
}

impl Skipped {
    /// Number of rows that were skipped.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first [`SKIPPED_KEPT_MAX`] of them, in the order of the file.
    #[must_use]
    pub fn first(&self) -> &[FeedError] {
        &self.first
    }

    /// Takes note of `error` if the policy is to skip it; gives it back if the stream must stop.
    pub(crate) fn tolerate(&mut self, policy: OnBadRow, error: FeedError) -> Result<(), FeedError> {
        let skips = match policy {
            OnBadRow::Stop => false,
            OnBadRow::Skip => !error.problem.is_fatal(),
        };
        if !skips {
            return Err(error);
        }
        self.count += 1;
        if self.first.len() < SKIPPED_KEPT_MAX {
            self.first.push(error);
        }
        Ok(())
    }
}
