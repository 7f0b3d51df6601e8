//! Profiles: exactly the memory that they name, exactly the room that they promise.

use gate::config::{Configuration, ConfigurationError, ContainerEpochBudget};
use gate::profile::Profile;
use gate::tick::Gate;

use crate::random::Random;
use crate::rig::{Delta, GENEROUS, Rig, UNIT, configuration, encoded};

#[test]
fn a_gate_fits_its_slab_to_the_word() {
    for profile in Profile::ALL {
        let bytes = encoded(&configuration(profile));
        let words = profile.slab_words();
        let mut slab = vec![u64::MAX; words];
        for short in [1, 2, 100, words / 2, words] {
            let found = Gate::new(&bytes, profile, &mut slab[short..]).err();
            assert_eq!(found, Some(ConfigurationError::Slab), "{} in {short} words less", profile.name);
        }
        assert!(Gate::new(&bytes, profile, &mut slab).is_ok(), "{} in exactly its words", profile.name);
        assert!(profile.bytes_needed() <= profile.memory_bytes);
        println!(
            "{}: slab of {words} words, {} of {} bytes needed",
            profile.name,
            profile.bytes_needed(),
            profile.memory_bytes
        );
    }
}

#[test]
fn what_the_slab_held_before_does_not_matter() {
    let settings = configuration(Profile::TILE);
    let words = Profile::TILE.slab_words();
    let mut clean = Rig::on(&settings, Vec::leak(vec![0; words]));
    let mut dirty = Rig::on(&settings, Vec::leak(vec![0xdead_beef_0bad_cafe; words]));
    let mut roomy = Rig::on(&settings, Vec::leak(vec![u64::MAX; words + 999]));
    let mut rng = Random(0x5eed_0007);
    for _ in 0..100 {
        let deltas: Vec<Delta> =
            (0..10).map(|_| Delta::Add(rng.below(50), rng.below(50), 1 + rng.below(UNIT))).collect();
        let report = clean.tick(&deltas);
        assert_eq!(dirty.tick(&deltas), report);
        assert_eq!(roomy.tick(&deltas), report);
    }
}

/// A ring over all vertices and then chords, until the profile is full: every vertex and edge that there is room for.
fn brim(profile: Profile, ids: &[u64]) -> Vec<Delta> {
    let n = ids.len();
    let edge = |number: usize| (ids[number % n], ids[(number % n + number / n + 1) % n]);
    (0..profile.edges).map(|number| Delta::Add(edge(number).1, edge(number).0, 1 + number as u64)).collect()
}

#[test]
fn profiles_fill_to_the_brim() {
    // Work enough to see every phase at work, little enough for the large profiles to stay partial.
    let budget = ContainerEpochBudget { cut: 300_000, spectral: 300_000, ..GENEROUS };
    for profile in Profile::ALL {
        let mut rng = Random(0x5eed_0008 + u64::from(profile.number));
        let mut ids: Vec<u64> = (0..profile.vertices).map(|_| rng.next()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), profile.vertices);
        rng.shuffle(&mut ids);
        let mut rig = Rig::new(&Configuration {
            budget: ContainerEpochBudget { total: 1 << 30, cut: 0, ..budget },
            ..configuration(profile)
        });
        let deltas = brim(profile, &ids);
        for part in deltas.chunks(profile.pending) {
            assert_eq!(rig.tick(part).refused.count, 0, "{}", profile.name);
        }
        let refused = |report: gate::tick::report::TickReport| {
            report.refused.first.iter().flatten().map(|(_, reason)| *reason as u8).collect::<Vec<_>>()
        };
        let (far, near) = (ids[0], ids[profile.vertices / 2]);
        let unknown = rng.next();
        let known = match &deltas[5] {
            Delta::Add(u, v, _) => (*u, *v),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(rig.tick(&[Delta::Add(far, near, 1)])), [2]);
        assert_eq!(refused(rig.tick(&[Delta::Add(far, unknown, 1), Delta::Add(unknown, unknown + 1, 1)])), [1, 1]);
        let report = rig.tick(&[Delta::Update(known.0, known.1, 77), Delta::Add(known.1, known.0, 7)]);
        assert_eq!(refused(report), [6], "a full graph still changes");
        assert_eq!((report.graph.vertices, report.graph.edges), (profile.vertices as u64, profile.edges as u64));
        // Room for one edge, but not for a vertex.
        let report = rig.tick(&[
            Delta::Remove(known.0, known.1),
            Delta::Add(unknown, far, 1),
            Delta::Add(far, near, 1),
            Delta::Add(ids[1], ids[profile.vertices / 2 + 1], 1),
        ]);
        assert_eq!(refused(report), [1, 2]);
        // A vertex goes with its last edge and makes room for another.
        let mut gone: Vec<Delta> = Vec::new();
        for (ends, _) in rig.gate.graph().edges() {
            let [u, v] = ends.map(|slot| rig.gate.graph().id(slot));
            if u == ids[3] || v == ids[3] {
                gone.push(Delta::Remove(u, v));
            }
        }
        gone.extend([Delta::Add(unknown, far, 1), Delta::Add(unknown, near, 1), Delta::Add(ids[3], near, 1)]);
        let report = rig.tick(&gone);
        assert_eq!(refused(report), [1]);
        assert_eq!(report.graph.vertices, profile.vertices as u64);
        println!("{}: {} vertices, {} edges, then refused", profile.name, profile.vertices, profile.edges);
    }
}

#[test]
fn full_profiles_still_tick() {
    for profile in Profile::ALL {
        let mut rng = Random(0x5eed_0009 + u64::from(profile.number));
        let ids: Vec<u64> = (0..profile.vertices).map(|_| rng.next()).collect();
        let budget = ContainerEpochBudget { cut: 200_000, spectral: 200_000, ..GENEROUS };
        let mut rig = Rig::new(&Configuration { budget, ..configuration(profile) });
        for part in brim(profile, &ids).chunks(profile.pending) {
            assert_eq!(rig.tick(part).refused.count, 0);
        }
        let mut report = rig.tick(&[]);
        let (mut ticks, mut partial) = (1, 0);
        while report.completed.mask() != 31 {
            report = rig.tick(&[]);
            ticks += 1;
            partial += u64::from(report.completed.mask() != 31);
            assert!(ticks < 5_000, "{} comes to an end", profile.name);
        }
        let (cut, score) = (report.cut.unwrap(), report.score.unwrap());
        assert!(cut.components == 1 && score.epoch <= cut.epoch);
        assert!(cut.value > 0 && score.lower <= score.score && score.score <= score.upper);
        println!("{}: full, through after {ticks} ticks, {partial} of them partial", profile.name);
    }
}
