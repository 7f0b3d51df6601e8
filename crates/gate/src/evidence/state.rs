//! The state of the evidence, and how observations change it.

use codec::{Digest, Encoder, Hasher, Sink};

use super::bets::{BETS, Process};
use super::magnitude::Magnitude;
use super::policy::EvidencePolicy;
use super::{ONE, SEVERITY_GRID};
use crate::work::{Progress, Work};

/// Version of the evidence hash.
const VERSION: u64 = 1;
/// The Pass process may stand at most this many bits above its threshold, so that it can come down again.
const PASS_HEADROOM_BITS: i32 = 8;
/// Every other bet is capped at two to the power of this: the range of numbers is finite.
const CAP_BITS: i32 = 1 << 20;

/// What the evidence says after the last complete observation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// "Something is wrong" is rejected.
    Pass,
    /// "All is well" is rejected, in this episode, which is latched.
    Fail {
        /// 1..=255: how far above the null mean the mean of the statistic certainly lies.
        severity: u8,
    },
    /// Neither.
    Inconclusive,
}

/// What became of an observation that was offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Observation {
    /// It is taken; [`Evidence::advance`] will work it in.
    Accepted,
    /// An earlier one is not through: this one is left out, which was certain before its value was seen.
    Skipped,
}

/// An observation on its way through the bets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Pending {
    /// Q0.32, at most [`ONE`].
    x: u64,
    /// The first bet that has not seen it.
    next: u32,
}

/// The evidence of one stream. Fixed size, no references.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    policy: EvidencePolicy,
    wealth: [Magnitude; BETS],
    ticks: u64,
    episode: u32,
    episode_ticks: u64,
    latched: bool,
    severity: u8,
    calm: u32,
    fail_bits: i32,
    pass_bits: i32,
    passes: bool,
    pending: Option<Pending>,
}

impl Evidence {
    /// Work units of one observation: one for each bet.
    pub const WORK: u64 = BETS as u64;

    /// No observation yet, first episode. The policy must have passed [`EvidencePolicy::validate`].
    #[must_use]
    pub fn new(policy: &EvidencePolicy) -> Self {
        assert!(policy.validate().is_ok(), "a policy is validated where it is read");
        Self {
            policy: *policy,
            wealth: [Magnitude::ZERO; BETS],
            ticks: 0,
            episode: 1,
            episode_ticks: 0,
            latched: false,
            severity: 0,
            calm: 0,
            fail_bits: 0,
            pass_bits: 0,
            passes: false,
            pending: None,
        }
    }

    /// Offers an observation, Q0.32, 0..=[`ONE`]; greater values count as one.
    pub fn observe(&mut self, x: u64) -> Observation {
        if self.pending.is_some() {
            return Observation::Skipped;
        }
        self.pending = Some(Pending { x: x.min(ONE), next: 0 });
        Observation::Accepted
    }

    /// Works the pending observation in, one unit a bet; stops before any bet. The decision changes with the last one.
    pub fn advance(&mut self, work: &mut Work) -> Progress {
        let Some(pending) = self.pending else { return Progress::Done };
        let start = self.starting_wealth();
        let mut ratio = None;
        for index in pending.next as usize..BETS {
            if work.exhausted() {
                self.pending = Some(Pending { next: index as u32, ..pending });
                return Progress::Pending;
            }
            work.charge(1);
            let process = Process::of(index);
            let known = match ratio {
                Some(ratio) if index != process.range().start => ratio,
                Some(_) | None => process.ratio(&self.policy, pending.x),
            };
            ratio = Some(known);
            let share = start.shifted(-process.share_bits());
            let grown = self.wealth[index].plus(share).times(process.factor(index, known));
            self.wealth[index] = grown.min(self.cap(process));
        }
        self.pending = None;
        self.settle(pending.x);
        Progress::Done
    }

    /// Ends a latched alarm: the next episode begins with fresh processes, and an observation on its way is dropped.
    /// Without an alarm nothing changes. Says whether it did anything.
    pub fn rearm(&mut self) -> bool {
        let latched = self.latched;
        if latched {
            self.begin_episode();
        }
        latched
    }

    /// What is decided, as of the last complete observation.
    #[must_use]
    pub fn decision(&self) -> Decision {
        if self.latched {
            Decision::Fail { severity: self.severity }
        } else if self.passes {
            Decision::Pass
        } else {
            Decision::Inconclusive
        }
    }

    /// Binary logarithms of the Fail and the Pass process in 1/256 bit, rounded down, as of the last complete
    /// observation; both zero at the start of an episode.
    #[must_use]
    pub fn bits(&self) -> (i32, i32) {
        (self.fail_bits, self.pass_bits)
    }

    /// The whole bits at which this episode fails, and those at which it passes.
    #[must_use]
    pub fn thresholds(&self) -> (u32, u32) {
        let spent = episode_bits(self.episode);
        (u32::from(self.policy.fail_bits) + spent, u32::from(self.policy.pass_bits) + spent)
    }

    /// The number of the episode, from 1. A new one begins when a latched alarm is released.
    #[must_use]
    pub fn episode(&self) -> u32 {
        self.episode
    }

    /// Whether an alarm stands.
    #[must_use]
    pub fn latched(&self) -> bool {
        self.latched
    }

    /// Whether an observation is on its way, so that the next would be skipped.
    #[must_use]
    pub fn pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Complete observations, in all episodes.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// The evidence hash: SHA-256 of the whole state as `spec/evidence.md` lays it out, 700 bytes at most.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        self.encode(&mut hasher);
        hasher.finish()
    }

    /// Writes the bytes that [`Evidence::digest`] hashes.
    pub fn encode<S: Sink>(&self, sink: &mut S) {
        let Self { policy, wealth, ticks, episode, episode_ticks, latched, severity, calm, .. } = self;
        let mut cbor = Encoder::new(sink);
        cbor.array(14).text("avouch.evidence").uint(VERSION);
        cbor.array(5).uint(policy.null_mean.into()).uint(policy.margin.into());
        cbor.uint(policy.fail_bits.into()).uint(policy.pass_bits.into()).uint(policy.cool_down.into());
        cbor.uint(*ticks).uint((*episode).into()).uint(*episode_ticks);
        cbor.bool(*latched).uint((*severity).into()).uint((*calm).into());
        cbor.int(self.fail_bits.into()).int(self.pass_bits.into()).bool(self.passes);
        match self.pending {
            None => cbor.null(),
            Some(Pending { x, next }) => cbor.array(2).uint(x).uint(next.into()),
        };
        cbor.bytes_head(wealth.len() as u64 * 12);
        for bet in wealth {
            cbor.raw(&bet.to_bytes());
        }
    }

    /// What a whole process is given before observation t of its episode: `1/(t (t + 1))`, in all no more than 1.
    fn starting_wealth(&self) -> Magnitude {
        let t = self.episode_ticks + 1;
        if t < u64::from(u32::MAX) { Magnitude::reciprocal(t * (t + 1)) } else { Magnitude::ZERO }
    }

    /// The most that one bet of `process` may hold. The smaller of a supermartingale and a constant is still one.
    fn cap(&self, process: Process) -> Magnitude {
        Magnitude::power_of_two(match process {
            Process::Pass => self.thresholds().1 as i32 + PASS_HEADROOM_BITS - process.share_bits(),
            Process::Fail | Process::Severity { .. } => CAP_BITS,
        })
    }

    /// Draws the conclusions once every bet has seen `x`.
    fn settle(&mut self, x: u64) {
        self.ticks += 1;
        self.episode_ticks += 1;
        let (fail, pass) = (Process::Fail.sum(&self.wealth), Process::Pass.sum(&self.wealth));
        let (fail_threshold, pass_threshold) = self.thresholds();
        self.fail_bits = fail.log2_in_256ths();
        self.pass_bits = pass.log2_in_256ths();
        self.passes = pass.reaches(pass_threshold as i32);
        let was_latched = self.latched;
        self.latched |= fail.reaches(fail_threshold as i32);
        if self.latched {
            self.severity = self.severity.max(self.measured_severity());
        }
        if was_latched {
            self.calm = if x <= u64::from(self.policy.null_mean) { self.calm.saturating_add(1) } else { 0 };
            if self.policy.cool_down != 0 && self.calm >= self.policy.cool_down {
                self.begin_episode();
            }
        }
    }

    /// `floor(255 k / 9)` for the greatest k whose null mean is rejected; at least 1.
    fn measured_severity(&self) -> u8 {
        let threshold = self.thresholds().0 as i32;
        let rejected = |k: &u32| Process::Severity { k: *k }.sum(&self.wealth).reaches(threshold);
        let k = (1..=SEVERITY_GRID).rev().find(rejected).unwrap_or(0);
        (255 * k / (SEVERITY_GRID + 1)).max(1) as u8
    }

    fn begin_episode(&mut self) {
        let (ticks, episode) = (self.ticks, self.episode.saturating_add(1));
        *self = Self { ticks, episode, ..Self::new(&self.policy) };
    }
}

/// `ceil(log2(j (j + 1)))`: the bits that episode j pays for being one of many.
fn episode_bits(j: u32) -> u32 {
    let product = u64::from(j) * (u64::from(j) + 1);
    u64::BITS - (product - 1).leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::episode_bits;

    #[test]
    fn episodes_spend_no_more_than_the_whole_level() {
        assert_eq!([1, 2, 3, 4, 5, 7, 8].map(episode_bits), [1, 3, 4, 5, 5, 6, 7]);
        assert_eq!(episode_bits(u32::MAX), 64);
        let spent: f64 = (1..100_000).map(|j| (-f64::from(episode_bits(j))).exp2()).sum();
        assert!(spent <= 1.0, "{spent}");
    }
}
