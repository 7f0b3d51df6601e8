//! Bump allocation of typed slices from a fixed slab of words, once, at start.

use core::mem::{align_of, size_of};

/// The slab has fewer words left than were asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

/// What is left of a slab. Slices are zeroed, live as long as the slab, and are never given back.
pub struct Arena<'a> {
    words: &'a mut [u64],
}

impl<'a> Arena<'a> {
    /// An arena over the whole of `words`.
    pub fn new(words: &'a mut [u64]) -> Self {
        Self { words }
    }

    /// A zeroed slice of `len` items. Takes [`words_for`]`::<T>(len)` words.
    pub fn take<T: bytemuck::Pod>(&mut self, len: usize) -> Result<&'a mut [T], OutOfMemory> {
        let taken = self.carve(len)?;
        taken.fill(T::zeroed());
        Ok(taken)
    }

    /// Like [`Arena::take`], but with whatever the words hold: for an area that is carved the same way again and again, so
    /// that a computation goes on where it stopped.
    pub fn carve<T: bytemuck::Pod>(&mut self, len: usize) -> Result<&'a mut [T], OutOfMemory> {
        const { assert!(align_of::<T>() <= align_of::<u64>()) };
        let words = words_for::<T>(len);
        if words > self.words.len() {
            return Err(OutOfMemory);
        }
        let (taken, rest) = core::mem::take(&mut self.words).split_at_mut(words);
        self.words = rest;
        Ok(&mut bytemuck::cast_slice_mut(taken)[..len])
    }

    /// Words not yet taken.
    #[must_use]
    pub fn words_left(&self) -> usize {
        self.words.len()
    }
}

/// The words that a slice of `len` items takes.
#[must_use]
pub const fn words_for<T>(len: usize) -> usize {
    (len * size_of::<T>()).div_ceil(size_of::<u64>())
}
