//! A minimum cut comes in: the reduction of a PC-tree.
//!
//! Hsu and McConnell (2003), section 3, for a rooted tree. Given a side T, a thing is *full* if all its vertices lie in
//! T, *empty* if none does. An edge with vertices of both kinds on both its sides is *terminal*: T crosses that cut.
//! The terminal edges form a path, from which everything else hangs full or empty. A path of one node is divided by T
//! without crossing; a longer one becomes a ring.

use crate::cut::family::Family;
use crate::cut::family::path::{Fronts, Path};
use crate::cut::family::tree::{Kind, MARKS, PARTIAL, TOUCHED};
use crate::work::Work;

/// Whether something lies in T or outside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fill {
    Full,
    Empty,
}

impl Fill {
    pub(super) fn other(self) -> Self {
        match self {
            Fill::Full => Fill::Empty,
            Fill::Empty => Fill::Full,
        }
    }
}

impl Family<'_> {
    /// Adds a minimum cut of the graph that all other cuts are of: one of its sides, each vertex once, and a vertex
    /// that is not in it. A cut that is there already changes nothing.
    ///
    /// Units: the vertices of the side, the path that it divides, and the things of all rings on that path but the
    /// largest.
    pub fn insert(&mut self, side: &[u16], outside: u16, work: &mut Work) {
        assert!(!side.is_empty(), "a side of a cut has a vertex");
        self.fill(side, work);
        let outside = outside as usize;
        assert!(self.tree.kind(outside) != Kind::Free && !self.tree.is_full(outside), "a cut has another side");
        let fronts = self.fronts(side, work);
        let path = self.terminal_path(fronts, work);
        let waiting = if path.top == path.a {
            self.divide(&path, work)
        } else {
            self.weave(&path, work);
            None
        };
        self.empty(side, work);
        if let Some(ring) = waiting {
            self.tree.unmark(ring, MARKS);
        }
    }

    /// Marks what is full. The count of things of every node touched becomes that of things not full, and full things
    /// come first in hubs.
    fn fill(&mut self, side: &[u16], work: &mut Work) {
        for &vertex in side {
            let mut thing = vertex as usize;
            assert!(self.tree.kind(thing) != Kind::Free && !self.tree.is_full(thing), "a side has each vertex once");
            loop {
                work.charge(1);
                self.tree.mark(thing, TOUCHED);
                let node = self.tree.above(thing);
                if self.tree.kind(node) == Kind::Hub {
                    self.tree.move_to_front(node, thing);
                }
                let left = self.tree.things(node) - 1;
                self.tree.set_things(node, left);
                if left > 0 {
                    break;
                }
                assert!(node != self.tree.root(), "a cut has another side");
                thing = node;
            }
        }
    }

    /// Gives full nodes their counts back, and finds the partial nodes right above full things.
    fn fronts(&mut self, side: &[u16], work: &mut Work) -> Fronts {
        let mut fronts = Fronts::none();
        for &vertex in side {
            let mut thing = vertex as usize;
            loop {
                work.charge(1);
                let node = self.tree.above(thing);
                if self.tree.is_full(node) {
                    let things = self.tree.things(node) + 1;
                    self.tree.set_things(node, things);
                    if things > 1 {
                        // Another of its things has been here and climbed on.
                        break;
                    }
                    thing = node;
                    continue;
                }
                if !self.tree.has(node, PARTIAL) {
                    self.tree.mark(node, PARTIAL | TOUCHED);
                    self.push(&mut fronts, node);
                }
                break;
            }
        }
        fronts
    }

    /// Divides one node. If that is a ring the cut is one of its arcs; its count of things is then still that of things
    /// not full, and it is returned.
    fn divide(&mut self, path: &Path, work: &mut Work) -> Option<usize> {
        let node = path.top;
        if self.tree.kind(node) == Kind::Ring {
            return Some(node);
        }
        self.tree.unmark(node, MARKS);
        let empty = self.tree.things(node);
        let full = self.recount(node, work);
        let first = self.tree.first(node);
        let last = self.tree.previous(first);
        let lone_full = full == 1 && path.up != Some(Fill::Full);
        let lone_empty = empty == 1 && path.up != Some(Fill::Empty);
        if (lone_full && self.tree.is_cut(first)) || (lone_empty && self.tree.is_cut(last)) {
            return None;
        }
        if lone_full {
            self.tree.cut_off(first);
        } else if lone_empty {
            self.tree.cut_off(last);
        } else {
            let new = self.tree.allocate(Kind::Hub);
            match path.up {
                None | Some(Fill::Empty) => {
                    self.move_front(node, new, full, work);
                    self.tree.append(node, new);
                }
                Some(Fill::Full) => {
                    self.tree.replace(node, new);
                    self.move_front(node, new, full, work);
                    self.tree.append(new, node);
                }
            }
        }
        None
    }

    /// Gives a partial hub its count back; returns the number of full things, which come first in its list.
    pub(super) fn recount(&mut self, hub: usize, work: &mut Work) -> usize {
        let mut full = 0;
        let first = self.tree.first(hub);
        let mut thing = first;
        while self.tree.is_full(thing) {
            full += 1;
            thing = self.tree.next(thing);
            if thing == first {
                break;
            }
        }
        work.charge(full as u64);
        self.tree.set_things(hub, self.tree.things(hub) + full);
        full
    }

    /// Moves the first things of one hub to another.
    pub(super) fn move_front(&mut self, from: usize, to: usize, count: usize, work: &mut Work) {
        work.charge(count as u64);
        for _ in 0..count {
            let thing = self.tree.first(from);
            self.tree.detach(thing);
            self.tree.append(to, thing);
        }
    }

    /// Clears the marks of what is full, and gives a ring that was not changed its count back.
    fn empty(&mut self, side: &[u16], work: &mut Work) {
        for &vertex in side {
            let mut thing = vertex as usize;
            while self.tree.is_full(thing) {
                work.charge(1);
                self.tree.unmark(thing, MARKS);
                let node = self.tree.above(thing);
                if self.tree.has(node, PARTIAL) {
                    self.tree.set_things(node, self.tree.things(node) + 1);
                    break;
                }
                thing = node;
            }
        }
    }
}
