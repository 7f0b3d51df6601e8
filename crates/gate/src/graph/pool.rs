//! Rows with gaps: the neighbours of every slot, in one pool.
//!
//! Rows lie in order of their slots, each in one piece with room behind it, and are ascending in their neighbours. An
//! edge is found by binary search, and put in or taken out by moving the tail of its row: block moves, which are native
//! code under every engine. A full row gets room from the rows around it ([`Pool::make_room`]).

use crate::arena::{Arena, OutOfMemory, words_for};

/// The rows of all slots, and the pool of arcs that they lie in.
pub(super) struct Pool<'a> {
    /// Where the row of each slot begins; it may extend to where the next one begins.
    starts: &'a mut [u32],
    /// Arcs in the row of each slot: its degree; 0 if the slot is free.
    lens: &'a mut [u16],
    /// The head of each arc.
    neighbours: &'a mut [u16],
    /// The low sixteen bits of the number of each arc's edge.
    low: &'a mut [u16],
    /// The bits above them; without any place if sixteen are enough.
    high: &'a mut [u8],
    /// Arcs moved since the start.
    arcs_moved: u64,
    /// Rows among which free places were shared out, since the start.
    rows_shared: u64,
}

impl<'a> Pool<'a> {
    /// Arena words for this capacity.
    pub(super) const fn words(vertices: usize, edges: usize) -> usize {
        words_for::<u32>(vertices)
            + words_for::<u16>(vertices)
            + words_for::<u16>(places(edges)) * 2
            + words_for::<u8>(high_places(edges))
    }

    /// Rows without arcs, all places shared out among them.
    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize, edges: usize) -> Result<Self, OutOfMemory> {
        let starts: &'a mut [u32] = arena.carve(vertices)?;
        for (slot, start) in starts.iter_mut().enumerate() {
            *start = (slot as u64 * places(edges) as u64 / vertices as u64) as u32;
        }
        Ok(Self {
            starts,
            lens: arena.take(vertices)?,
            neighbours: arena.take(places(edges))?,
            low: arena.take(places(edges))?,
            high: arena.take(high_places(edges))?,
            arcs_moved: 0,
            rows_shared: 0,
        })
    }

    pub(super) fn degree(&self, slot: u16) -> u16 {
        self.lens[usize::from(slot)]
    }

    /// The neighbours of a slot, ascending.
    pub(super) fn row(&self, slot: u16) -> &[u16] {
        let start = self.start(usize::from(slot));
        &self.neighbours[start..start + usize::from(self.degree(slot))]
    }

    /// The edge to the neighbour at this position of a row.
    pub(super) fn edge_at(&self, slot: u16, position: usize) -> u32 {
        debug_assert!(position < usize::from(self.degree(slot)));
        let place = self.start(usize::from(slot)) + position;
        let high = self.high.get(place).copied().unwrap_or(0);
        u32::from(high) << 16 | u32::from(self.low[place])
    }

    /// The neighbours of a slot, ascending, with the edges to them.
    pub(super) fn arcs(&self, slot: u16) -> impl Iterator<Item = (u16, u32)> + '_ {
        let start = self.start(usize::from(slot));
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

    /// Puts an arc into a row that does not have this neighbour yet. There are fewer edges than the capacity.
    pub(super) fn insert(&mut self, slot: u16, neighbour: u16, edge: u32) {
        self.make_room(usize::from(slot));
        let (start, len) = (self.start(usize::from(slot)), usize::from(self.degree(slot)));
        let place = start + self.row(slot).partition_point(|other| *other < neighbour);
        self.slide(place, place + 1, start + len - place);
        self.neighbours[place] = neighbour;
        self.low[place] = edge as u16;
        if let Some(high) = self.high.get_mut(place) {
            *high = (edge >> 16) as u8;
        }
        self.lens[usize::from(slot)] += 1;
    }

    /// Takes the arc at this position out of a row. Its place stays with the row until another row needs it.
    pub(super) fn remove(&mut self, slot: u16, position: usize) {
        let (start, len) = (self.start(usize::from(slot)), usize::from(self.degree(slot)));
        self.slide(start + position + 1, start + position, len - position - 1);
        self.lens[usize::from(slot)] -= 1;
    }

    /// Work units of all moves since the start: a unit for a row of a group that was shared out, and for 64 arcs moved
    /// (256 bytes, in blocks), be it with their row or within it.
    pub(super) fn units(&self) -> u64 {
        self.rows_shared + self.arcs_moved / 64
    }

    /// Where the rows of slots at or after this one begin.
    pub(super) fn start(&self, slot: usize) -> usize {
        self.starts.get(slot).map_or(self.neighbours.len(), |start| *start as usize)
    }

    /// Sees to it that a row has room for one more arc.
    ///
    /// This is the sparse table of Itai, Konheim and Rodeh (ICALP 1981), whose elements are rows here (as in Wheatman
    /// and Xu, "Packed Compressed Sparse Row", HPEC 2018): among the groups of 2, 4, 8 … slots around the row, the
    /// first with enough free places shares them out anew. Enough is one place, an eighth of the row, and a part of the
    /// group's arcs that grows with the group's level, so that the halves of a group that was shared out have more than
    /// they need for a while.
    ///
    /// The whole pool always has a free place: it has 2m, and there are fewer arcs. In the worst case m edges of m are
    /// there, a quarter of m is free, and between two sharings of a group its half must take in 1/(16·levels) of its
    /// arcs, so that an arc put in moves less than 64·levels² others on the average. Where edges of a full random graph
    /// come and go, an addition costs six units, its own among them (`examples/graph_time.rs`).
    fn make_room(&mut self, slot: usize) {
        let len = usize::from(self.lens[slot]);
        if self.start(slot) + len < self.start(slot + 1) {
            return;
        }
        let vertices = self.starts.len();
        let levels = vertices.next_power_of_two().trailing_zeros() as usize;
        let (mut from, mut to, mut arcs) = (slot, slot + 1, len);
        for level in 1..=levels {
            let wider = slot >> level << level;
            let wider = wider..vertices.min(wider + (1 << level));
            let count = |lens: &[u16]| lens.iter().map(|len| usize::from(*len)).sum::<usize>();
            arcs += count(&self.lens[wider.start..from]) + count(&self.lens[to..wider.end]);
            (from, to) = (wider.start, wider.end);
            let free = self.start(to) - self.start(from) - arcs;
            let enough = 1 + len / 8 + arcs * level / (16 * levels);
            if free >= enough || (level == levels && free > 0) {
                return self.share_out(from, to, arcs, slot);
            }
        }
        unreachable!("there are fewer edges than the capacity");
    }

    /// Shares out the free places of a group of rows: to `needy` one and up to an eighth of its length, and of the
    /// others to each row in proportion to its length and one.
    fn share_out(&mut self, from: usize, to: usize, arcs: usize, needy: usize) {
        let base = self.start(from);
        let free = self.start(to) - base - arcs;
        let own = 1 + (usize::from(self.lens[needy]) / 8).min((free - 1) / 2);
        let (others, shares) = ((free - own) as u64, (arcs + to - from) as u64);
        let place = |slot: usize, before: usize| {
            let gaps = (others * (before + slot - from) as u64 / shares) as usize;
            base + before + gaps + if slot > needy { own } else { 0 }
        };
        // First the rows that go towards the front, in ascending order, then those that go towards the back, in
        // descending order. Rows keep their order, so whichever lies where a row goes to is going the same way, and has
        // gone.
        let mut before = 0;
        for slot in from..to {
            self.shift(slot, place(slot, before).min(self.start(slot)));
            before += usize::from(self.lens[slot]);
        }
        for slot in (from..to).rev() {
            before -= usize::from(self.lens[slot]);
            self.shift(slot, place(slot, before));
        }
        self.rows_shared += (to - from) as u64;
    }

    /// Moves a row.
    fn shift(&mut self, slot: usize, start: usize) {
        self.slide(self.start(slot), start, usize::from(self.lens[slot]));
        self.starts[slot] = start as u32;
    }

    /// Moves arcs. What they leave holds what it held.
    fn slide(&mut self, from: usize, to: usize, len: usize) {
        if from == to || len == 0 {
            return;
        }
        self.neighbours.copy_within(from..from + len, to);
        self.low.copy_within(from..from + len, to);
        if !self.high.is_empty() {
            self.high.copy_within(from..from + len, to);
        }
        self.arcs_moved += len as u64;
    }
}

/// Places in the pool: all arcs, and an eighth more, so that a free place is never far.
const fn places(edges: usize) -> usize {
    edges * 2 + edges / 4
}

const fn high_places(edges: usize) -> usize {
    if edges <= 1 << 16 { 0 } else { places(edges) }
}
