//! A core that is part of the graph: edges and vertices outside it must not count, and its vertices may have no edge.

use std::collections::BTreeMap;

use gate::cut::family::Family;
use gate::cut::local::live::Live;
use gate::cut::rules::{Change, Dynamic, State};
use gate::work::Work;

use crate::both::Both;
use crate::brute::truth;
use crate::live::Plain;
use crate::random::Random;

const HISTORIES: u64 = 4_000;
const SLOTS: u64 = 9;

/// The state of one vertex is not that of none.
fn settled(graph: &Plain, state: State) -> State {
    if graph.vertex_count() == 1 { State::Components(1) } else { state }
}

#[test]
fn only_the_core_counts() {
    let mut states: BTreeMap<&str, u64> = BTreeMap::new();
    for history in 0..HISTORIES {
        let mut random = Random(history ^ 0xc04e);
        let mut graph = Plain::new(SLOTS as usize);
        let mut core: Vec<bool> = (0..SLOTS).map(|_| random.chance(150)).collect();
        graph.protect(core.clone());
        let mut scratch = vec![0; Dynamic::words(SLOTS as usize)];
        let mut slab = vec![0; Family::words(SLOTS as usize)];
        let mut family = Both::new(&mut slab, SLOTS as usize);
        let mut dynamic = Dynamic::new(1 << 20);
        (0..graph.vertex_count()).for_each(|_| dynamic.appear());
        for _ in 0..40 {
            let u = random.below(SLOTS) as u16;
            let v = (u + 1 + random.below(SLOTS - 1) as u16) % SLOTS as u16;
            let alone = graph.list().iter().all(|(a, b, _)| *a != u && *b != u);
            if random.chance(20) && (!core[usize::from(u)] || alone) {
                core[usize::from(u)] ^= true;
                if core[usize::from(u)] && graph.degree(u) > 0 {
                    // It brings edges: no rule speaks of that.
                    dynamic.set(State::Stale);
                }
                graph.protect(core.clone());
                if core[usize::from(u)] { dynamic.appear() } else { dynamic.vanish(&graph) }
            } else {
                let change = graph.change(u, v, random.below(4));
                if graph.inside(u) && graph.inside(v) {
                    let change = Change { u_is_new: false, v_is_new: false, u_gone: false, v_gone: false, ..change };
                    let mut work = Work::new(u64::MAX);
                    dynamic.apply(change, &graph, &mut family, &mut scratch, &mut work).unwrap();
                }
            }
            let (state, right) = truth(&graph);
            let state = settled(&graph, state);
            let name = match dynamic.state() {
                State::Stale => {
                    dynamic.set(state);
                    family.load(right);
                    "stale"
                }
                State::Connected(_) => {
                    assert_eq!(dynamic.state(), state, "{history}");
                    assert_eq!(family.explicit, right, "{history}");
                    assert_eq!(family.listed(), right.sides, "{history}");
                    "connected"
                }
                State::Components(_) => {
                    assert_eq!(dynamic.state(), state, "{history}");
                    "components"
                }
            };
            *states.entry(name).or_default() += 1;
        }
    }
    println!("{HISTORIES} histories of a core within a graph: {states:?}");
    assert_eq!(states.len(), 3);
}
