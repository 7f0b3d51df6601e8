//! Every cut by itself and every node with its neighbours, for people and tests; and the tree's invariants.

use crate::cut::family::Family;
use crate::cut::family::tree::{Kind, MARKS};

/// A node of the tree, as [`Family::nodes`] shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    /// An atom, perhaps empty. Its vertices and its neighbours follow, in any order.
    Hub,
    /// A ring. Its neighbours follow in order, what is above it last.
    Ring,
}

/// One step of [`Family::nodes`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outline<'a> {
    /// A node begins.
    Begin(Node),
    /// A vertex of the atom of the node that began last.
    Member(u16),
    /// All vertices on the far side of an edge of the node that began last.
    Neighbour(&'a [u16]),
}

impl Family<'_> {
    /// Calls `visit` with one side of each minimum cut, each once. `room` must have place for all vertices.
    /// Takes time in proportion to the sum of the sides.
    pub fn cuts(&self, room: &mut [u16], mut visit: impl FnMut(&[u16])) {
        let root = self.tree.root();
        let mut next = self.tree.following(root, root);
        while let Some(thing) = next {
            if self.tree.is_cut(thing) {
                let len = self.list_below(thing, room, 0);
                visit(&room[..len]);
            }
            next = self.tree.following(root, thing);
        }
        for ring in self.tree.used_nodes().filter(|node| self.tree.kind(*node) == Kind::Ring) {
            self.arcs_of(ring, room, &mut visit);
        }
    }

    /// The arcs of a ring that are no edges and do not hold what is above it; for the root, its first thing.
    fn arcs_of(&self, ring: usize, room: &mut [u16], visit: &mut impl FnMut(&[u16])) {
        let first = self.tree.first(ring);
        let end = if ring == self.tree.root() { first } else { self.tree.up_mark() };
        let after = |thing: usize| {
            let next = self.tree.next(thing);
            if next == first { end } else { next }
        };
        let start = if end == first { after(first) } else { first };
        let mut from = start;
        while from != end {
            let mut len = self.list_below(from, room, 0);
            let mut to = after(from);
            while to != end {
                len = self.list_below(to, room, len);
                if from != start || after(to) != end {
                    visit(&room[..len]);
                }
                to = after(to);
            }
            from = after(from);
        }
    }

    /// Calls `visit` with every node of the tree and its neighbours. `room` must have place for all vertices.
    pub fn nodes(&self, room: &mut [u16], mut visit: impl FnMut(Outline<'_>)) {
        for node in self.tree.used_nodes() {
            match self.tree.kind(node) {
                Kind::Free | Kind::Member | Kind::Alone => continue,
                Kind::Hub => visit(Outline::Begin(Node::Hub)),
                Kind::Ring => visit(Outline::Begin(Node::Ring)),
            }
            let first = self.tree.first(node);
            let mut thing = first;
            loop {
                if self.tree.is_cut(thing) {
                    let len = self.list_below(thing, room, 0);
                    visit(Outline::Neighbour(&room[..len]));
                } else {
                    visit(Outline::Member(thing as u16));
                }
                thing = self.tree.next(thing);
                if thing == first {
                    break;
                }
            }
            if node != self.tree.root() {
                let mut len = 0;
                for vertex in (0..self.tree.capacity()).filter(|vertex| !self.is_below(*vertex, node)) {
                    room[len] = vertex as u16;
                    len += 1;
                }
                visit(Outline::Neighbour(&room[..len]));
            }
        }
    }

    /// Whether a vertex is not in the family or lies below `node`.
    fn is_below(&self, vertex: usize, node: usize) -> bool {
        let mut thing = vertex;
        if self.tree.kind(vertex) != Kind::Free {
            while thing != node {
                if thing == self.tree.root() {
                    return false;
                }
                thing = self.tree.above(thing);
            }
        }
        true
    }

    /// Writes the vertices below a thing to `room` from `len` on; returns where they end.
    fn list_below(&self, top: usize, room: &mut [u16], mut len: usize) -> usize {
        let mut next = Some(top);
        while let Some(thing) = next {
            if self.tree.is_vertex(thing) {
                room[len] = thing as u16;
                len += 1;
            }
            next = self.tree.following(top, thing);
        }
        len
    }

    /// Panics unless the tree is whole and in its normal form. For tests: O(n).
    pub fn check(&self) {
        let tree = &self.tree;
        let root = tree.root();
        let (mut nodes, mut vertices, mut alone) = (0, 0, 0);
        let mut next = Some(root);
        while let Some(thing) = next {
            assert!(!tree.has(thing, MARKS), "no marks are left");
            match tree.kind(thing) {
                Kind::Free => panic!("what is in the tree is in use"),
                Kind::Member => {
                    vertices += 1;
                    assert!(tree.kind(tree.above(thing)) == Kind::Hub, "a member is in the atom of a hub");
                }
                Kind::Alone => {
                    vertices += 1;
                    alone += 1;
                }
                Kind::Hub | Kind::Ring => {
                    nodes += 1;
                    self.check_node(thing);
                }
            }
            assert!(nodes + vertices <= 2 * tree.capacity(), "the tree has no cycle");
            next = tree.following(root, thing);
        }
        assert_eq!((nodes, alone, vertices), (tree.nodes(), tree.alone(), self.vertices), "counts");
        let used = tree.used_nodes().filter(|node| tree.kind(*node) != Kind::Free).count();
        assert_eq!(used, nodes, "every node in use is in the tree");
        let placed = (0..tree.capacity()).filter(|vertex| tree.kind(*vertex) != Kind::Free).count();
        assert_eq!(placed, vertices, "every vertex in use is in the tree");
        assert!(tree.used_nodes().all(|node| !tree.has(node, MARKS)), "no marks are left");
    }

    fn check_node(&self, node: usize) {
        let tree = &self.tree;
        let things = tree.things(node);
        let is_root = node == tree.root();
        if things > 0 {
            let first = tree.first(node);
            let mut thing = first;
            let mut count = 0;
            loop {
                assert!(tree.above(thing) == node, "a thing knows what is above it");
                assert!(tree.previous(tree.next(thing)) == thing, "links go both ways");
                count += 1;
                assert!(count <= things, "a list has as many things as its node says");
                thing = tree.next(thing);
                if thing == first {
                    break;
                }
            }
            assert_eq!(count, things, "a list has as many things as its node says");
        }
        match tree.kind(node) {
            Kind::Ring => assert!(self.degree(node) >= 4, "a ring has at least four neighbours"),
            Kind::Hub if !is_root => assert!(things >= 2, "at least three things meet at a hub"),
            Kind::Hub if self.vertices > 1 => {
                let first = tree.first(node);
                let lone_edge = things == 2 && tree.is_cut(first) && tree.is_cut(tree.previous(first));
                assert!(things >= 2 && !lone_edge, "a root of two things has a member");
            }
            Kind::Hub => assert_eq!(things, self.vertices),
            Kind::Free | Kind::Member | Kind::Alone => unreachable!("a node is a hub or a ring"),
        }
    }
}
