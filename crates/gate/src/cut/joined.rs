//! How a sweep fills the family.

use crate::cut::family::{Family, Newcomer};
use crate::cut::{Cuts, Nested};
use crate::work::Work;

/// A sweep gives its cuts as sets of kernel vertices, none of which holds kernel vertex 0.
impl Cuts for Family<'_> {
    const WANTED: bool = true;

    fn reset(&mut self, kernel_vertices: usize, work: &mut Work) {
        work.charge(kernel_vertices as u64);
        self.reset((0..kernel_vertices).map(|vertex| vertex as u16));
    }

    fn together(&self, a: u16, b: u16) -> bool {
        self.same_atom(a, b)
    }

    fn add(&mut self, nested: &Nested<'_>, work: &mut Work) -> u64 {
        let known = self.nest(nested.steps(), work);
        nested.cuts() - u64::from(known)
    }

    fn hang(&mut self, vertex: u16, beside: u16, newcomer: Newcomer) {
        self.move_member(vertex, beside, newcomer);
    }

    fn classes(&mut self, classes: &mut [u16]) {
        self.label_atoms(0..classes.len() as u16, classes);
    }
}
