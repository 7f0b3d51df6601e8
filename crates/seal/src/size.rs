//! What an instance of a module begins with: pages and table elements, to hold a pack's modules to its manifest.

use wasmparser::{Parser, Payload};

/// The sizes that a module declares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Pages of 64 KiB of its first memory; 0 if it has none of its own.
    pub pages: u64,
    /// Elements of all of its tables together.
    pub table_elements: u64,
}

impl Size {
    /// Reads the sizes; nothing if the bytes are no module.
    #[must_use]
    pub fn read(module: &[u8]) -> Option<Self> {
        let mut size = Self { pages: 0, table_elements: 0 };
        for payload in Parser::new(0).parse_all(module) {
            match payload.ok()? {
                Payload::MemorySection(memories) => {
                    size.pages = memories.into_iter().next().transpose().ok()?.map_or(0, |memory| memory.initial);
                }
                Payload::TableSection(tables) => {
                    for table in tables {
                        size.table_elements = size.table_elements.saturating_add(table.ok()?.ty.initial);
                    }
                }
                _ => {}
            }
        }
        Some(size)
    }
}
