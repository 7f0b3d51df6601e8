//! A path of two or more nodes that a cut divides becomes a ring.
//!
//! Around the ring come the empty parts of the path's nodes from one end to the other, and then the full parts back. A
//! hub has one full and one empty part, each a thing, a hub, or nothing. A ring gives its arcs; if it lies the wrong way
//! round they are reversed. The largest ring of the path says which way is right and keeps its number, so that neither
//! its order nor what its things say of what is above them needs to change.

use crate::cut::family::Family;
use crate::cut::family::insert::{Fill, Path};
use crate::cut::family::tree::{Kind, MARKS, Row, TOUCHED};
use crate::work::Work;

/// Where a node of the path lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    TowardsA,
    TowardsB,
}

/// A ring's two directions along the path.
#[derive(Clone, Copy)]
enum Ways {
    /// The path goes on both ways.
    Both(usize, usize),
    /// This is the end b; the path goes on towards a.
    ToA(usize),
    /// This is the end a; the path goes on towards b.
    ToB(usize),
}

/// The ring so far: `out` runs from a to b, `back` from b to a.
struct Woven {
    out: Row,
    back: Row,
    /// What `out` consists of.
    out_is: Fill,
    ring: usize,
    things: usize,
}

/// A ring's arcs: from the way to a to the way to b, and back.
struct Arcs {
    out: Row,
    back: Row,
    out_is: Fill,
    /// Full things in them, without the stand-in for what is above.
    full: usize,
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
    fn hold_above(&mut self, path: &Path, ring: usize, place: Place) -> Option<usize> {
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
    fn first_fill(&self, ways: Ways) -> Fill {
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

    fn take_ring(
        &mut self,
        woven: &mut Woven,
        path: &Path,
        node: usize,
        place: Place,
        ways: Ways,
        work: &mut Work,
    ) -> (Row, Row) {
        if place == Place::Top && path.up.is_some() {
            let seat = self.tree.seat_mark();
            self.tree.replace(node, seat);
        }
        self.hold_above(path, node, place);
        let arcs = self.arcs(ways, work);
        // Nodes of the path that are below this one count as not full.
        let gap = self.tree.gap_mark();
        let below = match ways {
            Ways::Both(a, b) => usize::from(a != gap) + usize::from(b != gap),
            Ways::ToA(way) | Ways::ToB(way) => usize::from(way != gap),
        };
        woven.things += self.tree.things(node) + arcs.full - below;
        if node == woven.ring {
            debug_assert!(arcs.out_is == woven.out_is);
            return (arcs.out, arcs.back);
        }
        self.lift(arcs.out, woven.ring, work);
        self.lift(arcs.back, woven.ring, work);
        self.tree.release(node);
        if arcs.out_is == woven.out_is {
            return (arcs.out, arcs.back);
        }
        (self.tree.reverse(arcs.back), self.tree.reverse(arcs.out))
    }

    /// Says that a row's things are right below `node`.
    pub(super) fn lift(&mut self, row: Row, node: usize, work: &mut Work) {
        let Some((first, last)) = row else { return };
        let mut thing = first;
        loop {
            work.charge(1);
            self.tree.set_above(thing, node);
            if thing == last {
                return;
            }
            thing = self.tree.next(thing);
        }
    }

    fn arcs(&self, ways: Ways, work: &mut Work) -> Arcs {
        let out_is = self.first_fill(ways);
        let (out, back) = match ways {
            Ways::Both(a, b) => (self.tree.between(a, b), self.tree.between(b, a)),
            Ways::ToA(a) => self.boundary(a, work),
            Ways::ToB(b) => {
                let (back, out) = self.boundary(b, work);
                (out, back)
            }
        };
        let (full_row, empty_row) = if out_is == Fill::Full { (out, back) } else { (back, out) };
        let full = self.count_full(full_row, work);
        debug_assert!(self.count_full(empty_row, &mut Work::new(0)) == 0, "the side is a minimum cut: it is an arc");
        Arcs { out, back, out_is, full }
    }

    /// What lies around a ring from a way of the path back to it, in two rows: one full, the other empty.
    fn boundary(&self, way: usize, work: &mut Work) -> (Row, Row) {
        let (first, last) = self.tree.between(way, way).expect("a ring has things");
        let mut thing;
        if self.tree.is_full(first) {
            thing = first;
            while self.tree.is_full(thing) && thing != way {
                work.charge(1);
                thing = self.tree.next(thing);
            }
            assert!(thing != way, "the end of a path is not full");
            (Some((first, self.tree.previous(thing))), Some((thing, last)))
        } else {
            thing = last;
            while self.tree.is_full(thing) && thing != way {
                work.charge(1);
                thing = self.tree.previous(thing);
            }
            assert!(thing != last, "the side is a minimum cut: it is an arc");
            (Some((first, thing)), Some((self.tree.next(thing), last)))
        }
    }

    fn count_full(&self, row: Row, work: &mut Work) -> usize {
        let Some((first, last)) = row else { return 0 };
        let mut thing = first;
        let mut full = 0;
        loop {
            work.charge(1);
            full += usize::from(thing != self.tree.up_mark() && self.tree.is_full(thing));
            if thing == last {
                return full;
            }
            thing = self.tree.next(thing);
        }
    }

    /// A hub's two parts. At the top the part that what is above belongs to stays there, and the ring hangs from it.
    fn take_hub(&mut self, woven: &mut Woven, hub: usize, ways: Ways, up: Option<Fill>, work: &mut Work) -> (Row, Row) {
        let gap = self.tree.gap_mark();
        let below = match ways {
            Ways::Both(a, b) => [Some(a), Some(b)],
            Ways::ToA(way) | Ways::ToB(way) => [Some(way), None],
        };
        for way in below.into_iter().flatten().filter(|way| *way != gap) {
            self.tree.detach(way);
        }
        // If the list is empty its first thing is still one of the path, which is not full.
        let full_things = self.recount(hub, work);
        let (full, empty) = match up {
            None => (self.full_part(hub, full_things, woven, work), self.empty_part(hub, woven)),
            Some(Fill::Empty) => {
                let full = self.full_part(hub, full_things, woven, work);
                self.seat(hub);
                (full, Some(self.tree.up_mark()))
            }
            Some(Fill::Full) => {
                self.seat_full(hub, full_things, work);
                (Some(self.tree.up_mark()), self.empty_part(hub, woven))
            }
        };
        let row = |part: Option<usize>| part.map(|thing| (thing, thing));
        match woven.out_is {
            Fill::Full => (row(full), row(empty)),
            Fill::Empty => (row(empty), row(full)),
        }
    }

    fn full_part(&mut self, hub: usize, count: usize, woven: &mut Woven, work: &mut Work) -> Option<usize> {
        let part = match count {
            0 => return None,
            1 => self.only_thing(hub),
            _ => {
                let part = self.tree.allocate(Kind::Hub);
                self.move_front(hub, part, count, work);
                part
            }
        };
        self.tree.set_above(part, woven.ring);
        woven.things += 1;
        Some(part)
    }

    fn empty_part(&mut self, hub: usize, woven: &mut Woven) -> Option<usize> {
        let part = match self.tree.things(hub) {
            0 => None,
            1 => Some(self.only_thing(hub)),
            _ => Some(hub),
        };
        if part != Some(hub) {
            self.tree.release(hub);
        }
        if let Some(part) = part {
            self.tree.set_above(part, woven.ring);
            woven.things += 1;
        }
        part
    }

    /// Takes the first thing of a hub out of it, to be a neighbour of the ring.
    fn only_thing(&mut self, hub: usize) -> usize {
        let thing = self.tree.first(hub);
        self.tree.detach(thing);
        self.tree.cut_off(thing);
        thing
    }

    /// The place of the ring: below `hub`, or in its place if that has nothing else.
    fn seat(&mut self, hub: usize) {
        let seat = self.tree.seat_mark();
        if self.tree.things(hub) == 0 {
            self.tree.replace(hub, seat);
            self.tree.release(hub);
        } else {
            self.tree.append(hub, seat);
        }
    }

    /// The same if the full things belong to what is above.
    fn seat_full(&mut self, hub: usize, count: usize, work: &mut Work) {
        let seat = self.tree.seat_mark();
        if count == 0 {
            self.tree.replace(hub, seat);
            return;
        }
        let new = self.tree.allocate(Kind::Hub);
        self.tree.replace(hub, new);
        self.move_front(hub, new, count, work);
        self.tree.append(new, seat);
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
