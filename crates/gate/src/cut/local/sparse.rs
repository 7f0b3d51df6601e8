//! A flow that is zero on all but a few edges: an open hash table from edge number to net flow.

use crate::arena::{Arena, OutOfMemory, words_for};

const EMPTY: u32 = u32::MAX;

/// Places that a small graph gets in any case.
const SMALL: usize = 2048;

/// Net flow by edge, positive from the end with the smaller slot to the other. All [`EMPTY`] between flows.
pub(super) struct Sparse<'s> {
    key: &'s mut [u32],
    net: &'s mut [i64],
    /// Places in use, in the order they were taken.
    used: &'s mut [u16],
    used_len: usize,
}

/// No place is left.
#[derive(Debug)]
pub(super) struct Full;

impl<'s> Sparse<'s> {
    /// A power of two: at least half as many as vertices, and on small graphs, whose paths are as long as any, twice as
    /// many.
    const fn places(vertices: usize) -> usize {
        let half = vertices.div_ceil(2).next_power_of_two();
        let twice = (2 * vertices).next_power_of_two();
        let small = if twice < SMALL { twice } else { SMALL };
        let places = if half < small { small } else { half };
        if places < 64 { 64 } else { places }
    }

    pub(super) const fn words(vertices: usize) -> usize {
        let places = Self::places(vertices);
        words_for::<u32>(places) + words_for::<i64>(places) + words_for::<u16>(places)
    }

    pub(super) fn carve(arena: &mut Arena<'s>, vertices: usize) -> Result<Self, OutOfMemory> {
        let places = Self::places(vertices);
        Ok(Self { key: arena.carve(places)?, net: arena.carve(places)?, used: arena.carve(places)?, used_len: 0 })
    }

    /// Forgets whatever the memory held.
    pub(super) fn wipe(&mut self) {
        self.key.fill(EMPTY);
        self.used_len = 0;
    }

    /// Back to no flow.
    pub(super) fn clear(&mut self) {
        for &place in &self.used[..self.used_len] {
            self.key[place as usize] = EMPTY;
        }
        self.used_len = 0;
    }

    pub(super) fn used(&self) -> usize {
        self.used_len
    }

    pub(super) fn get(&self, edge: u32) -> i64 {
        let place = self.place(edge);
        if self.key[place] == edge { self.net[place] } else { 0 }
    }

    pub(super) fn add(&mut self, edge: u32, amount: i64) -> Result<(), Full> {
        let place = self.place(edge);
        if self.key[place] == edge {
            self.net[place] += amount;
            return Ok(());
        }
        if self.used_len == self.key.len() / 8 * 7 {
            return Err(Full);
        }
        self.key[place] = edge;
        self.net[place] = amount;
        self.used[self.used_len] = place as u16;
        self.used_len += 1;
        Ok(())
    }

    /// Where the edge stands, or would.
    fn place(&self, edge: u32) -> usize {
        let mask = self.key.len() - 1;
        // Multiplicative hashing (Knuth, volume 3, section 6.4), top bits.
        let mut place = (edge.wrapping_mul(0x9e37_79b1) >> 16) as usize & mask;
        while self.key[place] != edge && self.key[place] != EMPTY {
            place = (place + 1) & mask;
        }
        place
    }
}
