//! How a sweep fills the family.

use crate::cut::Cuts;
use crate::cut::family::Family;
use crate::work::Work;

/// A sweep gives its cuts as sets of kernel vertices, none of which holds kernel vertex 0.
impl Cuts for Family<'_> {
    const WANTED: bool = true;

    fn reset(&mut self, kernel_vertices: usize, work: &mut Work) {
        work.charge(kernel_vertices as u64);
        self.reset((0..kernel_vertices).map(|vertex| vertex as u16));
    }

    fn cut(&mut self, side: &[u16], _grown_from: usize, work: &mut Work) {
        self.insert(side, 0, work);
    }

    fn classes(&mut self, classes: &mut [u16]) {
        self.label_atoms(0..classes.len() as u16, classes);
    }
}
