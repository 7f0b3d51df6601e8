//! Work that runs out: where it stops, what is said meanwhile, and that it comes to the same end.

use std::collections::BTreeMap;

use gate::config::{Configuration, ContainerEpochBudget, Core, Statistic};
use gate::profile::Profile;
use gate::tick::report::{CutReport, ScoreReport, TickReport};

use crate::model::{connected, id_pool};
use crate::random::Random;
use crate::rig::{Delta, GENEROUS, Rig, UNIT, configuration, timeless_cut, timeless_score};

type Edges = Vec<(u64, u64, u64)>;

fn edges_of(rig: &Rig) -> Edges {
    let graph = rig.gate.graph();
    let mut edges: Edges = graph
        .edges()
        .map(|(ends, weight)| {
            let [u, v] = ends.map(|slot| graph.id(slot));
            (u.min(v), u.max(v), weight)
        })
        .collect();
    edges.sort_unstable();
    edges
}

/// What generous budgets say of these edges.
fn reference(settings: &Configuration<'_>, edges: &[(u64, u64, u64)]) -> (Option<CutReport>, Option<ScoreReport>) {
    let report = Rig::new(&Configuration { budget: GENEROUS, ..*settings }).load(edges);
    (timeless_cut(&report), timeless_score(&report))
}

/// Deltas of one tick of a random stream.
fn step(pool: &[u64], rng: &mut Random) -> Vec<Delta> {
    (0..rng.below(5))
        .map(|_| {
            let (u, v) = (rng.pick(pool), rng.pick(pool));
            match rng.below(6) {
                0 => Delta::Remove(u, v),
                1 => Delta::Update(u, v, 1 + rng.below(4 * UNIT)),
                2 => Delta::observe(u, &[rng.unit() as f32]),
                _ => Delta::Add(u, v, (1 + rng.below(4)) * UNIT),
            }
        })
        .collect()
}

/// How far each phase may pass its budget. n and m are those of the graph where a flight starts, of the core after.
fn check_work(report: &TickReport, budget: &ContainerEpochBudget, worst: &mut [u64; 3]) {
    let work = &report.work;
    let n = report.graph.vertices.max(report.graph.core_vertices);
    let m = report.graph.edges.max(report.graph.core_edges);
    // Every delta is a checkpoint, and the last one may have compacted the rows of a full graph.
    let compaction = (3 * Profile::EDGE.vertices + Profile::EDGE.edges / 4 + 1) as u64;
    assert!(work.ingest <= budget.ingest + compaction, "{} units for ingest", work.ingest);
    assert!(work.evidence <= budget.evidence, "a checkpoint after every unit");
    // cut.md: checkpoints are O(n + m) apart; configuration.md: freezing is one step, O(n + m) for these cores.
    // Families and labels are as large as the profile allows, whatever the graph.
    let n = n.max(Profile::TILE.vertices as u64);
    let over = work.cut.saturating_sub(budget.cut);
    assert!(over <= 12 * (n + m) + 12, "{over} units over, n {n}, m {m}");
    worst[0] = worst[0].max(over * 10 / (n + m + 1));
    // score.md: the start of the second pass with its first step, or the small matrix.
    let over = work.spectral.saturating_sub(budget.spectral);
    assert!(over <= (4 * m + 9 * n).max(106 * 50), "{over} units over, n {n}, m {m}");
    worst[1] = worst[1].max(over);
    let over = work.witness.saturating_sub(budget.witness);
    assert!(over <= 3 * 64 + 32, "{over} units over");
    worst[2] = worst[2].max(over);
    let sum = work.ingest + work.cut + work.spectral + work.evidence + work.witness;
    assert_eq!(work.total, sum, "the total is the sum of the phases");
    for (used, part) in [(work.ingest, budget.ingest), (work.cut, budget.cut), (work.witness, budget.witness)] {
        assert!(part > 0 || used == 0, "a phase without a budget does nothing");
    }
}

/// Checks the published cut and score against the graph at the epochs that they name, and the bits against them.
fn check_published(report: &TickReport, settings: &Configuration<'_>, past: &[(u64, Edges)], known: &mut Known) {
    let version = report.graph.version;
    if let Some(cut) = report.cut {
        let (_, edges) = &past[cut.epoch as usize];
        assert_eq!(Some(CutReport { epoch: 0, ..cut }), known.look_up(settings, cut.epoch, edges).0);
    }
    if let Some(score) = report.score {
        let (_, edges) = &past[score.epoch as usize];
        let expected = known.look_up(settings, score.epoch, edges).1.unwrap();
        let bounded = score.lower == expected.lower && score.score == expected.score;
        assert!(bounded || score.lower == 0, "the lower bound is there or not");
        assert_eq!((score.upper, score.neg_log2), (expected.upper, expected.neg_log2));
        assert!(score.lower <= score.score && score.score <= score.upper);
    }
    let speaks_of_now = |epoch: u64| past[epoch as usize].0 == version && report.completed.ingest;
    assert!(!report.completed.witness || report.cut.is_some_and(|cut| speaks_of_now(cut.epoch)));
    assert!(!report.completed.spectral || report.score.is_some_and(|score| speaks_of_now(score.epoch)));
    assert!(!report.completed.cut || report.completed.ingest);
    assert!(!report.completed.witness || report.completed.cut);
}

/// References by epoch, each made once.
#[derive(Default)]
struct Known(BTreeMap<u64, (Option<CutReport>, Option<ScoreReport>)>);

impl Known {
    fn look_up(
        &mut self,
        settings: &Configuration<'_>,
        epoch: u64,
        edges: &[(u64, u64, u64)],
    ) -> (Option<CutReport>, Option<ScoreReport>) {
        *self.0.entry(epoch).or_insert_with(|| reference(settings, edges))
    }
}

#[test]
fn any_budgets_give_honest_reports_and_the_same_twice() {
    const SEEDS: u64 = 500;
    const TICKS: u64 = 90;
    let (mut partial, mut whole, mut references, mut worst) = (0_u64, 0_u64, 0, [0; 3]);
    for seed in 0..SEEDS {
        let mut rng = Random(seed ^ 0x5eed_000b);
        let pool = id_pool(16, &mut rng);
        let part = |rng: &mut Random| match rng.below(5) {
            0 => 0,
            1 => 1,
            2 => rng.below(30),
            3 => rng.below(2_000),
            _ => 1 << 50,
        };
        let mut parts = || part(&mut rng);
        let budget = ContainerEpochBudget {
            total: parts().max(parts()),
            ingest: parts().max(parts()),
            cut: parts(),
            spectral: parts(),
            evidence: parts(),
            witness: parts(),
        };
        let core = rng.pick(&[Core::All, Core::KCore(1), Core::Protected(&[0, 1, 1 << 32, 1 << 63, u64::MAX])]);
        let (statistic, _) = rng.pick(&Statistic::NAMES);
        let settings = Configuration { core, statistic, budget, ..configuration(Profile::TILE) };
        let (mut rig, mut twin) = (Rig::new(&settings), Rig::new(&settings));
        let (mut past, mut known) = (Vec::new(), Known::default());
        for tick in 0..TICKS {
            // Rests, so that work may catch up.
            let deltas = if tick / 15 % 2 == 0 { step(&pool, &mut rng) } else { Vec::new() };
            let report = rig.tick(&deltas);
            assert_eq!(twin.tick(&deltas), report, "seed {seed}, tick {tick}");
            past.push((report.graph.version, edges_of(&rig)));
            check_published(&report, &settings, &past, &mut known);
            check_work(&report, &budget, &mut worst);
            partial += u64::from(report.completed.mask() != 31);
            whole += u64::from(report.completed.mask() == 31);
        }
        references += known.0.len();
    }
    println!(
        "{SEEDS} budgets, {TICKS} ticks each, twice: {partial} partial and {whole} whole ticks, {references} published \
         graphs checked; most over budget: cut {}.{} (n + m), spectral {} units, witness {} units",
        worst[0] / 10,
        worst[0] % 10,
        worst[1],
        worst[2]
    );
    assert!(partial > 5_000 && whole > 1_000 && references > 500);
}

#[test]
fn every_phase_comes_to_its_end() {
    let (mut longest, mut runs) = (0, 0);
    for seed in 0..60 {
        let mut rng = Random(seed ^ 0x5eed_000c);
        let pool = id_pool(30, &mut rng);
        let (count, chords) = (rng.below(28) as usize, rng.below(50) as usize);
        let edges = if count < 2 { Vec::new() } else { connected(&pool, count, chords, &mut rng) };
        let core = rng.pick(&[Core::All, Core::KCore(2), Core::Protected(&[0, 1, u64::MAX])]);
        let mut units = || 1 + rng.below(3) * rng.below(200);
        let parts = [units(), units(), units(), units(), units()];
        let [ingest, cut, spectral, evidence, witness] = if seed % 3 == 0 { [1; 5] } else { parts };
        let budget = ContainerEpochBudget { total: 5 * 401, ingest, cut, spectral, evidence, witness };
        let settings = Configuration { core, budget, ..configuration(Profile::TILE) };
        let mut rig = Rig::new(&settings);
        let deltas: Vec<Delta> = edges.iter().map(|(u, v, weight)| Delta::Add(*u, *v, *weight)).collect();
        let mut report = rig.tick(&deltas[..deltas.len().min(Profile::TILE.pending)]);
        for part in deltas[deltas.len().min(Profile::TILE.pending)..].chunks(1) {
            report = rig.tick(part);
        }
        // Evidence has a new observation in every tick once the score is known, so its bit may stay clear for ever.
        while report.completed.mask() & 0b1_0111 != 0b1_0111 {
            report = rig.tick(&[]);
            assert!(rig.epoch < 20_000, "seed {seed} stands still: {report:?}");
        }
        assert_eq!(report.refused.count, 0);
        let (cut, score) = reference(&settings, &edges);
        assert_eq!(timeless_cut(&report), cut, "seed {seed}");
        assert_eq!(timeless_score(&report), score, "seed {seed}");
        let before = report.evidence.observations;
        for _ in 0..100 {
            report = rig.tick(&[]);
        }
        assert!(report.evidence.observations > before + 1, "bets are updated to the end");
        assert_eq!((timeless_cut(&report), timeless_score(&report)), (cut, score), "what is published stays");
        assert_eq!((report.work.cut, report.work.spectral, report.work.witness), (0, 0, 0), "and costs nothing");
        longest = longest.max(rig.epoch);
        runs += 1;
    }
    println!("{runs} graphs brought to their end in slices, the longest in {longest} ticks");
}

#[test]
fn slicing_does_not_change_the_work() {
    let mut rng = Random(0x5eed_000d);
    let mut graphs = 0;
    for _ in 0..40 {
        let pool = id_pool(40, &mut rng);
        let (count, chords) = (3 + rng.below(36) as usize, rng.below(70) as usize);
        let edges = connected(&pool, count, chords, &mut rng);
        let deltas: Vec<Delta> = edges.iter().map(|(u, v, weight)| Delta::Add(*u, *v, *weight)).collect();
        let works = [GENEROUS, ContainerEpochBudget { cut: 7, spectral: 11, witness: 1, ..GENEROUS }].map(|budget| {
            let mut rig = Rig::new(&Configuration { budget, ..configuration(Profile::EDGE) });
            let mut report = rig.tick(&deltas);
            let mut sum = [report.work.cut, report.work.spectral, report.work.witness];
            while !(report.completed.witness && report.completed.spectral) {
                report = rig.tick(&[]);
                let now = [report.work.cut, report.work.spectral, report.work.witness];
                sum.iter_mut().zip(now).for_each(|(sum, now)| *sum += now);
            }
            sum
        });
        assert_eq!(works[0], works[1]);
        graphs += 1;
    }
    println!("{graphs} graphs cost the same in one tick and in slices");
}

#[test]
fn a_flight_speaks_of_the_graph_at_its_start() {
    let budget = ContainerEpochBudget { cut: 30, ..GENEROUS };
    let settings = Configuration { budget, ..configuration(Profile::TILE) };
    let mut rig = Rig::new(&settings);
    rig.tick(&[]);
    let ring: Vec<Delta> = (0..12).map(|i| Delta::Add(i, (i + 1) % 12, UNIT)).collect();
    let first = rig.tick(&ring);
    assert_eq!(first.cut.map(|cut| cut.epoch), Some(0), "the empty graph's cut stands meanwhile");
    assert!(!first.completed.cut && !first.completed.spectral, "the sweep has the area to itself");
    // The graph goes on changing; what is published names epoch 1, and that graph.
    let mut report = first;
    while report.cut.is_some_and(|cut| cut.epoch == 0) {
        let epoch = rig.epoch;
        report = rig.tick(&[Delta::Add(100 + epoch, 0, UNIT)]);
        assert!(!report.completed.cut && !report.completed.spectral && !report.completed.witness);
        assert_eq!(report.evidence.statistic, None);
    }
    let ring: Edges = (0..12).map(|i| (i, (i + 1) % 12, UNIT)).collect();
    assert_eq!(report.cut.map(|cut| (cut.epoch, cut.value, cut.family)), Some((1, 2 * UNIT, 66)));
    assert_eq!(timeless_cut(&report), reference(&settings, &ring).0);
    // Then another sweep takes off, and the score when the cut is known.
    while !(report.completed.witness && report.completed.spectral) {
        assert!(report.cut.is_some_and(|cut| cut.epoch == 1 || cut.epoch + 1 == rig.epoch));
        report = rig.tick(&[]);
    }
    let (cut, score) = reference(&settings, &edges_of(&rig));
    assert_eq!((timeless_cut(&report), timeless_score(&report)), (cut, score));
    assert_eq!(report.cut.map(|cut| cut.epoch + 1), Some(rig.epoch), "a fresh cut speaks of now");
}

#[test]
fn what_changed_during_a_sweep_is_carried_over() {
    // A ring with chords of which one is taken away and put back, or made heavier, while a sweep is under way.
    let budget = ContainerEpochBudget { cut: 60, ..GENEROUS };
    let settings = Configuration { budget, ..configuration(Profile::EDGE) };
    let (mut carried, mut swept) = (0, 0);
    for seed in 0..300 {
        let mut rng = Random(seed ^ 0x5eed_0010);
        let pool = id_pool(20, &mut rng);
        let edges = connected(&pool, 14, 24, &mut rng);
        let mut rig = Rig::new(&settings);
        let mut report = rig.load(&edges);
        while !report.completed.cut {
            let (u, v, weight) = rng.pick(&edges);
            let delta = if rng.chance(128) { 1 + rng.below(weight) } else { weight + rng.below(weight) };
            report = rig.tick(&[Delta::Update(u, v, delta)]);
            assert!(rig.epoch < 1_000, "seed {seed} comes to an end");
        }
        // The sweep that ended this tick took off before it.
        carried += u64::from(report.cut.is_none_or(|cut| cut.epoch + 1 != rig.epoch));
        while !report.completed.witness {
            report = rig.tick(&[]);
        }
        assert_eq!(timeless_cut(&report), reference(&settings, &edges_of(&rig)).0, "seed {seed}");
        swept += 1;
    }
    println!("{swept} sweeps with changes on the way, {carried} not yet described when they ended");
}
