//! Rows with gaps: the neighbours of every slot, in one pool.
//!
//! A row lies in one piece, in ascending order of its neighbours' slots, and may have room behind it. An edge is found by
//! binary search, and put in or taken out by moving the tail of its row: block moves, which are native code under every
//! engine. A full row moves to the end of the pool; when the end is reached, [`Pool::compact`] makes room.

use super::NONE;
use crate::arena::{Arena, OutOfMemory, words_for};

/// The rows of all slots, and the pool of arcs that they lie in.
pub(super) struct Pool<'a> {
    /// Where the row of each slot begins.
    pub(super) starts: &'a mut [u32],
    /// Arcs in the row of each slot: its degree; 0 if the slot is free.
    pub(super) lens: &'a mut [u16],
    /// Arcs that the row of each slot has room for where it is.
    pub(super) capacities: &'a mut [u16],
    /// The head of each arc; [`NONE`] wherever no row has an arc, which is how a compaction finds the rows.
    pub(super) neighbours: &'a mut [u16],
    /// The low sixteen bits of the number of each arc's edge.
    pub(super) low: &'a mut [u16],
    /// The bits above them; without any place if sixteen are enough.
    pub(super) high: &'a mut [u8],
    /// No row has room at or behind this place.
    pub(super) end: usize,
    /// Arcs in all rows.
    pub(super) arcs: usize,
}

impl<'a> Pool<'a> {
    /// Arena words for this capacity.
    pub(super) const fn words(vertices: usize, edges: usize) -> usize {
        words_for::<u32>(vertices)
            + words_for::<u16>(vertices) * 2
            + words_for::<u16>(places(edges)) * 2
            + words_for::<u8>(high_places(edges))
    }

    /// Rows without arcs.
    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        let neighbours: &'a mut [u16] = arena.carve(places(edges))?;
        neighbours.fill(NONE);
        Ok(Self {
            starts: arena.take(vertices)?,
            lens: arena.take(vertices)?,
            capacities: arena.take(vertices)?,
            neighbours,
            low: arena.take(places(edges))?,
            high: arena.take(high_places(edges))?,
            end: 0,
            arcs: 0,
        })
    }

    pub(super) fn degree(&self, slot: u16) -> u16 {
        self.lens[usize::from(slot)]
    }

    /// The neighbours of a slot, ascending.
    pub(super) fn row(&self, slot: u16) -> &[u16] {
        let start = self.start(slot);
        &self.neighbours[start..start + usize::from(self.degree(slot))]
    }

    /// The edge to the neighbour at this position of a row.
    pub(super) fn edge_at(&self, slot: u16, position: usize) -> u32 {
        debug_assert!(position < usize::from(self.degree(slot)));
        let place = self.start(slot) + position;
        let high = self.high.get(place).copied().unwrap_or(0);
        u32::from(high) << 16 | u32::from(self.low[place])
    }

    /// The neighbours of a slot, ascending, with the edges to them.
    pub(super) fn arcs(&self, slot: u16) -> impl Iterator<Item = (u16, u32)> + '_ {
        let start = self.start(slot);
        let range = start..start + usize::from(self.degree(slot));
        let high = self.high.get(range.clone()).unwrap_or(&[]);
        let edge = |low: u16, place: usize| u32::from(high.get(place).copied().unwrap_or(0)) << 16 | u32::from(low);
        let arcs = self.neighbours[range.clone()].iter().zip(&self.low[range]).enumerate();
        arcs.map(move |(place, (neighbour, low))| (*neighbour, edge(*low, place)))
    }

    /// The position of a neighbour in a row.
    pub(super) fn find(&self, slot: u16, neighbour: u16) -> Option<usize> {
        self.row(slot).binary_search(&neighbour).ok()
    }

    /// Puts an arc into a row that has room and not yet this neighbour.
    pub(super) fn insert(&mut self, slot: u16, neighbour: u16, edge: u32) {
        let (start, len) = (self.start(slot), usize::from(self.degree(slot)));
        assert!(len < usize::from(self.capacities[usize::from(slot)]), "the row has room");
        let place = start + self.row(slot).partition_point(|other| *other < neighbour);
        self.slide_up(place, place + 1, start + len - place);
        self.neighbours[place] = neighbour;
        self.low[place] = edge as u16;
        if let Some(high) = self.high.get_mut(place) {
            *high = (edge >> 16) as u8;
        }
        self.lens[usize::from(slot)] += 1;
        self.arcs += 1;
    }

    /// Takes the arc at this position out of a row.
    pub(super) fn remove(&mut self, slot: u16, position: usize) {
        let (start, len) = (self.start(slot), usize::from(self.degree(slot)));
        let place = start + position;
        self.slide_down(place + 1, place, len - position - 1);
        self.neighbours[start + len - 1] = NONE;
        self.lens[usize::from(slot)] -= 1;
        self.arcs -= 1;
    }

    /// Gives the row of a slot that becomes free back to the pool. It has no arc left.
    pub(super) fn release(&mut self, slot: u16) {
        debug_assert_eq!(self.degree(slot), 0);
        self.place(slot, 0, 0);
    }

    /// Sees to it that the rows of both slots have room for one more arc. `live` are the active slots, these two among
    /// them. Returns the work units of a compaction, mostly 0.
    ///
    /// It always succeeds: there are fewer edges than the capacity, hence at least two places beside the arcs, and a
    /// compaction keeps one for each of the two.
    pub(super) fn make_room(&mut self, pair: [u16; 2], live: &[u16]) -> u64 {
        if pair.into_iter().all(|slot| self.grow(slot)) { 0 } else { self.compact(live, pair) }
    }

    /// Moves the row of a slot to the end of the pool if it is full. Says whether the row has room now.
    fn grow(&mut self, slot: u16) -> bool {
        let (start, len) = (self.start(slot), usize::from(self.degree(slot)));
        if len < usize::from(self.capacities[usize::from(slot)]) {
            return true;
        }
        let capacity = self.longest(len + growth(len));
        if self.end + capacity > self.neighbours.len() {
            return false;
        }
        self.slide_up(start, self.end, len);
        self.neighbours[start..start + len].fill(NONE);
        self.place(slot, self.end, capacity);
        self.end += capacity;
        true
    }

    /// A row never needs more room than for all other vertices.
    pub(super) fn longest(&self, capacity: usize) -> usize {
        capacity.min(self.starts.len() - 1)
    }

    pub(super) fn place(&mut self, slot: u16, start: usize, capacity: usize) {
        self.starts[usize::from(slot)] = start as u32;
        self.capacities[usize::from(slot)] = capacity as u16;
    }

    pub(super) fn start(&self, slot: u16) -> usize {
        self.starts[usize::from(slot)] as usize
    }

    /// Moves arcs to a place at or behind theirs. What they leave holds what it held.
    pub(super) fn slide_up(&mut self, from: usize, to: usize, len: usize) {
        debug_assert!(from <= to);
        self.neighbours.copy_within(from..from + len, to);
        self.low.copy_within(from..from + len, to);
        if !self.high.is_empty() {
            self.high.copy_within(from..from + len, to);
        }
    }

    /// Moves arcs to a place at or before theirs.
    pub(super) fn slide_down(&mut self, from: usize, to: usize, len: usize) {
        debug_assert!(to <= from);
        self.neighbours.copy_within(from..from + len, to);
        self.low.copy_within(from..from + len, to);
        if !self.high.is_empty() {
            self.high.copy_within(from..from + len, to);
        }
    }
}

/// The room that a row of this length gets beside its arcs when it moves.
pub(super) const fn growth(len: usize) -> usize {
    if len < 8 { 2 } else { len / 4 }
}

/// Places in the pool: all arcs, and a sixteenth more so that rows can move.
const fn places(edges: usize) -> usize {
    edges * 2 + edges / 8
}

const fn high_places(edges: usize) -> usize {
    if edges <= 1 << 16 { 0 } else { places(edges) }
}
