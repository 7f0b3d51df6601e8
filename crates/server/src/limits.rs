//! Limits of the server, each with its reason. Those that a deployment may want otherwise are defaults of [`crate::Config`].

use std::time::Duration;

/// Bytes of a request's body: four tensors of the 64 MiB that a server's kernel has in all never fit a call.
pub const BODY_LEN_MAX: usize = 128 << 20;

/// Bytes of all bodies that are being read, waited with or computed on.
pub const BODIES_LEN_MAX: usize = 512 << 20;

/// Unit in which room for bodies is counted, so that its count fits a semaphore.
pub const ROOM_UNIT: usize = 1 << 10;

/// Connections that are open at one time.
pub const CONNECTIONS_MAX: usize = 1_024;

/// Calls that wait for a worker. Beyond it callers are told to come back.
pub const QUEUE_LEN: usize = 256;

/// How long a call may wait for a worker.
pub const QUEUE_TIME_MAX: Duration = Duration::from_secs(10);

/// How long the head of a request may take; also how long a connection may idle between two.
pub const HEAD_TIME_MAX: Duration = Duration::from_secs(10);

/// How long the body of a request may take.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(60);

/// How long a peer may take to accept the next bytes of a reply.
pub const WRITE_TIME_MAX: Duration = Duration::from_secs(30);

/// How long calls in flight may take after the server was asked to stop.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(30);

/// Headers of a request: browsers and proxies send some twenty.
pub const HEADERS_MAX: usize = 64;

/// Bytes of a request's head that are buffered.
pub const HEAD_LEN_MAX: usize = 16 << 10;

/// Bytes of a query.
pub const QUERY_LEN_MAX: usize = 4 << 10;

/// Pairs of a query: all parameters that a kernel may have, and the options beside them.
pub const QUERY_PAIRS_MAX: usize = codec::kernel::PARAMETERS_MAX + 8;

/// Bytes of the header of a safetensors file: 4,096 requests of a batch with as much as a manifest's names allow are less.
pub const TENSORS_HEAD_LEN_MAX: usize = 4 << 20;

/// Units of a metered call that names no budget.
pub const BUDGET_DEFAULT: u64 = 10_000_000_000;

/// Receipts in one folder: some 4 GiB on most file systems.
pub const RECEIPTS_MAX: u64 = 1_000_000;

/// Bytes of an admin token's file.
pub const TOKEN_FILE_LEN_MAX: u64 = 4_096;

/// Bytes of an admin token, at least: what nobody guesses over a network.
pub const TOKEN_LEN_MIN: usize = 16;

/// Seconds after which a caller that found the server busy should try again.
pub const RETRY_SECONDS: u32 = 1;
