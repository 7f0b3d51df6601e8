//! The bets: which null mean each one is against, and how much it stakes.
//!
//! A bet of stake `c` against "the mean is at most mu" multiplies its wealth by `1 - c + c x/mu` at each observation x: in
//! the mean by no more than 1 if the hypothesis holds. That is `1 + b (x - mu)` with `b = c/mu`. Written with `c`
//! the factor falls as mu rises, also after rounding, which is what nests the severity tests.

use super::magnitude::Magnitude;
use super::policy::EvidencePolicy;
use super::{ONE, SEVERITY_GRID};

/// Bets of the Fail process, and as many of the Pass process. A power of two.
const MAIN_BETS: usize = 8;
/// Bets of each severity process. A power of two.
const SEVERITY_BETS: usize = 4;

/// All bets: Fail, Pass, then the severity processes from the lowest null mean to the highest.
pub(super) const BETS: usize = 2 * MAIN_BETS + SEVERITY_GRID as usize * SEVERITY_BETS;

/// The smallest stake of the Fail and Pass processes, in 1/256; the others are its multiples, up to 232/256 = 0.906.
const STAKE_UNIT: u64 = 29;
const STAKE_BITS: i32 = 8;

/// The processes that bets add up to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Process {
    /// Against "the mean of x is at most m".
    Fail,
    /// Against "the mean of 1 - x is at most 1 - m - d".
    Pass,
    /// Against "the mean of x is at most m + k (1 - m)/9".
    Severity {
        /// 1..=8.
        k: u32,
    },
}

impl Process {
    /// Where its bets lie among all.
    pub(super) fn range(self) -> core::ops::Range<usize> {
        match self {
            Self::Fail => 0..MAIN_BETS,
            Self::Pass => MAIN_BETS..2 * MAIN_BETS,
            Self::Severity { k } => {
                let start = 2 * MAIN_BETS + (k as usize - 1) * SEVERITY_BETS;
                start..start + SEVERITY_BETS
            }
        }
    }

    /// The process that bet number `index` belongs to.
    pub(super) fn of(index: usize) -> Self {
        if index < MAIN_BETS {
            Self::Fail
        } else if index < 2 * MAIN_BETS {
            Self::Pass
        } else {
            Self::Severity { k: ((index - 2 * MAIN_BETS) / SEVERITY_BETS + 1) as u32 }
        }
    }

    /// Binary logarithm of the number of its bets, which share the starting wealth equally.
    pub(super) fn share_bits(self) -> i32 {
        self.range().len().trailing_zeros() as i32
    }

    /// `floor(2^64 y / mu)`, where y is x or 1 - x and mu the null mean. `x` is at most [`ONE`].
    pub(super) fn ratio(self, policy: &EvidencePolicy, x: u64) -> u128 {
        let (y, mean) = match self {
            Self::Fail => (x, u64::from(policy.null_mean)),
            Self::Pass => (ONE - x, u64::from(policy.pass_null_mean())),
            Self::Severity { k } => (x, severity_mean(policy, k)),
        };
        // Long division with digits of 32 bits; the mean, and so each remainder, is below 2^32.
        let (whole, rest) = (y / mean, y % mean);
        let (high, rest) = ((rest << 32) / mean, (rest << 32) % mean);
        u128::from(whole) << 64 | u128::from(high) << 32 | u128::from((rest << 32) / mean)
    }

    /// The factor of bet number `index`, `1 - c + c ratio`, rounded down.
    pub(super) fn factor(self, index: usize, ratio: u128) -> Magnitude {
        let range = self.range();
        let stake = (STAKE_UNIT as usize * (index - range.start + 1) * (MAIN_BETS / range.len())) as u128;
        // The ratio is at most 2^64 * 2^10 and the stake below 2^8.
        let exact = (((1 << STAKE_BITS) - stake) << 64) + stake * ratio;
        Magnitude::scaled(exact, -64 - STAKE_BITS)
    }

    /// The sum of its bets, rounded down after each addition, from the smallest stake on.
    pub(super) fn sum(self, wealth: &[Magnitude; BETS]) -> Magnitude {
        wealth[self.range()].iter().fold(Magnitude::ZERO, |sum, bet| sum.plus(*bet))
    }
}

/// `m + floor(k (1 - m) / 9)`, Q0.32; below 2^32 for k of at most 8.
fn severity_mean(policy: &EvidencePolicy, k: u32) -> u64 {
    let mean = u64::from(policy.null_mean);
    mean + u64::from(k) * (ONE - mean) / u64::from(SEVERITY_GRID + 1)
}
