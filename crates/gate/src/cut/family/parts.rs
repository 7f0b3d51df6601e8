//! What one node of a path gives to the ring that the path becomes.

use crate::cut::family::Family;
use crate::cut::family::insert::Fill;
use crate::cut::family::path::Path;
use crate::cut::family::tree::{Kind, Row};
use crate::cut::family::weave::{Place, Ways, Woven};
use crate::work::Work;

/// A ring's arcs: from the way to a to the way to b, and back.
struct Arcs {
    out: Row,
    back: Row,
    out_is: Fill,
    /// Full things in them, without the stand-in for what is above.
    full: usize,
}

impl Family<'_> {
    pub(super) fn take_ring(
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
        let things = self.tree.things(node) + arcs.full - below;
        woven.things += things;
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
        work.charge(things as u64);
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
    pub(super) fn take_hub(
        &mut self,
        woven: &mut Woven,
        hub: usize,
        ways: Ways,
        up: Option<Fill>,
        work: &mut Work,
    ) -> (Row, Row) {
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
}
