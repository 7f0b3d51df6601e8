//! Owned graphs for tests, and the whole search in one call.

#[path = "../shared/chance.rs"]
mod chance;

pub(crate) use chance::Random;
use gate::arena::Arena;
use gate::core_graph::CoreGraph;
use gate::cut::{CutDigest, CutSearch};
use gate::work::{Progress, Work};
use std::collections::BTreeMap;

/// A core graph that owns its slices.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) ids: Vec<u64>,
    offsets: Vec<u32>,
    neighbours: Vec<u32>,
    weights: Vec<u64>,
}

/// What a search found, owned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    pub(crate) value: u64,
    pub(crate) components: u32,
    pub(crate) first_separable: Option<u32>,
    pub(crate) far_side: Vec<bool>,
    pub(crate) atom: Vec<u32>,
    pub(crate) family: u64,
    pub(crate) digest: codec::Digest,
    pub(crate) work: u64,
}

impl Graph {
    /// A graph on 0..n whose ids are their indices. Weights of repeated edges add up; loops are dropped.
    pub(crate) fn new(n: usize, edges: &[(usize, usize, u64)]) -> Self {
        Self::with_ids((0..n as u64).collect(), edges)
    }

    /// The same with the given ascending ids; edges still name indices.
    pub(crate) fn with_ids(ids: Vec<u64>, edges: &[(usize, usize, u64)]) -> Self {
        let mut rows = vec![BTreeMap::<usize, u64>::new(); ids.len()];
        for &(a, b, weight) in edges {
            if a != b {
                *rows[a].entry(b).or_default() += weight;
                *rows[b].entry(a).or_default() += weight;
            }
        }
        let mut graph = Self { ids, offsets: vec![0], neighbours: Vec::new(), weights: Vec::new() };
        for row in rows {
            graph.neighbours.extend(row.keys().map(|to| *to as u32));
            graph.weights.extend(row.values());
            graph.offsets.push(graph.neighbours.len() as u32);
        }
        graph
    }

    pub(crate) fn core(&self) -> CoreGraph<'_> {
        CoreGraph { ids: &self.ids, offsets: &self.offsets, neighbours: &self.neighbours, weights: &self.weights }
    }

    /// Every edge once, smaller index first.
    pub(crate) fn edges(&self) -> Vec<(usize, usize, u64)> {
        let core = self.core();
        (0..self.ids.len())
            .flat_map(|a| core.row(a).filter(move |(b, _)| a < *b).map(move |(b, weight)| (a, b, weight)))
            .collect()
    }

    /// The search and the hash without a limit.
    pub(crate) fn search(&self) -> Found {
        self.search_in_slices(|| u64::MAX)
    }

    /// The same with a budget for each call, taken from `budget`.
    pub(crate) fn search_in_slices(&self, mut budget: impl FnMut() -> u64) -> Found {
        let core = self.core();
        let words = CutSearch::words(core.vertex_count(), core.edge_count());
        let mut slab = vec![0; words];
        let mut arena = Arena::new(&mut slab);
        let mut search = CutSearch::new(&mut arena, core.vertex_count(), core.edge_count()).unwrap();
        assert_eq!(arena.words_left(), 0, "words() is exact");
        let mut work = Work::new(u64::MAX);
        search.start(&core, &mut work);
        let found = run(&mut search, &core, work.used(), &mut budget);
        search.start(&core, &mut work);
        while search.advance_without_family(&mut Work::new(budget())) == Progress::Pending {}
        let cut = search.result().unwrap();
        let same = (cut.value, cut.components, cut.first_separable)
            == (found.value, found.components, found.first_separable)
            && cut.far_side.iter().zip(&found.far_side).all(|(a, b)| (*a == 1) == *b);
        assert!(same, "value, v1 and T* do not need the family");
        found
    }
}

/// Runs a search that was started, and the hash of its result.
pub(crate) fn run(
    search: &mut CutSearch<'_>,
    core: &CoreGraph<'_>,
    mut used: u64,
    budget: &mut impl FnMut() -> u64,
) -> Found {
    let mut slice = |used: &mut u64, advance: &mut dyn FnMut(&mut Work) -> Progress| {
        loop {
            let mut work = Work::new(budget());
            let progress = advance(&mut work);
            *used += work.used();
            if progress == Progress::Done {
                break;
            }
        }
    };
    slice(&mut used, &mut |work| search.advance(work));
    let cut = search.result().unwrap();
    let mut digest = CutDigest::start();
    slice(&mut used, &mut |work| digest.advance(core.ids, &cut, work));
    let far_side: Vec<bool> = (0..core.vertex_count()).map(|vertex| cut.is_far(vertex)).collect();
    assert_eq!(far_side.iter().filter(|far| **far).count(), cut.far_count as usize);
    assert_eq!(cut.atom.iter().filter(|label| **label != 0).count(), cut.outside_count as usize);
    Found {
        value: cut.value,
        components: cut.components,
        first_separable: cut.first_separable,
        far_side,
        atom: cut.atom.iter().map(|label| u32::from(*label)).collect(),
        family: cut.family,
        digest: digest.finish(),
        work: used,
    }
}
