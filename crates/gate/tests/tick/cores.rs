//! Cores against naive ones, and the smallest: none, one vertex, pieces.

use codec::{Digest, Encoder, sha256};
use gate::arena::Arena;
use gate::config::{Configuration, Core};
use gate::graph::CoreRows;
use gate::profile::Profile;
use gate::tick::report::{CutReport, ScoreReport};

use crate::model::{Model, connected, id_pool};
use crate::random::Random;
use crate::rig::{Delta, Rig, UNIT, configuration, timeless_cut, timeless_score};

/// The vertex-set digest of `spec/cut.md`, by recursion over ids in ascending order.
fn set_digest(ids: &[u64]) -> Digest {
    match ids {
        [] => sha256(&[2]),
        [id] => sha256(&[&[0], id.to_be_bytes().as_slice()].concat()),
        [first, .., last] => {
            let bit = (first ^ last).leading_zeros();
            let split = ids.partition_point(|id| id >> (63 - bit) & 1 == 0);
            let (low, high) = (set_digest(&ids[..split]), set_digest(&ids[split..]));
            sha256(&[[1, bit as u8].as_slice(), low.as_bytes(), high.as_bytes()].concat())
        }
    }
}

/// The cut hash of a graph without a cut of positive value: components in order of their smallest ids, each ascending.
fn hash_without_cut(components: &[&[u64]]) -> Digest {
    let mut ids = components.concat();
    ids.sort_unstable();
    let mut bytes = Vec::new();
    let mut cbor = Encoder::new(&mut bytes);
    let rest: Vec<(u64, u64)> =
        ids.iter().filter_map(|id| components.iter().skip(1).find(|c| c.contains(id)).map(|c| (*id, c[0]))).collect();
    cbor.array(9).uint(1).uint(ids.len() as u64).uint(0).bytes(set_digest(&ids).as_bytes());
    cbor.array(2 * rest.len() as u64);
    for (id, label) in &rest {
        cbor.uint(*id).uint(*label);
    }
    match rest.first() {
        Some((id, _)) => cbor.uint(*id),
        None => cbor.null(),
    };
    let near = components.first().copied().unwrap_or(&[]);
    let far: Vec<u64> = rest.iter().map(|(id, _)| *id).collect();
    let (bit, side) = if near.len() < far.len() { (1, near) } else { (0, far.as_slice()) };
    let (bit, side) = if ids.len() < 2 { (0, [].as_slice()) } else { (bit, side) };
    cbor.uint(bit).array(side.len() as u64);
    for id in side {
        cbor.uint(*id);
    }
    cbor.uint(components.len() as u64);
    sha256(&bytes)
}

/// Cut and score of a core without a cut of positive value.
fn check_without_cut(core: Core<'_>, edges: &[(u64, u64, u64)], components: &[&[u64]]) {
    let mut rig = Rig::new(&Configuration { core, ..configuration(Profile::EDGE) });
    let report = rig.load(edges);
    let n: usize = components.iter().map(|component| component.len()).sum();
    let near = components.first().map_or(0, |component| component.len());
    let expected = CutReport {
        epoch: 0,
        value: 0,
        components: components.len() as u32,
        small_side: if n < 2 { 0 } else { near.min(n - near) as u64 },
        family: 0,
        hash: hash_without_cut(components),
    };
    assert_eq!(timeless_cut(&report), Some(expected), "{core:?}");
    let zero = ScoreReport { epoch: 0, score: 0, lower: 0, upper: 0, neg_log2: u32::MAX };
    assert_eq!(timeless_score(&report), Some(zero), "{core:?}");
    assert_eq!(report.completed.mask(), 31);
    assert_eq!(report.graph.core_vertices, n as u64);
    assert_eq!(report.evidence.statistic, Some(0), "the score of such a core is 0, and a score");
}

#[test]
fn cores_without_a_cut_have_their_defined_hash() {
    let path = [(5, 9, UNIT), (9, 700, UNIT), (700, u64::MAX, UNIT)];
    let pieces =
        [(0, 1 << 63, UNIT), (3, 4, UNIT), (4, 6, UNIT), (3, 6, 1), (u64::MAX, 1 << 62, UNIT), (1 << 62, 40, 1)];
    // An empty graph, one without a 2-core, one without any protected vertex.
    check_without_cut(Core::All, &[], &[]);
    check_without_cut(Core::KCore(2), &path, &[]);
    check_without_cut(Core::KCore(u32::MAX), &path, &[]);
    check_without_cut(Core::Protected(&[]), &path, &[]);
    check_without_cut(Core::Protected(&[1, 2, 3]), &path, &[]);
    // One vertex of several, with and without inactive ids beside it.
    check_without_cut(Core::Protected(&[9]), &path, &[&[9]]);
    check_without_cut(Core::Protected(&[0, u64::MAX]), &path, &[&[u64::MAX]]);
    // Vertices without an edge between them; pieces of a path; components of the whole.
    check_without_cut(Core::Protected(&[5, 700]), &path, &[&[5], &[700]]);
    check_without_cut(Core::Protected(&[5, 9, u64::MAX]), &path, &[&[5, 9], &[u64::MAX]]);
    check_without_cut(Core::All, &pieces, &[&[0, 1 << 63], &[3, 4, 6], &[40, 1 << 62, u64::MAX]]);
    check_without_cut(Core::KCore(0), &pieces, &[&[0, 1 << 63], &[3, 4, 6], &[40, 1 << 62, u64::MAX]]);
    let triangles = [(1, 2, 5), (2, 3, 5), (1, 3, 5), (11, 12, 5), (12, 13, 5), (11, 13, 5), (3, 7, 9), (7, 11, 9)];
    check_without_cut(Core::Protected(&[1, 2, 3, 11, 12, 13]), &triangles, &[&[1, 2, 3], &[11, 12, 13]]);
    println!("12 cores of value 0, hashes written out by hand");
}

#[test]
fn cores_are_the_naive_ones() {
    let (mut checked, mut empty, mut proper) = (0, 0, 0);
    for seed in 0..300 {
        let mut rng = Random(seed ^ 0x5eed_0003);
        let pool = id_pool(40, &mut rng);
        let (count, chords) = (2 + rng.below(34) as usize, rng.below(80) as usize);
        let edges = connected(&pool, count, chords, &mut rng);
        let mut model = Model::new(Profile::EDGE);
        for (u, v, weight) in &edges {
            model.apply(&Delta::Add(*u, *v, *weight)).unwrap();
        }
        let all: Vec<u64> = model.degrees.keys().copied().collect();
        let mut guarded: Vec<u64> = pool.iter().copied().filter(|_| rng.chance(150)).collect();
        guarded.sort_unstable();
        let active: Vec<u64> = guarded.iter().copied().filter(|id| model.degrees.contains_key(id)).collect();
        let cores = (0..6).map(|k| (Core::KCore(k), model.k_core(k)));
        let cores = cores.chain([(Core::All, all), (Core::Protected(&guarded), active)]);
        for (core, vertices) in cores {
            let mut rig = Rig::new(&Configuration { core, ..configuration(Profile::EDGE) });
            let report = rig.load(&edges);
            let mut scratch = vec![u64::MAX; CoreRows::words(Profile::EDGE.vertices)];
            let rows = CoreRows::choose(rig.gate.graph(), core, &mut Arena::new(&mut scratch)).unwrap();
            model.check_rows(&rows, &vertices);
            let (ids, cut) = rig.gate.cut().expect("budgets are generous");
            assert_eq!((ids, cut.far_side.len()), (&*vertices, vertices.len()));
            let inside = |id: u64| vertices.binary_search(&id).is_ok();
            assert_eq!(report.graph.core_vertices, vertices.len() as u64);
            assert_eq!(report.graph.core_edges, model.list(inside).len() as u64);
            assert_eq!(report.graph.vertices, model.degrees.len() as u64);
            // A core stands for itself: the same edges as a whole graph have the same score (lone vertices aside).
            if core != Core::All && report.cut.unwrap().value > 0 {
                let whole = Rig::new(&configuration(Profile::EDGE)).load(&model.list(inside));
                assert_eq!(timeless_cut(&report), timeless_cut(&whole));
                assert_eq!(timeless_score(&report), timeless_score(&whole));
            }
            checked += 1;
            empty += u64::from(vertices.is_empty());
            proper += u64::from(!vertices.is_empty() && vertices.len() < model.degrees.len());
        }
    }
    println!("{checked} cores, {empty} empty, {proper} proper");
    assert!(empty > 50 && proper > 300);
}

#[test]
fn a_core_follows_its_graph() {
    let mut rig = Rig::new(&Configuration { core: Core::KCore(2), ..configuration(Profile::EDGE) });
    let sizes = |report: gate::tick::report::TickReport| (report.graph.core_vertices, report.graph.core_edges);
    assert_eq!(sizes(rig.tick(&[Delta::Add(1, 2, 1), Delta::Add(2, 3, 1)])), (0, 0));
    assert_eq!(sizes(rig.tick(&[Delta::Add(3, 1, 1), Delta::Add(3, 4, 1)])), (3, 3));
    assert_eq!(sizes(rig.tick(&[Delta::Add(4, 5, 1), Delta::Add(5, 3, 1)])), (5, 6));
    assert_eq!(sizes(rig.tick(&[Delta::Remove(1, 2)])), (3, 3));
    assert_eq!(sizes(rig.tick(&[Delta::Remove(4, 5)])), (0, 0));
}

#[test]
fn statistics_have_their_values() {
    use gate::config::Statistic;
    let check = |statistic, cut_reference, edges: &[(u64, u64, u64)], expected: u64| {
        let settings = Configuration { statistic, cut_reference, ..configuration(Profile::EDGE) };
        let found = Rig::new(&settings).load(edges).evidence.statistic;
        assert_eq!(found, Some(expected.min(UNIT - 1) as u32), "{statistic:?}, {edges:?}");
    };
    let edge = |weight| [(7, 8, weight)];
    for eighths in 0..=8 {
        // x = 1 − λ / reference, nothing to round.
        check(Statistic::CutDrop, 8 << 20, &edge((8 - eighths).max(1) << 20), (UNIT / 8 * eighths).min(UNIT / 8 * 7));
    }
    check(Statistic::CutDrop, 4 * UNIT, &edge(5 * UNIT), 0);
    check(Statistic::CutDrop, 1, &edge((1 << 62) - 1), 0);
    check(Statistic::CutDrop, u64::MAX, &edge(1), UNIT);
    check(Statistic::CutDrop, UNIT, &[], UNIT);
    check(Statistic::CutDrop, UNIT, &[(1, 2, UNIT), (3, 4, UNIT)], UNIT);
    // Complete with equal weights: σ = 1. A star has ν2 = 1, so σ = (n − 1) / n. No graph: σ = 0.
    let complete = [(1, 2, 9), (2, 3, 9), (1, 3, 9), (1, 4, 9), (2, 4, 9), (3, 4, 9)];
    check(Statistic::Score, 0, &[], 0);
    check(Statistic::OneMinusScore, 0, &[], UNIT);
    for (statistic, whole) in [(Statistic::Score, UNIT), (Statistic::OneMinusScore, 0)] {
        let settings = Configuration { statistic, ..configuration(Profile::EDGE) };
        let near = |edges: &[(u64, u64, u64)], value: u64| {
            let found = u64::from(Rig::new(&settings).load(edges).evidence.statistic.unwrap());
            assert!(found.abs_diff(value) <= 64, "{statistic:?}: {found} is not {value}");
        };
        near(&complete, whole);
        let star = UNIT / 4 * 3;
        near(&complete[..1], whole);
        near(&[(5, 1, 9), (5, 2, 9), (5, 3, 9)], if whole == UNIT { star } else { UNIT - star });
    }
}
