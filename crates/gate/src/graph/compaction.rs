//! Making room in the pool when its end is reached.
//!
//! Two passes over the pool, without memory of their own. The first packs all rows to the front, in the order in which
//! they lie; the second, from the back, spreads them again, so that rows get back gaps in proportion to their length. Which
//! row lies next is written into the pool itself: the first (then the last) arc of every row gives way to the number of
//! the row's slot, and is kept in the place of the row's start, which is not needed meanwhile.
//!
//! Cost: two passes over the arcs, three over the vertices. Half of the places to spare become gaps, half stay at the end.
//! At the worst the graph is full and an eighth of m to spare. A row of ℓ arcs is then moved only after its gap of about
//! ℓ/32 is filled, and takes 5ℓ/4 + 2 places at the end, so that an addition takes less than 2·42 places on the average and
//! a compaction comes after m/1,344 additions at the earliest, that is: less than 6,000 arcs moved for an addition.

use super::NONE;
use super::pool::{Pool, growth};

impl Pool<'_> {
    /// Packs all rows and spreads them again; both rows of `pair` have room afterwards. Returns the work units: one for
    /// every sixteen arcs moved (64 bytes) and every vertex looked at.
    pub(super) fn compact(&mut self, live: &[u16], pair: [u16; 2]) -> u64 {
        assert!(self.arcs + 2 <= self.neighbours.len(), "there are fewer edges than the capacity");
        self.pack(live);
        self.spread(live, pair);
        (self.arcs as u64 * 2).div_ceil(16) + live.len() as u64 * 3
    }

    /// Moves all rows to the front of the pool, without gaps.
    fn pack(&mut self, live: &[u16]) {
        for slot in live.iter().copied() {
            if self.degree(slot) == 0 {
                continue;
            }
            let start = self.start(slot);
            self.starts[usize::from(slot)] = u32::from(self.neighbours[start]);
            self.neighbours[start] = slot;
        }
        let (mut from, mut to) = (0, 0);
        while to < self.arcs {
            while self.neighbours[from] == NONE {
                from += 1;
            }
            let slot = self.neighbours[from];
            let (first, len) = (self.starts[usize::from(slot)] as u16, usize::from(self.degree(slot)));
            self.slide_down(from, to, len);
            self.neighbours[to] = first;
            self.place(slot, to, len);
            from += len;
            to += len;
        }
        self.neighbours[to..self.end].fill(NONE);
        self.end = to;
    }

    /// Moves packed rows apart.
    fn spread(&mut self, live: &[u16], pair: [u16; 2]) {
        // One place is kept back for each of the pair.
        let spare = self.neighbours.len() - self.arcs - 2;
        let mut total = 0;
        for slot in live.iter().copied() {
            if self.degree(slot) == 0 {
                continue;
            }
            total += self.room(slot, spare, pair);
            let last = self.start(slot) + usize::from(self.degree(slot)) - 1;
            self.starts[usize::from(slot)] = u32::from(self.neighbours[last]);
            self.neighbours[last] = slot;
        }
        self.end = total;
        let (mut from, mut to) = (self.arcs, total);
        while from > 0 {
            let slot = self.neighbours[from - 1];
            let (last, len) = (self.starts[usize::from(slot)] as u16, usize::from(self.degree(slot)));
            let capacity = self.room(slot, spare, pair);
            from -= len;
            to -= capacity;
            self.slide_up(from, to, len);
            self.neighbours[to + len - 1] = last;
            self.neighbours[to + len..to + capacity].fill(NONE);
            self.place(slot, to, capacity);
        }
        assert_eq!(to, 0, "the rows take what was counted");
        for slot in pair {
            if self.degree(slot) == 0 {
                self.place(slot, self.end, 1);
                self.end += 1;
            }
        }
        assert!(self.end <= self.neighbours.len());
    }

    /// The capacity of a row after a compaction: with all others less than the arcs, half of the spare places and two.
    fn room(&self, slot: u16, spare: usize, pair: [u16; 2]) -> usize {
        let len = usize::from(self.degree(slot));
        let share = (len as u64 * (spare as u64 / 2) / self.arcs as u64) as usize;
        let own = usize::from(pair.contains(&slot));
        self.longest(len + share.min(growth(len)) + own)
    }
}
