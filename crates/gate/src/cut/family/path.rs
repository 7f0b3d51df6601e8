//! The path of the tree that a cut divides.
//!
//! All partial nodes right above full things climb in turn until one front is left. What they have passed is the path
//! and perhaps some nodes above it, which are then left out.

use crate::cut::family::Family;
use crate::cut::family::insert::Fill;
use crate::cut::family::tree::{LOWER, MARKS, NONE, PARTIAL, TOUCHED};
use crate::work::Work;

/// The nodes that terminal edges join: from the end `a` up to `top` and from there down to the end `b`. Going down, the
/// scratch field of each node names the one below it; for `top` that is the one towards `a`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    pub(super) top: usize,
    /// What is above `top`; `None` if it is the root.
    pub(super) up: Option<Fill>,
    pub(super) a: usize,
    pub(super) b: Option<Branch>,
}

/// The part of a path below `top` that leads to `b`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branch {
    pub(super) end: usize,
    pub(super) first: usize,
}

/// Nodes that are still to climb, first in, first out.
#[derive(Clone, Copy)]
pub(super) struct Fronts {
    head: u16,
    tail: u16,
    len: usize,
}

/// The partial nodes, once all have climbed to `top`.
struct Climbed {
    top: usize,
    /// The last to have climbed; the others follow by their scratch fields.
    last: u16,
    count: usize,
}

impl Fronts {
    pub(super) fn none() -> Self {
        Self { head: NONE, tail: NONE, len: 0 }
    }
}

impl Family<'_> {
    /// The path that the side divides; `fronts` are the partial nodes right above something full.
    pub(super) fn terminal_path(&mut self, fronts: Fronts, work: &mut Work) -> Path {
        let climbed = self.climb(fronts, work);
        self.path(&climbed, work)
    }

    /// All fronts climb in turn until one is left, so that none climbs much further than the path is long.
    fn climb(&mut self, mut fronts: Fronts, work: &mut Work) -> Climbed {
        let (mut last, mut count) = (NONE, 0);
        let mut at_root = false;
        loop {
            work.charge(1);
            let node = self.pop(&mut fronts);
            self.tree.link[self.tree.number(node) as usize] = last;
            last = self.tree.number(node);
            count += 1;
            if fronts.len == 0 && !at_root {
                return Climbed { top: node, last, count };
            }
            if node == self.tree.root() {
                at_root = true;
            } else {
                let above = self.tree.above(node);
                if !self.tree.has(above, PARTIAL) {
                    self.tree.mark(above, PARTIAL);
                    self.push(&mut fronts, above);
                }
                self.tree.mark(above, LOWER);
            }
            if fronts.len == 0 && at_root {
                return Climbed { top: self.tree.root(), last, count };
            }
        }
    }

    pub(super) fn push(&mut self, fronts: &mut Fronts, node: usize) {
        let number = self.tree.number(node);
        self.tree.link[number as usize] = NONE;
        if fronts.tail == NONE {
            fronts.head = number;
        } else {
            self.tree.link[fronts.tail as usize] = number;
        }
        fronts.tail = number;
        fronts.len += 1;
    }

    fn pop(&mut self, fronts: &mut Fronts) -> usize {
        let number = fronts.head;
        fronts.head = self.tree.link[number as usize];
        if fronts.head == NONE {
            fronts.tail = NONE;
        }
        fronts.len -= 1;
        self.tree.capacity() + number as usize
    }

    /// The terminal path among the partial nodes, which lie between at most two ends and their common top.
    fn path(&mut self, climbed: &Climbed, work: &mut Work) -> Path {
        work.charge(3 * climbed.count as u64);
        let (a, b) = self.ends(climbed);
        let top = climbed.top;
        let mut length = 1;
        let mut node = a;
        self.tree.unmark(node, LOWER);
        while node != top {
            let above = self.tree.above(node);
            self.tree.set_linked(above, node);
            self.tree.unmark(above, LOWER);
            node = above;
            length += 1;
        }
        let mut meeting = None;
        let mut branch = None;
        if let Some(end) = b {
            let mut first = end;
            self.tree.mark(end, LOWER);
            length += 1;
            loop {
                let above = self.tree.above(first);
                if !self.tree.has(above, LOWER) {
                    meeting = Some(above);
                    break;
                }
                self.tree.set_linked(above, first);
                first = above;
                length += 1;
            }
            branch = Some(Branch { end, first });
        }
        assert!(length == climbed.count, "the side is a minimum cut: it divides a path");
        let (top, up) = self.trim(top, a, meeting, work);
        assert!(meeting.is_none_or(|meeting| meeting == top), "the side is a minimum cut: its path does not fork");
        Path { top, up, a, b: branch }
    }

    /// The partial nodes below which there is none.
    fn ends(&self, climbed: &Climbed) -> (usize, Option<usize>) {
        let mut ends = [None; 2];
        let mut number = climbed.last;
        while number != NONE {
            let node = self.tree.capacity() + number as usize;
            if !self.tree.has(node, LOWER) {
                let place = ends.iter_mut().find(|end| end.is_none());
                *place.expect("the side is a minimum cut: its path has two ends") = Some(node);
            }
            number = self.tree.link[number as usize];
        }
        (ends[0].expect("a path has an end"), ends[1])
    }

    /// Leaves out nodes at the top below which the whole path lies: those whose other neighbours are all empty, or all
    /// full.
    fn trim(&mut self, mut top: usize, a: usize, meeting: Option<usize>, work: &mut Work) -> (usize, Option<Fill>) {
        let mut up = (top != self.tree.root()).then_some(Fill::Empty);
        while top != a && Some(top) != meeting {
            if !self.tree.has(top, TOUCHED) && up != Some(Fill::Full) {
                up = Some(Fill::Empty);
            } else if self.tree.things(top) == 1 && up != Some(Fill::Empty) {
                let things = self.count_list(top, work);
                self.tree.set_things(top, things);
                up = Some(Fill::Full);
            } else {
                break;
            }
            self.tree.unmark(top, MARKS);
            top = self.tree.linked(top);
        }
        (top, up)
    }

    fn count_list(&self, node: usize, work: &mut Work) -> usize {
        let first = self.tree.first(node);
        let mut thing = self.tree.next(first);
        let mut count = 1;
        while thing != first {
            count += 1;
            thing = self.tree.next(thing);
        }
        work.charge(count as u64);
        count
    }
}
