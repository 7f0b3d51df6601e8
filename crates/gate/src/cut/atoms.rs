//! The atom partition: vertices that no minimum cut found so far separates share a class.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::work::Work;

const NONE: u32 = u32::MAX;

/// A partition of the kernel's vertices that only gets finer.
pub(super) struct Atoms<'a> {
    class: &'a mut [u32],
    size: &'a mut [u32],
    /// Members of the class in the set that splits it, not yet moved. Zero between splits.
    moving: &'a mut [u32],
    /// Where they move; [`NONE`] between splits.
    target: &'a mut [u32],
    classes: usize,
}

impl<'a> Atoms<'a> {
    pub(super) const fn words(vertices: usize) -> usize {
        4 * words_for::<u32>(vertices)
    }

    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            class: arena.take(vertices)?,
            size: arena.take(vertices)?,
            moving: arena.take(vertices)?,
            target: arena.take(vertices)?,
            classes: 0,
        })
    }

    /// One class of `vertices` members.
    pub(super) fn reset(&mut self, vertices: usize, work: &mut Work) {
        self.class[..vertices].fill(0);
        self.moving[..vertices].fill(0);
        self.target[..vertices].fill(NONE);
        self.size[0] = vertices as u32;
        self.classes = 1;
        work.charge(vertices as u64);
    }

    /// The class of a kernel vertex, less than the number of kernel vertices.
    pub(super) fn class(&self, vertex: usize) -> usize {
        self.class[vertex] as usize
    }

    /// Separates `members` from all others. Two units a member, one if there is nothing to split.
    pub(super) fn split(&mut self, members: &[u32], work: &mut Work) {
        work.charge(members.len() as u64);
        if let [one] = members
            && self.size[self.class(*one as usize)] == 1
        {
            return;
        }
        work.charge(members.len() as u64);
        for &vertex in members {
            self.moving[self.class[vertex as usize] as usize] += 1;
        }
        for &vertex in members {
            let class = self.class[vertex as usize] as usize;
            if self.target[class] == NONE {
                self.target[class] = self.divide(class) as u32;
            }
            self.class[vertex as usize] = self.target[class];
            self.moving[class] -= 1;
            if self.moving[class] == 0 {
                self.target[class] = NONE;
            }
        }
    }

    /// The class that the moving members of `class` go to: a new one, or the same if all of them move.
    fn divide(&mut self, class: usize) -> usize {
        let moving = self.moving[class];
        if moving == self.size[class] {
            return class;
        }
        let new = self.classes;
        self.classes += 1;
        self.size[new] = moving;
        self.size[class] -= moving;
        new
    }
}
