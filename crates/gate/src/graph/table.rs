//! An open-addressing table from a hash to a slot number, with linear probing and backward-shift deletion.
//!
//! The table keeps slot numbers only; what they stand for lies in the arrays of its owner, who tells equality and
//! re-derives hashes. Nothing ever iterates over it, so its order cannot be seen.

use crate::arena::{Arena, OutOfMemory, words_for};

/// Slot numbers plus one; 0 is an empty place. At most half full.
pub(super) struct Table<'a> {
    places: &'a mut [u16],
}

impl<'a> Table<'a> {
    pub(super) const fn words(capacity: usize) -> usize {
        words_for::<u16>(places_for(capacity))
    }

    pub(super) fn new(arena: &mut Arena<'a>, capacity: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { places: arena.take(places_for(capacity))? })
    }

    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u16) -> bool) -> Option<u16> {
        let mut place = self.home(hash);
        while self.places[place] != 0 {
            let slot = self.places[place] - 1;
            if is_it(slot) {
                return Some(slot);
            }
            place = self.next(place);
        }
        None
    }

    /// Puts in a slot that is not there.
    pub(super) fn insert(&mut self, hash: u64, slot: u16) {
        let mut place = self.home(hash);
        while self.places[place] != 0 {
            place = self.next(place);
        }
        self.places[place] = slot + 1;
    }

    /// Takes out a slot that is there, and closes the gap so that no search stops short (Knuth, TAOCP 6.4, algorithm
    /// R).
    pub(super) fn remove(&mut self, hash: u64, slot: u16, hash_of: impl Fn(u16) -> u64) {
        let mut gap = self.place_of(hash, slot);
        let mut place = self.next(gap);
        while self.places[place] != 0 {
            let home = self.home(hash_of(self.places[place] - 1));
            let distance = |from: usize| place.wrapping_sub(from) & (self.places.len() - 1);
            if distance(home) >= distance(gap) {
                self.places[gap] = self.places[place];
                gap = place;
            }
            place = self.next(place);
        }
        self.places[gap] = 0;
    }

    fn place_of(&self, hash: u64, slot: u16) -> usize {
        let mut place = self.home(hash);
        while self.places[place] != slot + 1 {
            assert!(self.places[place] != 0, "the slot is in the table");
            place = self.next(place);
        }
        place
    }

    fn home(&self, hash: u64) -> usize {
        (hash >> 32) as usize & (self.places.len() - 1)
    }

    fn next(&self, place: usize) -> usize {
        (place + 1) & (self.places.len() - 1)
    }
}

/// A power of two, at least twice the capacity.
const fn places_for(capacity: usize) -> usize {
    (capacity * 2).next_power_of_two()
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): spreads sequential ids over the table.
pub(super) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
