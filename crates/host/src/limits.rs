//! Limits of the kernel host, each with its reason.

use std::time::Duration;

/// Cost units that `kernel_init`, `kernel_info` and `kernel_cleanup` may use each: they prepare tables, they do not compute. At the
/// fastest rate that a processor reaches this is about a millisecond.
pub const SETUP_UNITS: i64 = 16_000_000;

/// Bytes of a kernel's message about a failure that are read. Longer texts are cut.
pub const MESSAGE_BYTES_MAX: usize = 256;

/// Bytes of linear memory that idle instances of one pack may hold. An instance that would go beyond it is dropped.
pub const IDLE_BYTES_MAX: u64 = 512 << 20;

/// Shards of a pool of idle instances: a power of two, about twice the threads of a small server.
pub const POOL_SHARDS: usize = 16;

/// Idle instances that a shard keeps.
pub const IDLE_PER_SHARD: usize = 4;

/// Requests of one batch: what one reply can hold without its bookkeeping mattering.
pub const BATCH_MAX: usize = 4_096;

/// Calls of a pack that are remembered by number, to be named when it is rolled back: the last ones.
pub const REMEMBERED_CALLS: usize = 1_024;

/// Rollbacks that are remembered in the metrics: the last ones.
pub const REMEMBERED_ROLLBACKS: usize = 64;

/// How often the host makes room and tries again when the engine has no place for another instance.
pub const ROOM_ATTEMPTS: u32 = 64;

/// A call that is expected to take less than this is short: an operator may let it go to the native form.
pub const SHORT_CALL: Duration = Duration::from_millis(1);

/// The pause between those attempts: together they wait for about as long as a client's patience with a busy server.
pub const ROOM_PAUSE: Duration = Duration::from_millis(5);

/// Bytes of the arena of a native call: four times what a server's kernel may have. Scratch space can be far larger than the
/// inputs that ask for it.
pub const NATIVE_BYTES_MAX: usize = 256 << 20;
