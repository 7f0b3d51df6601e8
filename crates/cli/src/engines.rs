//! The engines by name.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::anyhow;
use engine::Engine;
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{Options, WasmtimeEngine};

use crate::exit::{Exit, Failure, OrExit};

/// An engine's name on the command line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum EngineName {
    /// Fast: compiles to machine code.
    Wasmtime,
    /// Small: interprets.
    Wasmi,
}

/// Which engine, and how it is guarded.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct EngineArguments {
    /// The engine to run with. Receipts are the same on each.
    #[arg(long, value_enum, default_value = "wasmtime", env = "AVOUCH_ENGINE")]
    engine: EngineName,
    /// Stop a call that takes longer than this many milliseconds; Wasmtime only. A hit deadline is an error and never
    /// receipted; the meter bounds every step without it.
    #[arg(long, value_name = "MS")]
    deadline_ms: Option<u64>,
    /// Compile anew instead of keeping compiled code under ~/.cache/avouch.
    #[arg(long)]
    no_cache: bool,
}

/// A second engine, and which share of the steps it runs: every Nth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ShadowChoice {
    pub(crate) engine: EngineName,
    pub(crate) every: NonZeroU32,
}

impl FromStr for ShadowChoice {
    type Err = String;

    /// `ENGINE`, or `ENGINE:1/N`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, share) = text.split_once(':').unwrap_or((text, "1/1"));
        let engine = <EngineName as clap::ValueEnum>::from_str(name, false)
            .map_err(|_| format!("no engine is called `{name}`; use wasmtime or wasmi"))?;
        let every = share.strip_prefix("1/").and_then(|steps| steps.parse().ok());
        let every = every.ok_or_else(|| format!("`{share}` is no share; 1/8 is every eighth step"))?;
        Ok(Self { engine, every })
    }
}

impl EngineArguments {
    /// The engine's name.
    pub(crate) fn name(&self) -> EngineName {
        self.engine
    }

    /// Another engine than the one that was chosen, under the same guards where it has them.
    pub(crate) fn start_other(&self, name: EngineName) -> Result<Box<dyn Engine>, Failure> {
        let deadline_ms = self.deadline_ms.filter(|_| name == EngineName::Wasmtime);
        Self { engine: name, deadline_ms, no_cache: self.no_cache }.start()
    }

    /// The engine, ready to compile.
    pub(crate) fn start(&self) -> Result<Box<dyn Engine>, Failure> {
        match self.engine {
            EngineName::Wasmi if self.deadline_ms.is_some() => {
                Err(anyhow!("--deadline-ms works with --engine wasmtime only")).or_exit(Exit::Usage)
            }
            EngineName::Wasmi => Ok(Box::new(WasmiEngine::new())),
            EngineName::Wasmtime => {
                let deadline = self.deadline_ms.map(Duration::from_millis);
                let cache = if self.no_cache { None } else { cache_folder() };
                Ok(Box::new(WasmtimeEngine::new(&Options { deadline, cache }).or_exit(Exit::World)?))
            }
        }
    }
}

/// Where compiled code is kept.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    // The specification of the variable says that a relative path is to be ignored.
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    Some(cache.or(home)?.join("avouch"))
}
