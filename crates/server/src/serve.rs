//! The server: listens, answers, and stops without dropping what it has begun.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use host::Host;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::admin::Packs;
use crate::admission::{Admission, Counted};
use crate::config::Config;
use crate::handle::Shared;
use crate::limits::{HEAD_LEN_MAX, HEADERS_MAX};
use crate::metrics::Requests;
use crate::patient::Patient;
use crate::receipts::Keeper;
use crate::telemetry::{Telemetry, TelemetryError};

/// How long to wait when the system gives no connection: it is out of something, and asking at once makes it no better.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A server that listens and does not answer yet.
pub struct Server {
    listener: TcpListener,
    shared: Shared,
}

/// Asks a server to stop. All clones ask the same one.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

/// How a server stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// Connections that were cut because they had not ended in time.
    pub cut: usize,
}

/// Why a server does not start.
#[derive(Debug)]
pub enum ServeError {
    /// The address cannot be listened on.
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The folder for receipts cannot be made.
    Receipts {
        /// The folder.
        folder: std::path::PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The system gives no threads.
    Threads(io::Error),
    /// Traces and metrics cannot be sent where the environment says.
    Telemetry(TelemetryError),
}

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Asks. Asking again does nothing.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody has asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    async fn asked(&self) {
        // The sender lives in `self`, so that waiting ends only when somebody has asked.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

impl Server {
    /// Listens. Telemetry is set up from the environment.
    ///
    /// # Errors
    /// What is not to be had.
    pub fn bind(mut config: Config, host: Arc<Host>, packs: Arc<dyn Packs>) -> Result<Self, ServeError> {
        let address = config.listen;
        let listener = TcpListener::bind(address).map_err(|error| ServeError::Listen { address, error })?;
        listener.set_nonblocking(true).map_err(|error| ServeError::Listen { address, error })?;
        let keeper = config.receipts.take().map(|receipts| {
            let folder = receipts.folder;
            Keeper::open(&folder, receipts.key).map_err(|error| ServeError::Receipts { folder, error })
        });
        let keeper = keeper.transpose()?;
        let Config { bodies_len_max, workers, queue_len, queue_time_max, .. } = config;
        let admission = Admission::new(bodies_len_max, workers.max(1), queue_len, queue_time_max);
        let shared = Shared {
            telemetry: Telemetry::from_environment(&host).map_err(ServeError::Telemetry)?,
            config,
            host,
            packs,
            keeper,
            admission: Arc::new(admission),
            requests: Requests::default(),
            draining: AtomicBool::new(false),
            changing: Arc::default(),
        };
        Ok(Self { listener, shared })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// What the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop` is asked for; then takes no new connection, finishes what is in flight, and ends.
    ///
    /// # Errors
    /// [`ServeError::Threads`], [`ServeError::Listen`].
    pub fn run(self, stop: &Stop) -> Result<Stopped, ServeError> {
        let workers = self.shared.config.workers.max(1);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers.min(4))
            // The kernels' workers, whoever changes the pack, and one more so that neither waits for the other.
            .max_blocking_threads(workers + 2)
            .thread_name("avouch-serve")
            .enable_all()
            .build()
            .map_err(ServeError::Threads)?;
        let shared = Arc::new(self.shared);
        let stopped = runtime.block_on(accept(self.listener, Arc::clone(&shared), stop));
        // A kernel is stopped by its own bounds; nobody waits for its answer any more.
        runtime.shutdown_timeout(Duration::from_secs(1));
        shared.telemetry.flush();
        stopped
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: &Stop) -> Result<Stopped, ServeError> {
    let address = shared.config.listen;
    let listener =
        tokio::net::TcpListener::from_std(listener).map_err(|error| ServeError::Listen { address, error })?;
    let connections = Arc::new(Semaphore::new(shared.config.connections_max.max(1)));
    let graceful = GracefulShutdown::new();
    let asked = stop.asked();
    tokio::pin!(asked);
    loop {
        let next = async {
            let place = Arc::clone(&connections).acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            () = &mut asked => break,
            (place, accepted) = next => match (place, accepted) {
                (Ok(place), Ok((stream, _))) => serve(stream, place, &shared, &graceful),
                (_, accepted) => {
                    if let Err(error) = accepted {
                        log::warn!("no connection could be taken: {error}");
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    shared.draining.store(true, Relaxed);
    let open = shared.requests.connections.load(Relaxed);
    log::info!("stopping; {open} connections are open");
    let drained = tokio::time::timeout(shared.config.drain_time_max, graceful.shutdown()).await;
    let cut = if drained.is_ok() { 0 } else { shared.requests.connections.load(Relaxed) as usize };
    Ok(Stopped { cut })
}

fn serve(stream: TcpStream, place: OwnedSemaphorePermit, shared: &Arc<Shared>, graceful: &GracefulShutdown) {
    // Answers are written whole; waiting for more to send would only delay their ends.
    let _ = stream.set_nodelay(true);
    let config = &shared.config;
    let stream = TokioIo::new(Patient::new(stream, config.write_time_max));
    let answering = Arc::clone(shared);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(config.head_time_max)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_LEN_MAX)
        .serve_connection(stream, service_fn(move |request| Arc::clone(&answering).answer(request)));
    let connection = graceful.watch(connection);
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let _place = place;
        let _counted = Counted::new(&shared.requests.connections);
        if let Err(error) = connection.await {
            log::debug!("a connection ended: {error}");
        }
    });
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, error } => write!(f, "{address}: {error}; --listen names another address"),
            Self::Receipts { folder, error } => write!(f, "{}: {error}; --receipts names a folder", folder.display()),
            Self::Threads(error) => write!(f, "the system gives no threads: {error}"),
            Self::Telemetry(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ServeError {}
