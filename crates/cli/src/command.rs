//! The subcommands: one table gives modules, enum and dispatch.

use clap::Subcommand;

use crate::exit::{Exit, Failure};
use crate::output::Format;

pub(crate) mod bar;
mod summary;

macro_rules! subcommands {
    ($($(#[$doc:meta])* $name:ident $module:ident;)*) => {
        $(mod $module;)*

        /// What to do.
        #[derive(Subcommand)]
        pub(crate) enum Command {
            $($(#[$doc])* $name($module::Arguments),)*
        }

        impl Command {
            /// Does it.
            pub(crate) fn run(self, format: Format) -> Result<Exit, Failure> {
                match self {
                    $(Self::$name(arguments) => $module::run(arguments, format),)*
                }
            }
        }
    };
}

subcommands! {
    /// Run a container over a stream and keep a journal of receipts.
    Run run;
    /// Check a journal, or a file that one gave away: signatures, links, proofs; runs nothing.
    Verify verify;
    /// Run a journal again and compare every body.
    Replay replay;
    /// Keep or write the state at the end of a journal: a snapshot.
    Snapshot snapshot;
    /// Make a journal that goes on from a snapshot.
    Restore restore;
    /// Begin a chain of its own from the state of another.
    Fork fork;
    /// Sign, prove, publish, check and prune the log over a journal's receipts.
    Log log;
    /// Write a receipt or a run in a form that others verify.
    Export export;
    /// Show what a journal holds, or one step of it.
    Inspect inspect;
    /// Draw a journal as one self-contained HTML page.
    Report report;
    /// List the determinism hazards of a module.
    Check check;
    /// Seal a module: close its hazards, build the meter into it.
    Seal seal;
    /// Build, sign, verify, inspect, push and pull packs of kernels.
    Pack pack;
    /// Call, measure and list the kernels of a pack; run a receipted call again.
    Kernel kernel;
    /// Serve the kernels of a pack over HTTP.
    Serve serve;
    /// Make a root secret and the operator's public key.
    Keygen keygen;
    /// Measure ticks, phases, meter and signatures on this machine.
    Bench bench;
    /// Print a completion script for a shell.
    Completions completions;
}
