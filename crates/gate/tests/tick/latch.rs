//! Alarms through the gate: latched, released by a recorded delta or by calm, counted in episodes.

use gate::config::{Configuration, ContainerEpochBudget, Statistic};
use gate::evidence::{Decision, Evidence, EvidencePolicy};
use gate::profile::Profile;
use gate::tick::report::TickReport;

use crate::rig::{Delta, GENEROUS, Rig, configuration};

const POLICY: EvidencePolicy =
    EvidencePolicy { null_mean: 3 << 29, margin: 1 << 28, fail_bits: 6, pass_bits: 6, cool_down: 0 };

fn watching_losses(cool_down: u32, budget: ContainerEpochBudget) -> Rig {
    let policy = EvidencePolicy { cool_down, ..POLICY };
    Rig::new(&Configuration { statistic: Statistic::ObservationLoss, policy, budget, ..configuration(Profile::TILE) })
}

fn observe(rig: &mut Rig, value: f32) -> TickReport {
    rig.tick(&[Delta::observe(1, &[value])])
}

/// Losses of 1 until it fails. Says how many.
fn raise_alarm(rig: &mut Rig) -> u32 {
    for tick in 1..1_000 {
        let report = observe(rig, 1.0);
        if report.evidence.latched {
            assert!(matches!(report.decision, Decision::Fail { severity: 1.. }));
            assert!(report.evidence.fail_bits >= report.evidence.fail_threshold);
            return tick;
        }
        assert!(report.evidence.fail_bits < report.evidence.fail_threshold);
    }
    panic!("losses of 1 do not fail");
}

#[test]
fn without_cool_down_only_a_rearm_releases() {
    let mut rig = watching_losses(0, GENEROUS);
    let first = raise_alarm(&mut rig);
    for _ in 0..2_000 {
        let report = observe(&mut rig, 0.0);
        assert!(matches!(report.decision, Decision::Fail { .. }));
        assert_eq!(report.evidence.episode, 1);
    }
    let report = rig.tick(&[Delta::Rearm]);
    assert_eq!((report.decision, report.evidence.latched), (Decision::Inconclusive, false));
    assert_eq!((report.evidence.episode, report.evidence.fail_bits, report.evidence.pass_bits), (2, 0, 0));
    assert_eq!(report.evidence.fail_threshold, (6 + 3) * 256, "episode 2 pays ceil(log2(2 * 3)) bits");
    assert_eq!(report.evidence.pass_threshold, (6 + 3) * 256);
    let second = raise_alarm(&mut rig);
    assert!(second > first, "a later episode asks for more: {first}, {second}");
    println!("alarm after {first} losses of 1 in episode 1 and {second} in episode 2; 2000 calm ticks release nothing");
}

#[test]
fn a_rearm_without_an_alarm_changes_nothing() {
    let (mut armed, mut twin) = (watching_losses(3, GENEROUS), watching_losses(3, GENEROUS));
    for tick in 0..200_u32 {
        let deltas = [Delta::observe(1, &[(tick % 7) as f32 / 16.0])];
        let report = twin.tick(&deltas);
        let rearmed = armed.tick(&[&deltas[..], &[Delta::Rearm]].concat());
        assert!(!report.evidence.latched);
        assert_eq!(rearmed.evidence, report.evidence);
        assert_eq!((rearmed.decision, rearmed.refused.count), (report.decision, 0));
    }
    assert_eq!(twin.tick(&[]).decision, Decision::Pass, "long calm passes");
}

#[test]
fn calm_observations_in_a_row_release() {
    for cool_down in [1, 2, 5, 40] {
        let mut rig = watching_losses(cool_down, GENEROUS);
        raise_alarm(&mut rig);
        // One short of the cool-down, then one that is not calm: the count starts afresh.
        for _ in 1..cool_down {
            assert!(observe(&mut rig, 0.1).evidence.latched);
            assert!(rig.tick(&[]).evidence.latched, "a tick without a value is not calm");
        }
        assert!(observe(&mut rig, 0.9).evidence.latched);
        for _ in 1..cool_down {
            // 0.375 is the null mean itself, which still is calm.
            assert!(observe(&mut rig, 0.375).evidence.latched);
        }
        let report = observe(&mut rig, 0.2);
        assert_eq!((report.evidence.latched, report.evidence.episode), (false, 2));
        assert_eq!(report.decision, Decision::Inconclusive);
        assert_eq!((report.evidence.fail_bits, report.evidence.pass_bits), (0, 0));
    }
}

#[test]
fn a_rearm_drops_the_observation_on_its_way() {
    // 20 of 48 bets a tick: an observation takes three.
    let mut rig = watching_losses(0, ContainerEpochBudget { evidence: 20, ..GENEROUS });
    let mut ticks = 0;
    while !observe(&mut rig, 1.0).evidence.latched {
        ticks += 1;
        assert!(ticks < 1_000);
    }
    let mut report = observe(&mut rig, 1.0);
    while report.completed.evidence {
        report = observe(&mut rig, 1.0);
    }
    let taken = report.evidence.observations;
    let report = rig.tick(&[Delta::Rearm]);
    assert_eq!((report.evidence.observations, report.evidence.episode), (taken, 2));
    assert!(report.completed.evidence && report.work.evidence == 0, "nothing is on its way any more");
    assert_eq!(rig.tick(&[]).evidence.observations, taken);
    println!("{taken} observations taken over {} ticks at 20 bets a tick", rig.epoch);
}

#[test]
fn the_gate_feeds_the_evidence_what_it_reports() {
    let mut rig = watching_losses(4, GENEROUS);
    let mut mirror = Evidence::new(&EvidencePolicy { cool_down: 4, ..POLICY });
    let mut rng = crate::random::Random(77);
    let mut episodes = 1;
    for tick in 0..3_000_u64 {
        let bad = tick / 100 % 3 == 2;
        let mut deltas: Vec<Delta> = (0..rng.below(4))
            .map(|vertex| Delta::observe(vertex, &[rng.unit() as f32 * if bad { 1.5 } else { -0.5 }]))
            .collect();
        if rng.chance(2) {
            deltas.insert(0, Delta::Rearm);
            mirror.rearm();
        }
        let report = rig.tick(&deltas);
        assert_eq!(report.evidence.statistic.is_some(), deltas.iter().any(|delta| *delta != Delta::Rearm));
        if let Some(x) = report.evidence.statistic {
            mirror.observe(u64::from(x));
            mirror.advance(&mut gate::work::Work::new(48));
        }
        assert_eq!(report.evidence.hash, mirror.digest());
        assert_eq!(report.decision, mirror.decision());
        episodes = episodes.max(report.evidence.episode);
    }
    println!("3000 ticks hashed as by the evidence alone, {episodes} episodes");
    assert!(episodes > 4);
}
