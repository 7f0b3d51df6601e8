//! Joins gate and receipt: takes messages, runs ticks, makes claims and signs them.
//!
//! The same code runs in the guest, in the native oracle and in tests, so that there is one place where a tick's report
//! becomes a claim. It has no allocator, no clock and no memory but the slab that it is handed.
//!
//! | module | concept |
//! | --- | --- |
//! | this page | [`Witness`]: a gate with what it needs to vouch for its ticks |
//! | [`message`] | what the host says to it (`spec/guest-abi.md`) |
//! | [`claim`] | from a tick's report to a claim |
//! | `hand` | who signs and with which key, in a place that can be emptied to the last byte |
//! | `ring` | the last claims, remembered |
#![no_std]
#![forbid(unsafe_code)]

pub mod claim;
mod hand;
pub mod message;
mod ring;

use codec::{Buffer, Digest, Encoder, sha256};
use gate::profile::Profile;
use gate::tick::Gate;
use zeroize::Zeroize;

pub use codec::abi::{Message, Refusal};
use hand::Hand;
use message::Received;
use ring::Ring;

/// A gate with what it needs to vouch for its ticks.
pub struct Witness<'a> {
    gate: Gate<'a>,
    hand: Hand,
    last_epoch: u64,
    ring: Ring,
}

impl<'a> Witness<'a> {
    /// Takes one message. The first configuration makes the witness in `this`, from the slab that `slab` hands over; that
    /// is called once at most, whatever messages come. Returns the length of what was written to `output`.
    ///
    /// After [`Message::WipeKey`] the witness and all of `output` are a pure function of configuration and steps: which key
    /// there was, whether it signed, and how often it was put in and taken out leave no trace. So that the same holds of the
    /// guest's memory, whoever keeps messages in a longer buffer empties all of that too.
    ///
    /// # Errors
    /// A [`Refusal`]; the witness is unchanged then.
    pub fn take(
        this: &mut Option<Self>,
        profile: Profile,
        slab: &mut Option<&'a mut [u64]>,
        message: &mut [u8],
        output: &mut [u8],
    ) -> Result<usize, Refusal> {
        match (Received::parse(message)?, this) {
            (Received::Configure(bytes), this @ None) => {
                let slab = slab.take().ok_or(Refusal::NotReady)?;
                let gate = Gate::new(bytes, profile, slab).map_err(|_| Refusal::BadConfiguration)?;
                *this = Some(Self { gate, hand: Hand::EMPTY, last_epoch: 0, ring: Ring::EMPTY });
                Ok(0)
            }
            (Received::InstallKey { signer, seed }, Some(witness)) => {
                witness.hand = Hand::holding(signer, seed);
                message.zeroize();
                Ok(0)
            }
            (Received::WipeKey, Some(witness)) => {
                witness.hand = Hand::EMPTY;
                // The last claim's signature lies there.
                output.fill(0);
                Ok(0)
            }
            (Received::Step { epoch, previous, input }, Some(witness)) => witness.step(epoch, previous, input, output),
            (Received::Recall, Some(witness)) => {
                let mut buffer = Buffer::new(output);
                witness.ring.encode(&mut buffer);
                buffer.finish().ok_or(Refusal::OutputTooLong)
            }
            (Received::Configure(_), Some(_)) | (_, None) => Err(Refusal::NotReady),
        }
    }

    /// The gate, to look at.
    #[must_use]
    pub fn gate(&self) -> &Gate<'a> {
        &self.gate
    }

    fn step(&mut self, epoch: u64, previous: Digest, input: &[u8], output: &mut [u8]) -> Result<usize, Refusal> {
        let signer = self.hand.signer().ok_or(Refusal::NotReady)?;
        if epoch <= self.last_epoch {
            return Err(Refusal::BadEpoch);
        }
        let report = self.gate.tick(epoch, input).map_err(|_| Refusal::BadInput)?;
        self.last_epoch = epoch;
        let claim = claim::from_report(epoch, previous, sha256(input), signer, &report);
        let mut space = [0; receipt::limits::CLAIM_LEN_MAX];
        let len = claim.encode_into(&mut space).ok_or(Refusal::OutputTooLong)?;
        let bytes = &space[..len];
        let signature = self.hand.sign(bytes);
        self.ring.push(epoch, sha256(bytes));
        let mut buffer = Buffer::new(output);
        Encoder::new(&mut buffer).array(2).bytes(bytes).optional_bytes(signature.as_ref().map(|s| &s.0[..]));
        buffer.finish().ok_or(Refusal::OutputTooLong)
    }
}
