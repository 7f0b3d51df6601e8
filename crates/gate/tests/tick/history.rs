//! Equal graphs with different pasts: equal cuts, scores and bounds, to the last bit of the hash.

use gate::config::{Configuration, Core};
use gate::profile::Profile;

use crate::model::{connected, id_pool};
use crate::random::Random;
use crate::rig::{Delta, Rig, configuration, timeless_cut, timeless_score};

/// Deltas that end in these edges after detours: other orders and directions, wrong weights that are put right, edges
/// and vertices that come and go, so that slots are reused and tables shift.
fn detours(edges: &[(u64, u64, u64)], spare: &[u64], rng: &mut Random) -> Vec<Delta> {
    let mut order = edges.to_vec();
    rng.shuffle(&mut order);
    let mut deltas = Vec::new();
    let mut visitors: Vec<(u64, u64)> = Vec::new();
    for (u, v, weight) in order {
        let (u, v) = if rng.chance(128) { (u, v) } else { (v, u) };
        if rng.chance(80) {
            let visitor = (rng.pick(spare), u);
            if visitor.0 != u && !visitors.contains(&visitor) {
                deltas.push(Delta::Add(visitor.0, visitor.1, 1 + rng.below(1 << 33)));
                visitors.push(visitor);
            }
        }
        match rng.below(4) {
            0 => deltas.extend([Delta::Add(u, v, 7), Delta::Update(v, u, weight)]),
            1 => deltas.extend([Delta::Add(u, v, 9), Delta::Remove(v, u), Delta::Add(v, u, weight)]),
            2 => deltas.extend([Delta::Add(u, v, weight), Delta::Add(v, u, 3), Delta::observe(u, &[1.0])]),
            _ => deltas.push(Delta::Add(u, v, weight)),
        }
        if rng.chance(80) && !visitors.is_empty() {
            let (a, b) = visitors.swap_remove(rng.below(visitors.len() as u64) as usize);
            deltas.push(Delta::Remove(b, a));
        }
    }
    deltas.extend(visitors.into_iter().map(|(a, b)| Delta::Remove(a, b)));
    deltas
}

#[test]
fn equal_graphs_with_different_pasts_agree() {
    const SEEDS: u64 = 250;
    let (mut pairs, mut disconnected, mut families, mut different) = (0, 0, 0, std::collections::BTreeSet::new());
    for seed in 0..SEEDS {
        let mut rng = Random(seed ^ 0x5eed_0001);
        let pool = id_pool(48, &mut rng);
        let count = 2 + rng.below(24) as usize;
        let chords = rng.below(60) as usize;
        let mut edges = connected(&pool, count, chords, &mut rng);
        if rng.chance(64) {
            edges.push((pool[40], pool[41], 1 << 31));
        }
        let mut guarded: Vec<u64> = pool.iter().copied().filter(|_| rng.chance(160)).collect();
        guarded.sort_unstable();
        for core in [Core::All, Core::KCore(2), Core::Protected(&guarded)] {
            let settings = Configuration { core, ..configuration(Profile::EDGE) };
            let mut plain = Rig::new(&settings);
            let expected = plain.load(&edges);
            let mut winding = Rig::new(&settings);
            for part in detours(&edges, &pool[30..40], &mut rng).chunks(1 + rng.below(40) as usize) {
                winding.tick(part);
            }
            let found = winding.tick(&[]);
            assert_eq!(timeless_cut(&found), timeless_cut(&expected), "seed {seed}, {core:?}");
            assert_eq!(timeless_score(&found), timeless_score(&expected), "seed {seed}, {core:?}");
            assert_eq!(found.evidence.statistic, expected.evidence.statistic);
            let cut = found.cut.expect("budgets are generous");
            pairs += 1;
            disconnected += u64::from(cut.components > 1);
            families += u64::from(cut.family > 1);
            different.insert(cut.hash.0);
        }
    }
    println!(
        "{pairs} pairs of histories, {disconnected} disconnected, {families} with several minimum cuts, {} hashes",
        different.len()
    );
    assert!(disconnected > 50 && families > 100 && different.len() > 400);
}

#[test]
fn every_change_of_the_graph_changes_the_hash_or_not_the_cut() {
    // The hash covers ids, value, sides, atoms and family: an added vertex must always show.
    let mut seen = 0;
    for seed in 0..100 {
        let mut rng = Random(seed ^ 0x5eed_0002);
        let pool = id_pool(20, &mut rng);
        let edges = connected(&pool, 12, 20, &mut rng);
        let mut rig = Rig::new(&configuration(Profile::EDGE));
        let before = rig.load(&edges).cut.unwrap();
        let after = rig.tick(&[Delta::Add(pool[15], pool[3], 1 << 40)]).cut.unwrap();
        assert_ne!(before.hash, after.hash);
        let again = rig.tick(&[Delta::Remove(pool[15], pool[3])]).cut.unwrap();
        assert_eq!(before.hash, again.hash);
        seen += 1;
    }
    println!("{seen} graphs with a vertex more and back");
}

#[test]
fn one_flight_leaves_nothing_to_the_next() {
    // Weights alone change, or one vertex takes another's place, or the core shrinks and grows: whatever a flight keeps
    // from the last must not show. Cores of a path or a ring are chosen so that they are often empty or the same.
    let mut flights = 0;
    for seed in 0..40 {
        let mut rng = Random(seed ^ 0x5eed_000e);
        let pool = id_pool(14, &mut rng);
        let core = rng.pick(&[Core::All, Core::KCore(2), Core::Protected(&[0, 1, u64::MAX])]);
        let settings = Configuration { core, ..configuration(Profile::EDGE) };
        let mut rig = Rig::new(&settings);
        let mut edges: Vec<(u64, u64, u64)> = Vec::new();
        for _ in 0..50 {
            let deltas = match rng.below(4) {
                0 | 1 if !edges.is_empty() => {
                    let at = rng.below(edges.len() as u64) as usize;
                    edges[at].2 = 1 + rng.below(1 << 34);
                    vec![Delta::Update(edges[at].0, edges[at].1, edges[at].2)]
                }
                2 if !edges.is_empty() => {
                    let (u, v, weight) = edges.swap_remove(rng.below(edges.len() as u64) as usize);
                    let other = (rng.pick(&pool), v, weight);
                    let known = |(a, b, _): &(u64, u64, u64)| (*a, *b) == (other.0, v) || (*b, *a) == (other.0, v);
                    if other.0 == v || edges.iter().any(known) {
                        vec![Delta::Remove(u, v)]
                    } else {
                        edges.push(other);
                        vec![Delta::Remove(u, v), Delta::Add(v, other.0, weight)]
                    }
                }
                _ => {
                    let (u, v, weight) = (rng.pick(&pool), rng.pick(&pool), 1 + rng.below(1 << 33));
                    if u != v && !edges.iter().any(|(a, b, _)| (*a, *b) == (u, v) || (*a, *b) == (v, u)) {
                        edges.push((u, v, weight));
                    }
                    vec![Delta::Add(u, v, weight)]
                }
            };
            let report = rig.tick(&deltas);
            let fresh = Rig::new(&settings).load(&edges);
            assert_eq!(timeless_cut(&report), timeless_cut(&fresh), "seed {seed}, tick {}", rig.epoch);
            assert_eq!(timeless_score(&report), timeless_score(&fresh));
            flights += 1;
        }
    }
    println!("{flights} flights one after another, each as by a gate that knew nothing before");
}
