//! Vertices come, go, and are renamed.

use crate::cut::family::Family;
use crate::cut::family::tree::{Kind, NONE};
use crate::work::Work;

/// What a new vertex is to the atom that it comes beside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Newcomer {
    /// No minimum cut separates it from that atom.
    Member,
    /// It alone is one side of a new minimum cut, and one edge joins it to that atom.
    Leaf,
}

impl Family<'_> {
    /// Adds a vertex that is joined to `beside` alone. O(1).
    pub fn add_vertex(&mut self, vertex: u16, beside: u16, newcomer: Newcomer) {
        let home = self.home(beside);
        let hub = if self.tree.is_vertex(home) {
            let hub = self.tree.allocate(Kind::Hub);
            self.tree.replace(home, hub);
            self.tree.set_kind(home, Kind::Member);
            self.tree.append(hub, home);
            hub
        } else {
            home
        };
        let kind = match newcomer {
            Newcomer::Member => Kind::Member,
            Newcomer::Leaf => Kind::Alone,
        };
        self.place(vertex, hub, kind);
    }

    /// Takes away a vertex that had one edge. If it was an atom of its own, that cut goes with it. Returns whether a
    /// cut is left. O(1).
    pub fn remove_vertex(&mut self, vertex: u16) -> bool {
        self.home(vertex);
        let thing = vertex as usize;
        let hub = self.tree.above(thing);
        assert!(self.tree.kind(hub) == Kind::Hub, "a vertex of one edge is not on a ring");
        self.tree.detach(thing);
        self.tree.set_kind(thing, Kind::Free);
        self.vertices -= 1;
        if hub == self.tree.root() {
            self.settle_root();
        } else {
            self.settle(hub);
        }
        self.has_cuts()
    }

    /// A hub other than the root that has one thing left gives its place to it.
    pub(super) fn settle(&mut self, hub: usize) {
        if self.tree.things(hub) == 1 {
            let thing = self.tree.first(hub);
            self.tree.cut_off(thing);
            self.tree.replace(hub, thing);
            self.tree.release(hub);
        }
    }

    /// The root is a hub that lost a thing: it stays if a member or three things are left.
    fn settle_root(&mut self) {
        loop {
            let root = self.tree.root();
            let things = self.tree.things(root);
            if self.tree.kind(root) == Kind::Ring || things == 0 || things > 2 {
                return;
            }
            let first = self.tree.first(root);
            let last = self.tree.previous(first);
            if !self.tree.is_cut(first) || !self.tree.is_cut(last) {
                return;
            }
            let Some(node) = [first, last].into_iter().find(|thing| !self.tree.is_vertex(*thing)) else {
                // At most two vertices are left.
                self.tree.set_kind(first.min(last), Kind::Member);
                return;
            };
            self.tree.release(root);
            self.tree.set_root(node);
            if first == last {
                assert!(self.tree.kind(node) == Kind::Hub, "a vertex of one edge is not on a ring");
            } else {
                // The other comes where the root was: at the end of a ring's list, before its head.
                self.tree.append(node, if node == first { last } else { first });
            }
        }
    }

    /// Names every vertex anew. `of` gives, for each of 0..`count`, a vertex of the new naming and the present vertex
    /// whose atom it is in: every present vertex at least once, every new one once. O(capacity) units.
    pub fn expand(&mut self, count: usize, of: impl Fn(usize) -> (u16, u16), work: &mut Work) {
        let capacity = self.tree.capacity();
        work.charge((2 * capacity + 3 * count) as u64);
        self.heirs(count, &of);
        self.tree.rename();
        self.heirs(count, &of);
        for index in 0..count {
            let (new, present) = of(index);
            let heir = self.tree.link[present as usize];
            if heir != new {
                self.add_vertex(new, heir, Newcomer::Member);
            }
        }
        assert!(self.vertices == count, "every present vertex has a new one");
    }

    /// Notes in the scratch fields the first new vertex of each present one.
    fn heirs(&mut self, count: usize, of: &impl Fn(usize) -> (u16, u16)) {
        self.tree.link.fill(NONE);
        for index in 0..count {
            let (new, present) = of(index);
            let heir = &mut self.tree.link[present as usize];
            if *heir == NONE {
                *heir = new;
            }
        }
    }
}
