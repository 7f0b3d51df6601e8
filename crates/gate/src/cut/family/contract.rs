//! Cuts between two vertices are dropped: the path between their atoms becomes one hub.
//!
//! A ring on the path is pinched. The hub takes the place of both its neighbours on the path, and each of the two arcs
//! between them closes to a ring with it. An arc of one thing hangs from the hub by an edge, one of two is a cycle of
//! three and so an empty hub.

use crate::cut::family::Family;
use crate::cut::family::tree::{Kind, MARKS, PARTIAL, Row};
use crate::work::Work;

/// The way between two atoms: from `u` up to `top` and down to `v`. The ends are vertices that hang alone, or hubs.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) u: usize,
    pub(super) v: usize,
    pub(super) top: usize,
    /// Below `top`, if that is not the end itself.
    pub(super) to_u: Option<usize>,
    pub(super) to_v: Option<usize>,
}

/// Where the merged hub goes.
#[derive(Clone, Copy)]
enum Seat {
    /// It is there.
    Own,
    Root,
    /// Where the stand-in is.
    Held,
}

/// An arc of a ring that is pinched.
#[derive(Clone, Copy)]
struct Arc {
    row: Row,
    /// Things, with the stand-in for what is above if that lies here.
    len: usize,
    holds_up: bool,
}

impl Family<'_> {
    /// Drops every cut that separates `u` and `v`: what becomes of the family if the edge between them gains weight.
    /// Returns whether a cut is left.
    ///
    /// Units: the path between them, the things of its hubs but the one with most, and the shorter arcs of its rings.
    pub fn contract(&mut self, u: u16, v: u16, work: &mut Work) -> bool {
        work.charge(1);
        if !self.same_atom(u, v) {
            let way = self.way(u, v, work);
            self.merge(&way, work);
        }
        self.has_cuts()
    }

    /// The way between two atoms that differ. Both ends climb in turn until one meets what the other has passed. Going
    /// down, the scratch field of a node names the one below, unless that is a vertex.
    pub(super) fn way(&mut self, u: u16, v: u16, work: &mut Work) -> Way {
        let (u, v) = (self.home(u), self.home(v));
        let mut heads = [u, v];
        self.tree.mark(u, PARTIAL);
        self.tree.mark(v, PARTIAL);
        let mut turn = 0;
        let top = loop {
            work.charge(1);
            if heads[turn] == self.tree.root() {
                turn = 1 - turn;
            }
            let above = self.tree.above(heads[turn]);
            if self.tree.has(above, PARTIAL) {
                break above;
            }
            self.tree.mark(above, PARTIAL);
            heads[turn] = above;
            turn = 1 - turn;
        };
        let to_u = self.descend_links(u, top, work);
        let to_v = self.descend_links(v, top, work);
        let mut node = top;
        while self.tree.has(node, PARTIAL) {
            self.tree.unmark(node, MARKS);
            if node != self.tree.root() {
                node = self.tree.above(node);
            }
        }
        Way { u, v, top, to_u, to_v }
    }

    /// Clears the marks from an end to below `top` and notes the way down.
    fn descend_links(&mut self, end: usize, top: usize, work: &mut Work) -> Option<usize> {
        if end == top {
            return None;
        }
        let mut thing = end;
        loop {
            work.charge(1);
            self.tree.unmark(thing, MARKS);
            let above = self.tree.above(thing);
            if above == top {
                return Some(thing);
            }
            if !self.tree.is_vertex(thing) {
                self.tree.set_linked(above, thing);
            }
            thing = above;
        }
    }

    /// What is below a node on the way down to `end`.
    pub(super) fn step_down(&self, node: usize, end: usize) -> Option<usize> {
        if node == end {
            None
        } else if self.tree.is_vertex(end) && self.tree.above(end) == node {
            Some(end)
        } else {
            Some(self.tree.linked(node))
        }
    }

    fn merge(&mut self, way: &Way, work: &mut Work) {
        let hub = self.largest_hub(way, work).unwrap_or_else(|| self.tree.allocate(Kind::Hub));
        let seat = self.merge_top(way, hub, work);
        for (first, end) in [(way.to_u, way.u), (way.to_v, way.v)] {
            let mut next = first;
            while let Some(thing) = next {
                next = self.step_down(thing, end);
                self.merge_below(thing, next, hub, work);
            }
        }
        // A hub from further down the way kept its own links until the node above it was done with.
        match seat {
            Seat::Own => {}
            Seat::Root => self.tree.set_root(hub),
            Seat::Held => self.tree.replace(self.tree.seat_mark(), hub),
        }
    }

    fn largest_hub(&self, way: &Way, work: &mut Work) -> Option<usize> {
        let mut best = None;
        let mut most = 0;
        let mut look = |thing: usize| {
            work.charge(1);
            if self.tree.kind(thing) == Kind::Hub && self.tree.things(thing) > most {
                most = self.tree.things(thing);
                best = Some(thing);
            }
        };
        look(way.top);
        for (first, end) in [(way.to_u, way.u), (way.to_v, way.v)] {
            let mut next = first;
            while let Some(thing) = next {
                look(thing);
                next = self.step_down(thing, end);
            }
        }
        best
    }

    /// The top of the way goes into the hub, which will take its place.
    fn merge_top(&mut self, way: &Way, hub: usize, work: &mut Work) -> Seat {
        let top = way.top;
        let is_root = top == self.tree.root();
        if self.tree.kind(top) == Kind::Hub {
            for thing in [way.to_u, way.to_v].into_iter().flatten() {
                self.tree.detach(thing);
            }
            if top == hub {
                return Seat::Own;
            }
            if !is_root {
                self.tree.replace(top, self.tree.seat_mark());
            }
            self.move_front(top, hub, self.tree.things(top), work);
            self.tree.release(top);
        } else {
            let (Some(to_u), Some(to_v)) = (way.to_u, way.to_v) else { unreachable!("a way does not end at a ring") };
            let things = self.tree.things(top) - 2;
            if is_root {
                self.pinch(top, (to_u, to_v), things, hub, work);
            } else {
                self.tree.link_before(self.tree.up_mark(), self.tree.first(top));
                self.pinch(top, (to_u, to_v), things + 1, hub, work);
            }
        }
        if is_root { Seat::Root } else { Seat::Held }
    }

    /// Something further down goes into the hub; `next` is what follows on the way.
    fn merge_below(&mut self, thing: usize, next: Option<usize>, hub: usize, work: &mut Work) {
        match self.tree.kind(thing) {
            Kind::Free | Kind::Member => unreachable!("a way leads over edges"),
            Kind::Alone => {
                self.tree.set_kind(thing, Kind::Member);
                self.tree.append(hub, thing);
            }
            Kind::Hub => {
                if let Some(next) = next {
                    self.tree.detach(next);
                }
                if thing != hub {
                    self.move_front(thing, hub, self.tree.things(thing), work);
                    self.tree.release(thing);
                }
            }
            Kind::Ring => {
                let next = next.expect("a way does not end at a ring");
                let gap = self.tree.gap_mark();
                self.tree.link_before(gap, self.tree.first(thing));
                self.pinch(thing, (gap, next), self.tree.things(thing) - 1, hub, work);
            }
        }
    }

    /// Pinches a ring between two of its things, which leave it; `around` others are in its list.
    fn pinch(&mut self, ring: usize, (a, b): (usize, usize), around: usize, hub: usize, work: &mut Work) {
        let (short, long) = self.pinched_arcs(ring, (a, b), around, work);
        if short.holds_up {
            self.seat_arc(ring, short, None, work);
            self.hang_arc(long, Some(ring), hub, work);
        } else {
            if long.holds_up {
                self.seat_arc(ring, long, Some(ring), work);
            } else {
                self.hang_arc(long, Some(ring), hub, work);
            }
            self.hang_arc(short, None, hub, work);
        }
    }

    /// The two arcs between `a` and `b`, the shorter first.
    fn pinched_arcs(&self, ring: usize, (a, b): (usize, usize), around: usize, work: &mut Work) -> (Arc, Arc) {
        let up = self.tree.up_mark();
        let (mut x, mut y) = (self.tree.next(a), self.tree.next(b));
        let (mut x_up, mut y_up) = (false, false);
        let mut len = 0;
        while x != b && y != a {
            work.charge(1);
            x_up |= x == up;
            y_up |= y == up;
            len += 1;
            (x, y) = (self.tree.next(x), self.tree.next(y));
        }
        let rows = (self.tree.between(a, b), self.tree.between(b, a));
        let (short, long, short_up) = if x == b { (rows.0, rows.1, x_up) } else { (rows.1, rows.0, y_up) };
        let long_up = !short_up && self.tree.previous(self.tree.first(ring)) == up;
        (Arc { row: short, len, holds_up: short_up }, Arc { row: long, len: around - len, holds_up: long_up })
    }

    /// An arc without what is above: below the hub, as the node `keep` or as a new one.
    fn hang_arc(&mut self, arc: Arc, keep: Option<usize>, hub: usize, work: &mut Work) {
        if arc.len < 2
            && let Some(node) = keep
        {
            self.tree.release(node);
        }
        let Some((first, last)) = arc.row else { return };
        if arc.len == 1 {
            self.tree.append(hub, first);
            return;
        }
        let node = keep.unwrap_or_else(|| self.tree.allocate(Kind::Ring));
        self.tree.set_kind(node, if arc.len == 2 { Kind::Hub } else { Kind::Ring });
        if keep.is_none() {
            self.lift(arc.row, node, work);
        }
        self.tree.close(node, first, last, arc.len);
        self.tree.append(hub, node);
    }

    /// The arc with what is above: it stays where the ring was, and the hub is among its things.
    fn seat_arc(&mut self, ring: usize, arc: Arc, keep: Option<usize>, work: &mut Work) {
        let (up, seat) = (self.tree.up_mark(), self.tree.seat_mark());
        if arc.len == 1 {
            self.tree.replace(ring, seat);
            if let Some(node) = keep {
                self.tree.release(node);
            }
            return;
        }
        let node = keep.unwrap_or_else(|| self.tree.allocate(Kind::Ring));
        self.tree.set_kind(node, if arc.len == 2 { Kind::Hub } else { Kind::Ring });
        if keep.is_none() {
            self.lift(arc.row, node, work);
            self.tree.replace(ring, node);
        }
        let (first, last) = self.tree.join(arc.row, Some((seat, seat))).expect("the seat is there");
        self.tree.set_above(seat, node);
        self.tree.close(node, first, last, arc.len);
        self.tree.set_first(node, self.tree.next(up));
        self.tree.unlink(up);
    }
}
