//! `avouch pack`: from a folder of sources to a signed pack in a registry, and back.

mod build;
mod inspect;
mod new;
mod place;
mod recipe;
mod sign;
mod terms;
mod transfer;
mod verify;

use crate::exit::{Exit, Failure};
use crate::output::Format;
use crate::packs::{misplaced, refused};

#[derive(clap::Args)]
#[command(after_help = refusals())]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Write the sources of a first kernel, in Rust or C, with all that it takes to build and sign it.
    New(new::Arguments),
    /// Build a pack from a folder with a pack.toml: run its command, seal its modules, write its manifest.
    Build(build::Arguments),
    /// Sign a pack's manifest with the publisher's key.
    Sign(sign::Arguments),
    /// Check a pack: signature, files, terms; runs nothing.
    Verify(verify::Arguments),
    /// Show what a pack says of itself. Whether it is true, `verify` finds out.
    Inspect(inspect::Arguments),
    /// Send a signed pack to an OCI registry.
    Push(transfer::PushArguments),
    /// Fetch a pack from an OCI registry.
    Pull(transfer::PullArguments),
}

pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    match arguments.action {
        Action::New(arguments) => new::run(&arguments, format),
        Action::Build(arguments) => build::run(&arguments, format),
        Action::Sign(arguments) => sign::run(&arguments, format),
        Action::Verify(arguments) => verify::run(&arguments, format),
        Action::Inspect(arguments) => inspect::run(&arguments, format),
        Action::Push(arguments) => transfer::push(&arguments, format),
        Action::Pull(arguments) => transfer::pull(&arguments, format),
    }
}

fn refusals() -> String {
    let lines = Exit::refusals().map(|(code, word, meaning)| format!("  {code}  {word:23} {meaning}\n"));
    format!("Exit codes of refusals, beside those of `avouch --help`:\n{}", lines.collect::<String>())
}
