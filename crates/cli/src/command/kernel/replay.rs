//! `avouch kernel replay`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::anyhow;
use host::{Bypass, Fallback, Mode};
use pack::Direction;
use receipt::invocation::{self, Implementation};
use receipt::limits::INVOCATION_LEN_MAX;
use receipt::{Invocation, SignedInvocation};
use serde::Serialize;

use super::{call_failure, find, loaded};
use crate::exit::{Exit, Failure, OrExit};
use crate::kernel_host::PackArguments;
use crate::output::{self, Format, Report};
use crate::tensors::{self, CallArguments};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The receipt. Whether its signature counts, `avouch verify` finds out.
    receipt: PathBuf,
    #[command(flatten)]
    pack: PackArguments,
    #[command(flatten)]
    call: CallArguments,
}

#[derive(Serialize)]
struct Compared {
    word: &'static str,
    kernel: String,
    engine: &'static str,
    outcome: String,
    meter: Option<u64>,
    difference: Option<&'static str>,
}

impl Report for Compared {
    fn table(&self) -> String {
        let mut rows = vec![
            ("verdict", self.word.to_owned()),
            ("kernel", format!("{} on {}", self.kernel, self.engine)),
            ("outcome", self.outcome.clone()),
        ];
        rows.extend(self.meter.iter().map(|used| ("meter", format!("{} units", output::thousands(*used)))));
        rows.extend(self.difference.iter().map(|field| ("differs in", (*field).to_owned())));
        output::pairs(&rows)
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    let signed = read(&arguments.receipt)?;
    let stated = signed.invocation();
    let invocation::Mode::Metered { budget } = stated.mode else {
        let message = "this call was bounded by a deadline, so it is not replayable; only metered calls are";
        return Err(Failure::message(Exit::Policy, message));
    };
    let direction = match stated.direction {
        invocation::Direction::Forward => Direction::Forward,
        invocation::Direction::Backward => Direction::Backward,
    };
    let host = arguments.pack.host(Bypass::NEVER, Duration::ZERO)?;
    let loaded = loaded(&host);
    let kernel = find(&loaded, &stated.kernel)?;
    let interface = kernel.spec().interface(direction);
    let interface = interface.ok_or_else(|| anyhow!("the kernel has no such direction")).or_exit(Exit::Usage)?;
    let sources = arguments.call.read()?;
    let given = sources.inputs(interface)?;
    let fallback = match stated.implementation {
        Implementation::Reference => Fallback::Reference,
        Implementation::Module | Implementation::Native | Implementation::HostComputed => Fallback::None,
    };
    let request = tensors::request(kernel, direction, &arguments.call, &given, Mode::Metered { budget }, fallback)?;
    let (result, again) = host.call_stated(&request);
    let again = match (again, result) {
        (Some(again), _) => again,
        (None, Err(error)) => return Err(call_failure(&error)),
        (None, Ok(_)) => return Err(Failure::message(Exit::World, "the module does not say its cost table")),
    };
    let compared = compare(stated, &again, host.engine_name());
    let exit = if compared.difference.is_none() { Exit::Good } else { Exit::Divergence };
    output::print(&compared, format)?;
    Ok(exit)
}

fn compare(stated: &Invocation, again: &Invocation, engine: &'static str) -> Compared {
    let difference = stated.first_difference(again);
    Compared {
        word: if difference.is_none() { Exit::Good } else { Exit::Divergence }.word(),
        kernel: again.kernel.clone(),
        engine,
        outcome: again.outcome.to_string(),
        meter: again.meter.map(|meter| meter.used),
        difference,
    }
}

fn read(path: &PathBuf) -> Result<SignedInvocation, Failure> {
    let place = path.display();
    let metadata = fs::metadata(path).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)?;
    if metadata.len() > INVOCATION_LEN_MAX as u64 {
        return Err(Failure::message(Exit::Malformed, format!("{place}: longer than any receipt of an invocation")));
    }
    let bytes = fs::read(path).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::World)?;
    SignedInvocation::decode(&bytes).map_err(|error| anyhow!("{place}: {error}")).or_exit(Exit::Malformed)
}
