//! ML-DSA-44 (FIPS 204), the optional second signature: keys, signatures and, with the feature `post-quantum`, what
//! makes and checks them.
//!
//! Pure ML-DSA with an empty context, signed by the deterministic variant (FIPS 204, section 3.4), so that the same key
//! and bytes give the same signature. Without the feature no [`CheckedPostQuantumKey`] can be had, so a chain that names
//! such a key is refused rather than half checked.

use alloc::boxed::Box;
use codec::{Digest, sha256};
use core::fmt;

use crate::cose::{Content, post_quantum_message};
use crate::keys::{BadSignature, KeyId};

/// Bytes of a public key (FIPS 204, table 2).
pub const PUBLIC_KEY_LEN: usize = 1312;

/// Bytes of a signature (FIPS 204, table 2).
pub const SIGNATURE_LEN: usize = 2420;

/// An ML-DSA-44 public key: any 1,312 bytes are one, and no two are the same key.
#[derive(Clone, PartialEq, Eq)]
pub struct PostQuantumKey(Box<[u8; PUBLIC_KEY_LEN]>);

/// An ML-DSA-44 signature, 2,420 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct PostQuantumSignature(pub Box<[u8; SIGNATURE_LEN]>);

/// This program was built without the feature `post-quantum`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PostQuantumUnsupported;

impl PostQuantumKey {
    /// Takes 1,312 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Box::<[u8]>::from(bytes).try_into().ok().map(Self)
    }

    /// Reads 2,624 hexadecimal digits, either case.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() != 2 * PUBLIC_KEY_LEN {
            return None;
        }
        let mut bytes = Box::new([0; PUBLIC_KEY_LEN]);
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = (high << 4 | low) as u8;
        }
        Some(Self(bytes))
    }

    /// The key as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; PUBLIC_KEY_LEN] {
        &self.0
    }

    /// SHA-256 of the key: what a genesis statement names.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.0[..])
    }

    /// This key's id: the first eight bytes of its digest.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.0[..])
    }

    /// The key, made ready to verify with.
    pub fn check(&self) -> Result<CheckedPostQuantumKey, PostQuantumUnsupported> {
        CheckedPostQuantumKey::new(self)
    }
}

impl CheckedPostQuantumKey {
    /// Checks a signature over the COSE Sig_structure around `payload`, whose protected header names ML-DSA-44, the
    /// content's media type and this key's id.
    pub fn verify(
        &self,
        content: Content,
        payload: &[u8],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), BadSignature> {
        self.verify_message(&post_quantum_message(content, self.id(), payload), signature)
    }
}

#[cfg(feature = "post-quantum")]
mod implementation {
    use ml_dsa::signature::{Keypair as _, Signer as _, Verifier as _};
    use ml_dsa::{EncodedVerifyingKey, MlDsa44, VerifyingKey};

    use super::{
        BadSignature, Box, Content, KeyId, PUBLIC_KEY_LEN, PostQuantumKey, PostQuantumSignature,
        PostQuantumUnsupported, SIGNATURE_LEN, fmt, post_quantum_message,
    };

    /// A public key with its matrix expanded.
    #[derive(Clone)]
    pub struct CheckedPostQuantumKey {
        id: KeyId,
        key: Box<VerifyingKey<MlDsa44>>,
    }

    /// A secret ML-DSA-44 key. Its memory is overwritten when it is dropped, and printing it shows its id.
    pub struct PostQuantumSigningKey {
        public: PostQuantumKey,
        key: Box<ml_dsa::SigningKey<MlDsa44>>,
    }

    impl CheckedPostQuantumKey {
        pub(super) fn new(key: &PostQuantumKey) -> Result<Self, PostQuantumUnsupported> {
            let encoded = EncodedVerifyingKey::<MlDsa44>::from(*key.as_bytes());
            Ok(Self { id: key.id(), key: Box::new(VerifyingKey::decode(&encoded)) })
        }

        pub(super) fn id(&self) -> KeyId {
            self.id
        }

        pub(super) fn verify_message(
            &self,
            message: &[u8],
            signature: &[u8; SIGNATURE_LEN],
        ) -> Result<(), BadSignature> {
            let signature = ml_dsa::Signature::<MlDsa44>::try_from(&signature[..]).map_err(|_| BadSignature)?;
            self.key.verify(message, &signature).map_err(|_| BadSignature)
        }
    }

    impl PostQuantumSigningKey {
        /// The key of this seed (ξ of FIPS 204, algorithm 1).
        #[must_use]
        pub fn from_seed(seed: &[u8; 32]) -> Self {
            let key = Box::new(ml_dsa::SigningKey::<MlDsa44>::from_seed(seed.into()));
            let encoded: [u8; PUBLIC_KEY_LEN] = key.verifying_key().encode().into();
            Self { public: PostQuantumKey(Box::new(encoded)), key }
        }

        /// The public half.
        #[must_use]
        pub fn public(&self) -> &PostQuantumKey {
            &self.public
        }

        /// Signs `payload` as `content`. Deterministic: same key and bytes, same signature.
        #[must_use]
        pub fn sign(&self, content: Content, payload: &[u8]) -> PostQuantumSignature {
            let message = post_quantum_message(content, self.public.id(), payload);
            let encoded: [u8; SIGNATURE_LEN] = self.key.sign(&message).encode().into();
            PostQuantumSignature(Box::new(encoded))
        }
    }

    impl fmt::Debug for PostQuantumSigningKey {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "PostQuantumSigningKey of {:?}", self.public)
        }
    }
}

#[cfg(not(feature = "post-quantum"))]
mod implementation {
    use core::convert::Infallible;

    use super::{BadSignature, KeyId, PostQuantumKey, PostQuantumUnsupported, SIGNATURE_LEN};

    /// Cannot be had: this program was built without the feature `post-quantum`.
    #[derive(Clone)]
    pub struct CheckedPostQuantumKey(Infallible);

    impl CheckedPostQuantumKey {
        pub(super) fn new(_: &PostQuantumKey) -> Result<Self, PostQuantumUnsupported> {
            Err(PostQuantumUnsupported)
        }

        pub(super) fn id(&self) -> KeyId {
            match self.0 {}
        }

        pub(super) fn verify_message(&self, _: &[u8], _: &[u8; SIGNATURE_LEN]) -> Result<(), BadSignature> {
            match self.0 {}
        }
    }
}

pub use implementation::CheckedPostQuantumKey;
#[cfg(feature = "post-quantum")]
pub use implementation::PostQuantumSigningKey;

impl fmt::Display for PostQuantumKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PostQuantumKey {
    /// The digest: the key itself would fill a screen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ML-DSA-44 key {}", self.digest())
    }
}

impl fmt::Debug for CheckedPostQuantumKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckedPostQuantumKey {:?}", self.id())
    }
}

impl fmt::Debug for PostQuantumSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ML-DSA-44 signature {}", sha256(&self.0[..]))
    }
}

impl fmt::Display for PostQuantumUnsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this program was built without ML-DSA-44")
    }
}

impl core::error::Error for PostQuantumUnsupported {}
