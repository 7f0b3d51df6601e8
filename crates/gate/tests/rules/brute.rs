//! The definition, by trying every side.

use gate::cut::local::live::Live;
use gate::cut::rules::State;

use crate::explicit::Explicit;
use crate::live::Plain;

/// The weight of every side, for a graph of a few vertices.
fn sides(graph: &Plain) -> (u64, Vec<(u64, u64)>) {
    let list = graph.list();
    let vertices: Vec<u16> = graph.vertices().collect();
    let all = vertices.iter().map(|v| 1u64 << v).sum();
    let value = |side: u64| list.iter().filter(|(u, v, _)| (side >> u ^ side >> v) & 1 == 1).map(|edge| edge.2).sum();
    let spread = |bits: u64| vertices.iter().enumerate().map(|(i, v)| (bits >> i & 1) << v).sum::<u64>();
    // Bit 0 is never set: a side is the one without the first vertex.
    let count = 1u64 << vertices.len().saturating_sub(1);
    (all, (1..count).map(|half| spread(half << 1)).map(|side| (side, value(side))).collect())
}

/// What is true of the graph. The family is empty unless it is connected and has two vertices.
pub(crate) fn truth(graph: &Plain) -> (State, Explicit) {
    let (vertices, sides) = sides(graph);
    let mut family = Explicit { vertices, ..Explicit::default() };
    let Some(lambda) = sides.iter().map(|(_, value)| *value).min() else { return (State::Components(0), family) };
    if lambda == 0 {
        let unions = sides.iter().filter(|(_, value)| *value == 0).count() as u32 + 1;
        return (State::Components(unions.trailing_zeros() + 1), family);
    }
    family.sides = sides.into_iter().filter(|(_, value)| *value == lambda).map(|(side, _)| side).collect();
    (State::Connected(lambda), family)
}

/// The least weight of a side that separates `u` and `v`, and all sides that do with that weight.
pub(crate) fn between(graph: &Plain, u: u16, v: u16) -> (u64, Vec<u64>) {
    let separating: Vec<(u64, u64)> =
        sides(graph).1.into_iter().filter(|(side, _)| (side >> u ^ side >> v) & 1 == 1).collect();
    let least = separating.iter().map(|(_, value)| *value).min().unwrap();
    (least, separating.into_iter().filter(|(_, value)| *value == least).map(|(side, _)| side).collect())
}
