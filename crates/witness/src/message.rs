//! What the host says to a witness, and how the host says it.

use codec::Digest;
use codec::abi::{Message, Refusal};
use receipt::{PublicKey, Role, Signer};

/// Bytes of the longest [`Message::InstallKey`].
pub const INSTALL_KEY_LEN_MAX: usize = 1 + 1 + 32 + 32;

/// A message, taken apart.
#[derive(Clone, Copy)]
pub enum Received<'a> {
    /// The encoded configuration.
    Configure(&'a [u8]),
    /// Who signs, and the seed if it is the guest.
    InstallKey {
        /// Role and public key, as they will stand in every claim.
        signer: Signer,
        /// The secret, for [`Role::Guest`] only.
        seed: Option<&'a [u8; 32]>,
    },
    /// A step.
    Step {
        /// Its number.
        epoch: u64,
        /// Digest of the previous body.
        previous: Digest,
        /// The input.
        input: &'a [u8],
    },
    /// Forget the key.
    WipeKey,
    /// Show the last claims.
    Recall,
}

impl<'a> Received<'a> {
    /// Takes a message apart.
    ///
    /// # Errors
    /// [`Refusal::BadMessage`] if it is of no known kind or cut short.
    pub fn parse(message: &'a [u8]) -> Result<Self, Refusal> {
        let (kind, rest) = message.split_first().ok_or(Refusal::BadMessage)?;
        match Message::from_byte(*kind).ok_or(Refusal::BadMessage)? {
            Message::Configure => Ok(Self::Configure(rest)),
            Message::InstallKey => parse_key(rest),
            Message::Step => {
                let (epoch, rest) = rest.split_first_chunk().ok_or(Refusal::BadMessage)?;
                let (previous, input) = rest.split_first_chunk().ok_or(Refusal::BadMessage)?;
                Ok(Self::Step { epoch: u64::from_le_bytes(*epoch), previous: Digest(*previous), input })
            }
            Message::WipeKey if rest.is_empty() => Ok(Self::WipeKey),
            Message::Recall if rest.is_empty() => Ok(Self::Recall),
            Message::WipeKey | Message::Recall => Err(Refusal::BadMessage),
        }
    }
}

fn parse_key(bytes: &[u8]) -> Result<Received<'_>, Refusal> {
    let (role, rest) = bytes.split_first().ok_or(Refusal::BadMessage)?;
    let (key, seed) = rest.split_first_chunk().ok_or(Refusal::BadMessage)?;
    let key = PublicKey(*key);
    if *role == Role::Guest as u8 {
        let seed = seed.try_into().map_err(|_| Refusal::BadMessage)?;
        Ok(Received::InstallKey { signer: Signer { role: Role::Guest, key }, seed: Some(seed) })
    } else if *role == Role::Host as u8 && seed.is_empty() {
        Ok(Received::InstallKey { signer: Signer { role: Role::Host, key }, seed: None })
    } else {
        Err(Refusal::BadMessage)
    }
}
