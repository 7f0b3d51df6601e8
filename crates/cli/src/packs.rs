//! A pack to run: read from a folder or a single file, checked against the trust store, put onto an engine.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use engine::KernelEngine;
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};
use host::{Bypass, DeviceClass, Host, HostOptions, Loaded};
use pack::{Files, Pack, Platform, PlatformName, Terms, TrustedKey, Verified, Version};
use server::{Older, PackRefusal, Packs};
use verify::Role;

use crate::engines::{EngineName, cache_folder};
use crate::exit::{Exit, Failure, OrExit};
use crate::record::standing_exit;
use crate::trust::TrustArguments;

/// The engines' versions, as manifests name them.
const WASMTIME_VERSION: Version = Version::new(48, 0, 8);
const WASMI_VERSION: Version = Version::new(2, 0, 0);

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
        let place = self.pack.display();
        let files = depot::read(&self.pack)
            .map_err(|error| Failure::message(error.row().map_or(Exit::World, Exit::refusal), error))?;
        self.verify(files, None, Older::Refused)
            .map_err(|refused| Failure::message(refused.exit, format!("{place}: {}", refused.message)))
    }

    /// A host that serves the pack.
    pub(crate) fn host(&self, bypass: Bypass, grace: std::time::Duration) -> Result<Host, Failure> {
        let pack = self.open()?;
        let options = HostOptions { bypass, grace };
        Host::start(self.engine()?, self.class(), options, pack)
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

    /// Checks files against everything that the command line says. The trust files are read anew each time, so that a key
    /// that was revoked since the start does not count.
    fn verify(&self, files: Files, active: Option<&Loaded>, older: Older) -> Result<Pack<Verified>, Refused> {
        let trust = self.trust.read().map_err(Refused::of_failure)?;
        let signers = trust.store.signers().iter();
        let trusted: Vec<TrustedKey> =
            signers.map(|signer| TrustedKey { name: signer.name.clone(), key: signer.key.0 }).collect();
        let features = if self.class().simd { vec!["simd128".to_owned()] } else { Vec::new() };
        let (name, version) = match self.engine {
            EngineName::Wasmtime => (PlatformName::Wasmtime, WASMTIME_VERSION),
            EngineName::Wasmi => (PlatformName::Wasmi, WASMI_VERSION),
        };
        let runtime = env!("CARGO_PKG_VERSION").parse().expect("a package's version is a semantic version");
        let terms = Terms {
            trusted: &trusted,
            allowlist: self.allow.as_deref(),
            runtime,
            platform: Platform { name, version, features: &features },
            active: active.map(|loaded| loaded.pack().as_active()),
            older_allowed: older == Older::Allowed,
        };
        let pack = Pack::read(files)
            .and_then(|pack| pack.verify(&terms))
            .map_err(|error| Refused { exit: Exit::refusal(error.row()), message: error.to_string() })?;
        let signer = receipt::PublicKey(pack.signer().key);
        for kernel in &pack.manifest().kernels {
            let standing = trust.store.judge(&signer, Role::Publisher, Some(&kernel.module.hash), trust.now);
            let exit = standing_exit(&standing);
            if exit != Exit::Good {
                return Err(Refused { exit, message: format!("kernel `{}`: {standing}", kernel.id) });
            }
        }
        Ok(pack)
    }
}

/// A pack that is not accepted.
struct Refused {
    exit: Exit,
    message: String,
}

impl Refused {
    fn of_failure(failure: Failure) -> Self {
        Self { exit: failure.exit, message: format!("{:#}", failure.error) }
    }
}

impl Packs for PackArguments {
    fn open(&self, file: &[u8], active: &Loaded, older: Older) -> Result<Pack<Verified>, PackRefusal> {
        let files = depot::archive::from_bytes(file, "the request's body").map_err(|error| {
            let word = error.row().map_or(Exit::World, Exit::refusal).word();
            PackRefusal { word, message: error.to_string() }
        })?;
        self.verify(files, Some(active), older)
            .map_err(|refused| PackRefusal { word: refused.exit.word(), message: refused.message })
    }
}
