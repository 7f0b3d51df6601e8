//! A minimum cut comes in: the reduction of a PC-tree.
//!
//! Hsu and McConnell (2003), section 3, for a rooted tree. Given a side T, a thing is *full* if all its vertices lie in
//! T, *empty* if none does. An edge with vertices of both kinds on both its sides is *terminal*: T crosses that cut. The
//! terminal edges form a path, from which everything else hangs full or empty. A path of one node is divided by T
//! without crossing; a longer one becomes a ring.

use crate::cut::family::Family;
use crate::cut::family::tree::{Kind, LOWER, MARKS, NONE, PARTIAL, TOUCHED};
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
struct Fronts {
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
        let climbed = self.climb(fronts, work);
        let path = self.path(&climbed, work);
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
        let mut fronts = Fronts { head: NONE, tail: NONE, len: 0 };
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

    fn push(&mut self, fronts: &mut Fronts, node: usize) {
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

    /// Leaves out nodes at the top below which the whole path lies: those whose other neighbours are all empty, or all full.
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
