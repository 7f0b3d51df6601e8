//! What changed while a sweep was in flight: enough to carry its result over to the graph as it is now.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::graph::Change;

/// An edge by its slots, smaller first, as one number; then its weight before the change, 0 if there was no edge.
type Entry = [u64; 2];

/// Changes since a sweep took off, as long as there are few and the vertices stay the same.
pub(super) struct Changes<'a> {
    entries: &'a mut [Entry],
    len: usize,
    /// There were more than fit, or vertices came or went: the result cannot be carried over.
    lost: bool,
}

impl<'a> Changes<'a> {
    /// Arena words for this capacity.
    pub(super) const fn words(capacity: usize) -> usize {
        words_for::<Entry>(capacity)
    }

    /// Nothing has changed.
    pub(super) fn new(arena: &mut Arena<'a>, capacity: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { entries: arena.take(capacity)?, len: 0, lost: false })
    }

    /// Whether nothing has changed.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0 && !self.lost
    }

    /// Forgets everything: a sweep takes off.
    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.lost = false;
    }

    /// The result of the sweep cannot be carried over, whatever else changes.
    pub(super) fn lose(&mut self) {
        self.lost = true;
    }

    /// Notes a change of an edge between two vertices that stay.
    pub(super) fn note(&mut self, change: &Change) {
        match self.entries.get_mut(self.len) {
            Some(entry) if !self.lost => {
                let ends = u64::from(change.u.min(change.v)) << 16 | u64::from(change.u.max(change.v));
                *entry = [ends << 32 | self.len as u64, change.before];
                self.len += 1;
            }
            _ => self.lost = true,
        }
    }

    /// The ends of each changed edge with its weight when the sweep took off; `None` if that is not known.
    pub(super) fn settle(&mut self) -> Option<impl Iterator<Item = ([u16; 2], u64)> + Clone + '_> {
        if self.lost {
            return None;
        }
        // Entries of an edge lie together, the first one first.
        self.entries[..self.len].sort_unstable();
        let entries = &self.entries[..self.len];
        let first = move |at: usize| at == 0 || entries[at - 1][0] >> 32 != entries[at][0] >> 32;
        Some((0..entries.len()).filter(move |at| first(*at)).map(move |at| {
            let [key, before] = entries[at];
            ([(key >> 48) as u16, (key >> 32) as u16], before)
        }))
    }
}
