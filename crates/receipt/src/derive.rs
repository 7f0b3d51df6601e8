//! From a root secret to the keys of an instance: HKDF-SHA256 (RFC 5869). `spec/keys.md` has the same in words.

use codec::{Digest, Hasher, Sink as _};
use core::fmt;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::keys::SigningKey;

const DOMAIN: &[u8] = b"avouch/v1/";
const OPERATOR: &[u8] = b"avouch/v1/operator";
const STATEMENT: &[u8] = b"avouch/v1/statement";
const PUBLISHER: &[u8] = b"avouch/v1/publisher";
const INVOCATION: &[u8] = b"avouch/v1/invocation";
const OPERATOR_ML_DSA_44: &[u8] = b"avouch/v1/operator-ml-dsa-44";
const RUNTIME_ML_DSA_44: &str = "runtime-ml-dsa-44";
const INSECURE: &[u8] = b"avouch/v1/insecure-from-configuration";

/// SHA-256 of "avouch/v1/replay-dummy". A replay installs the key of this seed: everybody knows it, it signs nothing
/// that counts, and no body depends on it.
pub const DUMMY_SEED: [u8; 32] = [
    0xc3, 0x5f, 0xfc, 0xee, 0x22, 0x7f, 0x49, 0xa0, 0x1c, 0x78, 0x58, 0x1e, 0x39, 0xfb, 0x59, 0x35, 0x63, 0xaf, 0xaf,
    0x49, 0x27, 0x26, 0xbc, 0xd2, 0xc3, 0x41, 0x6a, 0x1b, 0x97, 0x1b, 0xe9, 0x14,
];

/// Thirty-two secret bytes that only their owner can read. Overwritten when dropped; printing it shows nothing.
#[derive(ZeroizeOnDrop)]
pub struct RootSecret([u8; 32]);

/// The name of one instance among all that ever ran a module: sixteen bytes, chosen by the operator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceId(pub [u8; 16]);

/// What an instance's keys are derived for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InstanceName {
    /// Digest of the sealed module.
    pub module: Digest,
    /// Digest of the configuration.
    pub configuration: Digest,
    /// The instance id.
    pub instance: InstanceId,
}

/// Which of an instance's Ed25519 keys. One key per role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyRole {
    /// Signs bodies. Never leaves the host.
    Runtime,
    /// Signs claims. May be handed to a guest that is trusted with it.
    Witness,
    /// Signs the heads of the log. Never leaves the host.
    Log,
}

/// Where an instance's keys came from. Its number is in every frame and in the genesis statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum KeyMode {
    /// From a root secret.
    RootSecret = 0,
    /// INSECURE: from the configuration, which is public, so anyone can forge. For published vectors only.
    InsecureFromConfiguration = 1,
}

impl RootSecret {
    /// Takes thirty-two bytes from a secret file or a source of randomness.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// INSECURE: the root that anyone can compute from a configuration digest. Belongs to
    /// [`KeyMode::InsecureFromConfiguration`] and to nothing else.
    #[must_use]
    pub fn insecure_from_configuration(configuration: &Digest) -> Self {
        let mut hasher = Hasher::new();
        hasher.write(INSECURE);
        hasher.write(&configuration.0);
        Self(hasher.finish().0)
    }

    /// The bytes, to be written to a secret file.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// An instance's key for `role`: HKDF with the configuration digest as salt and
    /// "avouch/v1/" ‖ role ‖ 0x00 ‖ module digest ‖ instance id as info.
    #[must_use]
    pub fn instance_key(&self, role: KeyRole, name: &InstanceName) -> SigningKey {
        SigningKey::from_seed(&self.instance_seed(role.word(), name))
    }

    /// The operator's identity key, which signs genesis statements: HKDF without salt, info "avouch/v1/operator".
    #[must_use]
    pub fn operator_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.expand(None, &[OPERATOR]))
    }

    /// The operator's key for statements about runs (DSSE envelopes): HKDF without salt, info "avouch/v1/statement".
    #[must_use]
    pub fn statement_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.expand(None, &[STATEMENT]))
    }

    /// The publisher's key, which signs kernel packs: HKDF without salt, info "avouch/v1/publisher".
    #[must_use]
    pub fn publisher_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.expand(None, &[PUBLISHER]))
    }

    /// The host's key for receipts of kernel invocations: HKDF without salt, info "avouch/v1/invocation".
    #[must_use]
    pub fn invocation_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.expand(None, &[INVOCATION]))
    }

    /// The seed (ξ of FIPS 204, algorithm 1) of an instance's ML-DSA-44 key, which signs bodies beside the runtime's key:
    /// as [`RootSecret::instance_key`] with the role "runtime-ml-dsa-44".
    #[must_use]
    pub fn runtime_post_quantum_seed(&self, name: &InstanceName) -> Zeroizing<[u8; 32]> {
        self.instance_seed(RUNTIME_ML_DSA_44, name)
    }

    /// The seed of the operator's ML-DSA-44 key: HKDF without salt, info "avouch/v1/operator-ml-dsa-44".
    #[must_use]
    pub fn operator_post_quantum_seed(&self) -> Zeroizing<[u8; 32]> {
        self.expand(None, &[OPERATOR_ML_DSA_44])
    }

    fn instance_seed(&self, role: &str, name: &InstanceName) -> Zeroizing<[u8; 32]> {
        let InstanceName { module, configuration, instance } = name;
        let info = [DOMAIN, role.as_bytes(), &[0], &module.0, &instance.0];
        self.expand(Some(&configuration.0), &info)
    }

    fn expand(&self, salt: Option<&[u8]>, info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        let mut seed = Zeroizing::new([0; 32]);
        let (mut prk, kdf) = Hkdf::<Sha256>::extract(salt, &self.0);
        prk.as_mut_slice().zeroize();
        kdf.expand_multi_info(info, seed.as_mut()).expect("32 bytes are less than 255 blocks of SHA-256");
        seed
    }
}

impl KeyRole {
    /// The role's word in the derivation.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Witness => "witness",
            Self::Log => "log",
        }
    }
}

impl KeyMode {
    /// The mode that `number` stands for.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::RootSecret),
            1 => Some(Self::InsecureFromConfiguration),
            _ => None,
        }
    }
}

impl fmt::Display for KeyMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RootSecret => "root-secret",
            Self::InsecureFromConfiguration => "INSECURE-from-configuration",
        })
    }
}

impl fmt::Debug for RootSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootSecret")
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
