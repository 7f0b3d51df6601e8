//! `avouch serve`.

use std::fs;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use host::Bypass;
use serde::Serialize;
use server::limits::{BODY_LEN_MAX, DRAIN_TIME_MAX, QUEUE_LEN, TOKEN_FILE_LEN_MAX};
use server::{AdminToken, Config, ReceiptsConfig, Server, Stop};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::{Exit, Failure, OrExit};
use crate::kernel_host::PackArguments;
use crate::keys;
use crate::output::{self, Format, Report};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pack: PackArguments,
    /// Where to listen. There is no TLS: beyond loopback, put a proxy in front.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8420", env = "AVOUCH_LISTEN")]
    listen: SocketAddr,
    /// A file with the token of those who may upgrade and roll back; nobody may, if not given.
    #[arg(long, value_name = "FILE", env = "AVOUCH_ADMIN_TOKEN")]
    admin_token: Option<PathBuf>,
    /// The folder for receipts of calls that ask for one; none are made, if not given.
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
    /// The folder with the root secret, whose invocation key signs receipts.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
    /// Kernels that run at one time; as many as there are processors, if not given.
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// Calls that may wait for a worker; others are told to come back.
    #[arg(long, value_name = "N", default_value_t = QUEUE_LEN)]
    queue: usize,
    /// Bytes of a request's body.
    #[arg(long, value_name = "BYTES", default_value_t = BODY_LEN_MAX)]
    body_max: usize,
    /// Seconds that calls in flight may take when the server is asked to stop.
    #[arg(long, value_name = "SECONDS", default_value_t = DRAIN_TIME_MAX.as_secs())]
    drain: u64,
    /// Seconds that a replaced pack stays compiled.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    grace: u64,
    /// Let calls of these kinds go to native code without asking the module. Each such call is logged.
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    native: Vec<NativeWord>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum NativeWord {
    /// Products of more than 1,000 by 1,000.
    LargeProducts,
    /// Calls that are expected to take less than a millisecond.
    ShortCalls,
}

/// Said when the server answers.
#[derive(Serialize)]
struct Serving {
    address: String,
    pack: String,
    version: String,
    digest: String,
    kernels: usize,
    engine: &'static str,
    upgrades: bool,
    receipts: bool,
}

/// Said when it has stopped.
#[derive(Serialize)]
struct Ended {
    calls: u64,
    degraded: u64,
    cut: usize,
}

impl Report for Serving {
    fn table(&self) -> String {
        let may = |may: bool, what: &str| if may { what.to_owned() } else { "none".to_owned() };
        output::pairs(&[
            ("serving", format!("http://{}", self.address)),
            ("pack", format!("{} {}, {}", self.pack, self.version, output::count(self.kernels as u64, "kernel"))),
            ("digest", self.digest.clone()),
            ("engine", self.engine.to_owned()),
            ("upgrades", may(self.upgrades, "with the admin token")),
            ("receipts", may(self.receipts, "on request")),
        ])
    }
}

impl Report for Ended {
    fn table(&self) -> String {
        let cut = if self.cut == 0 { String::new() } else { format!(", {} connections cut", self.cut) };
        output::pairs(&[("stopped", format!("{}, {} degraded{cut}", output::count(self.calls, "call"), self.degraded))])
    }
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let config = config(&arguments)?;
    let bypass = Bypass {
        large_products: arguments.native.contains(&NativeWord::LargeProducts),
        short_calls: arguments.native.contains(&NativeWord::ShortCalls),
    };
    let host = Arc::new(arguments.pack.host(bypass, Duration::from_secs(arguments.grace))?);
    let (upgrades, receipts) = (config.admin.is_some(), config.receipts.is_some());
    let packs = Arc::new(arguments.pack);
    let server = Server::bind(config, Arc::clone(&host), packs).or_exit(Exit::World)?;
    let address = server.local_addr().or_exit(Exit::World)?.to_string();
    let name = host.active_name();
    let serving = Serving {
        address,
        pack: name.name.clone(),
        version: name.version.clone(),
        digest: format!("sha256:{}", name.digest),
        kernels: host.active().kernels().len(),
        engine: host.engine_name(),
        upgrades,
        receipts,
    };
    let stop = stop_on_signals()?;
    output::print(&serving, format)?;
    let stopped = server.run(&stop).or_exit(Exit::World)?;
    let metrics = host.metrics();
    let degraded = metrics.with_outcome(host::CallOutcome::Degraded);
    output::print(&Ended { calls: metrics.calls(), degraded, cut: stopped.cut }, format)?;
    Ok(Exit::Good)
}

fn config(arguments: &Arguments) -> Result<Config, Failure> {
    let mut config = Config::new(arguments.listen);
    config.workers = arguments.workers.unwrap_or(config.workers).max(1);
    config.queue_len = arguments.queue;
    config.body_len_max = arguments.body_max;
    config.bodies_len_max = config.bodies_len_max.max(arguments.body_max);
    config.drain_time_max = Duration::from_secs(arguments.drain);
    config.admin = arguments.admin_token.as_ref().map(read_token).transpose()?;
    if let Some(folder) = &arguments.receipts {
        let key = keys::invocation_key(arguments.keys.as_deref())?;
        config.receipts = Some(ReceiptsConfig { folder: folder.clone(), key });
    }
    Ok(config)
}

fn read_token(path: &PathBuf) -> Result<AdminToken, Failure> {
    let place = path.display();
    let mut text = zeroize::Zeroizing::new(String::new());
    let file = fs::File::open(path).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)?;
    keys::refuse_if_shared(path, &file.metadata().or_exit(Exit::World)?)?;
    let read = file.take(TOKEN_FILE_LEN_MAX).read_to_string(&mut text);
    read.map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)?;
    AdminToken::parse(&text).map_err(|what| anyhow!("{place}: {what}")).or_exit(Exit::Malformed)
}

/// The first signal asks the server to stop; the second ends the program as it would have without us.
fn stop_on_signals() -> Result<Stop, Failure> {
    let stop = Stop::default();
    let mut signals = Signals::new([SIGINT, SIGTERM]).or_exit(Exit::World)?;
    let asked = stop.clone();
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if asked.is_asked() {
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
            asked.ask();
        }
    });
    Ok(stop)
}
