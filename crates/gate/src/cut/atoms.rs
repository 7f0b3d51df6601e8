//! The atom partition: vertices that no minimum cut found so far separates share a class.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::cut::Cuts;
use crate::work::Work;

const NONE: u16 = u16::MAX;

/// A partition of the kernel's vertices that only gets finer. The simplest taker of [`Cuts`].
pub struct Atoms<'s> {
    class: &'s mut [u16],
    size: &'s mut [u16],
    /// Members of the class in the set that splits it, not yet moved. Zero between splits.
    moving: &'s mut [u16],
    /// Where they move; [`NONE`] between splits.
    target: &'s mut [u16],
    /// How many classes there are, alone in its slice so that it outlives this view of the memory.
    classes: &'s mut [u64],
}

impl<'s> Atoms<'s> {
    /// Words that [`Atoms::new`] carves.
    #[must_use]
    pub const fn words(vertices: usize) -> usize {
        4 * words_for::<u16>(vertices) + 1
    }

    /// The partition that `arena` holds from the last time, of kernels of at most that many vertices.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the arena has less than [`Atoms::words`].
    pub fn new(arena: &mut Arena<'s>, vertices: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            class: arena.carve(vertices)?,
            size: arena.carve(vertices)?,
            moving: arena.carve(vertices)?,
            target: arena.carve(vertices)?,
            classes: arena.carve(1)?,
        })
    }

    /// Separates `members`, all of one class or of several, from all others. Two units a member, one if there is nothing
    /// to split.
    fn split(&mut self, members: &[u16], work: &mut Work) {
        work.charge(members.len() as u64);
        if let [one] = members
            && self.size[usize::from(self.class[usize::from(*one)])] == 1
        {
            return;
        }
        work.charge(members.len() as u64);
        for &vertex in members {
            self.moving[usize::from(self.class[usize::from(vertex)])] += 1;
        }
        for &vertex in members {
            let class = usize::from(self.class[usize::from(vertex)]);
            if self.target[class] == NONE {
                self.target[class] = self.divide(class);
            }
            self.class[usize::from(vertex)] = self.target[class];
            self.moving[class] -= 1;
            if self.moving[class] == 0 {
                self.target[class] = NONE;
            }
        }
    }

    /// The class that the moving members of `class` go to: a new one, or the same if all of them move.
    fn divide(&mut self, class: usize) -> u16 {
        let moving = self.moving[class];
        if moving == self.size[class] {
            return class as u16;
        }
        let new = self.classes[0] as usize;
        self.classes[0] += 1;
        self.size[new] = moving;
        self.size[class] -= moving;
        new as u16
    }
}

impl Cuts for Atoms<'_> {
    const WANTED: bool = true;

    fn reset(&mut self, kernel_vertices: usize, work: &mut Work) {
        self.class[..kernel_vertices].fill(0);
        self.moving[..kernel_vertices].fill(0);
        self.target[..kernel_vertices].fill(NONE);
        self.size[0] = kernel_vertices as u16;
        self.classes[0] = 1;
        work.charge(kernel_vertices as u64);
    }

    /// The cut before in the chain was split off, so that only what is new needs to be.
    fn cut(&mut self, side: &[u16], grown_from: usize, work: &mut Work) {
        self.split(&side[grown_from..], work);
    }

    fn classes(&mut self, classes: &mut [u16]) {
        classes.copy_from_slice(&self.class[..classes.len()]);
    }
}
