//! The storage of the tree: things in circular lists, and nodes above them.
//!
//! A thing is a vertex, a node (a hub or a ring) or one of three stand-ins that hold a place while an operation runs.
//! Every thing but the root is in the list of the node above it. A ring's list is in the order of the ring and starts
//! after the place of the node above; a hub's list has no order.
//!
//! A node number takes 16 bits, a thing's number 17: the highest bits of the links lie in the flags.

mod lists;

use crate::arena::{Arena, OutOfMemory, words_for};

/// No node.
pub(super) const NONE: u16 = u16::MAX;

const NEXT_HIGH: u8 = 1 << 0;
const PREVIOUS_HIGH: u8 = 1 << 1;
const FIRST_HIGH: u8 = 1 << 2;
const KIND: u8 = 0b11 << 3;
const FREE: u8 = 0;
const PLAIN: u8 = 0b01 << 3;
const SPECIAL: u8 = 0b10 << 3;

/// On a vertex or a node: all of it lies in the side that is inserted. On a partial node: something below it does.
pub(super) const TOUCHED: u8 = 1 << 5;
/// Part of the node lies in the side that is inserted, part does not.
pub(super) const PARTIAL: u8 = 1 << 6;
/// A node below is partial.
pub(super) const LOWER: u8 = 1 << 7;
pub(super) const MARKS: u8 = TOUCHED | PARTIAL | LOWER;

/// What a thing is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Not in use.
    Free,
    /// A vertex in the atom of the hub above it. No cut.
    Member,
    /// A vertex that is an atom of its own and hangs by one edge. A cut.
    Alone,
    /// A node of the tree: its atom is its members, if it has any.
    Hub,
    /// A cycle: the things in its list and, unless it is the root, what is above.
    Ring,
}

/// Some things in a row, linked from the first to the last.
pub(super) type Row = Option<(usize, usize)>;

/// The tree's arrays.
pub(super) struct Tree<'a> {
    next: &'a mut [u16],
    previous: &'a mut [u16],
    /// The number of the node above. For nodes not in use: the next such.
    above: &'a mut [u16],
    flags: &'a mut [u8],
    first: &'a mut [u16],
    things: &'a mut [u16],
    /// Scratch for one operation: a node's number, or a label.
    pub(super) link: &'a mut [u16],
    capacity: usize,
    root: usize,
    free: u16,
    /// Nodes from here on were never in use.
    fresh: usize,
    nodes: usize,
    alone: usize,
}

/// Stand-ins, by their distance from the end of the nodes.
const STAND_INS: usize = 3;

impl<'a> Tree<'a> {
    pub(super) const fn words(vertices: usize) -> usize {
        let things = 2 * vertices + STAND_INS;
        3 * words_for::<u16>(things) + words_for::<u8>(things) + 3 * words_for::<u16>(vertices)
    }

    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize) -> Result<Self, OutOfMemory> {
        let things = 2 * vertices + STAND_INS;
        Ok(Self {
            next: arena.take(things)?,
            previous: arena.take(things)?,
            above: arena.take(things)?,
            flags: arena.take(things)?,
            first: arena.take(vertices)?,
            things: arena.take(vertices)?,
            link: arena.take(vertices)?,
            capacity: vertices,
            root: vertices,
            free: NONE,
            fresh: 0,
            nodes: 0,
            alone: 0,
        })
    }

    /// Forgets everything: no vertices, and an empty hub as the root.
    pub(super) fn clear(&mut self) {
        self.flags.fill(0);
        self.alone = 0;
        self.forget_nodes();
        let root = self.allocate(Kind::Hub);
        self.set_root(root);
    }

    /// Forgets all nodes, so that the next to be allocated has number 0. Vertices must be placed anew.
    pub(super) fn forget_nodes(&mut self) {
        self.flags[self.capacity..].fill(0);
        self.free = NONE;
        self.fresh = 0;
        self.nodes = 0;
    }

    /// How many vertices it has room for.
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Nodes in use.
    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    /// Vertices that hang alone.
    pub(super) fn alone(&self) -> usize {
        self.alone
    }

    /// The nodes that were ever in use.
    pub(super) fn used_nodes(&self) -> core::ops::Range<usize> {
        self.capacity..self.capacity + self.fresh
    }

    /// Holds the place of what is above the topmost node of a path.
    pub(super) fn up_mark(&self) -> usize {
        2 * self.capacity
    }

    /// Holds the place of what is above another node of a path.
    pub(super) fn gap_mark(&self) -> usize {
        2 * self.capacity + 1
    }

    /// Holds the place of a node that is still being made.
    pub(super) fn seat_mark(&self) -> usize {
        2 * self.capacity + 2
    }

    pub(super) fn is_vertex(&self, thing: usize) -> bool {
        thing < self.capacity
    }

    pub(super) fn kind(&self, thing: usize) -> Kind {
        match (self.is_vertex(thing), self.flags[thing] & KIND) {
            (true, PLAIN) => Kind::Member,
            (true, SPECIAL) => Kind::Alone,
            (false, PLAIN) => Kind::Hub,
            (false, SPECIAL) => Kind::Ring,
            (true | false, _) => Kind::Free,
        }
    }

    /// Says what a thing is; keeps the number of those alone.
    pub(super) fn set_kind(&mut self, thing: usize, kind: Kind) {
        if self.kind(thing) == Kind::Alone {
            self.alone -= 1;
        }
        let bits = match kind {
            Kind::Free => FREE,
            Kind::Member | Kind::Hub => PLAIN,
            Kind::Alone | Kind::Ring => SPECIAL,
        };
        self.flags[thing] = self.flags[thing] & !KIND | bits;
        if kind == Kind::Alone {
            self.alone += 1;
        }
    }

    /// Whether the edge above a thing other than the root is a minimum cut.
    pub(super) fn is_cut(&self, thing: usize) -> bool {
        self.kind(thing) != Kind::Member
    }

    /// A member becomes an atom of its own.
    pub(super) fn cut_off(&mut self, thing: usize) {
        if self.kind(thing) == Kind::Member {
            self.set_kind(thing, Kind::Alone);
        }
    }

    pub(super) fn has(&self, thing: usize, mark: u8) -> bool {
        self.flags[thing] & mark != 0
    }

    pub(super) fn mark(&mut self, thing: usize, mark: u8) {
        self.flags[thing] |= mark;
    }

    pub(super) fn unmark(&mut self, thing: usize, mark: u8) {
        self.flags[thing] &= !mark;
    }

    /// Whether all of a thing lies in the side that is inserted.
    pub(super) fn is_full(&self, thing: usize) -> bool {
        self.flags[thing] & MARKS == TOUCHED
    }

    pub(super) fn root(&self) -> usize {
        self.root
    }

    pub(super) fn set_root(&mut self, node: usize) {
        self.root = node;
        self.above[node] = NONE;
    }

    /// The node above a thing that is not the root.
    pub(super) fn above(&self, thing: usize) -> usize {
        debug_assert!(thing != self.root, "the root has nothing above it");
        self.capacity + self.above[thing] as usize
    }

    pub(super) fn set_above(&mut self, thing: usize, node: usize) {
        self.above[thing] = self.number(node);
    }

    pub(super) fn number(&self, node: usize) -> u16 {
        (node - self.capacity) as u16
    }

    /// The node that the scratch field of `node` names.
    pub(super) fn linked(&self, node: usize) -> usize {
        self.capacity + self.link[node - self.capacity] as usize
    }

    pub(super) fn set_linked(&mut self, node: usize, other: usize) {
        self.link[node - self.capacity] = self.number(other);
    }

    pub(super) fn next(&self, thing: usize) -> usize {
        self.next[thing] as usize | self.high(thing, NEXT_HIGH)
    }

    pub(super) fn previous(&self, thing: usize) -> usize {
        self.previous[thing] as usize | self.high(thing, PREVIOUS_HIGH)
    }

    pub(super) fn first(&self, node: usize) -> usize {
        self.first[node - self.capacity] as usize | self.high(node, FIRST_HIGH)
    }

    pub(super) fn set_first(&mut self, node: usize, thing: usize) {
        self.first[node - self.capacity] = thing as u16;
        self.set_high(node, FIRST_HIGH, thing);
    }

    fn high(&self, thing: usize, bit: u8) -> usize {
        usize::from(self.flags[thing] & bit != 0) << 16
    }

    fn set_high(&mut self, thing: usize, bit: u8, value: usize) {
        let high = if value >> 16 == 0 { 0 } else { bit };
        self.flags[thing] = self.flags[thing] & !bit | high;
    }

    /// Things in the list of a node.
    pub(super) fn things(&self, node: usize) -> usize {
        self.things[node - self.capacity] as usize
    }

    pub(super) fn set_things(&mut self, node: usize, things: usize) {
        self.things[node - self.capacity] = things as u16;
    }

    /// A new node with an empty list, the last given back or the first that was never in use.
    ///
    /// They do not run out. The n vertices are the leaves of the tree, so the numbers of things that meet at its nodes,
    /// less two each, add up to n - 2. At least three meet at every node, or two at the root: there are at most n - 1
    /// nodes, and fewer by one for each thing beyond three that meets one. An operation makes at most one node that is
    /// not yet filled; all others divide a node at which more than three things meet.
    pub(super) fn allocate(&mut self, kind: Kind) -> usize {
        let node = if self.free == NONE {
            assert!(self.fresh < self.capacity, "a normalised tree has fewer nodes than vertices");
            self.fresh += 1;
            self.capacity + self.fresh - 1
        } else {
            let node = self.capacity + self.free as usize;
            self.free = self.above[node];
            node
        };
        self.nodes += 1;
        self.flags[node] = 0;
        self.set_kind(node, kind);
        self.set_things(node, 0);
        node
    }

    pub(super) fn release(&mut self, node: usize) {
        self.flags[node] = 0;
        self.above[node] = self.free;
        self.free = self.number(node);
        self.nodes -= 1;
    }
}
