//! How far memory may grow, and whose affair it is when it cannot.
//!
//! Growth beyond the module's own maximum is the guest's affair: it gets −1, on every engine. Growth beyond the engine's
//! limit, or growth for which this host has no memory, would have gone otherwise elsewhere: the call ends as an error of
//! the world.

use std::fmt;

use engine::limits::{MEMORY_BYTES_MAX, TABLE_ELEMENTS_MAX};
use wasmtime::{Error, ResourceLimiter, Result};

/// The greatest size of a memory that declares no maximum: what 32-bit addresses reach.
const ADDRESSABLE_BYTES: usize = 1 << 32;

/// What an instance's store asks before memory or a table is made or grown.
#[derive(Clone, Copy)]
pub(crate) struct Growth {
    pub(crate) memory_bytes_max: usize,
    pub(crate) table_elements_max: usize,
}

impl Growth {
    /// The limits of every engine.
    pub(crate) const CONTAINER: Self =
        Self { memory_bytes_max: MEMORY_BYTES_MAX, table_elements_max: TABLE_ELEMENTS_MAX };
}

/// The host's limit was hit, or the host had no memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostLimit;

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        within(desired, maximum.unwrap_or(ADDRESSABLE_BYTES), self.memory_bytes_max)
    }

    /// Comes only after `memory_growing` allowed it, so that the module's own maximum is not the reason.
    fn memory_grow_failed(&mut self, error: Error) -> Result<()> {
        Err(error.context(HostLimit))
    }

    fn table_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        within(desired, maximum.unwrap_or(usize::MAX), self.table_elements_max)
    }

    fn table_grow_failed(&mut self, error: Error) -> Result<()> {
        Err(error.context(HostLimit))
    }
}

/// The module's own maximum says no to the guest; the engine's limit ends the call.
fn within(desired: usize, maximum: usize, limit: usize) -> Result<bool> {
    if desired > maximum {
        Ok(false)
    } else if desired > limit {
        Err(Error::new(HostLimit))
    } else {
        Ok(true)
    }
}

impl fmt::Display for HostLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("memory or a table would grow beyond what this host gives")
    }
}

impl std::error::Error for HostLimit {}
