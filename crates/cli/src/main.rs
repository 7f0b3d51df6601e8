//! The program `avouch`: runs sealed WebAssembly containers and signs a receipt for every step.
//!
//! | module | concept |
//! | --- | --- |
//! | [`command`] | one file per subcommand |
//! | [`runfile`] | the run file: what to run, on what, under which policy |
//! | [`at_rest`] | the state of a chain at one of its steps |
//! | [`prepare`] | from a profile to a sealed, compiled module |
//! | [`gate_pack`] | a gate out of a pack: its module, its run file |
//! | [`engines`] | the engines by name |
//! | [`keys`] | key files and who may read them |
//! | [`identity`] | the keys of an instance, and the genesis statement over them |
//! | [`heads`] | the signer's own memory of how far each chain had come |
//! | [`trust`] | whom the command line trusts |
//! | [`record`] | a journal with its genesis: its chain, its steps |
//! | [`explain`] | what a cut means to a person, from plain lists |
//! | [`names`] | what vertices are called |
//! | [`pictures`] | the graph and its cut at a step, from the recorded inputs |
//! | [`stdin`] | standard input that a signal ends |
//! | [`kernel_host`] | a kernel host: which pack, whom to trust, what to run it on |
//! | [`tensors`], [`npy`] | a call on the command line; NumPy's files |
//! | [`output`], [`exit`] | what is printed, and the exit codes |

mod at_rest;
mod command;
mod engines;
mod exit;
mod explain;
mod gate_pack;
mod heads;
mod identity;
mod kernel_host;
mod keys;
mod names;
mod npy;
mod output;
mod packs;
mod pictures;
mod prepare;
mod record;
mod runfile;
mod stdin;
mod tensors;
mod trust;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;
use crate::exit::{Exit, Failure};
use crate::output::Format;

/// Runs sealed WebAssembly containers and signs a receipt for every step.
#[derive(Parser)]
#[command(name = "avouch", version, arg_required_else_help = true, after_help = exit_help())]
struct Arguments {
    /// How results are printed.
    #[arg(long, value_enum, default_value = "table", env = "AVOUCH_FORMAT", global = true)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    env_logger::Builder::from_env(env_logger::Env::new().filter_or("AVOUCH_LOG", "warn")).init();
    quiet_storage();
    let exit = match arguments.command.run(arguments.format) {
        Ok(exit) => exit,
        Err(failure) => {
            say(&failure, arguments.format);
            failure.exit
        }
    };
    ExitCode::from(exit.code())
}

/// Libraries whose assertions we turn into errors of our own, by what stands in their files' paths: the storage, and what
/// runs models for kernels.
const QUIET: [&str; 3] = ["/redb-", "/wasmtime-wasi-nn-", "/tract-"];

/// The storage asserts what a damaged journal may break. The journal turns that into an error of its own, which says all
/// that a person needs; where the assertion stood goes to the log.
fn quiet_storage() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| match panic.location() {
        Some(place) if QUIET.iter().any(|library| place.file().contains(library)) => log::debug!("{panic}"),
        Some(_) | None => usual(panic),
    }));
}

/// Errors go to standard error, in the words of the exit table.
fn say(failure: &Failure, format: Format) {
    let Failure { exit, error } = failure;
    let text = match format {
        Format::Table => format!("avouch: {error:#} [{}]", exit.word()),
        Format::Json | Format::Yaml => {
            serde_json::json!({"error": {"word": exit.word(), "code": exit.code(), "message": format!("{error:#}")}})
                .to_string()
        }
    };
    // Standard error may be closed; there is nobody left to tell then.
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn exit_help() -> String {
    let lines = Exit::rows().map(|(code, word, meaning)| format!("  {code:2}  {word:14} {meaning}\n"));
    let refusals = "  20 and above   a pack or its place is refused: `avouch pack --help` lists the words\n";
    format!("Exit codes:\n{}{refusals}", lines.collect::<String>())
}
