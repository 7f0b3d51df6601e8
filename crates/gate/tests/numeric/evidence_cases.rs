//! The evidence, case by case: latching, release, severity, slicing, the ends of every range.

use gate::evidence::{Decision, Evidence, EvidencePolicy, ONE, Observation, PolicyError};
use gate::work::{Progress, Work};

use crate::random::Random;

/// `share` of one as Q0.32.
pub(crate) fn q32(share: f64) -> u32 {
    (share * ONE as f64) as u32
}

/// Mean 0.3, margin 0.1, a hundredth (less) each way, released by `rearm` alone.
pub(crate) fn policy() -> EvidencePolicy {
    EvidencePolicy { null_mean: q32(0.3), margin: q32(0.1), fail_bits: 7, pass_bits: 7, cool_down: 0 }
}

/// Feeds one observation with all the work it wants.
pub(crate) fn feed(evidence: &mut Evidence, x: u64) -> Decision {
    assert_eq!(evidence.observe(x), Observation::Accepted);
    assert_eq!(evidence.advance(&mut Work::new(u64::MAX)), Progress::Done);
    evidence.decision()
}

/// Feeds `x` until `wanted` holds; the number of observations.
fn feed_until(evidence: &mut Evidence, x: u64, wanted: impl Fn(Decision) -> bool) -> u32 {
    (1..10_000).find(|_| wanted(feed(evidence, x))).expect("10,000 observations suffice")
}

fn failed(decision: Decision) -> bool {
    matches!(decision, Decision::Fail { .. })
}

#[test]
fn an_alarm_latches_until_rearm() {
    let mut evidence = Evidence::new(&policy());
    assert_eq!(evidence.decision(), Decision::Inconclusive);
    assert_eq!((evidence.bits(), evidence.thresholds()), ((0, 0), (8, 8)));
    assert!(!evidence.rearm(), "nothing to release");
    let delay = feed_until(&mut evidence, ONE, failed);
    assert!((5..20).contains(&delay), "{delay}");
    for _ in 0..500 {
        assert!(failed(feed(&mut evidence, 0)), "an alarm stands whatever follows");
    }
    assert!(evidence.latched() && evidence.rearm() && !evidence.latched());
    assert_eq!((evidence.episode(), evidence.thresholds(), evidence.bits()), (2, (10, 10), (0, 0)));
    assert_eq!((evidence.decision(), evidence.ticks()), (Decision::Inconclusive, u64::from(delay) + 500));
    let again = feed_until(&mut evidence, ONE, failed);
    assert!(again >= delay, "a later episode asks for more");
}

#[test]
fn an_alarm_cools_down_after_calm_ticks_in_a_row() {
    let calm = u64::from(policy().null_mean);
    let mut evidence = Evidence::new(&EvidencePolicy { cool_down: 10, ..policy() });
    feed_until(&mut evidence, ONE, failed);
    for _ in 0..9 {
        assert!(failed(feed(&mut evidence, calm)));
    }
    assert!(failed(feed(&mut evidence, calm + 1)), "one loud tick starts the count again");
    for _ in 0..9 {
        assert!(failed(feed(&mut evidence, calm)));
    }
    assert_eq!(feed(&mut evidence, calm), Decision::Inconclusive);
    assert_eq!((evidence.episode(), evidence.latched()), (2, false));
}

#[test]
fn a_pass_comes_and_goes() {
    // Fail asks for so much that it does not interfere.
    let policy = EvidencePolicy { null_mean: q32(0.9), margin: 0, fail_bits: 64, ..policy() };
    let mut evidence = Evidence::new(&policy);
    let first = feed_until(&mut evidence, 0, |decision| decision == Decision::Pass);
    for _ in 0..5_000 {
        assert_eq!(feed(&mut evidence, 0), Decision::Pass);
    }
    let (_, pass) = evidence.bits();
    assert_eq!(pass, (8 + 8) * 256, "eight bits of headroom, not more");
    let lost = feed_until(&mut evidence, ONE, |decision| decision == Decision::Inconclusive);
    // A bad stretch does not sink it for good: wealth comes in at every tick.
    for _ in 0..200 {
        assert_eq!(feed(&mut evidence, ONE), Decision::Inconclusive);
    }
    let again = feed_until(&mut evidence, 0, |decision| decision == Decision::Pass);
    assert!(lost < 100 && again < 60, "{lost}, {again}");
    println!("Pass after {first} ticks, lost after {lost}, back after {again}");
}

#[test]
fn severity_measures_how_far_above_the_mean_lies() {
    let mut before = 0;
    for (level, at_most) in [(0.35, 18), (0.5, 72), (0.7, 145), (0.9, 218), (1.0, 255)] {
        let mut evidence = Evidence::new(&policy());
        feed_until(&mut evidence, u64::from(q32(level)), failed);
        let mut last = 1;
        for _ in 0..3_000 {
            let Decision::Fail { severity } = feed(&mut evidence, u64::from(q32(level))) else { panic!("latched") };
            assert!(severity >= last, "severity never falls within an episode");
            last = severity;
        }
        // floor(255 (level - m)/(1 - m)) is the truth; the grid lies below it.
        assert!(last <= at_most && last >= before, "level {level}: severity {last}");
        before = last;
        println!("level {level}: severity {last}");
    }
    assert_eq!(before, 226, "the top of the grid, 255 * 8 / 9");
}

#[test]
fn slices_of_work_change_nothing_and_late_observations_are_skipped() {
    let mut rng = Random(5);
    let mut whole = Evidence::new(&EvidencePolicy { cool_down: 4, ..policy() });
    let mut sliced = whole.clone();
    let mut skipped = 0;
    for tick in 0..4_000_u64 {
        let x = if tick / 500 % 2 == 0 { rng.below(ONE / 2) } else { rng.below(ONE + 1) };
        feed(&mut whole, x);
        assert_eq!(sliced.observe(x), Observation::Accepted);
        let decision = sliced.decision();
        let bits = sliced.bits();
        while sliced.advance(&mut Work::new(1 + rng.below(2 * Evidence::WORK))) == Progress::Pending {
            assert_eq!((sliced.decision(), sliced.bits(), sliced.pending()), (decision, bits, true));
            assert_ne!(sliced.digest(), whole.digest());
            assert_eq!(sliced.observe(rng.below(ONE)), Observation::Skipped);
            skipped += 1;
        }
        assert_eq!(sliced, whole);
        assert_eq!(sliced.digest(), whole.digest());
    }
    assert!(whole.episode() > 2);
    println!("4,000 observations, {skipped} stops, {} episodes, the same digests", whole.episode());
}

#[test]
fn an_observation_costs_one_unit_a_bet() {
    let mut evidence = Evidence::new(&policy());
    assert_eq!(evidence.observe(ONE), Observation::Accepted);
    assert_eq!(evidence.advance(&mut Work::new(0)), Progress::Pending);
    let mut work = Work::new(Evidence::WORK);
    assert_eq!(evidence.advance(&mut work), Progress::Done);
    assert_eq!((work.used(), Evidence::WORK, evidence.ticks()), (48, 48, 1));
}

#[test]
fn rearm_drops_what_is_on_its_way_only_under_an_alarm() {
    let mut evidence = Evidence::new(&policy());
    evidence.observe(ONE);
    assert!(!evidence.rearm() && evidence.pending());
    evidence.advance(&mut Work::new(u64::MAX));
    feed_until(&mut evidence, ONE, failed);
    evidence.observe(ONE);
    evidence.advance(&mut Work::new(7));
    assert!(evidence.rearm() && !evidence.pending());
}

#[test]
fn policies_without_room_are_refused() {
    let with = |change: fn(&mut EvidencePolicy)| {
        let mut policy = policy();
        change(&mut policy);
        policy.validate()
    };
    assert_eq!(with(|_| {}), Ok(()));
    assert_eq!(with(|p| p.null_mean = 0), Err(PolicyError::NullMean));
    assert_eq!(with(|p| p.null_mean = (1 << 22) - 1), Err(PolicyError::NullMean));
    assert_eq!(with(|p| (p.null_mean, p.margin) = (1 << 22, 0)), Ok(()));
    assert_eq!(with(|p| p.null_mean = u32::MAX), Err(PolicyError::NullMean));
    assert_eq!(with(|p| p.margin = u32::MAX), Err(PolicyError::Margin));
    assert_eq!(with(|p| p.margin = ((1_u64 << 32) - (1 << 22)) as u32 - p.null_mean), Ok(()));
    assert_eq!(with(|p| p.margin = ((1_u64 << 32) - (1 << 22)) as u32 - p.null_mean + 1), Err(PolicyError::Margin));
    assert_eq!(with(|p| p.fail_bits = 0), Err(PolicyError::FailBits));
    assert_eq!(with(|p| p.fail_bits = 65), Err(PolicyError::FailBits));
    assert_eq!(with(|p| p.pass_bits = 0), Err(PolicyError::PassBits));
    assert_eq!(with(|p| p.pass_bits = 65), Err(PolicyError::PassBits));
    for error in [PolicyError::NullMean, PolicyError::Margin, PolicyError::FailBits, PolicyError::PassBits] {
        assert!(error.to_string().contains("must"), "it says what to do: {error}");
    }
}

#[test]
fn the_ends_of_every_range_hold_for_many_ticks() {
    let (low, high) = (1 << 22, u32::MAX - (1 << 22) + 1);
    let mut ticks = 0;
    for null_mean in [low, q32(0.5), high] {
        for (name, level) in [("0", 0), ("1", ONE), ("more than 1", u64::MAX)] {
            let policy = EvidencePolicy { null_mean, margin: 0, fail_bits: 10, pass_bits: 10, cool_down: 0 };
            let mut evidence = Evidence::new(&policy);
            for _ in 0..20_000 {
                feed(&mut evidence, level);
                ticks += 1;
            }
            let decision = evidence.decision();
            let holds = if level == 0 { decision == Decision::Pass } else { failed(decision) };
            assert!(holds, "mean {null_mean}, x = {name}: {decision:?} at {:?}", evidence.bits());
        }
    }
    // A million ticks at the top: the Fail process stands at its cap of 2^(2^20) a bet and stays there.
    let mut evidence = Evidence::new(&EvidencePolicy { null_mean: low, margin: 0, ..policy() });
    let mut highest = 0;
    for _ in 0..1_000_000 {
        feed(&mut evidence, ONE);
        assert!(evidence.bits().0 >= highest);
        highest = evidence.bits().0;
        ticks += 1;
    }
    assert_eq!(highest, (3 + (1 << 20)) * 256);
    println!("{ticks} ticks at the ends of the ranges");
}
