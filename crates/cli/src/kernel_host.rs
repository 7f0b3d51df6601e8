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
use crate::packs::{self, Asked, asks_for_models};
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
        self.check()?;
        let pack = self.open()?;
        let options = HostOptions { bypass, grace };
        Host::start(self.engine(&pack)?, self.class(), options, pack)
            .map_err(|error| Failure::message(Exit::Policy, format!("{}: {error}", self.pack.display())))
    }

    pub(crate) fn class(&self) -> DeviceClass {
        match self.device {
            DeviceWord::Server => DeviceClass::SERVER,
            DeviceWord::Embedded => DeviceClass::EMBEDDED,
        }
    }

    /// What is typed wrongly is told before anything is read.
    fn check(&self) -> Result<(), Failure> {
        if self.clock && self.engine == EngineName::Wasmi {
            return Err(anyhow!("--clock works with --engine wasmtime only")).or_exit(Exit::Usage);
        }
        Ok(())
    }

    /// The engine for a pack. Kernels that ask for models have nothing but the clock to bound them.
    fn engine(&self, pack: &Pack<Verified>) -> Result<Arc<dyn KernelEngine>, Failure> {
        match self.engine {
            EngineName::Wasmi => Ok(Arc::new(WasmiEngine::new())),
            EngineName::Wasmtime => {
                let needs_clock = pack.manifest().kernels.iter().any(asks_for_models);
                let tick = (self.clock || needs_clock).then(|| self.class().tick);
                let options = KernelOptions { tick, cache: cache_folder(), ..KernelOptions::METERED };
                let engine = WasmtimeEngine::for_kernels(&options).or_exit(Exit::World)?;
                Ok(Arc::new(with_models(engine, pack)?))
            }
        }
    }
}

/// Gives kernels the models of their pack.
#[cfg(feature = "wasi-nn")]
fn with_models(engine: WasmtimeEngine, pack: &Pack<Verified>) -> Result<WasmtimeEngine, Failure> {
    let models = pack.manifest().models.iter().filter_map(|model| Some((&*model.name, pack.model(&model.name)?)));
    Ok(engine.with_models(engine_wasmtime::wasi_nn::Models::read(models).or_exit(Exit::Malformed)?))
}

/// This program has no way to run a model; a kernel that asks for one was refused already.
#[cfg(not(feature = "wasi-nn"))]
fn with_models(engine: WasmtimeEngine, _pack: &Pack<Verified>) -> Result<WasmtimeEngine, Failure> {
    Ok(engine)
}

impl Packs for PackArguments {
    /// The trust files are read anew each time, so that a key that was revoked since the start does not count.
    fn open(&self, file: &[u8], active: &Loaded, older: Older) -> Result<Pack<Verified>, PackRefusal> {
        let refusal =
            |Failure { exit, error }: Failure| PackRefusal { word: exit.word(), message: format!("{error:#}") };
        let files = depot::archive::from_bytes(file, "the request's body");
        let files = files.map_err(|error| refusal(packs::misplaced(&error)))?;
        let trust = self.trust.read().map_err(refusal)?;
        let older_allowed = older == Older::Allowed;
        let asked = Asked { active: Some(active.pack().as_active()), older_allowed, ..self.asked() };
        packs::check(files, &trust, &asked).map_err(refusal)
    }
}
