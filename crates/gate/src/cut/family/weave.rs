//! A path of two or more nodes that a cut divides becomes a ring.
//!
//! Around the ring come the empty parts of the path's nodes from one end to the other, and then the full parts back. A
//! hub has one full and one empty part, each a thing, a hub, or nothing. A ring gives its arcs; if it lies the wrong
//! way round they are reversed. The largest ring of the path says which way is right and keeps its number, so that
//! neither its order nor what its things say of what is above them needs to change.

use crate::cut::family::Family;
use crate::cut::family::insert::Fill;
use crate::cut::family::path::Path;
use crate::cut::family::tree::{Kind, MARKS, Row, TOUCHED};
use crate::work::Work;

/// Where a node of the path lies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Top,
    TowardsA,
    TowardsB,
}

/// A ring's two directions along the path.
#[derive(Clone, Copy)]
pub(super) enum Ways {
    /// The path goes on both ways.
    Both(usize, usize),
    /// This is the end b; the path goes on towards a.
    ToA(usize),
    /// This is the end a; the path goes on towards b.
    ToB(usize),
}

/// The ring so far: `out` runs from a to b, `back` from b to a.
pub(super) struct Woven {
    pub(super) out: Row,
    pub(super) back: Row,
    /// What `out` consists of.
    pub(super) out_is: Fill,
    pub(super) ring: usize,
    pub(super) things: usize,
}

impl Family<'_> {
    /// Makes the ring. Path nodes are taken from the top down, so that what is above a node is done with before the
    /// node's own links change.
    pub(super) fn weave(&mut self, path: &Path, work: &mut Work) {
        let up = self.tree.up_mark();
        self.tree.unmark(up, MARKS);
        if path.up == Some(Fill::Full) {
            self.tree.mark(up, TOUCHED);
        }
        let keeper = self.keeper(path, work);
        let (ring, out_is) = keeper.unwrap_or_else(|| (self.tree.allocate(Kind::Ring), Fill::Empty));
        let mut woven = Woven { out: None, back: None, out_is, ring, things: 0 };
        let towards_a = self.tree.linked(path.top);
        self.take(&mut woven, path, path.top, Place::Top, work);
        let mut node = towards_a;
        loop {
            let below = (node != path.a).then(|| self.tree.linked(node));
            self.take(&mut woven, path, node, Place::TowardsA, work);
            let Some(below) = below else { break };
            node = below;
        }
        if let Some(branch) = path.b {
            let mut node = branch.first;
            loop {
                let below = (node != branch.end).then(|| self.tree.linked(node));
                self.take(&mut woven, path, node, Place::TowardsB, work);
                let Some(below) = below else { break };
                node = below;
            }
        }
        self.finish(&woven, path.up);
    }

    /// The path's ring with the most things, and what its arc from a to b consists of.
    fn keeper(&mut self, path: &Path, work: &mut Work) -> Option<(usize, Fill)> {
        let mut best = None;
        let mut most = 0;
        let mut look = |family: &mut Self, node: usize, place: Place| {
            work.charge(1);
            if family.tree.kind(node) == Kind::Ring && family.tree.things(node) > most {
                most = family.tree.things(node);
                best = Some((node, place));
            }
        };
        look(self, path.top, Place::Top);
        let mut node = path.top;
        while node != path.a {
            node = self.tree.linked(node);
            look(self, node, Place::TowardsA);
        }
        if let Some(branch) = path.b {
            let mut node = branch.first;
            look(self, node, Place::TowardsB);
            while node != branch.end {
                node = self.tree.linked(node);
                look(self, node, Place::TowardsB);
            }
        }
        let (ring, place) = best?;
        let ways = self.ways(path, ring, place);
        let stand_in = self.hold_above(path, ring, place);
        let fill = self.first_fill(ways);
        if let Some(stand_in) = stand_in {
            self.tree.unlink(stand_in);
        }
        Some((ring, fill))
    }

    /// The path's directions at a node, with the stand-in for the way up.
    fn ways(&self, path: &Path, node: usize, place: Place) -> Ways {
        let gap = self.tree.gap_mark();
        let below = |end: usize| (node != end).then(|| self.tree.linked(node));
        let (a, b) = match place {
            Place::Top => (below(path.a), path.b.map(|branch| branch.first)),
            Place::TowardsA => (below(path.a), Some(gap)),
            Place::TowardsB => (Some(gap), path.b.and_then(|branch| below(branch.end))),
        };
        match (a, b) {
            (Some(a), Some(b)) => Ways::Both(a, b),
            (Some(a), None) => Ways::ToA(a),
            (None, Some(b)) => Ways::ToB(b),
            (None, None) => unreachable!("the path has two nodes"),
        }
    }

    /// Links a stand-in for what is above a ring into its list.
    pub(super) fn hold_above(&mut self, path: &Path, ring: usize, place: Place) -> Option<usize> {
        let stand_in = match place {
            Place::Top => path.up.map(|_| self.tree.up_mark()),
            Place::TowardsA | Place::TowardsB => Some(self.tree.gap_mark()),
        };
        if let Some(stand_in) = stand_in {
            self.tree.link_before(stand_in, self.tree.first(ring));
        }
        stand_in
    }

    fn fill_of(&self, thing: usize) -> Fill {
        if self.tree.is_full(thing) { Fill::Full } else { Fill::Empty }
    }

    /// What the arc of a ring from the way to a to the way to b consists of.
    pub(super) fn first_fill(&self, ways: Ways) -> Fill {
        match ways {
            Ways::Both(a, b) if self.tree.next(a) == b => self.fill_of(self.tree.next(b)).other(),
            Ways::Both(a, _) | Ways::ToA(a) => self.fill_of(self.tree.next(a)),
            Ways::ToB(b) => self.fill_of(self.tree.next(b)).other(),
        }
    }

    /// Takes the parts of one node into the ring.
    fn take(&mut self, woven: &mut Woven, path: &Path, node: usize, place: Place, work: &mut Work) {
        let ways = self.ways(path, node, place);
        self.tree.unmark(node, MARKS);
        let (out, back) = if self.tree.kind(node) == Kind::Ring {
            self.take_ring(woven, path, node, place, ways, work)
        } else {
            let up = if place == Place::Top { path.up } else { None };
            self.take_hub(woven, node, ways, up, work)
        };
        match place {
            Place::Top => (woven.out, woven.back) = (out, back),
            Place::TowardsA => {
                woven.out = self.tree.join(out, woven.out);
                woven.back = self.tree.join(woven.back, back);
            }
            Place::TowardsB => {
                woven.out = self.tree.join(woven.out, out);
                woven.back = self.tree.join(back, woven.back);
            }
        }
    }

    /// Closes the ring and puts it in its place.
    fn finish(&mut self, woven: &Woven, up: Option<Fill>) {
        let (first, last) = self.tree.join(woven.out, woven.back).expect("a ring has things");
        self.tree.close(woven.ring, first, last, woven.things);
        if up.is_some() {
            let mark = self.tree.up_mark();
            self.tree.set_first(woven.ring, self.tree.next(mark));
            self.tree.unlink(mark);
            self.tree.unmark(mark, MARKS);
            self.tree.replace(self.tree.seat_mark(), woven.ring);
        } else {
            self.tree.set_root(woven.ring);
        }
    }
}
