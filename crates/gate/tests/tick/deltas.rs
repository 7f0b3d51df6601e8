//! The graph against the model: the same acceptance, the same refusal, the same rows.

use gate::arena::Arena;
use gate::config::{ContainerEpochBudget, Core};
use gate::graph::{CoreRows, GraphStore};
use gate::profile::Profile;

use crate::model::{Model, id_pool};
use crate::random::Random;
use crate::rig::{Delta, GENEROUS, Rig, configuration};
use crate::shadow::Shadow;

/// Deltas that fill the graph for a while, then empty it: refusals for lack of room and vertex reuse both come often.
struct Generator {
    rng: Random,
    pool: Vec<u64>,
    made: u64,
    period: u64,
}

impl Generator {
    fn new(seed: u64, profile: Profile) -> Self {
        let mut rng = Random(seed);
        let pool = id_pool(profile.vertices + profile.vertices / 4, &mut rng);
        Self { rng, pool, made: 0, period: 12 * profile.edges as u64 }
    }

    fn next(&mut self, model: &Model) -> Delta {
        self.made += 1;
        let grows = (self.made / self.period).is_multiple_of(2);
        let rng = &mut self.rng;
        // While the graph grows every other period keeps to few vertices, so that edges run out before vertices do.
        let few = if (self.made / self.period).is_multiple_of(4) { self.pool.len() * 2 / 3 } else { self.pool.len() };
        let (mut u, mut v) = (rng.pick(&self.pool[..few]), rng.pick(&self.pool[..few]));
        if rng.chance(100) && !model.edges.is_empty() {
            let from = (rng.pick(&self.pool), 0);
            let known = model.edges.range(from..).next().or_else(|| model.edges.iter().next()).unwrap().0;
            (u, v) = if rng.chance(128) { *known } else { (known.1, known.0) };
        }
        let weight = match rng.below(64) {
            0 => 0,
            1 => (1 << 62) - 1 - rng.below(2),
            2 => rng.next(),
            3 => (1 << 60) + rng.below(1 << 60),
            4 => 1,
            _ => 1 + rng.below(1 << 36),
        };
        match rng.below(16) {
            0..=1 => Delta::Update(u, v, weight),
            2..=3 => Delta::Remove(u, v),
            4 => Delta::Observe(u, (0..rng.below(22)).map(|_| rng.next() as u8 & 0x7f).collect()),
            5 => Delta::observe(v, &[1.5, -0.0]),
            6..=7 if !grows => Delta::Add(u, v, weight),
            _ if grows => Delta::Add(u, v, weight),
            _ => Delta::Remove(u, v),
        }
    }
}

#[test]
fn the_graph_is_what_the_deltas_say() {
    for (profile, deltas) in [(Profile::TILE, 4_000_000_u64), (Profile::EDGE, 1_500_000)] {
        let (vertices, edges) = (profile.vertices, profile.edges);
        let mut slab = vec![0_u64; GraphStore::words(vertices, edges)];
        let mut arena = Arena::new(&mut slab);
        let mut graph = GraphStore::new(&mut arena, vertices, edges).unwrap();
        let mut scratch = vec![u64::MAX; CoreRows::words(vertices)];
        let mut model = Model::new(profile);
        let mut generator = Generator::new(17 + u64::from(profile.number), profile);
        let (mut outcomes, mut views, mut emptied) = ([0_u64; 10], 0, 0);
        for number in 0..deltas {
            let delta = generator.next(&model);
            let expected = match delta {
                Delta::Observe(..) | Delta::Rearm => continue,
                Delta::Add(..) | Delta::Remove(..) | Delta::Update(..) => model.apply(&delta),
            };
            let found = match delta {
                Delta::Add(u, v, weight) => graph.edge_add(u, v, weight).map(drop),
                Delta::Remove(u, v) => graph.edge_remove(u, v).map(drop),
                Delta::Update(u, v, weight) => graph.weight_update(u, v, weight).map(drop),
                Delta::Observe(..) | Delta::Rearm => Ok(()),
            };
            assert_eq!(found.map_err(|reason| reason as u8), expected, "delta {number}: {delta:?}");
            outcomes[usize::from(expected.err().unwrap_or(0))] += 1;
            assert_eq!((graph.vertex_count(), graph.edge_count()), (model.degrees.len(), model.edges.len()));
            emptied += u64::from(model.edges.is_empty());
            if number % 499 == 0 {
                model.check(&graph);
                let rows = CoreRows::choose(&graph, Core::All, &mut Arena::new(&mut scratch)).unwrap();
                model.check_rows(&rows, &model.degrees.keys().copied().collect::<Vec<_>>());
                views += 1;
            }
        }
        println!(
            "{}: {} deltas, accepted and refused 1 to 7: {outcomes:?}, {views} views, empty {emptied} times",
            profile.name,
            outcomes.iter().sum::<u64>()
        );
        assert!(outcomes[..8].iter().all(|count| *count > 100), "every refusal was met: {outcomes:?}");
    }
}

#[test]
fn ticks_apply_deltas_and_name_refusals() {
    let budget = ContainerEpochBudget { cut: 0, spectral: 0, witness: 0, ..GENEROUS };
    for profile in [Profile::TILE, Profile::EDGE] {
        let mut rig = Rig::new(&gate::config::Configuration { budget, ..configuration(profile) });
        let (mut model, mut shadow) = (Model::new(profile), Shadow::new(profile));
        let mut generator = Generator::new(91 + u64::from(profile.number), profile);
        let (mut number, mut longest, mut outcomes) = (0_u64, 0, [0_u64; 10]);
        for _ in 0..2_000 {
            let mut expected = Vec::new();
            let (mut deltas, mut units) = (Vec::new(), 0);
            for place in 0..generator.rng.below(4 * profile.pending as u64) {
                let delta = generator.next(&model);
                let outcome = model.apply(&delta);
                units += shadow.cost(&delta);
                outcomes[usize::from(outcome.err().unwrap_or(0))] += 1;
                if let Err(reason) = outcome {
                    expected.push((number + place, reason));
                }
                deltas.push(delta);
            }
            number += deltas.len() as u64;
            let report = rig.tick(&deltas);
            longest = longest.max(deltas.len());
            assert_eq!(report.refused.count, expected.len() as u64);
            let named: Vec<(u64, u8)> =
                report.refused.first.iter().flatten().map(|(number, reason)| (*number, *reason as u8)).collect();
            assert_eq!(named, expected[..expected.len().min(8)]);
            assert_eq!(report.graph.vertices, model.degrees.len() as u64);
            assert_eq!(report.graph.edges, model.edges.len() as u64);
            assert_eq!(report.graph.version, model.changes);
            assert_eq!(report.work.ingest, units);
            assert!(report.completed.ingest);
        }
        model.check(rig.gate.graph());
        println!(
            "{}: 2000 ticks, {number} deltas, at most {longest} in one, accepted and refused 1 to 8: {outcomes:?}",
            profile.name
        );
        assert!(outcomes[..9].iter().all(|count| *count > 20), "every refusal was met: {outcomes:?}");
        assert!(longest > 3 * profile.pending && outcomes[9] == 0, "what the budget allows never waits");
    }
}

#[test]
fn observed_values_stay_with_active_vertices() {
    let mut rig = Rig::new(&configuration(Profile::TILE));
    rig.tick(&[Delta::observe(1, &[9.0]), Delta::Add(1, 2, 5), Delta::observe(2, &[1.0, -0.0, 3.0])]);
    let bits = |rig: &Rig, id: u64| rig.gate.graph().features(id).map(|values| values.map(f32::to_bits));
    assert_eq!(bits(&rig, 1), Some([0; 4]), "1 was not active when it was observed");
    assert_eq!(bits(&rig, 2), Some([1.0_f32, -0.0, 3.0, 0.0].map(f32::to_bits)), "bits travel as they are");
    assert_eq!(bits(&rig, 3), None);
    rig.tick(&[Delta::observe(2, &[4.0])]);
    assert_eq!(bits(&rig, 2), Some([4.0_f32, 0.0, 0.0, 0.0].map(f32::to_bits)), "missing values are zero");
    rig.tick(&[Delta::Remove(2, 1), Delta::Add(2, 7, 5)]);
    assert_eq!(bits(&rig, 2), Some([0; 4]), "an inactive vertex forgets");
    assert_eq!(bits(&rig, 1), None);
}
