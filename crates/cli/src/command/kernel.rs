//! `avouch kernel`: kernels of a pack on this machine.

mod bench;
mod list;
mod replay;
mod run;

use host::{Host, KernelView, Loaded};

use crate::exit::{Exit, Failure};
use crate::output::Format;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Call a kernel on tensors from files.
    Run(run::Arguments),
    /// Measure kernels against the same operations in native code.
    Bench(bench::Arguments),
    /// List a pack's kernels: tensors, parameters, limits.
    List(list::Arguments),
    /// Run the call of a receipt again and compare.
    Replay(replay::Arguments),
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    match arguments.action {
        Action::Run(arguments) => run::run(&arguments, format),
        Action::Bench(arguments) => bench::run(&arguments, format),
        Action::List(arguments) => list::run(&arguments, format),
        Action::Replay(arguments) => replay::run(&arguments, format),
    }
}

/// A kernel by its id.
fn find<'l>(loaded: &'l Loaded, id: &str) -> Result<KernelView<'l>, Failure> {
    loaded.kernels().find(|view| view.spec().id == id).ok_or_else(|| {
        let known: Vec<_> = loaded.kernels().map(|view| view.spec().id.as_str()).collect();
        Failure::message(Exit::Usage, format!("{} has no kernel `{id}`; it has: {}", loaded.name(), known.join(", ")))
    })
}

/// How a call that nobody answered ends the program.
fn call_failure(error: &host::CallError) -> Failure {
    let exit = match error {
        host::CallError::Refused(_) => Exit::Usage,
        host::CallError::Failed(failure) | host::CallError::FailedTwice { failure, .. } => match failure.kind() {
            host::Kind::Budget | host::Kind::Deadline => Exit::Budget,
            host::Kind::Room | host::Kind::Engine => Exit::World,
            host::Kind::Memory
            | host::Kind::Overflow
            | host::Kind::Division
            | host::Kind::Unreachable
            | host::Kind::Stack
            | host::Kind::IndirectCall
            | host::Kind::Table
            | host::Kind::Code
            | host::Kind::Nonsense
            | host::Kind::Setup
            | host::Kind::Layout
            | host::Kind::TooLarge => Exit::Policy,
        },
    };
    Failure::message(exit, error)
}

/// The active pack of a host that was just started.
fn loaded(host: &Host) -> std::sync::Arc<Loaded> {
    host.active()
}
