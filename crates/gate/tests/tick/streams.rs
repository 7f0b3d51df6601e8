//! False alarms of the whole gate, on graph deltas whose statistic meets its null but is far from independent.
//!
//! A stream steers the graph: in every tick it draws the value that the statistic is to have, and sends the deltas
//! that give the graph, or its observations, that value. The draw has two outcomes; given the past their mean is the null mean or
//! less, exactly. Everything else about it depends on the past.

use gate::config::{Configuration, ContainerEpochBudget, Statistic};
use gate::evidence::{Decision, EvidencePolicy};
use gate::profile::Profile;
use gate::tick::report::TickReport;

use crate::binomial::clopper_pearson_upper;
use crate::random::Random;
use crate::rig::{Delta, GENEROUS, Rig, UNIT, configuration};

/// The null mean of all streams.
const MEAN: f64 = 0.3;
const STREAMS: u64 = 300;
const TICKS: u64 = 1_000;
/// Also the bits of a Pass.
const FAIL_BITS: u8 = 4;
const MARGIN: u32 = 1 << 28;

/// What is watched, and so how it is steered.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Watched {
    /// 1 − λ / reference: a vertex hangs on a clump by one edge, whose weight is the minimum cut.
    CutDrop,
    /// 1 − σ of four vertices, two pairs whose four cross edges have one weight.
    OneMinusScore,
    /// The mean loss of three vertices, while the graph changes at random.
    ObservationLoss,
}

const ALL: [Watched; 3] = [Watched::CutDrop, Watched::OneMinusScore, Watched::ObservationLoss];

impl Watched {
    fn statistic(self) -> Statistic {
        match self {
            Self::CutDrop => Statistic::CutDrop,
            Self::OneMinusScore => Statistic::OneMinusScore,
            Self::ObservationLoss => Statistic::ObservationLoss,
        }
    }

    /// The graph before the first tick of the stream.
    fn opening(self) -> Vec<Delta> {
        let clump = [(0, 1, 64 * UNIT), (1, 2, 64 * UNIT), (0, 2, 64 * UNIT), (2, 3, UNIT)];
        let pairs = [(0, 1, UNIT), (2, 3, UNIT), (0, 2, UNIT), (0, 3, UNIT), (1, 2, UNIT), (1, 3, UNIT)];
        let edges: &[(u64, u64, u64)] = if self == Self::OneMinusScore { &pairs } else { &clump };
        edges.iter().map(|(u, v, weight)| Delta::Add(*u, *v, *weight)).collect()
    }

    /// The deltas that give the statistic its value number `level`, of [`LEVELS`], and change what does not matter.
    fn deltas(self, level: usize, rng: &mut Random) -> Vec<Delta> {
        let share = (level + 1) as u64;
        match self {
            Self::CutDrop => {
                let churn = Delta::Update(rng.below(2), 2, (32 + rng.below(64)) * UNIT);
                vec![Delta::Update(3, 2, UNIT - UNIT / (LEVELS as u64 + 1) * share), churn]
            }
            Self::OneMinusScore => {
                let weight = UNIT / (LEVELS as u64 + 1) * (LEVELS as u64 + 1 - share);
                [(0, 2), (0, 3), (1, 2), (1, 3)].map(|(u, v)| Delta::Update(u, v, weight)).to_vec()
            }
            Self::ObservationLoss => {
                let spread = rng.below(share.min(LEVELS as u64 + 1 - share).min(8)) as f32;
                let middle = share as f32;
                let values = [middle + spread, middle, middle - spread].map(|loss| loss / (LEVELS as f32 + 1.0));
                let sign = if rng.chance(128) { -1.0 } else { 1.0 };
                let mut deltas: Vec<Delta> = (0..3).map(|at| Delta::observe(at as u64, &[sign * values[at]])).collect();
                let (u, v) = (rng.below(12), rng.below(12));
                deltas.push(if rng.chance(128) { Delta::Add(u, v, UNIT) } else { Delta::Remove(u, v) });
                deltas
            }
        }
    }

    /// The value of the statistic at each level, ascending, as a gate reports it.
    fn values(self) -> Vec<u32> {
        let mut rig = self.rig(FAIL_BITS, 0, 1 << 20);
        let mut rng = Random(1);
        let values: Vec<u32> = (0..LEVELS)
            .map(|level| rig.tick(&self.deltas(level, &mut rng)).evidence.statistic.expect("budgets are generous"))
            .collect();
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{self:?}: {values:?}");
        values
    }

    /// A gate whose policy has the null mean [`MEAN`], with this many bets a tick.
    fn rig(self, fail_bits: u8, cool_down: u32, bets: u64) -> Rig {
        let null_mean = (MEAN * UNIT as f64) as u32 + 1;
        let policy = EvidencePolicy { null_mean, margin: MARGIN, fail_bits, pass_bits: FAIL_BITS, cool_down };
        let budget = ContainerEpochBudget { evidence: bets, ..GENEROUS };
        let settings = Configuration { statistic: self.statistic(), policy, budget, ..configuration(Profile::TILE) };
        let mut rig = Rig::new(&settings);
        rig.tick(&self.opening()[..]);
        rig
    }
}

/// Values that a stream can ask for.
const LEVELS: usize = 255;

/// A stream of levels.
struct Stream<'v> {
    watched: Watched,
    values: &'v [u32],
    /// Whether the mean moves with a persistent regime; else it is always the null mean, and the variance alone moves.
    regimes: bool,
    calm: bool,
    memory: f64,
    rng: Random,
}

impl<'v> Stream<'v> {
    fn new(watched: Watched, values: &'v [u32], seed: u64) -> Self {
        let rng = Random(seed.wrapping_mul(0x1000_0000_01b3) ^ watched as u64);
        Self { watched, values, regimes: seed.is_multiple_of(3), calm: false, memory: MEAN, rng }
    }

    fn value(&self, level: usize) -> f64 {
        f64::from(self.values[level]) / UNIT as f64
    }

    /// Draws a level whose conditional mean is `mean`, one above and one below it, and sends it to the gate.
    fn tick(&mut self, rig: &mut Rig, mean: f64) -> TickReport {
        let split = (0..LEVELS).position(|level| self.value(level) > mean).expect("some value lies above");
        // High values lately: the next is near 0 or near 1. Low values lately: it lies close to the mean.
        let (low, high) = if self.memory > mean {
            (self.rng.below(9) as usize, LEVELS - 1 - self.rng.below(9) as usize)
        } else {
            let reach = 1 + self.rng.below(12) as usize;
            (split.saturating_sub(reach), split + reach)
        };
        let low = low.min(split - 1);
        let rises = self.rng.unit() < (mean - self.value(low)) / (self.value(high) - self.value(low));
        let level = if rises { high } else { low };
        self.memory += (self.value(level) - self.memory) / 20.0;
        let deltas = self.watched.deltas(level, &mut self.rng);
        let report = rig.tick(&deltas);
        assert_eq!(report.evidence.statistic, Some(self.values[level]), "the graph follows the stream");
        report
    }

    /// One tick under the null.
    fn null_tick(&mut self, rig: &mut Rig) -> TickReport {
        if self.rng.chance(6) {
            self.calm = !self.calm;
        }
        let mean = if self.regimes && self.calm { MEAN * 0.4 } else { MEAN };
        self.tick(rig, mean)
    }
}

/// Sums for a correlation of neighbours in time.
#[derive(Default)]
struct Neighbours {
    last: Option<f64>,
    n: f64,
    sum: f64,
    squares: f64,
    products: f64,
}

impl Neighbours {
    fn push(&mut self, x: f64) {
        if let Some(last) = self.last {
            self.products += x * last;
            self.n += 1.0;
            self.sum += x;
            self.squares += x * x;
        }
        self.last = Some(x);
    }

    fn correlation(&self) -> f64 {
        let mean = self.sum / self.n;
        (self.products / self.n - mean * mean) / (self.squares / self.n - mean * mean)
    }
}

fn announce(what: &str, failed: u64, streams: u64) {
    let level = (-f64::from(FAIL_BITS)).exp2();
    let share = failed as f64 / streams as f64;
    let bound = clopper_pearson_upper(failed, streams);
    println!("{what}: {failed} of {streams} streams, share {share:.4}, 95% upper bound {bound:.4}, level {level:.4}");
    assert!(share <= level, "{what}: {share} is above {level}");
}

#[test]
fn null_streams_seldom_fail() {
    let (mut failed, mut streams) = (0, 0);
    for watched in ALL {
        let values = watched.values();
        let mut here = 0;
        let (mut levels, mut sizes) = (Neighbours::default(), Neighbours::default());
        for seed in 0..STREAMS {
            // Every second gate is released by calm; every third has bets for two observations in three ticks.
            let bets = if seed % 3 == 2 { 32 } else { 1 << 20 };
            let mut rig = watched.rig(FAIL_BITS, if seed % 4 < 2 { 0 } else { 8 }, bets);
            let mut stream = Stream::new(watched, &values, seed);
            let mut ever = false;
            for _ in 0..TICKS {
                let report = stream.null_tick(&mut rig);
                ever |= report.evidence.latched;
                let x = f64::from(report.evidence.statistic.unwrap()) / UNIT as f64;
                levels.push(x);
                sizes.push((x - MEAN).abs());
            }
            here += u64::from(ever);
        }
        println!(
            "{watched:?}: neighbours in time correlate by {:.2}, their distances from the mean by {:.2}",
            levels.correlation(),
            sizes.correlation()
        );
        announce(&format!("{watched:?}, {TICKS} ticks, ever failed"), here, STREAMS);
        (failed, streams) = (failed + here, streams + STREAMS);
    }
    announce("all, ever failed", failed, streams);
}

#[test]
fn null_streams_seldom_fail_again_after_an_alarm() {
    let (mut failed, mut streams, mut released) = (0, 0, 0);
    for watched in ALL {
        let values = watched.values();
        for seed in 0..STREAMS / 2 {
            let mut rig = watched.rig(FAIL_BITS, 4, 1 << 20);
            let mut stream = Stream::new(watched, &values, seed + 1_000_000);
            // A true alarm first, then the null, which releases it by calm or is helped by a rearm.
            while !stream.tick(&mut rig, 0.8).evidence.latched {}
            let mut again = false;
            for tick in 0..TICKS / 2 {
                let report = stream.null_tick(&mut rig);
                again |= report.evidence.latched && report.evidence.episode > 1;
                if tick == 100 && report.evidence.latched {
                    rig.tick(&[Delta::Rearm]);
                }
                released += u64::from(tick == 200 && report.evidence.episode > 1);
            }
            failed += u64::from(again);
            streams += 1;
        }
    }
    assert_eq!(released, streams, "every true alarm was released");
    announce("after a true alarm and its release, failed again", failed, streams);
}

#[test]
fn streams_of_bad_news_seldom_pass() {
    // The null of a Pass: given the past, the mean is m + d or more. Alarms are true here; calm releases them.
    let mean = (MEAN * UNIT as f64 + f64::from(MARGIN) + 2.0) / UNIT as f64;
    let (mut passed, mut streams, mut episodes) = (0, 0, 0);
    for watched in ALL {
        let values = watched.values();
        for seed in 0..STREAMS / 2 {
            let mut rig = watched.rig(FAIL_BITS, 2, 1 << 20);
            let mut stream = Stream::new(watched, &values, seed + 3_000_000);
            let mut ever = false;
            for _ in 0..TICKS / 2 {
                let report = stream.tick(&mut rig, mean);
                ever |= report.decision == Decision::Pass;
                episodes = episodes.max(report.evidence.episode);
            }
            passed += u64::from(ever);
            streams += 1;
        }
    }
    println!("up to {episodes} episodes");
    announce("at m + d, ever passed", passed, streams);
}

#[test]
fn streams_that_leave_the_null_fail() {
    for watched in ALL {
        let values = watched.values();
        let mut delays: Vec<u64> = (0..30)
            .map(|seed| {
                let mut rig = watched.rig(12, 0, 1 << 20);
                let mut stream = Stream::new(watched, &values, seed + 2_000_000);
                for _ in 0..300 {
                    stream.null_tick(&mut rig);
                }
                (1..=600).find(|_| stream.tick(&mut rig, 0.6).evidence.latched).expect("a mean of 0.6 is found")
            })
            .collect();
        delays.sort_unstable();
        println!(
            "{watched:?}: from 0.3 to 0.6 after 300 ticks, 2^-12: median delay {} ticks, longest {}",
            delays[15], delays[29]
        );
    }
}
