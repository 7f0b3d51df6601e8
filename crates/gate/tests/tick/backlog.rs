//! Deltas that wait for work: in order, by their numbers, and nothing is claimed about a graph that is not there yet.

use std::collections::VecDeque;

use gate::config::{Configuration, ContainerEpochBudget, Statistic};
use gate::profile::Profile;

use crate::model::{Model, id_pool};
use crate::random::Random;
use crate::rig::{Delta, GENEROUS, Rig, UNIT, configuration};
use crate::shadow::Shadow;

/// A mixed delta over few ids; a third of them are refused.
fn delta(pool: &[u64], rng: &mut Random) -> Delta {
    let (u, v) = (rng.pick(pool), rng.pick(pool));
    match rng.below(8) {
        0..=3 => Delta::Add(u, v, 1 + rng.below(UNIT)),
        4 => Delta::Remove(u, v),
        5 => Delta::Update(u, v, rng.below(3)),
        6 => Delta::Observe(u, vec![0; rng.below(6) as usize]),
        _ => Delta::observe(u, &[2.0]),
    }
}

#[test]
fn waiting_deltas_are_applied_in_order() {
    let (mut applied, mut overflowed, mut waited) = (0_u64, 0_u64, 0);
    for seed in 0..60 {
        let mut rng = Random(seed ^ 0x5eed_000a);
        let pool = id_pool(20, &mut rng);
        let ingest = rng.pick(&[0, 1, 2, 5, 20, 40]);
        let total = if rng.chance(64) { rng.below(30) } else { 1 << 40 };
        let budget = ContainerEpochBudget { total, ingest, cut: 0, spectral: 0, ..GENEROUS };
        let mut rig = Rig::new(&Configuration { budget, ..configuration(Profile::TILE) });
        let (mut model, mut shadow) = (Model::new(Profile::TILE), Shadow::new(Profile::TILE));
        let mut queue: VecDeque<(u64, Delta)> = VecDeque::new();
        let mut number = 0;
        for tick in 0..150 {
            let count = if tick < 100 { rng.below(2 * ingest + 8) } else { 0 };
            let deltas: Vec<Delta> = (0..count).map(|_| delta(&pool, &mut rng)).collect();
            let report = rig.tick(&deltas);
            let may = ingest.min(total);
            let (mut refused, mut overflow) = (Vec::new(), Vec::new());
            let (mut done, mut units) = (0, 0);
            let mut apply = |number: u64, delta: &Delta| {
                units += shadow.cost(delta);
                done += 1;
                refused.extend(model.apply(delta).err().map(|reason| (number, reason)));
                units
            };
            let mut used = 0;
            while used < may
                && let Some((number, delta)) = queue.pop_front()
            {
                used = apply(number, &delta);
            }
            // What the budget allows needs no room in the ring.
            for delta in deltas {
                if used < may && queue.is_empty() {
                    used = apply(number, &delta);
                } else if queue.len() < Profile::TILE.pending {
                    queue.push_back((number, delta));
                } else {
                    overflow.push((number, 9));
                }
                number += 1;
            }
            overflowed += overflow.len() as u64;
            refused.extend(overflow);
            assert_eq!(report.work.ingest, units);
            assert_eq!(report.completed.ingest, queue.is_empty());
            assert_eq!(report.refused.count, refused.len() as u64);
            let named = report.refused.first.iter().flatten().map(|(number, reason)| (*number, *reason as u8));
            assert!(named.eq(refused.into_iter().take(8)), "seed {seed}, tick {tick}");
            assert_eq!(report.graph.edges, model.edges.len() as u64);
            assert_eq!(report.graph.version, model.changes);
            applied += done;
            waited += u64::from(!queue.is_empty());
        }
        model.check(rig.gate.graph());
    }
    println!(
        "{applied} deltas applied in order over 9000 ticks, {overflowed} found no room, {waited} ticks with a backlog"
    );
    assert!(overflowed > 1_000 && waited > 2_000);
}

#[test]
fn a_graph_that_is_not_there_yet_has_no_statistic() {
    for statistic in [Statistic::Score, Statistic::OneMinusScore, Statistic::CutDrop] {
        let budget = ContainerEpochBudget { ingest: 2, ..GENEROUS };
        let mut rig = Rig::new(&Configuration { statistic, budget, ..configuration(Profile::TILE) });
        let ring: Vec<Delta> = (0..9).map(|i| Delta::Add(i, (i + 1) % 9, UNIT)).collect();
        let mut report = rig.tick(&ring);
        for tick in 0..4 {
            assert!(!report.completed.ingest, "tick {tick}");
            assert_eq!(report.evidence.statistic, None);
            assert_eq!(report.evidence.observations, 0);
            assert!(!report.completed.cut && !report.completed.spectral && !report.completed.witness);
            assert_eq!(report.cut.map(|cut| cut.epoch), Some(tick), "yet the graph so far is looked at");
            report = rig.tick(&[]);
        }
        assert_eq!(report.completed.mask(), 31);
        assert!(report.evidence.statistic.is_some());
        assert_eq!((report.evidence.observations, report.graph.edges), (1, 9));
    }
}

#[test]
fn losses_are_those_of_the_observations_applied() {
    let budget = ContainerEpochBudget { ingest: 3, ..GENEROUS };
    let settings = Configuration {
        statistic: Statistic::ObservationLoss,
        budget,
        loss_scale: 4.0,
        ..configuration(Profile::TILE)
    };
    let mut rig = Rig::new(&settings);
    let losses = [1.0, -2.0, 400.0, -0.0, 3.0, f32::NAN, 4.0];
    let deltas: Vec<Delta> = losses.iter().map(|loss| Delta::observe(9, &[*loss, 1e30])).collect();
    let quarter = UNIT / 4;
    let report = rig.tick(&deltas);
    assert_eq!(report.evidence.statistic, Some(((quarter + 2 * quarter + UNIT) / 3) as u32));
    let report = rig.tick(&[]);
    assert_eq!(report.evidence.statistic, Some((3 * quarter / 2) as u32), "the refused one does not count");
    assert_eq!(report.refused.first[0].map(|(number, reason)| (number, reason as u8)), Some((5, 8)));
    assert_eq!(rig.tick(&[]).evidence.statistic, Some(u32::MAX), "1 is taken as 1 - 2^-32");
    assert_eq!(rig.tick(&[]).evidence.statistic, None);
    assert_eq!(rig.tick(&[Delta::Add(1, 2, 3)]).evidence.statistic, None);
}
