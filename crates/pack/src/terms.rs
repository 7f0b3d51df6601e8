//! What whoever runs a pack asks of it.

use alloc::string::String;

use semver::Version;

use crate::manifest::PlatformName;

/// The terms under which a pack is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms<'a> {
    /// Whose signature counts.
    pub trusted: &'a [TrustedKey],
    /// The kernels that may run, by id; `None` if any may.
    pub allowlist: Option<&'a [String]>,
    /// The version of this runtime.
    pub runtime: Version,
    /// What the kernels will run on.
    pub platform: Platform<'a>,
    /// The pack that is in use, if one is.
    pub active: Option<Active>,
    /// Whether a pack older than the active one was asked for explicitly.
    pub older_allowed: bool,
}

/// A key that is trusted to sign packs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrustedKey {
    /// What the key is called here.
    pub name: String,
    /// The Ed25519 public key.
    pub key: [u8; 32],
}

/// A platform as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Platform<'a> {
    /// Which.
    pub name: PlatformName,
    /// Its version.
    pub version: Version,
    /// The features that it has.
    pub features: &'a [String],
}

/// A pack in use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Active {
    /// Its name. A pack of another name has no older and newer to it.
    pub name: String,
    /// Its version.
    pub version: Version,
}
