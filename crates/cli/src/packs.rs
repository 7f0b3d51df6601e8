<<<<<<< HEAD
//! Packs on the command line: read from a folder or a single file, and held to the trust store and to what this program is.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use depot::DepotError;
use pack::{Active, Files, Pack, PackError, Platform, PlatformName, Terms, TrustedKey, Unverified, Verified, Version};
use receipt::PublicKey;
use verify::{Role, Standing};

use crate::engines::EngineName;
use crate::exit::{Exit, Failure};
use crate::record::standing_exit;
use crate::trust::Trust;

/// Versions of the engines, as a pack's platforms name them: those that the root manifest pins.
const WASMTIME_VERSION: &str = "48.0.8";
const WASMI_VERSION: &str = "2.0.0";

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

/// What is asked of a pack beside a signer who is trusted.
#[derive(Clone)]
pub(crate) struct Asked<'a> {
    /// What its kernels will run on.
    pub(crate) engine: EngineName,
    /// Whether there is SIMD.
    pub(crate) simd: bool,
    /// The kernels that may be in it; any may, if not given.
    pub(crate) allowlist: Option<&'a [String]>,
    /// The pack that it takes the place of.
    pub(crate) active: Option<Active>,
    /// Whether it may be older than that.
    pub(crate) older_allowed: bool,
}

impl Asked<'_> {
    /// Nothing more than that this program can run it on this engine.
    pub(crate) fn of(engine: EngineName) -> Self {
        Self { engine, simd: true, allowlist: None, active: None, older_allowed: false }
    }
}

/// Reads a pack and checks it: whose it is, that every file is the one that was signed, that this program may run it on
/// this engine.
pub(crate) fn verified(path: &Path, trust: &Trust, asked: &Asked<'_>) -> Result<Pack<Verified>, Failure> {
    let files = depot::read(path).map_err(|error| misplaced(&error))?;
    check(files, trust, asked)
        .map_err(|Failure { exit, error }| Failure::message(exit, format!("{}: {error:#}", path.display())))
}

/// As [`verified`], for files that were read.
pub(crate) fn check(files: Files, trust: &Trust, asked: &Asked<'_>) -> Result<Pack<Verified>, Failure> {
    let Asked { engine, simd, allowlist, active, older_allowed } = asked;
    let trusted = keys(trust);
    let (name, version, mut features) = platform(*engine);
    features.retain(|feature| *simd || feature != SIMD);
    let terms = Terms {
        trusted: &trusted,
        allowlist: *allowlist,
        runtime: parsed(env!("CARGO_PKG_VERSION")),
        platform: Platform { name, version: parsed(version), features: &features },
        active: active.clone(),
        older_allowed: *older_allowed,
    };
    let pack = Pack::<Unverified>::read(files)
        .and_then(|pack| pack.verify(&terms))
        .map_err(|error| Failure::message(Exit::refusal(error.row()), &error))?;
    let standing = standing(&pack, trust);
    match standing_exit(&standing) {
        Exit::Good => Ok(pack),
        exit => Err(Failure::message(exit, &standing)),
    }
}

/// Every key of the store, so that a signer who may not sign packs is told from a stranger.
pub(crate) fn keys(trust: &Trust) -> Vec<TrustedKey> {
    let signers = trust.store.signers().iter();
    signers.map(|signer| TrustedKey { name: signer.name.clone(), key: signer.key.0 }).collect()
}

/// What the store says of a pack's signer: the first word that is not "accepted" about any module counts.
pub(crate) fn standing(pack: &Pack<Verified>, trust: &Trust) -> Standing {
    let signer = PublicKey(pack.signer().key);
    let modules = pack.manifest().kernels.iter().map(|kernel| kernel.module.hash);
    let mut standings = modules.map(|module| trust.store.judge(&signer, Role::Publisher, Some(&module), trust.now));
    let bad = standings.clone().find(|standing| standing_exit(standing) != Exit::Good);
    bad.or_else(|| standings.next()).unwrap_or(Standing::Unknown)
}

/// An engine as a pack's manifest knows it.
pub(crate) fn platform(engine: EngineName) -> (PlatformName, &'static str, Vec<String>) {
    match engine {
        EngineName::Wasmtime => {
            let mut features = vec![SIMD.to_owned()];
            #[cfg(feature = "wasi-nn")]
            features.push(codec::kernel::FEATURE_WASI_NN.to_owned());
            features.sort();
            (PlatformName::Wasmtime, WASMTIME_VERSION, features)
        }
        EngineName::Wasmi => (PlatformName::Wasmi, WASMI_VERSION, vec![SIMD.to_owned()]),
    }
}

pub(crate) fn parsed(version: &str) -> Version {
    Version::parse(version).expect("a version of this program's own")
}

/// A pack that is refused, with the place where it lies.
pub(crate) fn refused(place: impl std::fmt::Display, error: &PackError) -> Failure {
    Failure::message(Exit::refusal(error.row()), format!("{place}: {error}"))
}

/// A place that does not give or take a pack.
pub(crate) fn misplaced(error: &DepotError) -> Failure {
    Failure::message(error.row().map_or(Exit::World, Exit::refusal), error)
=======
//! A pack to run: read from a folder or a single file, checked against the trust store, put onto an engine.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use engine::KernelEngine;
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{KernelOptions, WasmtimeEngine};
use host::{Bypass, DeviceClass, Host, HostOptions, Loaded};
use pack::{Files, Pack, Verified};
use server::{Older, PackRefusal, Packs};

use crate::engines::{EngineName, cache_folder};
use crate::exit::{Exit, Failure, OrExit};
use crate::pack_trust::{self, Asked, asks_for_models};
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
        let files = pack_trust::read(&self.pack)?;
        self.verify(files, None, Older::Refused).map_err(|failure| failure.at(&self.pack))
    }

    /// A host that serves the pack.
    pub(crate) fn host(&self, bypass: Bypass, grace: std::time::Duration) -> Result<Host, Failure> {
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

    /// The engine for a pack. Kernels that ask for models have nothing but the clock to bound them.
    fn engine(&self, pack: &Pack<Verified>) -> Result<Arc<dyn KernelEngine>, Failure> {
        match self.engine {
            EngineName::Wasmi if self.clock => {
                Err(anyhow!("--clock works with --engine wasmtime only")).or_exit(Exit::Usage)
            }
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

    /// Checks files against everything that the command line says. The trust files are read anew each time, so that a key
    /// that was revoked since the start does not count.
    fn verify(&self, files: Files, active: Option<&Loaded>, older: Older) -> Result<Pack<Verified>, Failure> {
        let asked = Asked {
            engine: self.engine,
            simd: self.class().simd,
            allowlist: self.allow.as_deref(),
            active: active.map(|loaded| loaded.pack().as_active()),
            older_allowed: older == Older::Allowed,
        };
        pack_trust::verify(files, &self.trust.read()?, asked)
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
    fn open(&self, file: &[u8], active: &Loaded, older: Older) -> Result<Pack<Verified>, PackRefusal> {
        let files = depot::archive::from_bytes(file, "the request's body").map_err(|error| {
            let word = error.row().map_or(Exit::World, Exit::refusal).word();
            PackRefusal { word, message: error.to_string() }
        })?;
        self.verify(files, Some(active), older)
            .map_err(|failure| PackRefusal { word: failure.exit.word(), message: format!("{:#}", failure.error) })
    }
>>>>>>> c15a0868d6fdab42392ac56c322a8629fb0fa3ad
}
