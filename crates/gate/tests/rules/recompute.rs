//! All minimum cuts of a graph by local flows alone, slow and simple.

use gate::cut::family::Family;
use gate::cut::local::live::Live;
use gate::cut::local::{Connectivity, Local};
use gate::cut::rules::{State, label_components};
use gate::work::Work;

/// All minimum cuts from flows between the ends of every edge: each cut separates the ends of one.
pub(crate) fn recompute(graph: &impl Live, family: &mut Family<'_>, scratch: &mut [u64]) -> State {
    let mut work = Work::new(u64::MAX);
    let mut label = vec![0; graph.slots()];
    let vertices: Vec<u16> = graph.vertices().collect();
    let components = label_components(graph, vertices.iter().copied(), scratch, &mut label, &mut work).unwrap();
    if components != 1 {
        return State::Components(components);
    }
    let mut local = Local::enter(scratch, graph.slots(), 0).unwrap();
    // Lambda is at most the least weight around a vertex, so the flows stay small.
    let around = |v: &u16| (0..graph.neighbours(*v).len()).map(|at| graph.weight(graph.edge_at(*v, at))).sum::<u64>();
    let mut lambda = vertices.iter().map(around).min().unwrap();
    family.reset(vertices.iter().copied());
    for &u in &vertices {
        for &v in graph.neighbours(u).iter().filter(|v| u < **v) {
            match local.flow(graph, u, v, lambda, u64::MAX) {
                Connectivity::More => {}
                Connectivity::TooFar => panic!("there is no limit, and the table is large enough"),
                Connectivity::Exactly(value) => {
                    if value < lambda {
                        lambda = value;
                        family.reset(vertices.iter().copied());
                    }
                    local.cuts(graph, |side, outside| family.insert(side, outside, &mut work)).unwrap();
                }
            }
        }
    }
    State::Connected(lambda)
}
