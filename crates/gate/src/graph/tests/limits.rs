//! The sizes at which sixteen bits end.

use super::std::{println, vec};

use super::model::{Model, Wish, both, compare};
use super::random::Random;
use crate::arena::Arena;
use crate::config::Core;
use crate::core_graph::Rows;
use crate::graph::{CoreRows, DeltaRefusal, GraphStore, NONE, VERTICES_MAX};

#[test]
fn the_standard_graph_has_its_bytes() {
    assert_eq!(GraphStore::words(16_384, 65_536) * 8, 1_664 << 10);
    assert_eq!(CoreRows::words(16_384) * 8, 64 << 10);
}

/// Every vertex of a full graph that a slot can name, in a star, a ring, and a star again around the last.
#[test]
fn all_slots_that_there_can_be() {
    let n = VERTICES_MAX as u64;
    let (vertices, edges) = (VERTICES_MAX, VERTICES_MAX);
    let mut slab = vec![0; GraphStore::words(vertices, edges)];
    let mut graph = GraphStore::new(&mut Arena::new(&mut slab), vertices, edges).unwrap();
    let mut changes = 0;
    let mut star = |graph: &mut GraphStore<'_>, hub: u64| {
        for other in (0..n).filter(|other| *other != hub) {
            graph.edge_add(other, hub, other + 1).unwrap();
        }
        graph.check_invariants();
        let slot = graph.slot_of(hub).unwrap();
        assert_eq!((graph.degree(slot), graph.vertex_count()), (NONE - 1, VERTICES_MAX));
        assert!(graph.row(slot).all(|(neighbour, edge)| graph.weight(edge) == graph.id(neighbour) + 1));
        assert_eq!(graph.edge_add(hub, n, 1), Err(DeltaRefusal::VertexCapacity));
        for other in (0..n).filter(|other| *other != hub).rev() {
            let change = graph.edge_remove(hub, other).unwrap();
            assert_eq!((change.before, change.v_gone), (other + 1, true));
            changes += 1;
        }
        graph.check_invariants();
        assert_eq!((graph.vertex_count(), graph.edge_count(), graph.weight_sum), (0, 0, 0));
    };
    star(&mut graph, 0);
    star(&mut graph, n - 1);
    for id in 0..n {
        graph.edge_add(id, (id + 1) % n, 7).unwrap();
    }
    graph.check_invariants();
    assert!(graph.slots_by_id().iter().all(|slot| graph.degree(*slot) == 2));
    assert_eq!(graph.edge_add(0, 2, 1), Err(DeltaRefusal::EdgeCapacity));
    let mut scratch = vec![0; CoreRows::words(vertices)];
    let rows = CoreRows::choose(&graph, Core::KCore(2), &mut Arena::new(&mut scratch)).unwrap();
    assert_eq!((rows.vertex_count(), rows.edge_count()), (VERTICES_MAX, VERTICES_MAX));
    println!("{n} vertices, {changes} removals, {} units of moves", graph.units());
}

/// More edges than sixteen bits can number: the bits above are moved with their arcs.
#[test]
fn more_edges_than_sixteen_bits() {
    let (vertices, edges) = (600, 70_000);
    let mut slab = vec![0; GraphStore::words(vertices, edges)];
    let mut graph = GraphStore::new(&mut Arena::new(&mut slab), vertices, edges).unwrap();
    let (mut model, mut rng) = (Model::new(vertices, edges), Random(0x5eed_0101));
    let (mut done, mut moving, mut refused) = (0_u64, 0, 0);
    while done < 400_000 {
        let (u, v) = (rng.below(600), rng.below(600));
        let wish = match rng.below(16) {
            0..=2 => Wish::Remove,
            3 => Wish::Update(1 + rng.below(9)),
            _ => Wish::Add(1 + rng.below(1 << 40)),
        };
        let units = graph.units();
        let outcome = both(&mut graph, &mut model, u, v, wish);
        moving += u64::from(graph.units() > units);
        refused += u64::from(outcome == Err(DeltaRefusal::EdgeCapacity));
        done += 1;
        if done.is_multiple_of(80_000) {
            compare(&graph, &model);
        }
    }
    assert!(graph.edges_numbered > 1 << 16 && refused > 1_000 && moving > 3);
    println!("{done} deltas, {refused} refused at the brim, {moving} that moved rows");
}

/// Hubs that grow in turn at the expense of each other, while the graph is full: no addition is refused, and what they cost
/// together stays within the bound of the sparse table.
#[test]
fn hubs_that_grow_in_turn_at_the_brim() {
    let (vertices, edges, hubs) = (2_048_u64, 8_192_u64, 8_u64);
    let mut slab = vec![0; GraphStore::words(2_048, 8_192)];
    let mut graph = GraphStore::new(&mut Arena::new(&mut slab), 2_048, 8_192).unwrap();
    // Leaves hang on the hubs, so that each hub has an eighth of all edges.
    for edge in 0..edges {
        graph.edge_add(edge % hubs, hubs + edge / hubs, 1).unwrap();
    }
    graph.check_invariants();
    let (before, mut worst, mut additions) = (graph.units(), 0, 0_u64);
    for round in 0..60 {
        // One hub takes all leaves that it does not have, from the hub that grew longest ago.
        let (rich, poor) = (round % hubs, (round + 1) % hubs);
        for leaf in hubs..vertices {
            let poor_has_it = graph.edge_remove(poor, leaf).is_ok();
            if poor_has_it && graph.edge_add(rich, leaf, 1).is_err() {
                graph.edge_add(poor, leaf, 1).unwrap();
            }
            let units = graph.units();
            if graph.edge_add(rich, leaf, 1).is_ok() {
                graph.edge_remove(rich, leaf).unwrap();
            }
            worst = worst.max(graph.units() - units);
            additions += 2;
        }
        graph.check_invariants();
    }
    let levels = u64::from(vertices.ilog2());
    let moved = graph.units() - before;
    println!("{additions} additions at the most, {moved} units for moves, {worst} for one");
    assert!(moved < additions * 2 * levels * levels && worst <= 3 * vertices + edges / 8 + 1);
}
