//! Packs on the command line: read from a folder or a single file, and held to the trust store and to what this program is.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use codec::kernel::FEATURE_WASI_NN;
use depot::DepotError;
use pack::{Active, Files, Kernel, Pack, PackError, Platform, PlatformName, PlatformNeeds, Terms, TrustedKey, Unverified, Verified, Version};
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
            features.push(FEATURE_WASI_NN.to_owned());
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
}

/// Whether the host computes for a kernel wherever it runs.
pub(crate) fn asks_for_models(kernel: &Kernel) -> bool {
    let asks = |needs: &PlatformNeeds| needs.features.iter().any(|feature| feature == FEATURE_WASI_NN);
    kernel.platforms.iter().all(|(_, needs)| asks(needs))
}
