//! Only the cuts between two vertices are kept.
//!
//! They are edges of the path between the two atoms, and arcs of its rings. If an edge joins the two vertices, no two
//! of the cuts cross: by submodularity their differences would be minimum cuts that do not separate the two, and those
//! stay as heavy as they are. On a ring only neighbours are joined by an edge. So the path passes every ring from a thing to
//! the one next to it, and what is left is a chain of atoms: one for each hub of the path and each thing of its rings.

use crate::cut::family::Family;
use crate::cut::family::tree::{Kind, MARKS, TOUCHED};
use crate::work::Work;

impl Family<'_> {
    /// Drops every cut that does not separate `u` and `v`: what becomes of the family if the edge between them, which
    /// there must be, loses weight and they are in two atoms. O(capacity) units.
    pub fn keep_between(&mut self, u: u16, v: u16, work: &mut Work) {
        assert!(!self.same_atom(u, v), "a cut separates the two");
        work.charge(3 * self.tree.capacity() as u64);
        let way = self.way(u, v, work);
        let gap = self.tree.gap_mark();
        let mut length = 0;
        let mut last = None;
        let mut thing = way.u;
        while thing != way.top {
            let above = self.tree.above(thing);
            length += self.label_step(thing, (last, Some(gap)), length);
            last = Some(thing);
            thing = above;
        }
        length += self.label_top(thing, (last, way.to_v), length);
        let mut next = way.to_v;
        while let Some(thing) = next {
            next = self.step_down(thing, way.v);
            length += self.label_step(thing, (Some(gap), next), length);
        }
        self.label_nodes();
        self.chain(length);
    }

    /// The top of the path. What is above it is in its atom, or a thing of its ring.
    fn label_top(&mut self, top: usize, ways: (Option<usize>, Option<usize>), label: usize) -> usize {
        let root = self.tree.root();
        if top == root {
            return self.label_step(top, ways, label);
        }
        if self.tree.kind(top) == Kind::Ring {
            self.tree.link_before(self.tree.up_mark(), self.tree.first(top));
        } else {
            self.label(root, label);
        }
        self.label_step(top, ways, label)
    }

    /// Labels what the atoms at one step of the path grow from, in order; returns how many they are.
    fn label_step(&mut self, thing: usize, ways: (Option<usize>, Option<usize>), label: usize) -> usize {
        self.label(thing, label);
        if self.tree.kind(thing) != Kind::Ring {
            return 1;
        }
        let (Some(from), Some(to)) = ways else { unreachable!("a path does not end at a ring") };
        let gap = self.tree.gap_mark();
        if from == gap || to == gap {
            self.tree.link_before(gap, self.tree.first(thing));
        }
        let backwards = self.tree.next(from) == to;
        assert!(backwards || self.tree.next(to) == from, "an edge joins the two vertices: they are next to each other");
        let mut count = 0;
        let mut at = from;
        loop {
            at = if backwards { self.tree.previous(at) } else { self.tree.next(at) };
            if at == to {
                return count;
            }
            let grows_from = if at == self.tree.up_mark() { self.tree.root() } else { at };
            self.label(grows_from, label + count);
            count += 1;
        }
    }

    /// A vertex holds its label instead of what is above it, a node in its scratch field.
    fn label(&mut self, thing: usize, label: usize) {
        let node = self.tree.capacity() + label;
        self.tree.mark(thing, TOUCHED);
        if self.tree.is_vertex(thing) {
            self.tree.set_above(thing, node);
        } else {
            self.tree.set_linked(thing, node);
        }
    }

    /// Everything else takes the label of the nearest node above that has one.
    fn label_nodes(&mut self) {
        for node in self.tree.used_nodes() {
            if self.tree.kind(node) == Kind::Free {
                continue;
            }
            let mut labelled = node;
            while !self.tree.has(labelled, TOUCHED) {
                labelled = self.tree.above(labelled);
            }
            let label = self.tree.linked(labelled);
            let mut at = node;
            while at != labelled {
                self.tree.mark(at, TOUCHED);
                self.tree.set_linked(at, label);
                at = self.tree.above(at);
            }
        }
        for vertex in 0..self.tree.capacity() {
            if self.tree.kind(vertex) != Kind::Free && !self.tree.has(vertex, TOUCHED) {
                let label = self.tree.linked(self.tree.above(vertex));
                self.tree.set_above(vertex, label);
            }
        }
    }

    /// Builds the tree anew: hubs in a chain, each with the vertices of its label.
    fn chain(&mut self, length: usize) {
        self.tree.forget_nodes();
        for place in 0..length {
            let hub = self.tree.allocate(Kind::Hub);
            debug_assert!(hub == self.tree.capacity() + place);
        }
        let first = self.tree.capacity();
        self.tree.set_root(first);
        for vertex in 0..self.tree.capacity() {
            if self.tree.kind(vertex) != Kind::Free {
                self.tree.unmark(vertex, MARKS);
                self.tree.set_kind(vertex, Kind::Member);
                let hub = self.tree.above(vertex);
                self.tree.append(hub, vertex);
            }
        }
        for hub in first + 1..first + length {
            assert!(self.tree.things(hub) > 0, "no atom of the chain is empty");
            self.tree.append(hub - 1, hub);
        }
        self.settle(first + length - 1);
    }
}
