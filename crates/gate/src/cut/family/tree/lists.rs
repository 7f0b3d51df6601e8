//! The lists of the tree: circular, linked both ways.

use crate::cut::family::tree::{Kind, NEXT_HIGH, PREVIOUS_HIGH, Row, Tree};

impl Tree<'_> {
    fn link_up(&mut self, thing: usize, next: usize) {
        self.next[thing] = next as u16;
        self.set_high(thing, NEXT_HIGH, next);
        self.previous[next] = thing as u16;
        self.set_high(next, PREVIOUS_HIGH, thing);
    }

    /// Links a thing into a list, before `place`.
    pub(in crate::cut::family) fn link_before(&mut self, thing: usize, place: usize) {
        self.link_up(self.previous(place), thing);
        self.link_up(thing, place);
    }

    /// Takes a thing out of its links alone.
    pub(in crate::cut::family) fn unlink(&mut self, thing: usize) {
        self.link_up(self.previous(thing), self.next(thing));
    }

    /// Adds a thing at the end of a node's list.
    pub(in crate::cut::family) fn append(&mut self, node: usize, thing: usize) {
        let things = self.things(node);
        if things == 0 {
            self.link_up(thing, thing);
            self.set_first(node, thing);
        } else {
            self.link_before(thing, self.first(node));
        }
        self.set_things(node, things + 1);
        self.set_above(thing, node);
    }

    /// Takes a thing out of the list of the node above it.
    pub(in crate::cut::family) fn detach(&mut self, thing: usize) {
        let node = self.above(thing);
        self.set_things(node, self.things(node) - 1);
        if self.first(node) == thing {
            self.set_first(node, self.next(thing));
        }
        self.unlink(thing);
    }

    /// Puts `new` where `old` is in the list of the node above it.
    pub(in crate::cut::family) fn replace(&mut self, old: usize, new: usize) {
        let node = self.above(old);
        self.set_above(new, node);
        if self.next(old) == old {
            self.link_up(new, new);
        } else {
            let (previous, next) = (self.previous(old), self.next(old));
            self.link_up(previous, new);
            self.link_up(new, next);
        }
        if self.first(node) == old {
            self.set_first(node, new);
        }
    }

    /// Puts a thing at the head of a hub's list.
    pub(in crate::cut::family) fn move_to_front(&mut self, hub: usize, thing: usize) {
        let first = self.first(hub);
        if first != thing {
            self.unlink(thing);
            self.link_before(thing, first);
            self.set_first(hub, thing);
        }
    }

    /// What lies between two things of one list, from the one to the other.
    pub(in crate::cut::family) fn between(&self, from: usize, to: usize) -> Row {
        let first = self.next(from);
        (first != to).then(|| (first, self.previous(to)))
    }

    /// One row and then the other.
    pub(in crate::cut::family) fn join(&mut self, head: Row, tail: Row) -> Row {
        match (head, tail) {
            (Some((first, end)), Some((start, last))) => {
                self.link_up(end, start);
                Some((first, last))
            }
            (None, row) | (row, None) => row,
        }
    }

    /// The row the other way round.
    pub(in crate::cut::family) fn reverse(&mut self, row: Row) -> Row {
        let (first, last) = row?;
        let mut thing = first;
        while thing != last {
            let next = self.next(thing);
            self.turn(thing);
            thing = next;
        }
        self.turn(last);
        Some((last, first))
    }

    fn turn(&mut self, thing: usize) {
        let (next, previous) = (self.next(thing), self.previous(thing));
        self.next[thing] = previous as u16;
        self.set_high(thing, NEXT_HIGH, previous);
        self.previous[thing] = next as u16;
        self.set_high(thing, PREVIOUS_HIGH, next);
    }

    /// Makes a row the list of a node. What is above the row's things is left to the caller.
    pub(in crate::cut::family) fn close(&mut self, node: usize, first: usize, last: usize, things: usize) {
        self.link_up(last, first);
        self.set_first(node, first);
        self.set_things(node, things);
    }

    /// What comes after `thing` among `top` and all below it, every node before what is below it.
    pub(in crate::cut::family) fn following(&self, top: usize, mut thing: usize) -> Option<usize> {
        if !self.is_vertex(thing) && self.things(thing) > 0 {
            return Some(self.first(thing));
        }
        while thing != top {
            let above = self.above(thing);
            let next = self.next(thing);
            if next != self.first(above) {
                return Some(next);
            }
            thing = above;
        }
        None
    }

    /// Gives every vertex the number in its scratch field. No two get the same.
    pub(in crate::cut::family) fn rename(&mut self) {
        for thing in (0..self.extent).chain(self.used_nodes()) {
            if self.kind(thing) == Kind::Free {
                continue;
            }
            if thing != self.root {
                let next = self.renamed(self.next(thing));
                self.next[thing] = next as u16;
                self.set_high(thing, NEXT_HIGH, next);
                let previous = self.renamed(self.previous(thing));
                self.previous[thing] = previous as u16;
                self.set_high(thing, PREVIOUS_HIGH, previous);
            }
            if !self.is_vertex(thing) && self.things(thing) > 0 {
                self.set_first(thing, self.renamed(self.first(thing)));
            }
        }
        // A swap puts one vertex where it belongs, and brings what was there to be put next.
        for place in 0..self.extent {
            while self.kind(place) != Kind::Free && self.link[place] as usize != place {
                let to = self.link[place] as usize;
                self.next.swap(place, to);
                self.previous.swap(place, to);
                self.above.swap(place, to);
                self.flags.swap(place, to);
                self.link.swap(place, to);
            }
        }
    }

    fn renamed(&self, thing: usize) -> usize {
        if self.is_vertex(thing) { self.link[thing] as usize } else { thing }
    }
}
