//! `avouch kernel run`.

use std::path::PathBuf;
use std::time::Duration;

use codec::sha256;
use host::{Bypass, Reply};
use pack::Direction;
use serde::Serialize;
use server::Keeper;

use super::{call_failure, find, loaded};
use crate::exit::{Exit, Failure, OrExit};
use crate::kernel_host::PackArguments;
use crate::keys;
use crate::output::{self, Format, Report};
use crate::tensors::{self, BoundArguments, CallArguments};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The kernel's id.
    kernel: String,
    #[command(flatten)]
    pack: PackArguments,
    #[command(flatten)]
    call: CallArguments,
    #[command(flatten)]
    bounds: BoundArguments,
    /// Call `kernel_backward`.
    #[arg(long)]
    backward: bool,
    /// Where the outputs go: one FILE.safetensors, or a folder of NAME.npy.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Sign a receipt of the call and keep it in this folder.
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
    /// The folder with the root secret, whose invocation key signs the receipt.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
}

#[derive(Serialize)]
struct Ran {
    kernel: String,
    implementation: &'static str,
    degraded: Option<String>,
    pack: String,
    engine: &'static str,
    meter: Option<u64>,
    seconds: f64,
    outputs: Vec<Made>,
    written: Vec<String>,
    receipt: Option<String>,
}

#[derive(Serialize)]
struct Made {
    name: String,
    dtype: &'static str,
    shape: Vec<u32>,
    digest: String,
}

impl Report for Ran {
    fn table(&self) -> String {
        let mut rows = vec![("kernel", format!("{} of {} on {}", self.kernel, self.pack, self.engine))];
        rows.push(("made by", self.implementation.to_owned()));
        rows.extend(self.degraded.iter().map(|why| ("because", why.clone())));
        rows.extend(self.meter.iter().map(|used| ("meter", format!("{} units", output::thousands(*used)))));
        rows.push(("time", format!("{:.3} ms", self.seconds * 1e3)));
        for Made { name, dtype, shape, digest } in &self.outputs {
            rows.push(("output", format!("{name} {dtype}{shape:?} sha256:{digest}")));
        }
        rows.extend(self.written.iter().map(|path| ("written", path.clone())));
        rows.extend(self.receipt.iter().map(|path| ("receipt", path.clone())));
        output::pairs(&rows)
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    let keeper = match &arguments.receipts {
        None => None,
        Some(folder) => {
            let key = keys::invocation_key(arguments.keys.as_deref())?;
            Some(Keeper::open(folder, key).or_exit(Exit::World)?)
        }
    };
    let host = arguments.pack.host(Bypass::NEVER, Duration::ZERO)?;
    let loaded = loaded(&host);
    let kernel = find(&loaded, &arguments.kernel)?;
    let direction = if arguments.backward { Direction::Backward } else { Direction::Forward };
    let interface = kernel.spec().interface(direction).ok_or_else(|| {
        Failure::message(Exit::Usage, format!("kernel `{}` has no direction `{}`", arguments.kernel, direction.name()))
    })?;
    let sources = arguments.call.read()?;
    let given = sources.inputs(interface)?;
    let (mode, fallback) = (arguments.bounds.mode(kernel), arguments.bounds.fallback());
    let request = tensors::request(kernel, direction, &arguments.call, &given, mode, fallback)?;
    let (result, statement) = host.call_stated(&request);
    let receipt = match (keeper, statement) {
        (Some(keeper), Some(statement)) => {
            Some(keeper.keep(statement).or_exit(Exit::World)?.path.display().to_string())
        }
        (Some(_), None) | (None, _) => None,
    };
    let reply = result.map_err(|error| {
        let failure = call_failure(&error);
        match &receipt {
            Some(path) => failure.and(format!("receipt {path}")),
            None => failure,
        }
    })?;
    let ran = describe(&arguments.kernel, host.engine_name(), &reply, receipt);
    let written = match &arguments.output {
        None => Vec::new(),
        Some(path) => tensors::write(path, reply.outputs)?,
    };
    let written = written.iter().map(|path| path.display().to_string()).collect();
    output::print(&Ran { written, ..ran }, format)?;
    Ok(Exit::Good)
}

fn describe(kernel: &str, engine: &'static str, reply: &Reply, receipt: Option<String>) -> Ran {
    let made = reply.outputs.iter().map(|output| Made {
        name: output.name.to_string(),
        dtype: output.dtype.name(),
        shape: output.shape.clone(),
        digest: sha256(&output.bytes).to_string(),
    });
    Ran {
        kernel: kernel.to_owned(),
        implementation: reply.implementation.word(),
        degraded: reply.degraded.as_ref().map(ToString::to_string),
        pack: reply.pack.to_string(),
        engine,
        meter: reply.meter_used,
        seconds: reply.elapsed.as_secs_f64(),
        outputs: made.collect(),
        written: Vec::new(),
        receipt,
    }
}
