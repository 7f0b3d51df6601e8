//! What a minimum cut means to a person: who is parted from whom, by which edges, how much of the weight that is, and how
//! near the next-best cut comes.
//!
//! Everything is computed here, exactly, from plain lists: nothing in this module knows a gate.
//!
//! | module | concept |
//! | --- | --- |
//! | `kernel` | the graph with vertices united that no cut of interest separates |
//! | `flow` | maximum flow up to a bound |
//! | `next` | atoms, and the next-best cut |
//! | [`words`] | the sentences |

mod flow;
mod kernel;
mod next;
pub(crate) mod words;

use std::cmp::Reverse;

use serde::Serialize;

use next::{Found, NextBest, Side, WORK_MAX};

/// A core and its canonical minimum cut (`spec/cut.md`), as lists of external ids. Weights are raw 32.32.
#[derive(Clone, Debug)]
pub(crate) struct CoreCut {
    /// Ascending.
    pub(crate) vertices: Vec<u64>,
    /// Each edge once, no loops; both ends are vertices.
    pub(crate) edges: Vec<(u64, u64, u64)>,
    /// λ.
    pub(crate) value: u64,
    /// T*, ascending.
    pub(crate) far_side: Vec<u64>,
}

/// What follows from a core and its cut.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) value: f64,
    /// The side of the cut with fewer vertices (T* of two that are as large), ascending. All but the largest piece if there is
    /// more than one.
    pub(crate) small_side: Vec<u64>,
    /// Edges of the cut with their weights, heaviest first; the end on the small side first.
    pub(crate) crossing: Vec<(u64, u64, f64)>,
    /// Connected components, largest first.
    pub(crate) pieces: Vec<Vec<u64>>,
    /// Groups that no minimum cut divides, largest first; `None` if they were not all found.
    pub(crate) atoms: Option<Vec<Vec<u64>>>,
    pub(crate) next: Next,
    /// Weight of the cut, divided by the weight at the vertices of the side that has less of it; `None` without edges.
    pub(crate) conductance: Option<f64>,
    /// The share of all weight at the vertices of the small side, where an edge gives half of its weight to either end; `None`
    /// without edges.
    pub(crate) weight_share: Option<f64>,
}

/// The lightest cut that separates two vertices which no minimum cut separates.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Next {
    /// `exact`; `at-most`, if the search for a lighter one was stopped at its limit; `unknown`, if it was stopped before there
    /// was one; `none`, if minimum cuts separate all vertices from one another.
    pub(crate) kind: &'static str,
    pub(crate) value: Option<f64>,
    /// Its smaller side.
    pub(crate) side: Vec<u64>,
}

/// Raw 32.32 as a number for people.
pub(crate) fn fixed(raw: u64) -> f64 {
    raw as f64 / 4_294_967_296.0
}

/// Explains a cut.
pub(crate) fn explain(core: &CoreCut) -> Facts {
    let index = |id: u64| core.vertices.binary_search(&id).expect("ends of edges are vertices") as u32;
    let edges: Vec<_> = core.edges.iter().map(|(u, v, weight)| (index(*u), index(*v), *weight)).collect();
    let ids = |vertices: &[u32]| vertices.iter().map(|vertex| core.vertices[*vertex as usize]).collect::<Vec<_>>();
    let largest_first = |groups: Vec<Vec<u32>>| {
        let mut groups: Vec<Vec<u64>> = groups.iter().map(|group| ids(group)).collect();
        groups.sort_by_key(|group| (Reverse(group.len()), group[0]));
        groups
    };
    let pieces = largest_first(next::pieces(core.vertices.len(), &edges));
    let small_side = small_side(core, &pieces);
    let Found { atoms, next: found_next } = next::search(core.vertices.len(), &edges, core.value, WORK_MAX);
    let (crossing, volume) = weigh(core, &small_side);
    let total: u128 = core.edges.iter().map(|(_, _, weight)| u128::from(*weight) * 2).sum();
    let cut: u128 = crossing.iter().map(|(_, _, weight)| u128::from(*weight)).sum();
    assert_eq!(cut, u128::from(core.value), "the edges of the cut weigh what the gate says");
    let ratio = |part: u128, whole: u128| (whole > 0).then(|| part as f64 / whole as f64);
    let next = |kind, side: Side| Next { kind, value: Some(fixed(side.value)), side: ids(&side.vertices) };
    let nothing = |kind| Next { kind, value: None, side: Vec::new() };
    Facts {
        value: fixed(core.value),
        crossing: crossing.iter().map(|(u, v, weight)| (*u, *v, fixed(*weight))).collect(),
        pieces,
        atoms: atoms.map(largest_first),
        next: match found_next {
            NextBest::None => nothing("none"),
            NextBest::Exact(side) => next("exact", side),
            NextBest::AtMost(side) => next("at-most", side),
            NextBest::Unknown => nothing("unknown"),
        },
        conductance: ratio(cut, volume.min(total - volume)),
        weight_share: ratio(volume, total),
        small_side,
    }
}

/// The side of the cut with fewer vertices; T* of two that are as large. Edges are not needed.
pub(crate) fn lesser_side(core: &CoreCut) -> Vec<u64> {
    if core.far_side.len() * 2 <= core.vertices.len() {
        return core.far_side.clone();
    }
    core.vertices.iter().copied().filter(|id| core.far_side.binary_search(id).is_err()).collect()
}

fn small_side(core: &CoreCut, pieces: &[Vec<u64>]) -> Vec<u64> {
    if let [_, others @ ..] = pieces
        && !others.is_empty()
    {
        let mut apart = others.concat();
        apart.sort_unstable();
        return apart;
    }
    lesser_side(core)
}

/// The edges between `side` and the rest, heaviest first, and the weight at the vertices of `side`.
fn weigh(core: &CoreCut, side: &[u64]) -> (Vec<(u64, u64, u64)>, u128) {
    let inside = |id: u64| side.binary_search(&id).is_ok();
    let mut crossing = Vec::new();
    let mut volume = 0;
    for &(u, v, weight) in &core.edges {
        let ends = u128::from(inside(u)) + u128::from(inside(v));
        volume += ends * u128::from(weight);
        if ends == 1 {
            crossing.push(if inside(u) { (u, v, weight) } else { (v, u, weight) });
        }
    }
    crossing.sort_by_key(|(u, v, weight)| (Reverse(*weight), *u, *v));
    (crossing, volume)
}
