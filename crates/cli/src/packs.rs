//! A pack to run: read from a folder or a single file, checked against the trust store, put onto an engine.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;
use engine::KernelEngine;
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};
use host::{Bypass, DeviceClass, Host, HostOptions, Loaded};
use pack::{Active, Files, Pack, Platform, PlatformName, Terms, TrustedKey, Verified, Version};
use server::{Older, PackRefusal, Packs};
use verify::{Role, Standing};

use crate::engines::{EngineName, cache_folder};
use crate::exit::{Exit, Failure, OrExit};
use crate::record::standing_exit;
use crate::trust::{Trust, TrustArguments};

/// The engines' versions, as manifests name them.
const WASMTIME_VERSION: Version = Version::new(48, 0, 8);
const WASMI_VERSION: Version = Version::new(2, 0, 0);

/// What both engines have, as a pack's platforms name it.
const SIMD: &str = "simd128";

/// Whether this is a pack and not a run file: a folder, or a file that begins as a ustar archive does.
pub(crate) fn is_pack(path: &Path) -> bool {
    const MAGIC: &[u8] = b"ustar";
    const MAGIC_AT: usize = 257;
    let mut head = [0; MAGIC_AT + MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    path.is_dir() || (read.is_ok() && head.ends_with(MAGIC))
}

/// Reads a pack and checks it: whose it is, that every file is the one that was signed, that this program may run it on
/// this engine.
pub(crate) fn verified(path: &Path, trust: &Trust, engine: EngineName) -> Result<Pack<Verified>, Failure> {
    let asked = Asked { engine, simd: true, allow: None, active: None, older: Older::Refused };
    asked.hold_place(path, trust)
}

/// What a pack is held to beside a trust store.
struct Asked<'a> {
    engine: EngineName,
    simd: bool,
    allow: Option<&'a [String]>,
    active: Option<Active>,
    older: Older,
}

impl Asked<'_> {
    fn hold_place(self, path: &Path, trust: &Trust) -> Result<Pack<Verified>, Failure> {
        let files =
            depot::read(path).map_err(|error| Failure::new(error.row().map_or(Exit::World, Exit::refusal), error))?;
        let place = path.display();
        self.hold(files, trust)
            .map_err(|refused| Failure::message(refused.exit, format!("{place}: {}", refused.message)))
    }

    fn hold(self, files: Files, trust: &Trust) -> Result<Pack<Verified>, Refused> {
        // Every key of the store is tried, so that a signer who may not sign packs is told from a stranger.
        let signers = trust.store.signers().iter();
        let trusted: Vec<TrustedKey> =
            signers.map(|signer| TrustedKey { name: signer.name.clone(), key: signer.key.0 }).collect();
        let features = self.features();
        let (name, version) = match self.engine {
            EngineName::Wasmtime => (PlatformName::Wasmtime, WASMTIME_VERSION),
            EngineName::Wasmi => (PlatformName::Wasmi, WASMI_VERSION),
        };
        let terms = Terms {
            trusted: &trusted,
            allowlist: self.allow,
            runtime: env!("CARGO_PKG_VERSION").parse().expect("a package's version is a semantic version"),
            platform: Platform { name, version, features: &features },
            active: self.active,
            older_allowed: self.older == Older::Allowed,
        };
        let pack = Pack::read(files)
            .and_then(|pack| pack.verify(&terms))
            .map_err(|error| Refused { exit: Exit::refusal(error.row()), message: error.to_string() })?;
        let signer = receipt::PublicKey(pack.signer().key);
        for kernel in &pack.manifest().kernels {
            let standing = trust.store.judge(&signer, Role::Publisher, Some(&kernel.module.hash), trust.now);
            if !matches!(standing, Standing::Accepted(_)) {
                let message = format!("kernel `{}`: {standing}", kernel.id);
                return Err(Refused { exit: standing_exit(&standing), message });
            }
        }
        Ok(pack)
    }

    /// What this program has on the engine, as a pack's platforms name it; sorted.
    fn features(&self) -> Vec<String> {
        let simd = self.simd.then_some(SIMD);
        #[cfg(feature = "wasi-nn")]
        let models = (self.engine == EngineName::Wasmtime).then_some(codec::kernel::FEATURE_WASI_NN);
        #[cfg(not(feature = "wasi-nn"))]
        let models = None;
        simd.into_iter().chain(models).map(str::to_owned).collect()
    }
}

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
        self.asked(None, Older::Refused).hold_place(&self.pack, &self.trust.read()?)
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

    fn asked(&self, active: Option<&Loaded>, older: Older) -> Asked<'_> {
        Asked {
            engine: self.engine,
            simd: self.class().simd,
            allow: self.allow.as_deref(),
            active: active.map(|loaded| loaded.pack().as_active()),
            older,
        }
    }

    /// Checks files against everything that the command line says. The trust files are read anew each time, so that a key
    /// that was revoked since the start does not count.
    fn verify(&self, files: Files, active: Option<&Loaded>, older: Older) -> Result<Pack<Verified>, Refused> {
        let trust = self.trust.read().map_err(Refused::of_failure)?;
        self.asked(active, older).hold(files, &trust)
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
