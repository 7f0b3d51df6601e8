//! All minimum cuts of one graph at once, as a tree.
//!
//! The minimum cuts of a connected graph form a cactus (Dinitz, Karzanov and Lomonosov, 1976). Here it is a tree of
//! *hubs*, which hold an atom that may be empty, and *rings*, each a cycle of the cactus with its neighbours in order.
//! Every edge of the tree is a minimum cut, but for those to the members of an atom, and so is every arc of a ring.
//!
//! The form is unique. An empty hub has at least three neighbours, a ring at least four: a cycle of three is an empty
//! hub. Two rings may be joined by an edge. A vertex that is an atom of its own and has one edge is a leaf of the tree.
//!
//! Hence vertices are the leaves, and at least three things meet at every node (the root may have two, one of them a
//! vertex of its atom). This is the PC-tree (Shih and Hsu, 1999; Hsu and McConnell, 2003), and to insert a cut is to
//! reduce the tree by it. Two minimum cuts A and B that cross have A∩B, A∪B, A\B and B\A as minimum cuts, but not their
//! symmetric difference, and that is what the reduction adds. So any generating set gives the same tree, in any order.
//!
//! | module | concept |
//! | --- | --- |
//! | `tree` | things in circular lists, nodes above them |
//! | `insert` | a cut comes in |
//! | `path` | the path of the tree that it divides |
//! | `weave`, `parts` | a longer path becomes a ring |
//! | `nest` | a chain of cuts comes into one atom |
//! | `contract` | cuts between two vertices are dropped |
//! | `keep` | only the cuts between two vertices are kept |
//! | `vertices` | vertices come, go, and are renamed |
//! | `describe` | atoms, first separable vertex, T\*, count |
//! | `listing` | every cut by itself, and the tree's invariants |

mod contract;
mod describe;
mod insert;
mod keep;
mod listing;
mod nest;
mod parts;
mod path;
mod tree;
mod vertices;
mod weave;

pub use describe::Description;
pub use listing::{Node, Outline};
pub use vertices::Newcomer;

use crate::arena::{Arena, OutOfMemory};
use tree::{Kind, Tree};

/// The most vertices that a family can be of: they, as many nodes and three stand-ins have numbers of 17 bits.
pub const VERTICES_MAX: usize = u16::MAX as usize - 1;

/// A family of minimum cuts. Vertices are any numbers below the capacity.
///
/// Every operation is bounded and charges its work; none can fail for want of room.
pub struct Family<'a> {
    tree: Tree<'a>,
    vertices: usize,
}

impl<'a> Family<'a> {
    /// Words that [`Family::new`] takes from the arena: 20 bytes a vertex.
    #[must_use]
    pub const fn words(vertices: usize) -> usize {
        Tree::words(vertices)
    }

    /// A family without vertices, with room for those below `vertices`.
    pub fn new(arena: &mut Arena<'a>, vertices: usize) -> Result<Self, OutOfMemory> {
        assert!(0 < vertices && vertices <= VERTICES_MAX, "things have numbers of 17 bits");
        let mut family = Self { tree: Tree::new(arena, vertices)?, vertices: 0 };
        family.tree.clear();
        Ok(family)
    }

    /// One atom of the given vertices, and no cut. O(capacity).
    pub fn reset(&mut self, vertices: impl Iterator<Item = u16>) {
        self.tree.clear();
        self.vertices = 0;
        let root = self.tree.root();
        for vertex in vertices {
            self.place(vertex, root, Kind::Member);
        }
    }

    /// The number of vertices.
    #[must_use]
    pub fn vertices(&self) -> usize {
        self.vertices
    }

    /// Whether there is a cut.
    #[must_use]
    pub fn has_cuts(&self) -> bool {
        self.tree.nodes() > 1 || self.tree.alone() > 0
    }

    /// Whether no minimum cut separates the two. O(1).
    #[must_use]
    pub fn same_atom(&self, u: u16, v: u16) -> bool {
        self.home(u) == self.home(v)
    }

    /// The number of minimum cuts: edges of the tree, and arcs of rings that are not edges. O(n).
    #[must_use]
    pub fn count(&self) -> u64 {
        let edges = self.tree.nodes() - 1 + self.tree.alone();
        let rings = self.tree.used_nodes().filter(|node| self.tree.kind(*node) == Kind::Ring);
        edges as u64 + rings.map(|ring| self.degree(ring)).map(|around| around * (around - 3) / 2).sum::<u64>()
    }

    /// What meets a node: its list and what is above.
    fn degree(&self, node: usize) -> u64 {
        self.tree.things(node) as u64 + u64::from(node != self.tree.root())
    }

    /// The thing that stands for a vertex's atom.
    fn home(&self, vertex: u16) -> usize {
        let vertex = vertex as usize;
        match self.tree.kind(vertex) {
            Kind::Alone => vertex,
            Kind::Member => self.tree.above(vertex),
            Kind::Free | Kind::Hub | Kind::Ring => panic!("the vertex is in the family"),
        }
    }

    /// Adds a new vertex to a hub.
    fn place(&mut self, vertex: u16, hub: usize, kind: Kind) {
        let vertex = vertex as usize;
        assert!(self.tree.kind(vertex) == Kind::Free, "a vertex is in the family once");
        self.tree.set_kind(vertex, kind);
        self.tree.append(hub, vertex);
        self.vertices += 1;
    }
}
