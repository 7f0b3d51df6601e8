//! A family as the set of its sides, closed under crossing by the definition.

use std::collections::BTreeSet;

use gate::cut::family::Newcomer;
use gate::cut::rules::Cuts;
use gate::work::Work;

/// Sides as bit sets over at most 64 slots, each without the first vertex.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Explicit {
    pub(crate) vertices: u64,
    pub(crate) sides: BTreeSet<u64>,
}

impl Explicit {
    /// The side of this cut without the first vertex.
    pub(crate) fn normal(&self, side: u64) -> u64 {
        let first = self.vertices & self.vertices.wrapping_neg();
        if side & first == 0 { side } else { self.vertices & !side }
    }

    fn normalise(&mut self) {
        let all = self.vertices;
        let sides = std::mem::take(&mut self.sides);
        self.sides =
            sides.into_iter().filter(|side| *side != 0 && *side != all).map(|side| self.normal(side)).collect();
    }

    /// Adds a cut and all that follow from crossings.
    pub(crate) fn add(&mut self, side: u64) {
        let side = self.normal(side);
        assert!(side != 0 && side & !self.vertices == 0, "a side is neither empty nor all");
        let mut waiting = vec![side];
        while let Some(new) = waiting.pop() {
            if !self.sides.insert(new) {
                continue;
            }
            for &old in &self.sides {
                // All four corners hold a vertex: neither side has the first one, so it lies in the fourth.
                if new & old != 0 && new & !old != 0 && old & !new != 0 {
                    waiting.extend([new & old, new | old, new & !old, old & !new]);
                }
            }
        }
    }
}

fn bit(vertex: u16) -> u64 {
    1 << vertex
}

fn separates(side: u64, u: u16, v: u16) -> bool {
    (side >> u ^ side >> v) & 1 == 1
}

impl Cuts for Explicit {
    fn reset(&mut self, vertices: impl Iterator<Item = u16>) {
        self.vertices = vertices.map(bit).sum();
        self.sides.clear();
    }

    fn insert(&mut self, side: &[u16], outside: u16, _: &mut Work) {
        let set: u64 = side.iter().map(|v| bit(*v)).sum();
        assert!(set & bit(outside) == 0, "outside is outside");
        assert_eq!(set.count_ones() as usize, side.len(), "each vertex once");
        self.add(set);
    }

    fn same_atom(&self, u: u16, v: u16) -> bool {
        !self.sides.iter().any(|side| separates(*side, u, v))
    }

    fn contract(&mut self, u: u16, v: u16, _: &mut Work) -> bool {
        self.sides.retain(|side| !separates(*side, u, v));
        !self.sides.is_empty()
    }

    fn keep_between(&mut self, u: u16, v: u16, _: &mut Work) {
        self.sides.retain(|side| separates(*side, u, v));
    }

    fn add_vertex(&mut self, vertex: u16, beside: u16, newcomer: Newcomer) {
        let sides = std::mem::take(&mut self.sides);
        let with = |side: u64| if side & bit(beside) == 0 { side } else { side | bit(vertex) };
        self.sides = sides.into_iter().map(with).collect();
        self.vertices |= bit(vertex);
        if newcomer == Newcomer::Leaf {
            self.sides.insert(bit(vertex));
        }
        self.normalise();
    }

    fn remove_vertex(&mut self, vertex: u16) -> bool {
        self.vertices &= !bit(vertex);
        let sides = std::mem::take(&mut self.sides);
        self.sides = sides.into_iter().map(|side| side & !bit(vertex)).collect();
        self.normalise();
        !self.sides.is_empty()
    }
}
