//! A kernel host from the command line: which pack, whom to trust, what to run it on.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use engine::KernelEngine;
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};
use host::{Bypass, DeviceClass, Host, HostOptions, Loaded};
use pack::{Pack, Verified};
use server::{Older, PackRefusal, Packs};

use crate::engines::{EngineName, cache_folder};
use crate::exit::{Exit, Failure, OrExit};
use crate::packs::{self, Asked};
use crate::trust::TrustArguments;

/// Which pack, whom to trust, and what to run it on.
#[derive(clap::Args)]
pub(crate) struct PackArguments {
    /// The pack: a folder or a single file.
    #[arg(long, value_name = "PATH", env = "AVOUCH_PACK")]
    pack: PathBuf,
    #[command(flatten)]
    trust: TrustArguments,
    /// The kernels that may run, with commas between them; any may, if not given.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    allow: Option<Vec<String>>,
    /// The engine to run kernels on. Metered calls give the same on each.
    #[arg(long, value_enum, default_value = "wasmtime", env = "AVOUCH_ENGINE")]
    engine: EngineName,
    /// What a kernel may take: memory, time, SIMD.
    #[arg(long, value_enum, default_value = "server")]
    device: DeviceWord,
    /// Give kernels a clock too, so that modules that were not sealed can run. It slows vector code down.
    #[arg(long)]
    clock: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum DeviceWord {
    /// 64 MiB, SIMD, up to 10 seconds.
    Server,
    /// 4 MiB, no SIMD, up to 100 milliseconds.
    Embedded,
}

impl PackArguments {
    /// The pack, if the trust store accepts it.
    pub(crate) fn open(&self) -> Result<Pack<Verified>, Failure> {
        packs::verified(&self.pack, &self.trust.read()?, &self.asked())
    }

    fn asked(&self) -> Asked<'_> {
        let allowlist = self.allow.as_deref();
        Asked { simd: self.class().simd, allowlist, ..Asked::of(self.engine) }
    }

    /// A host that serves the pack.
    pub(crate) fn host(&self, bypass: Bypass, grace: std::time::Duration) -> Result<Host, Failure> {
        let engine = self.engine()?;
        let pack = self.open()?;
        let options = HostOptions { bypass, grace };
        Host::start(engine, self.class(), options, pack)
            .map_err(|error| Failure::message(Exit::Policy, format!("{}: {error}", self.pack.display())))
    }

    pub(crate) fn class(&self) -> DeviceClass {
        match self.device {
            DeviceWord::Server => DeviceClass::SERVER,
            DeviceWord::Embedded => DeviceClass::EMBEDDED,
        }
    }

    fn engine(&self) -> Result<Arc<dyn KernelEngine>, Failure> {
        match self.engine {
            EngineName::Wasmi if self.clock => {
                Err(anyhow!("--clock works with --engine wasmtime only")).or_exit(Exit::Usage)
            }
            EngineName::Wasmi => Ok(Arc::new(WasmiEngine::new())),
            EngineName::Wasmtime => {
                let tick = self.clock.then(|| self.class().tick);
                let options = KernelOptions { tick, cache: cache_folder(), ..KernelOptions::METERED };
                Ok(Arc::new(WasmtimeEngine::for_kernels(&options).or_exit(Exit::World)?))
            }
        }
    }
}

impl Packs for PackArguments {
    /// The trust files are read anew each time, so that a key that was revoked since the start does not count.
    fn open(&self, file: &[u8], active: &Loaded, older: Older) -> Result<Pack<Verified>, PackRefusal> {
        let refusal =
            |Failure { exit, error }: Failure| PackRefusal { word: exit.word(), message: format!("{error:#}") };
        let files = depot::archive::from_bytes(file, "the request's body");
        let files = files.map_err(|error| refusal(packs::depot_failure(error)))?;
        let trust = self.trust.read().map_err(refusal)?;
        let older_allowed = older == Older::Allowed;
        let asked = Asked { active: Some(active.pack().as_active()), older_allowed, ..self.asked() };
        packs::check(files, &trust, &asked).map_err(refusal)
    }
}
