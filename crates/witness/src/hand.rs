//! Who signs and with which key, in a place that can be emptied to the last byte.

use core::mem::size_of;

use receipt::{Signature, Signer, SigningKey, sign_claim};

/// A signer's hand.
///
/// Memory at rest must not tell which key was there: dropping a [`SigningKey`] overwrites its seed but not its public half,
/// and taking it out of an `Option` overwrites neither. Both variants begin at the same offset (`repr(C)`: a tag, then a union)
/// and the empty one is as long as the other, so that assigning [`Hand::EMPTY`] overwrites every byte. It costs a fill, where
/// overwriting a key with another one would cost a multiplication on the curve.
#[repr(C)]
pub(crate) enum Hand {
    /// Nobody signs. The bytes are there to be written, not to be read.
    Empty(#[expect(dead_code, reason = "they overwrite what was held")] [u8; size_of::<Held>()]),
    /// This signer.
    Holding(Held),
}

/// The role and public key that claims name, and the secret if it is the guest who signs.
#[repr(C)]
pub(crate) struct Held {
    signer: Signer,
    key: Option<SigningKey>,
}

impl Hand {
    /// Nothing held, nothing left behind.
    pub(crate) const EMPTY: Self = Self::Empty([0; size_of::<Held>()]);

    /// Takes a signer and, if it is the guest, its seed.
    pub(crate) fn holding(signer: Signer, seed: Option<&[u8; 32]>) -> Self {
        Self::Holding(Held { signer, key: seed.map(SigningKey::from_seed) })
    }

    /// Who signs.
    pub(crate) fn signer(&self) -> Option<Signer> {
        match self {
            Self::Empty(_) => None,
            Self::Holding(held) => Some(held.signer),
        }
    }

    /// The signature over a claim; `None` where the host signs.
    pub(crate) fn sign(&self, claim: &[u8]) -> Option<Signature> {
        match self {
            Self::Empty(_) => None,
            Self::Holding(held) => held.key.as_ref().map(|key| sign_claim(key, claim)),
        }
    }
}
