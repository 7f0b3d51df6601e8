//! Profiles: what fits in which memory.
//!
//! A profile fixes the linear memory of a gate guest (minimum = maximum) and how it is shared out. The sums are proved at
//! compile time: if an arena grows, the build fails until something else shrinks.

use crate::arena::words_for;
use crate::tick::Gate;

/// A named set of limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Profile {
    /// The number that stands for it in a configuration.
    pub number: u8,
    /// Its name on the command line.
    pub name: &'static str,
    /// Linear memory in bytes, a multiple of 64 KiB.
    pub memory_bytes: usize,
    /// The guest's shadow stack in bytes.
    pub stack_bytes: usize,
    /// What a guest's read-only data and small statics may take, in bytes. The linker refuses a guest that takes more.
    pub data_bytes: usize,
    /// The longest message to the guest in bytes, and so the longest input.
    pub message_bytes: usize,
    /// Active vertices.
    pub vertices: usize,
    /// Edges.
    pub edges: usize,
    /// Deltas that may wait for a later tick.
    pub pending: usize,
    /// Vertices that a core may name one by one.
    pub protected: usize,
}

/// Bytes of a guest's output buffer: a claim and its signature.
pub const OUTPUT_BYTES: usize = 1_024;

impl Profile {
    /// One WebAssembly page, signing included.
    pub const TILE: Self = Self {
        number: 0,
        name: "tile",
        memory_bytes: 64 << 10,
        stack_bytes: 27 << 10,
        data_bytes: 25 << 10,
        message_bytes: 2 << 10,
        vertices: 32,
        edges: 96,
        pending: 16,
        protected: 32,
    };
    /// A small edge device.
    pub const EDGE: Self = Self {
        number: 1,
        name: "edge",
        memory_bytes: 256 << 10,
        stack_bytes: 32 << 10,
        data_bytes: 55 << 10,
        message_bytes: 24 << 10,
        vertices: 512,
        edges: 2_048,
        pending: 128,
        protected: 256,
    };
    /// A page in a browser.
    pub const BROWSER: Self = Self {
        number: 2,
        name: "browser",
        memory_bytes: 1 << 20,
        stack_bytes: 32 << 10,
        data_bytes: 55 << 10,
        message_bytes: 56 << 10,
        vertices: 3_584,
        edges: 14_336,
        pending: 256,
        protected: 512,
    };
    /// A server, by default.
    pub const STANDARD: Self = Self {
        number: 3,
        name: "standard",
        memory_bytes: 4 << 20,
        stack_bytes: 32 << 10,
        data_bytes: 55 << 10,
        message_bytes: 35 << 10,
        vertices: 16_384,
        edges: 65_536,
        pending: 512,
        protected: 1_024,
    };
    /// A server with large graphs.
    pub const HIGH_PERF: Self = Self {
        number: 4,
        name: "high-perf",
        memory_bytes: 16 << 20,
        stack_bytes: 32 << 10,
        data_bytes: 55 << 10,
        message_bytes: 512 << 10,
        vertices: 61_440,
        edges: 245_760,
        pending: 4_096,
        protected: 4_096,
    };
    /// All profiles, in order of their numbers.
    pub const ALL: [Self; 5] = [Self::TILE, Self::EDGE, Self::BROWSER, Self::STANDARD, Self::HIGH_PERF];

    /// The profile with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The profile with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name == name)
    }

    /// Words of the slab that all arenas of a gate with this profile are carved from.
    #[must_use]
    pub const fn slab_words(&self) -> usize {
        words_for::<u64>(self.protected) + Gate::words(self.vertices, self.edges, self.pending)
    }

    /// Bytes that a guest of this profile needs in the worst case.
    #[must_use]
    pub const fn bytes_needed(&self) -> usize {
        self.stack_bytes + self.data_bytes + self.message_bytes + OUTPUT_BYTES + self.slab_words() * 8
    }
}

const _: () = {
    let mut number = 0;
    while number < Profile::ALL.len() {
        let profile = &Profile::ALL[number];
        assert!(profile.number as usize == number);
        assert!(profile.memory_bytes.is_multiple_of(64 << 10));
        assert!(profile.bytes_needed() <= profile.memory_bytes);
        number += 1;
    }
};
