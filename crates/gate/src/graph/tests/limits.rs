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

/// Who sees the rows adds every edge where there is least room, at hubs above all, while the graph is full. No addition
/// is refused, and the moves stay within the bound of the sparse table.
#[test]
fn an_adversary_at_the_brim() {
    let (vertices, edges, hubs) = (2_048_u64, 8_192_u64, 8_u64);
    let mut slab = vec![0; GraphStore::words(2_048, 8_192)];
    let mut graph = GraphStore::new(&mut Arena::new(&mut slab), 2_048, 8_192).unwrap();
    for edge in 0..edges {
        let hub = edge % hubs;
        graph.edge_add(hub, hubs + (edge / hubs * 7 + 255 * hub) % (vertices - hubs), 1).unwrap();
    }
    let mut rng = Random(0x5eed_0103);
    let slot = |graph: &GraphStore<'_>, id: u64| graph.slot_of(id).unwrap();
    let room = |graph: &GraphStore<'_>, id: u64| {
        let slot = slot(graph, id);
        let end = graph.pool.start(usize::from(slot)) + graph.neighbours(slot).len();
        graph.pool.start(usize::from(slot) + 1) - end
    };
    let is_edge = |graph: &GraphStore<'_>, u, v| graph.edge_between(slot(graph, u), slot(graph, v)).is_some();
    let (mut hit, mut worst, start) = (0, 0, graph.units());
    let steps = 20_000;
    for _ in 0..steps {
        let hub = (0..hubs).filter(|hub| u64::from(graph.degree(slot(&graph, *hub))) < vertices / 4 * 3);
        let hub = hub.min_by_key(|hub| room(&graph, *hub)).unwrap();
        let first = rng.below(vertices - hubs);
        let leaves = (0..vertices - hubs).map(|leaf| hubs + (first + leaf) % (vertices - hubs));
        let strangers = leaves.filter(|leaf| graph.slot_of(*leaf).is_some() && !is_edge(&graph, hub, *leaf));
        let leaf = strangers.min_by_key(|leaf| room(&graph, *leaf)).unwrap();
        hit += u64::from(room(&graph, hub) == 0);
        // Room comes from an edge of another hub, far away.
        loop {
            let (other, far) = (rng.below(hubs), hubs + rng.below(vertices - hubs));
            if other != hub && far != leaf && graph.edge_remove(other, far).is_ok() {
                break;
            }
        }
        let units = graph.units();
        graph.edge_add(hub, leaf, 1).unwrap();
        worst = worst.max(graph.units() - units);
        assert_eq!(graph.edge_count(), edges as usize);
    }
    graph.check_invariants();
    let (moved, levels) = (graph.units() - start, u64::from(vertices.ilog2()));
    println!("{hit} of {steps} additions at a full hub, {moved} units for moves, {worst} for one");
    assert!(hit > 300 && moved < steps * levels * levels && worst <= 3 * vertices + edges / 8 + 1);
}
