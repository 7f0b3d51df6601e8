//! What the gate should say: the graph in plain maps, its core, and a search of it from scratch.

use std::collections::BTreeMap;

use gate::arena::Arena;
use gate::config::Core;
use gate::core_graph::CoreGraph;
use gate::cut::CutSearch;
use gate::tick::report::CutReport;
use gate::work::Work;

use crate::graph::{self, Found, Graph};
use crate::streams::Delta;

/// The graph after some deltas, all of which were accepted.
#[derive(Clone, Default)]
pub(crate) struct Reference {
    pub(crate) edges: BTreeMap<(u64, u64), u64>,
    /// Edges at each active vertex.
    pub(crate) degrees: BTreeMap<u64, u32>,
}

/// The core and everything that is said of its minimum cuts.
pub(crate) struct Answer {
    pub(crate) core: Graph,
    pub(crate) found: Found,
}

impl Reference {
    /// Takes in a delta that is sound.
    pub(crate) fn apply(&mut self, delta: Delta) {
        match delta {
            Delta::Add(u, v, weight) => {
                assert!(u != v && weight > 0);
                assert_eq!(self.edges.insert(ends(u, v), weight), None, "a stream adds what is not there");
                for id in [u, v] {
                    *self.degrees.entry(id).or_default() += 1;
                }
            }
            Delta::Remove(u, v) => {
                self.edges.remove(&ends(u, v)).expect("a stream removes what is there");
                for id in [u, v] {
                    let degree = self.degrees.get_mut(&id).expect("an end of an edge");
                    *degree -= 1;
                    if *degree == 0 {
                        self.degrees.remove(&id);
                    }
                }
            }
            Delta::Update(u, v, weight) => {
                let old = self.edges.insert(ends(u, v), weight).expect("a stream updates what is there");
                assert!(weight > 0 && weight != old, "and changes it");
            }
        }
    }

    /// The core's vertices, ascending.
    fn members(&self, core: Core<'_>) -> Vec<u64> {
        match core {
            Core::All => self.degrees.keys().copied().collect(),
            Core::Protected(ids) => ids.iter().copied().filter(|id| self.degrees.contains_key(id)).collect(),
            Core::KCore(k) => self.k_core(k),
        }
    }

    /// All vertices with fewer than k neighbours go, until none is found any more.
    fn k_core(&self, k: u32) -> Vec<u64> {
        let mut degrees = self.degrees.clone();
        loop {
            let before = degrees.len();
            degrees.retain(|_, degree| *degree >= k);
            if degrees.len() == before {
                return degrees.into_keys().collect();
            }
            degrees.values_mut().for_each(|degree| *degree = 0);
            for (u, v) in self.edges.keys() {
                if degrees.contains_key(u) && degrees.contains_key(v) {
                    for id in [u, v] {
                        *degrees.get_mut(id).expect("looked at before") += 1;
                    }
                }
            }
        }
    }

    /// The core by itself, its vertices numbered in order of their ids.
    pub(crate) fn core(&self, core: Core<'_>) -> Graph {
        let ids = self.members(core);
        let at = |id: &u64| ids.binary_search(id).ok();
        let inside = self.edges.iter().filter_map(|((u, v), weight)| Some((at(u)?, at(v)?, *weight)));
        let edges: Vec<_> = inside.collect();
        Graph::with_ids(ids, &edges)
    }

    /// A static search of the core, without any limit.
    pub(crate) fn answer(&self, core: Core<'_>) -> Answer {
        let core = self.core(core);
        let rows: CoreGraph<'_> = core.core();
        let mut slab = vec![0; CutSearch::words(rows.vertex_count(), rows.edge_count())];
        let mut search = CutSearch::new(&mut Arena::new(&mut slab), rows.vertex_count(), rows.edge_count())
            .expect("the slab has its words");
        search.start(&rows, &mut Work::new(u64::MAX));
        let found = graph::run(&mut search, &rows, 0, &mut || u64::MAX);
        Answer { core, found }
    }
}

impl Answer {
    /// The report that a gate should give of this core.
    pub(crate) fn report(&self, epoch: u64) -> CutReport {
        let Found { value, components, family, digest, .. } = self.found;
        let far = self.found.far_side.iter().filter(|far| **far).count();
        let small_side = far.min(self.core.ids.len() - far) as u64;
        CutReport { epoch, value, components, small_side, family, hash: digest }
    }
}

fn ends(u: u64, v: u64) -> (u64, u64) {
    (u.min(v), u.max(v))
}
