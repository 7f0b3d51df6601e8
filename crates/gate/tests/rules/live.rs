//! A live graph as plain as can be: slots, rows, a map from edge number to weight.

use std::collections::BTreeMap;

use gate::cut::local::live::Live;
use gate::cut::rules::Change;

/// Edge numbers are never used twice here, so that a stale one would show.
pub(crate) struct Plain {
    /// The core by slot, if it is not the whole graph.
    core: Option<Vec<bool>>,
    rows: Vec<Vec<u16>>,
    edges: Vec<Vec<u32>>,
    weights: BTreeMap<u32, u64>,
    next: u32,
}

impl Plain {
    pub(crate) fn new(slots: usize) -> Self {
        Self {
            core: None,
            rows: vec![Vec::new(); slots],
            edges: vec![Vec::new(); slots],
            weights: BTreeMap::new(),
            next: 0,
        }
    }

    /// Only these slots belong to the core from now on, with or without edges.
    pub(crate) fn protect(&mut self, core: Vec<bool>) {
        self.core = Some(core);
    }

    pub(crate) fn weight_between(&self, u: u16, v: u16) -> u64 {
        let row = &self.rows[usize::from(u)];
        row.iter().position(|other| *other == v).map_or(0, |at| self.weights[&self.edges[usize::from(u)][at]])
    }

    pub(crate) fn degree(&self, v: u16) -> usize {
        self.rows[usize::from(v)].len()
    }

    /// All edges between vertices of the core, smaller slot first.
    pub(crate) fn list(&self) -> Vec<(u16, u16, u64)> {
        let mut list = Vec::new();
        for (u, row) in (0..).zip(&self.rows) {
            list.extend(
                row.iter()
                    .filter(|v| u < **v && self.inside(u) && self.inside(**v))
                    .map(|v| (u, *v, self.weight_between(u, *v))),
            );
        }
        list.sort_unstable();
        list
    }

    /// Gives the edge another weight; 0 is none.
    pub(crate) fn change(&mut self, u: u16, v: u16, after: u64) -> Change {
        let before = self.weight_between(u, v);
        let [u_is_new, v_is_new] = [u, v].map(|end| after > 0 && self.degree(end) == 0);
        if before == 0 && after > 0 {
            for (a, b) in [(u, v), (v, u)] {
                self.rows[usize::from(a)].push(b);
                self.edges[usize::from(a)].push(self.next);
            }
            self.weights.insert(self.next, after);
            self.next += 1;
        } else if before > 0 {
            let at = self.rows[usize::from(u)].iter().position(|other| *other == v).unwrap();
            let number = self.edges[usize::from(u)][at];
            if after > 0 {
                self.weights.insert(number, after);
            } else {
                self.weights.remove(&number);
                for end in [u, v].map(usize::from) {
                    let at = self.edges[end].iter().position(|other| *other == number).unwrap();
                    self.rows[end].swap_remove(at);
                    self.edges[end].swap_remove(at);
                }
            }
        }
        let [u_gone, v_gone] = [u, v].map(|end| before > 0 && self.degree(end) == 0);
        Change { u, v, before, after, u_is_new, v_is_new, u_gone, v_gone }
    }
}

impl Live for Plain {
    fn slots(&self) -> usize {
        self.rows.len()
    }

    fn vertex_count(&self) -> usize {
        self.vertices().count()
    }

    fn vertices(&self) -> impl Iterator<Item = u16> + Clone {
        (0..self.rows.len() as u16).filter(|v| self.inside(*v))
    }

    fn neighbours(&self, vertex: u16) -> &[u16] {
        &self.rows[usize::from(vertex)]
    }

    fn edge_at(&self, vertex: u16, position: usize) -> u32 {
        self.edges[usize::from(vertex)][position]
    }

    fn weight(&self, edge: u32) -> u64 {
        self.weights[&edge]
    }

    fn inside(&self, vertex: u16) -> bool {
        self.core.as_ref().map_or(self.degree(vertex) > 0, |core| core[usize::from(vertex)])
    }
}
