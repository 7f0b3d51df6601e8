//! What the cut hash says of the family, in the order of external ids.

use crate::cut::family::Family;
use crate::cut::family::tree::{NONE, TOUCHED};

/// What a family says in a given order of its vertices. `spec/cut.md` has the definitions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Description {
    /// The position of v1, the first vertex that a minimum cut separates from the first of all; `None` without a cut.
    pub first_separable: Option<u16>,
    /// Vertices outside the atom of the first.
    pub outside_count: u32,
    /// Vertices in T\*.
    pub far_count: u32,
}

impl Family<'_> {
    /// Atoms and T\* by position in `order`, which has every vertex once in ascending external id. An atom's label is
    /// the position of its first vertex; `far` is 1 in T\* and 0 outside it.
    ///
    /// T\* lies beyond the edge at the atom of s that leads to v1. If that edge leads to a ring, the largest of its
    /// arcs without s that holds v1 is all of it but s's own part, which is the same. O(n).
    pub fn describe(
        &mut self,
        order: impl Iterator<Item = u16> + Clone,
        atom: &mut [u16],
        far: &mut [u8],
    ) -> Description {
        assert!(atom.len() == self.vertices && far.len() == self.vertices, "every vertex has a position");
        self.label_atoms(order.clone(), atom);
        far.fill(0);
        let Some(first) = atom.iter().position(|label| *label != 0) else {
            return Description { first_separable: None, outside_count: 0, far_count: 0 };
        };
        let mut vertices = order.clone();
        let s = vertices.next().expect("there is a vertex");
        let v1 = vertices.nth(first - 1).expect("v1 has a position");
        Description {
            first_separable: Some(first as u16),
            outside_count: atom.iter().filter(|label| **label != 0).count() as u32,
            far_count: self.describe_far(s, v1, order, far),
        }
    }

    /// Writes for the vertex at each position of `order` the position of the first vertex of its atom. O(n).
    pub fn label_atoms(&mut self, order: impl Iterator<Item = u16>, atom: &mut [u16]) {
        self.tree.link.fill(NONE);
        let mut count = 0;
        for (position, vertex) in order.enumerate() {
            let home = self.home(vertex);
            atom[position] = position as u16;
            if !self.tree.is_vertex(home) {
                let label = &mut self.tree.link[home - self.tree.capacity()];
                if *label == NONE {
                    *label = position as u16;
                }
                atom[position] = *label;
            }
            count += 1;
        }
        assert!(count == self.vertices, "the order has every vertex once");
    }

    /// Writes T\* and returns its size.
    fn describe_far(&mut self, s: u16, v1: u16, order: impl Iterator<Item = u16>, far: &mut [u8]) -> u32 {
        let home = self.home(s);
        let mut thing = self.home(v1);
        while thing != self.tree.root() && self.tree.above(thing) != home {
            thing = self.tree.above(thing);
        }
        // The way to v1 leads down from the atom of s, or else up.
        let (top, inside) = if thing == self.tree.root() { (home, 0) } else { (thing, 1) };
        self.tree.mark(top, TOUCHED);
        let mut below = self.tree.following(top, top);
        while let Some(thing) = below {
            self.tree.mark(thing, TOUCHED);
            below = self.tree.following(top, thing);
        }
        let mut count = 0;
        for (far, vertex) in far.iter_mut().zip(order) {
            let marked = u8::from(self.tree.has(vertex as usize, TOUCHED));
            *far = u8::from(marked == inside);
            count += u32::from(*far);
        }
        self.tree.unmark(top, TOUCHED);
        let mut below = self.tree.following(top, top);
        while let Some(thing) = below {
            self.tree.unmark(thing, TOUCHED);
            below = self.tree.following(top, thing);
        }
        count
    }
}
