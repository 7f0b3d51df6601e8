//! The atom partition: vertices that no minimum cut found so far separates share a class.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::cut::family::Newcomer;
use crate::cut::{Cuts, Nested, Step};
use crate::work::Work;

/// A partition of the kernel's vertices that only gets finer. The simplest taker of [`Cuts`].
pub struct Atoms<'s> {
    class: &'s mut [u16],
    size: &'s mut [u16],
    /// Whether the class is one side of a minimum cut found so far.
    is_cut: &'s mut [u8],
    /// How many classes there are, alone in its slice so that it outlives this view of the memory.
    classes: &'s mut [u64],
}

impl<'s> Atoms<'s> {
    /// Words that [`Atoms::new`] carves.
    #[must_use]
    pub const fn words(vertices: usize) -> usize {
        2 * words_for::<u16>(vertices) + words_for::<u8>(vertices) + 1
    }

    /// The partition that `arena` holds from the last time, of kernels of at most that many vertices.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the arena has less than [`Atoms::words`].
    pub fn new(arena: &mut Arena<'s>, vertices: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            class: arena.carve(vertices)?,
            size: arena.carve(vertices)?,
            is_cut: arena.carve(vertices)?,
            classes: arena.carve(1)?,
        })
    }

    /// A class for `members` members; the same if it has no others.
    fn divide(&mut self, class: usize, members: u16) -> usize {
        if members == self.size[class] {
            return class;
        }
        let new = self.classes[0] as usize;
        self.classes[0] += 1;
        self.size[new] = members;
        self.size[class] -= members;
        new
    }
}

impl Cuts for Atoms<'_> {
    const WANTED: bool = true;

    fn reset(&mut self, kernel_vertices: usize, work: &mut Work) {
        self.class[..kernel_vertices].fill(0);
        self.is_cut[0] = 0;
        self.size[0] = kernel_vertices as u16;
        self.classes[0] = 1;
        work.charge(kernel_vertices as u64);
    }

    fn together(&self, a: u16, b: u16) -> bool {
        self.class[usize::from(a)] == self.class[usize::from(b)]
    }

    fn add(&mut self, nested: &Nested<'_>, work: &mut Work) -> u64 {
        work.charge(nested.largest().len() as u64);
        let class = usize::from(self.class[usize::from(nested.largest()[0])]);
        let known = usize::from(self.size[class]) == nested.largest().len() && self.is_cut[class] == 1;
        for (at, (members, step)) in nested.steps().enumerate() {
            let new = self.divide(class, members.len() as u16);
            self.is_cut[new] = u8::from(at == 0 || step != Step::Plain);
            for member in members {
                self.class[usize::from(*member)] = new as u16;
            }
        }
        nested.cuts() - u64::from(known)
    }

    fn hang(&mut self, vertex: u16, beside: u16, newcomer: Newcomer) {
        let class = usize::from(self.class[usize::from(vertex)]);
        let new = match newcomer {
            Newcomer::Leaf => self.divide(class, 1),
            Newcomer::Member => {
                let other = usize::from(self.class[usize::from(beside)]);
                self.size[class] -= 1;
                self.size[other] += 1;
                other
            }
        };
        self.class[usize::from(vertex)] = new as u16;
    }

    fn classes(&mut self, classes: &mut [u16]) {
        classes.copy_from_slice(&self.class[..classes.len()]);
    }
}
