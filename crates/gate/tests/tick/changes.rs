//! Who listens to changes can keep up with the graph by them alone.

use std::collections::BTreeMap;

use gate::arena::Arena;
use gate::graph::{Change, GraphStore};
use gate::profile::Profile;
use gate::tick::pending::{Accepted, Pending};
use gate::work::Work;

use crate::model::id_pool;
use crate::random::Random;
use crate::rig::{Delta, input};

/// Slots and edges as the changes tell them.
#[derive(Default)]
struct Listener {
    ids: BTreeMap<u16, u64>,
    edges: BTreeMap<(u16, u16), u64>,
    changes: u64,
    gone: u64,
}

impl Listener {
    fn hear(&mut self, graph: &GraphStore<'_>, change: Change) {
        let Change { u, v, before, after, u_is_new, v_is_new, u_gone, v_gone } = change;
        for (slot, is_new) in [(u, u_is_new), (v, v_is_new)] {
            if is_new {
                assert_eq!(self.ids.insert(slot, graph.id(slot)), None, "a new vertex has a slot that was free");
            }
            assert!(self.ids.contains_key(&slot));
        }
        let key = (u.min(v), u.max(v));
        let known = if after == 0 { self.edges.remove(&key) } else { self.edges.insert(key, after) };
        assert_eq!(known.unwrap_or(0), before);
        assert_ne!(before, after, "what changes nothing is no change");
        assert_eq!(graph.edge_between(u, v).map_or(0, |edge| graph.weight(edge)), after);
        for (slot, is_gone) in [(u, u_gone), (v, v_gone)] {
            assert_eq!(is_gone, graph.degree(slot) == 0);
            if is_gone {
                self.ids.remove(&slot);
                self.gone += 1;
            }
        }
        self.changes += 1;
        assert_eq!(self.changes, graph.version());
        assert!(graph.slots_by_id().len() == self.ids.len() && graph.edge_count() == self.edges.len());
    }

    fn check(&self, graph: &GraphStore<'_>) {
        assert!(graph.slots_by_id().iter().all(|slot| self.ids.get(slot) == Some(&graph.id(*slot))));
        let edges: BTreeMap<_, _> = graph.edges().map(|([a, b], weight)| ((a.min(b), a.max(b)), weight)).collect();
        assert_eq!(edges, self.edges);
    }
}

#[test]
fn a_listener_keeps_up_with_the_graph() {
    let (mut changes, mut gone, mut waited) = (0, 0, 0);
    for seed in 0..40 {
        let Profile { vertices, edges, pending, .. } = Profile::TILE;
        let mut slab = vec![0; GraphStore::words(vertices, edges) + Pending::words(pending)];
        let mut arena = Arena::new(&mut slab);
        let mut graph = GraphStore::new(&mut arena, vertices, edges).unwrap();
        let mut ring = Pending::new(&mut arena, pending).unwrap();
        let (mut listener, mut rng) = (Listener::default(), Random(seed ^ 0x5eed_000c));
        let pool = id_pool(vertices + 4, &mut rng);
        for tick in 0..200 {
            // Few ids at a time, first more additions, then more removals, so that vertices come and go.
            let few = &pool[tick / 20..tick / 20 + 9];
            let additions = if tick % 20 < 10 { 5 } else { 1 };
            let deltas: Vec<Delta> = (0..rng.below(60))
                .map(|_| {
                    let (u, v) = (rng.pick(few), rng.pick(few));
                    match rng.below(8) {
                        0 => Delta::Update(u, v, 1 + rng.below(3)),
                        1 => Delta::observe(u, &[1.0]),
                        draw if draw < 2 + additions => Delta::Add(u, v, 1 + rng.below(9)),
                        _ => Delta::Remove(u, v),
                    }
                })
                .collect();
            let bytes = input(&deltas);
            let accepted = Accepted::read(&bytes).unwrap();
            let work = &mut Work::new(rng.below(120));
            ring.apply(&mut graph, &accepted, 1.0, work, &mut |graph, change| listener.hear(graph, change));
            listener.check(&graph);
            waited += u64::from(!ring.is_empty());
        }
        changes += listener.changes;
        gone += listener.gone;
    }
    println!("{changes} changes heard, {gone} vertices gone, {waited} of 8000 inputs partly put off");
    assert!(changes > 30_000 && gone > 1_000 && waited > 500);
}
