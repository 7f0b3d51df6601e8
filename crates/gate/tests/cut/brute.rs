//! The definition, by trying every side.

use crate::graph::{Found, Graph};

/// Everything but digest and work, for 2 to 20 vertices.
pub(crate) fn brute_force(graph: &Graph) -> Expected {
    let n = graph.ids.len();
    let edges = graph.edges();
    let value_of = |side: u32| -> u64 {
        edges.iter().filter(|(a, b, _)| (side >> a ^ side >> b) & 1 == 1).map(|(_, _, weight)| weight).sum()
    };
    // Bit 0 is never set: a side is the one without vertex 0.
    let sides: Vec<(u32, u64)> = (1..1u32 << (n - 1)).map(|half| (half << 1, value_of(half << 1))).collect();
    let value = sides.iter().map(|(_, value)| *value).min().unwrap();
    let family: Vec<u32> = sides.iter().filter(|(_, other)| *other == value).map(|(side, _)| *side).collect();
    let first = family.iter().map(|side| side.trailing_zeros()).min().unwrap();
    let far = family.iter().filter(|side| *side >> first & 1 == 1).max_by_key(|side| side.count_ones()).unwrap();
    assert!(family.iter().filter(|side| *side >> first & 1 == 1).all(|side| side & !far == 0), "T* holds them all");
    let together = |a: usize, b: usize| family.iter().all(|side| (side >> a ^ side >> b) & 1 == 0);
    let atom = (0..n).map(|vertex| (0..n).find(|other| together(*other, vertex)).unwrap() as u32).collect();
    Expected {
        value,
        first_separable: first,
        far_side: (0..n).map(|vertex| far >> vertex & 1 == 1).collect(),
        atom,
        family: family.len() as u64,
    }
}

/// What brute force says.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) value: u64,
    first_separable: u32,
    far_side: Vec<bool>,
    atom: Vec<u32>,
    family: u64,
}

impl Expected {
    /// Panics unless `found` is the same. With lambda 0 there are 2^(c-1) - 1 sides of no weight for c components.
    pub(crate) fn check(&self, found: &Found, graph: &Graph) {
        let family = if self.value == 0 { (1 << (found.components - 1)) - 1 } else { found.family };
        let same = self.value == found.value
            && Some(self.first_separable) == found.first_separable
            && self.far_side == found.far_side
            && self.atom == found.atom
            && self.family == family
            && (self.value == 0) == (found.components > 1)
            && (self.value != 0 || found.family == 0);
        assert!(same, "{self:?}\n{found:?}\n{:?}", graph.edges());
    }
}
