//! False alarms and false passes under simulated nulls, and how fast a change is found.
//!
//! Every stream meets its null at the boundary: given the past, the mean of the next value is exactly m (or m + d),
//! and nothing else about it is fixed.

use gate::evidence::{Decision, Evidence, EvidencePolicy, ONE};

use crate::binomial::clopper_pearson_upper;
use crate::evidence_cases::{feed, q32};
use crate::random::Random;

const STREAMS: u64 = 700;
const TICKS: u64 = 2_000;

/// The kinds of null stream.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Independent, 0 or 1.
    Bernoulli,
    /// Independent, with a density: a mixture of two uniforms.
    Smooth,
    /// Two points at equal distance from the mean or skewed; distance and skew depend on the last hundred values.
    Dependent,
}

const KINDS: [Kind; 3] = [Kind::Bernoulli, Kind::Smooth, Kind::Dependent];

/// A stream whose conditional mean is `mean` for ever.
struct Stream {
    kind: Kind,
    mean: f64,
    memory: f64,
    rng: Random,
}

impl Stream {
    fn new(kind: Kind, mean: f64, seed: u64) -> Self {
        Self { kind, mean, memory: mean, rng: Random(seed.wrapping_mul(0x1000_0000_01b3)) }
    }

    fn next(&mut self) -> u64 {
        let mean = self.mean;
        let x = match self.kind {
            Kind::Bernoulli => f64::from(u8::from(self.rng.unit() < mean)),
            Kind::Smooth => {
                // Uniform on [0, mean] with chance 1 - mean, on [mean, 1] with chance mean: mean (1-m) m/2 + m (1+m)/2 = m.
                let below = self.rng.unit() >= mean;
                let place = self.rng.unit();
                if below { mean * place } else { mean + (1.0 - mean) * place }
            }
            Kind::Dependent => {
                // Above the mean lately: far, rare jumps up. Below it lately: small symmetric steps. The volatility clusters.
                let (up, down) = if self.memory > mean {
                    (1.0 - mean, mean * 0.2)
                } else {
                    let step = mean.min(1.0 - mean) * (0.1 + 0.9 * self.memory / mean);
                    (step, step)
                };
                let rises = self.rng.unit() < down / (up + down);
                if rises { mean + up } else { mean - down }
            }
        };
        self.memory += (x - self.memory) / 100.0;
        // Rounded down: the mean is not raised. For a Pass null the caller turns the stream round.
        (x * ONE as f64) as u64
    }
}

/// Counts the streams in which `wrong` happens, and asserts that they are no more than the level allows.
fn count(what: &str, level: f64, run: impl Fn(Kind, u64) -> (bool, u32)) {
    let (mut total, mut wrong, mut episodes) = (0_u64, 0_u64, 0);
    for kind in KINDS {
        let mut here = 0;
        for seed in 0..STREAMS {
            let (bad, last) = run(kind, seed);
            here += u64::from(bad);
            episodes = episodes.max(last);
        }
        println!("{what}, {kind:?}: {here} of {STREAMS} streams");
        assert!(here as f64 / STREAMS as f64 <= level, "{what}, {kind:?}: {here} of {STREAMS} is above {level}");
        (total, wrong) = (total + STREAMS, wrong + here);
    }
    let bound = clopper_pearson_upper(wrong, total);
    println!(
        "{what}: {wrong} of {total} streams of {TICKS} ticks, share {:.4}, 95% upper bound {bound:.4}, level {level:.4}, \
         up to {episodes} episodes",
        wrong as f64 / total as f64
    );
}

#[test]
fn false_alarms_stay_below_their_level() {
    let policy = EvidencePolicy { null_mean: q32(0.3) + 1, margin: q32(0.1), fail_bits: 4, pass_bits: 4, cool_down: 5 };
    count("false alarm", (-4_f64).exp2(), |kind, seed| {
        let mut evidence = Evidence::new(&policy);
        let mut stream = Stream::new(kind, 0.3, seed);
        let mut failed = false;
        for tick in 0..TICKS {
            failed |= matches!(feed(&mut evidence, stream.next()), Decision::Fail { .. });
            if tick % 10 == 0 {
                evidence.rearm();
            }
        }
        (failed, evidence.episode())
    });
}

#[test]
fn false_passes_stay_below_their_level() {
    // The Pass null is a mean of at least m + d = 0.4: its complement is a stream of mean at most 0.6.
    let policy = EvidencePolicy { null_mean: q32(0.3), margin: q32(0.1), fail_bits: 4, pass_bits: 4, cool_down: 0 };
    count("false Pass", (-4_f64).exp2(), |kind, seed| {
        let mut evidence = Evidence::new(&policy);
        let mut stream = Stream::new(kind, 0.6, seed + 1_000_000);
        let mut passed = false;
        for tick in 0..TICKS {
            passed |= feed(&mut evidence, ONE - stream.next()) == Decision::Pass;
            // Alarms are true here, and each release begins a new episode for the Pass process as well.
            if tick % 10 == 0 {
                evidence.rearm();
            }
        }
        (passed, evidence.episode())
    });
}

#[test]
fn severity_is_not_overstated() {
    // The mean is 0.6 throughout, so that no severity above floor(255 * 0.3/0.7) = 109 is true; level 2^-5 in episode 1.
    let policy = EvidencePolicy { null_mean: q32(0.3), margin: 0, fail_bits: 4, pass_bits: 4, cool_down: 0 };
    count("overstated severity", (-4_f64).exp2(), |kind, seed| {
        let mut evidence = Evidence::new(&policy);
        let mut stream = Stream::new(kind, 0.6, seed + 2_000_000);
        let overstated = (0..TICKS)
            .any(|_| matches!(feed(&mut evidence, stream.next()), Decision::Fail { severity } if severity > 109));
        (overstated, evidence.episode())
    });
}

#[test]
fn changes_are_found() {
    for (bits, change, at_most) in [(7, 0.9, 30), (7, 0.5, 200), (20, 0.9, 50)] {
        let policy =
            EvidencePolicy { null_mean: q32(0.3), margin: q32(0.1), fail_bits: bits, pass_bits: 7, cool_down: 0 };
        let mut delays: Vec<u64> = (0..400).map(|seed| delay(&policy, change, seed)).collect();
        delays.sort_unstable();
        let (median, late) = (delays[200], delays[380]);
        println!("0.3 to {change} after 500 ticks, 2^-{bits}: median delay {median} ticks, 95% within {late}");
        assert!(median <= at_most, "{median}");
    }
}

/// Ticks from a change of the mean, from just below 0.3 to `mean`, to the alarm; streams with an early alarm count as slow.
fn delay(policy: &EvidencePolicy, mean: f64, seed: u64) -> u64 {
    let mut evidence = Evidence::new(policy);
    let mut before = Stream::new(Kind::Bernoulli, 0.3, seed + 3_000_000);
    let mut after = Stream::new(Kind::Bernoulli, mean, seed + 4_000_000);
    for _ in 0..500 {
        feed(&mut evidence, before.next());
    }
    if evidence.latched() {
        return u64::MAX;
    }
    (1..5_000).find(|_| matches!(feed(&mut evidence, after.next()), Decision::Fail { .. })).unwrap_or(u64::MAX)
}
