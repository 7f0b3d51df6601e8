//! Cores over the live rows.

use super::std::collections::{BTreeMap, BTreeSet};
use super::std::vec::Vec;
use super::std::{println, vec};

use super::model::{Model, Wish, both};
use super::random::Random;
use crate::arena::Arena;
use crate::config::Core;
use crate::core_graph::Rows;
use crate::graph::{CoreRows, GraphStore};

/// The core by its definition: who is inside, and the rows between them.
fn naive_core(model: &Model, core: Core<'_>) -> BTreeMap<u64, BTreeMap<u64, u64>> {
    let mut inside: BTreeSet<u64> = match core {
        Core::All | Core::KCore(_) => model.rows.keys().copied().collect(),
        Core::Protected(ids) => ids.iter().copied().filter(|id| model.rows.contains_key(id)).collect(),
    };
    if let Core::KCore(k) = core {
        let degree = |id: &u64, inside: &BTreeSet<u64>| model.rows[id].keys().filter(|v| inside.contains(v)).count();
        while let Some(weak) = inside.iter().copied().find(|id| degree(id, &inside) < k as usize) {
            inside.remove(&weak);
        }
    }
    let kept =
        |row: &BTreeMap<u64, u64>| row.iter().map(|(v, w)| (*v, *w)).filter(|(v, _)| inside.contains(v)).collect();
    inside.iter().map(|id| (*id, kept(&model.rows[id]))).collect()
}

#[test]
fn cores_over_the_live_rows_are_the_naive_ones() {
    let (vertices, edges) = (40, 90);
    let mut slab = vec![0; GraphStore::words(vertices, edges)];
    let mut scratch = vec![0x5555_5555_5555_5555; CoreRows::words(vertices)];
    let mut graph = GraphStore::new(&mut Arena::new(&mut slab), vertices, edges).unwrap();
    let (mut model, mut rng) = (Model::new(vertices, edges), Random(0x5eed_0102));
    let (mut cores, mut proper) = (0, 0);
    for number in 0..20_000 {
        let wish = if rng.chance(110) { Wish::Remove } else { Wish::Add(1 + rng.below(99)) };
        let _ = both(&mut graph, &mut model, rng.below(44), rng.below(44), wish);
        if number % 20 != 0 {
            continue;
        }
        let guarded: Vec<u64> = (0..50).filter(|_| rng.chance(150)).collect();
        let peeled = (0..7).map(Core::KCore);
        for core in peeled.chain([Core::All, Core::Protected(&guarded), Core::Protected(&[]), Core::KCore(u32::MAX)]) {
            let expected = naive_core(&model, core);
            let rows = CoreRows::choose(&graph, core, &mut Arena::new(&mut scratch)).unwrap();
            assert!((0..rows.vertex_count()).map(|vertex| rows.id(vertex)).eq(expected.keys().copied()));
            for (vertex, row) in expected.values().enumerate() {
                let found: BTreeMap<u64, u64> = rows.neighbours(vertex).map(|(v, w)| (rows.id(v), w)).collect();
                assert_eq!(&found, row);
                assert_eq!(rows.neighbours(vertex).count(), row.len());
                assert_eq!(rows.vertex_of(rows.slot(vertex)), Some(vertex));
            }
            assert_eq!(rows.edge_count() * 2, expected.values().map(BTreeMap::len).sum::<usize>());
            let outside = graph.slots_by_id().iter().filter(|slot| rows.vertex_of(**slot).is_none()).count();
            assert_eq!(outside, graph.vertex_count() - rows.vertex_count());
            cores += 1;
            proper += u64::from(!expected.is_empty() && outside > 0);
        }
    }
    println!("{cores} cores, {proper} proper");
    assert!(proper > 2_000);
}
