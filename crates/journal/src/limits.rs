//! What a journal may hold at most. A file that says otherwise is refused; it may come from anybody.

/// The largest value of any kind, in bytes: a sealed module of the largest kind that the program runs, with room to spare.
pub const VALUE_BYTES_MAX: usize = 64 << 20;

/// The largest page of a snapshot, in bytes: a WebAssembly page.
pub const PAGE_BYTES_MAX: usize = 64 << 10;

/// The length of a page that names other pages, in bytes: the digests of the sixteen 4 KiB pages of a WebAssembly page.
pub const DIRECTORY_BYTES: usize = 16 * 32;

/// The last epoch that a journal can hold: the number of a leaf has 56 bits in the key of a node.
pub const EPOCH_MAX: u64 = (1 << 56) - 1;

/// Memory for pages of the storage, in bytes, for each journal that is open.
pub(crate) const CACHE_BYTES: usize = 64 << 20;

/// Steps that are held in memory at once while iterating.
pub(crate) const CHUNK_STEPS: u64 = 512;

/// Bytes after which a chunk ends early, whatever its number of steps.
pub(crate) const CHUNK_BYTES_MAX: usize = 16 << 20;

/// Steps in one transaction under [`crate::Durability::AtClose`], so that memory stays bounded.
pub(crate) const BATCH_AT_CLOSE: u32 = 1_024;

/// Bytes after which a batch is written early, whatever its number of steps.
pub(crate) const BATCH_BYTES_MAX: usize = 16 << 20;
