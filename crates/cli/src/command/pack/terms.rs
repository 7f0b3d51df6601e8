//! On which terms a pack is taken: whom the command line trusts, and for which machine it asks.

use pack::{Active, Pack, Platform, PlatformName, Terms, Unverified, Verified, Version};
use verify::Standing;

use super::refused;
use crate::engines::EngineName;
use crate::exit::Failure;
use crate::packs;
use crate::trust::TrustArguments;

/// The first version of WAMR that takes all that shipped kernels are made of.
const WAMR_VERSION: &str = "2.0.0";

/// The terms. What is not said is that of this program with its fast engine.
#[derive(clap::Args)]
pub(super) struct TermsArguments {
    #[command(flatten)]
    trust: TrustArguments,
    /// What the kernels shall run on.
    #[arg(long, value_enum, default_value = "wasmtime")]
    platform: PlatformWord,
    /// That platform's version, if it is not the one that this program has.
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    platform_version: Option<Version>,
    /// The platform's features, with commas between them, if they are not those that this program's has.
    #[arg(long, value_name = "LIST")]
    features: Option<String>,
    /// The version of Avouch that shall run it, if it is not this one.
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    runtime: Option<Version>,
    /// The kernels that may be in the pack, with commas between them; any may, if not given.
    #[arg(long, value_name = "LIST")]
    allow: Option<String>,
    /// The pack that is in use: an older one of the same name is refused.
    #[arg(long, value_name = "NAME@VERSION", value_parser = parse_active)]
    active: Option<Active>,
    /// Take a pack that is older than the one in use.
    #[arg(long, requires = "active")]
    allow_older: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum PlatformWord {
    Wasmtime,
    Wasmi,
    Embedded,
    Wamr,
}

/// A verified pack, and what the trust store says of its signer.
pub(super) struct Judged {
    pub(super) pack: Pack<Verified>,
    pub(super) standing: Standing,
}

impl TermsArguments {
    /// Whether anybody is trusted at all.
    pub(super) fn trusts_somebody(&self) -> bool {
        !self.trust.is_empty()
    }

    /// Checks a pack against the terms.
    pub(super) fn verify(&self, pack: Pack<Unverified>, place: &dyn std::fmt::Display) -> Result<Judged, Failure> {
        let trust = self.trust.read()?;
        let trusted = packs::keys(&trust);
        let (name, version, features) = self.platform();
        let allowlist = self.allow.as_deref().map(list);
        let terms = Terms {
            trusted: &trusted,
            allowlist: allowlist.as_deref(),
            runtime: self.runtime.clone().unwrap_or_else(|| packs::parsed(env!("CARGO_PKG_VERSION"))),
            platform: Platform { name, version, features: &features },
            active: self.active.clone(),
            older_allowed: self.allow_older,
        };
        let pack = pack.verify(&terms).map_err(|error| refused(place, &error))?;
        let standing = packs::standing(&pack, &trust);
        Ok(Judged { pack, standing })
    }

    fn platform(&self) -> (PlatformName, Version, Vec<String>) {
        let (name, version, features) = match self.platform {
            PlatformWord::Wasmtime => packs::platform(EngineName::Wasmtime),
            PlatformWord::Wasmi => packs::platform(EngineName::Wasmi),
            PlatformWord::Embedded => (PlatformName::Embedded, env!("CARGO_PKG_VERSION"), Vec::new()),
            PlatformWord::Wamr => (PlatformName::Wamr, WAMR_VERSION, Vec::new()),
        };
        let version = self.platform_version.clone().unwrap_or_else(|| packs::parsed(version));
        (name, version, self.features.as_deref().map_or(features, list))
    }
}

/// What stands between commas; nothing, if there is nothing.
fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn parse_active(text: &str) -> Result<Active, String> {
    let (name, version) = text.split_once('@').ok_or("a name, `@` and a version are needed")?;
    Ok(Active { name: name.to_owned(), version: parse_version(version)? })
}

fn parse_version(text: &str) -> Result<Version, String> {
    text.parse().map_err(|error| format!("{error}; a semantic version such as 1.0.0 is needed"))
}
