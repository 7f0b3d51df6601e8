//! The next-best cut: the lightest one that separates two vertices which no minimum cut separates.
//!
//! Two vertices are in one *atom* if no minimum cut separates them. First the atoms are found, by flows that stop above the
//! minimum: each either splits a group of vertices or unites two of them, so that n - 1 are enough. Then, atom by atom, flows
//! between its vertices that stop at the best value so far. What a scan finds to be connected well enough is united before,
//! which leaves few flows in most graphs.

use super::flow::{Flow, Stopped, Work};
use super::kernel::{Kernel, Union};

/// Arcs that the search looks at before it gives up: some seconds. Only graphs with thousands of nested cuts need so many.
pub(crate) const WORK_MAX: u64 = 400_000_000;

/// A cut by one of its sides, as vertices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Side {
    pub(crate) value: u64,
    /// Ascending; the side with fewer vertices, of the piece that is cut if there are several.
    pub(crate) vertices: Vec<u32>,
}

/// How near the next-best cut comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum NextBest {
    /// There is none: minimum cuts separate all vertices from one another.
    None,
    /// No lighter one separates what the minimum cuts leave together.
    Exact(Side),
    /// The search stopped at its limit; this is the lightest that it had seen.
    AtMost(Side),
    /// The search stopped at its limit before it saw one.
    Unknown,
}

/// What was found about a graph and the value of its minimum cut.
pub(crate) struct Found {
    /// The atoms, each ascending, in order of their smallest vertices; `None` if the limit was reached before all were known.
    pub(crate) atoms: Option<Vec<Vec<u32>>>,
    pub(crate) next: NextBest,
}

/// Searches the graph of these edges, between vertices below `vertices`, whose minimum cuts weigh `least`.
pub(crate) fn search(vertices: usize, edges: &[(u32, u32, u64)], least: u64, work_max: u64) -> Found {
    let mut work = Work { left: work_max };
    let Ok(atom_of) = atoms(vertices, edges, least, &mut work) else {
        return Found { atoms: None, next: NextBest::Unknown };
    };
    let mut atoms = vec![Vec::new(); vertices];
    for (vertex, atom) in atom_of.iter().enumerate() {
        atoms[*atom as usize].push(vertex as u32);
    }
    let mut best = Best { least, atom_of: &atom_of, atoms: &atoms, found: None, finest: finest(edges) };
    let ended = best.improve(vertices, edges, &mut work);
    let next = match (best.found, ended) {
        (None, Ok(())) => NextBest::None,
        (None, Err(Stopped)) => NextBest::Unknown,
        (Some(side), Ok(())) => NextBest::Exact(side),
        (Some(side), Err(Stopped)) => NextBest::AtMost(side),
    };
    atoms.retain(|atom| !atom.is_empty());
    Found { atoms: Some(atoms), next }
}

/// Connected components, in order of their smallest vertices.
pub(crate) fn pieces(vertices: usize, edges: &[(u32, u32, u64)]) -> Vec<Vec<u32>> {
    let mut union = Union::new(vertices);
    edges.iter().for_each(|(u, v, _)| union.unite(*u, *v));
    let mut members = vec![Vec::new(); vertices];
    (0..vertices as u32).for_each(|vertex| members[union.find(vertex) as usize].push(vertex));
    members.retain(|piece| !piece.is_empty());
    members
}

/// The smallest vertex of each vertex's atom.
fn atoms(vertices: usize, edges: &[(u32, u32, u64)], least: u64, work: &mut Work) -> Result<Vec<u32>, Stopped> {
    let above = least + 1;
    let kernel = Kernel::new(vertices, edges).contracted(above);
    let mut flow = Flow::new(&kernel);
    let mut group_of = vec![0u32; kernel.nodes()];
    let mut groups: Vec<Vec<u32>> = Vec::new();
    // A node whose own edges are a minimum cut is an atom by itself.
    let (alone, mut rest): (Vec<u32>, Vec<u32>) =
        (0..kernel.nodes() as u32).partition(|node| kernel.degree(*node) == least);
    // The best connected node first: few sides of cuts hold it, so that what is split off is small.
    rest.sort_by_key(|node| std::cmp::Reverse(kernel.degree(*node)));
    groups.push(rest);
    let mut next_group = 0;
    let mut close = |nodes: &[u32], group_of: &mut Vec<u32>| {
        nodes.iter().for_each(|node| group_of[*node as usize] = next_group);
        next_group += 1;
    };
    alone.iter().for_each(|node| close(&[*node], &mut group_of));
    while let Some(mut group) = groups.pop() {
        let Some(&first) = group.first() else { continue };
        flow.set_sink(first, true);
        let mut united = 1;
        while let Some(&node) = group.get(united) {
            if flow.value(node, above, work)? == above {
                flow.set_sink(node, true);
                united += 1;
                continue;
            }
            let mut inside = vec![false; kernel.nodes()];
            flow.near_side().iter().for_each(|node| inside[*node as usize] = true);
            let (off, kept) = group.iter().partition(|node| inside[**node as usize]);
            groups.push(off);
            group = kept;
        }
        group.iter().for_each(|node| flow.set_sink(*node, false));
        close(&group, &mut group_of);
    }
    Ok(smallest_members(&kernel.node_of, &group_of))
}

fn smallest_members(node_of: &[u32], group_of: &[u32]) -> Vec<u32> {
    let mut smallest = vec![u32::MAX; group_of.len()];
    let mut labels = Vec::with_capacity(node_of.len());
    for (vertex, node) in node_of.iter().enumerate() {
        let label = &mut smallest[group_of[*node as usize] as usize];
        *label = (*label).min(vertex as u32);
        labels.push(*label);
    }
    labels
}

/// The greatest number that divides all weights: values of cuts differ by that much at least.
fn finest(edges: &[(u32, u32, u64)]) -> u64 {
    let divisor = |mut a: u64, mut b: u64| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    edges.iter().map(|(_, _, weight)| *weight).fold(0, divisor)
}

/// The best cut so far that separates two vertices of one atom.
struct Best<'a> {
    least: u64,
    atom_of: &'a [u32],
    /// The members of each atom, at its smallest member.
    atoms: &'a [Vec<u32>],
    found: Option<Side>,
    finest: u64,
}

impl Best<'_> {
    fn improve(&mut self, vertices: usize, edges: &[(u32, u32, u64)], work: &mut Work) -> Result<(), Stopped> {
        let kernel = Kernel::new(vertices, edges);
        self.try_nodes(&kernel);
        // The lightest vertex with company in its atom separates it from that, so that there is a best cut from here on.
        let Some(side) = &self.found else { return Ok(()) };
        let kernel = kernel.contracted(side.value);
        self.try_nodes(&kernel);
        let mut flow = Flow::new(&kernel);
        let mut members = vec![Vec::new(); kernel.nodes()];
        kernel.node_of.iter().enumerate().for_each(|(vertex, node)| members[*node as usize].push(vertex as u32));
        for atom in self.atoms {
            let mut nodes: Vec<u32> = atom.iter().map(|vertex| kernel.node_of[*vertex as usize]).collect();
            nodes.sort_unstable();
            nodes.dedup();
            nodes.sort_by_key(|node| std::cmp::Reverse(kernel.degree(*node)));
            for (place, &node) in nodes.iter().enumerate() {
                let Some(side) = &self.found else { break };
                if side.value <= self.least + self.finest {
                    // Nothing lies between this value and the least.
                    return Ok(());
                }
                // Whatever was compared is united from then on: no cut that is still of interest separates it.
                if place > 0 {
                    let value = flow.value(node, side.value, work)?;
                    if value < side.value {
                        let inside = flow.near_side().iter().flat_map(|node| members[*node as usize].iter().copied());
                        self.found = Some(self.smaller_side(value, inside.collect()));
                    }
                }
                flow.set_sink(node, true);
            }
            nodes.iter().for_each(|node| flow.set_sink(*node, false));
        }
        Ok(())
    }

    /// Whether the edges of one node alone are a better cut.
    fn try_nodes(&mut self, kernel: &Kernel) {
        let mut members = vec![0usize; kernel.nodes()];
        kernel.node_of.iter().for_each(|node| members[*node as usize] += 1);
        for (vertex, &node) in kernel.node_of.iter().enumerate() {
            let size = std::mem::take(&mut members[node as usize]);
            let value = kernel.degree(node);
            let better = self.found.as_ref().is_none_or(|side| value < side.value);
            // All members of a node are of one atom, so that it separates the atom if it does not hold all of it.
            if size > 0 && better && size < self.atoms[self.atom_of[vertex] as usize].len() {
                let inside = (0..self.atom_of.len() as u32).filter(|other| kernel.node_of[*other as usize] == node);
                self.found = Some(self.smaller_side(value, inside.collect()));
            }
        }
    }

    /// A cut by its smaller side: of the whole graph, or, if that is in pieces, of the piece that it cuts.
    fn smaller_side(&self, value: u64, mut inside: Vec<u32>) -> Side {
        inside.sort_unstable();
        let whole = match (self.least, inside.first()) {
            (0, Some(vertex)) => self.atoms[self.atom_of[*vertex as usize] as usize].clone(),
            _ => (0..self.atom_of.len() as u32).collect(),
        };
        if inside.len() * 2 > whole.len() {
            inside = whole.into_iter().filter(|vertex| inside.binary_search(vertex).is_err()).collect();
        }
        Side { value, vertices: inside }
    }
}

#[cfg(test)]
mod tests;
