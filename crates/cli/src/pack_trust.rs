//! A pack held to the trust store and to what this program is: the one way from its files to permission to run it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use codec::kernel::FEATURE_WASI_NN;
use pack::{Active, Files, Kernel, Pack, Platform, PlatformName, PlatformNeeds, Terms, TrustedKey, Verified, Version};
use receipt::PublicKey;
use verify::Role;

use crate::engines::EngineName;
use crate::exit::{Exit, Failure};
use crate::record::standing_exit;
use crate::trust::Trust;

/// The engines' versions, as manifests name them: those that the root manifest pins.
const WASMTIME_VERSION: Version = Version::new(48, 0, 8);
const WASMI_VERSION: Version = Version::new(2, 0, 0);

/// What is asked of a pack beside a signature that counts.
pub(crate) struct Asked<'a> {
    /// The engine that will run it.
    pub(crate) engine: EngineName,
    /// Whether kernels may use SIMD.
    pub(crate) simd: bool,
    /// The kernels that may be in it; `None` if any may.
    pub(crate) allowlist: Option<&'a [String]>,
    /// The pack in use.
    pub(crate) active: Option<Active>,
    /// Whether an older one than that is taken.
    pub(crate) older_allowed: bool,
}

impl Asked<'_> {
    /// For whoever runs the pack once, on this engine.
    pub(crate) fn once(engine: EngineName) -> Self {
        Self { engine, simd: true, allowlist: None, active: None, older_allowed: false }
    }
}

/// Whether this is a pack and not a run file: a folder, or a file that begins as a ustar archive does.
pub(crate) fn is_pack(path: &Path) -> bool {
    const MAGIC: &[u8] = b"ustar";
    const MAGIC_AT: usize = 257;
    let mut head = [0; MAGIC_AT + MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    path.is_dir() || (read.is_ok() && head.ends_with(MAGIC))
}

/// Reads a pack's files from a folder or a single file.
pub(crate) fn read(path: &Path) -> Result<Files, Failure> {
    depot::read(path).map_err(|error| Failure::message(error.row().map_or(Exit::World, Exit::refusal), error))
}

/// Reads a pack and checks it.
pub(crate) fn verified(path: &Path, trust: &Trust, engine: EngineName) -> Result<Pack<Verified>, Failure> {
    verify(read(path)?, trust, Asked::once(engine)).map_err(|failure| failure.at(path))
}

/// Checks whose pack it is, that every file is the one that was signed, and that this program may run it.
pub(crate) fn verify(files: Files, trust: &Trust, asked: Asked<'_>) -> Result<Pack<Verified>, Failure> {
    // Every key of the store is tried, so that a signer who may not sign packs is told from a stranger.
    let signers = trust.store.signers().iter();
    let trusted: Vec<_> = signers.map(|signer| TrustedKey { name: signer.name.clone(), key: signer.key.0 }).collect();
    let (name, version) = match asked.engine {
        EngineName::Wasmtime => (PlatformName::Wasmtime, WASMTIME_VERSION),
        EngineName::Wasmi => (PlatformName::Wasmi, WASMI_VERSION),
    };
    let features = features(asked.engine, asked.simd);
    let terms = Terms {
        trusted: &trusted,
        allowlist: asked.allowlist,
        runtime: env!("CARGO_PKG_VERSION").parse().expect("a package's version is a semantic version"),
        platform: Platform { name, version, features: &features },
        active: asked.active,
        older_allowed: asked.older_allowed,
    };
    let pack = Pack::read(files).and_then(|pack| pack.verify(&terms));
    let pack = pack.map_err(|error| Failure::message(Exit::refusal(error.row()), error))?;
    let signer = PublicKey(pack.signer().key);
    for kernel in &pack.manifest().kernels {
        let standing = trust.store.judge(&signer, Role::Publisher, Some(&kernel.module.hash), trust.now);
        let exit = standing_exit(&standing);
        if exit != Exit::Good {
            return Err(Failure::message(exit, format!("kernel `{}`: {standing}", kernel.id)));
        }
    }
    Ok(pack)
}

/// What kernels find on an engine, by the names that manifests use.
fn features(engine: EngineName, simd: bool) -> Vec<String> {
    let models = cfg!(feature = "wasi-nn") && engine == EngineName::Wasmtime;
    let all = [("simd128", simd), (FEATURE_WASI_NN, models)];
    all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()).collect()
}

/// Whether the host computes for a kernel wherever it runs.
pub(crate) fn asks_for_models(kernel: &Kernel) -> bool {
    let asks = |needs: &PlatformNeeds| needs.features.iter().any(|feature| feature == FEATURE_WASI_NN);
    kernel.platforms.iter().all(|(_, needs)| asks(needs))
}
