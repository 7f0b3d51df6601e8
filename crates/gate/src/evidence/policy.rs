//! What the gate is asked to be sure of.

use core::fmt;

use super::ONE;

/// The least and the greatest null mean: 2^-10 and 1 - 2^-10.
const MEAN_MIN: u64 = ONE >> 10;
const MEAN_MAX: u64 = ONE - (ONE >> 10);

/// The most bits of evidence that a policy may ask for.
const BITS_MAX: u8 = 64;

/// The null hypotheses and the error levels. All of it is part of the configuration and of the evidence hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EvidencePolicy {
    /// m, Q0.32: "all is well" is the hypothesis that the conditional mean of the statistic is at most this.
    pub null_mean: u32,
    /// d, Q0.32: "something is wrong" is the hypothesis that it is at least m + d. The two may touch (d = 0).
    pub margin: u32,
    /// Some false alarm ever, in any episode: probability at most `2^-fail_bits`. 1..=64.
    pub fail_bits: u8,
    /// Some false Pass ever, in any episode: probability at most `2^-pass_bits`. 1..=64.
    pub pass_bits: u8,
    /// A latched alarm releases itself after this many observations in a row of at most m; 0: only by `rearm`.
    pub cool_down: u32,
}

/// Why a policy was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PolicyError {
    /// The null mean is below 2^-10 or above 1 - 2^-10.
    NullMean,
    /// Null mean and margin together are above 1 - 2^-10.
    Margin,
    /// `fail_bits` is not in 1..=64.
    FailBits,
    /// `pass_bits` is not in 1..=64.
    PassBits,
}

impl EvidencePolicy {
    /// Checks that the numbers leave room for a guarantee.
    ///
    /// # Errors
    /// The first of [`PolicyError`] that applies, in the order of its list.
    pub fn validate(&self) -> Result<(), PolicyError> {
        let null_mean = u64::from(self.null_mean);
        if !(MEAN_MIN..=MEAN_MAX).contains(&null_mean) {
            Err(PolicyError::NullMean)
        } else if null_mean + u64::from(self.margin) > MEAN_MAX {
            Err(PolicyError::Margin)
        } else if !(1..=BITS_MAX).contains(&self.fail_bits) {
            Err(PolicyError::FailBits)
        } else if !(1..=BITS_MAX).contains(&self.pass_bits) {
            Err(PolicyError::PassBits)
        } else {
            Ok(())
        }
    }

    /// Null mean of the Pass process, which watches 1 - x: 1 - m - d.
    pub(super) fn pass_null_mean(&self) -> u32 {
        (ONE - u64::from(self.null_mean) - u64::from(self.margin)) as u32
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NullMean => "null_mean must lie between 1/1024 and 1023/1024: at the ends there is nothing to bet on",
            Self::Margin => "null_mean + margin must be at most 1023/1024: above it nothing could ever Pass",
            Self::FailBits => "fail_bits must be 1 to 64: the chance of a false alarm is at most 2^-fail_bits",
            Self::PassBits => "pass_bits must be 1 to 64: the chance of a false Pass is at most 2^-pass_bits",
        })
    }
}

impl core::error::Error for PolicyError {}
