//! What a deadline is in cost units, for engines that have no clock.
//!
//! The meter then bounds a call: with what the kernel could not possibly use up by the deadline. An innocent call is never
//! cut early; a call that runs on and on is cut late, by the factor between the kernel's fastest rate and its own. See
//! `docs/decisions/0017-host.md`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Units in a microsecond that no engine reaches: eight operators in each cycle of a processor at 5 GHz.
const FASTEST: u64 = 40_000;

/// How much faster a kernel may become than it was ever seen.
const MARGIN: u64 = 4;

/// Calls shorter than this say nothing about a rate: what is around the kernel takes as long.
const OBSERVED_MIN: Duration = Duration::from_micros(50);

/// Observations before they count: one of them could have been interrupted itself.
const OBSERVATIONS_MIN: u64 = 16;

/// The fastest rate of a kernel that was seen so far.
#[derive(Default, Debug)]
pub(crate) struct Pace {
    observations: AtomicU64,
    units_per_microsecond: AtomicU64,
}

impl Pace {
    /// A call used `units` in `elapsed`.
    pub(crate) fn observe(&self, units: u64, elapsed: Duration) {
        if elapsed >= OBSERVED_MIN {
            let rate = units / elapsed.as_micros() as u64 + 1;
            self.units_per_microsecond.fetch_max(rate, Relaxed);
            self.observations.fetch_add(1, Relaxed);
        }
    }

    /// Units that the kernel cannot use up by the deadline.
    pub(crate) fn budget(&self, deadline: Duration) -> i64 {
        let seen = self.units_per_microsecond.load(Relaxed).saturating_mul(MARGIN);
        let rate = if self.observations.load(Relaxed) < OBSERVATIONS_MIN { FASTEST } else { seen.min(FASTEST) };
        let microseconds = u64::try_from(deadline.as_micros()).unwrap_or(u64::MAX).saturating_add(1);
        i64::try_from(microseconds.saturating_mul(rate)).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_above_every_rate_seen_and_no_single_slow_call_lowers_it() {
        let pace = Pace::default();
        let millisecond = Duration::from_millis(1);
        let ceiling = pace.budget(millisecond);
        assert_eq!(ceiling, 1_001 * FASTEST as i64);
        pace.observe(10, millisecond);
        assert_eq!(pace.budget(millisecond), ceiling);
        for units in 300_000..300_020 {
            pace.observe(units, millisecond);
            pace.observe(1, Duration::from_micros(1));
        }
        let calibrated = pace.budget(millisecond);
        assert!(calibrated < ceiling && calibrated >= 4 * 300_019, "{calibrated}");
        pace.observe(u64::MAX, millisecond);
        assert_eq!(pace.budget(millisecond), ceiling);
        assert_eq!(pace.budget(Duration::MAX), i64::MAX);
    }
}
