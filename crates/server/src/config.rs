//! How a server is set up.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use receipt::SigningKey;

use crate::limits;
use crate::token::AdminToken;

/// How a server is set up. [`Config::new`] has the defaults.
pub struct Config {
    /// Where to listen. Loopback, unless the operator says otherwise: there is no TLS and no user here.
    pub listen: SocketAddr,
    /// Kernels that run at one time.
    pub workers: usize,
    /// Calls that wait for a worker.
    pub queue_len: usize,
    /// How long a call may wait for a worker.
    pub queue_time_max: Duration,
    /// Bytes of a request's body.
    pub body_len_max: usize,
    /// Bytes of all bodies at one time.
    pub bodies_len_max: usize,
    /// Connections at one time.
    pub connections_max: usize,
    /// How long the head of a request may take, and a connection may idle.
    pub head_time_max: Duration,
    /// How long the body of a request may take.
    pub body_time_max: Duration,
    /// How long a peer may take to accept the next bytes.
    pub write_time_max: Duration,
    /// How long calls in flight may take after the server was asked to stop.
    pub drain_time_max: Duration,
    /// Who may change the pack; `None`: nobody.
    pub admin: Option<AdminToken>,
    /// Where receipts are kept and which key signs them; `None`: there are none.
    pub receipts: Option<ReceiptsConfig>,
}

/// Where receipts are kept and which key signs them.
pub struct ReceiptsConfig {
    /// The folder; made if it is not there.
    pub folder: PathBuf,
    /// The invocation key.
    pub key: SigningKey,
}

impl Config {
    /// The defaults, on this address.
    #[must_use]
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            queue_len: limits::QUEUE_LEN,
            queue_time_max: limits::QUEUE_TIME_MAX,
            body_len_max: limits::BODY_LEN_MAX,
            bodies_len_max: limits::BODIES_LEN_MAX,
            connections_max: limits::CONNECTIONS_MAX,
            head_time_max: limits::HEAD_TIME_MAX,
            body_time_max: limits::BODY_TIME_MAX,
            write_time_max: limits::WRITE_TIME_MAX,
            drain_time_max: limits::DRAIN_TIME_MAX,
            admin: None,
            receipts: None,
        }
    }
}
