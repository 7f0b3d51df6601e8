//! What the runtime says of one step. The layout is the table in `spec/receipt.md`, section "Frame".

use codec::decode::DecodeReason;
use codec::{DecodeError, Digest, Encoder, Reader, Sink};

use crate::derive::KeyMode;
use crate::outcome::Outcome;

/// The frame of one step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Number of the step, from 1.
    pub epoch: u64,
    /// Digest of the previous body; for the first step, of the genesis statement's payload.
    pub previous: Digest,
    /// Digest of the step's input bytes.
    pub input: Digest,
    /// How the step ended.
    pub outcome: Outcome,
    /// What the meter counted, in units of the cost table.
    pub meter_used: u64,
    /// Digest of the sealed module.
    pub module: Digest,
    /// Digest of the configuration.
    pub configuration: Digest,
    /// Digest of the cost table that the meter was built with.
    pub cost_table: Digest,
    /// Digest of the claim; there is one exactly if the outcome is done or partial.
    pub claim: Option<Digest>,
    /// Where the instance's keys came from.
    pub key_mode: KeyMode,
}

impl Frame {
    /// The version that this program writes and reads.
    pub const VERSION: u64 = 1;

    /// Writes the frame.
    pub fn encode<S: Sink>(&self, encoder: &mut Encoder<'_, S>) {
        let Self { epoch, previous, input, outcome, meter_used, module, configuration, cost_table, claim, key_mode } =
            self;
        encoder.map(11).uint(1).uint(Self::VERSION);
        encoder.uint(2).uint(*epoch).uint(3).bytes(&previous.0).uint(4).bytes(&input.0);
        outcome.encode(encoder.uint(5));
        encoder.uint(6).uint(*meter_used);
        encoder.uint(7).bytes(&module.0).uint(8).bytes(&configuration.0).uint(9).bytes(&cost_table.0);
        encoder.uint(10).optional_bytes(claim.as_ref().map(|digest| &digest.0[..]));
        encoder.uint(11).uint(u64::from(*key_mode as u8));
    }

    /// Reads a frame; only what [`Frame::encode`] writes is taken.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.map_of(11)?;
        r.key(1)?;
        r.version(Self::VERSION)?;
        r.key(2)?;
        let epoch = r.uint()?;
        r.key(3)?;
        let previous = r.digest()?;
        r.key(4)?;
        let input = r.digest()?;
        r.key(5)?;
        let outcome = Outcome::decode(r)?;
        r.key(6)?;
        let meter_used = r.uint()?;
        r.key(7)?;
        let module = r.digest()?;
        r.key(8)?;
        let configuration = r.digest()?;
        r.key(9)?;
        let cost_table = r.digest()?;
        r.key(10)?;
        let claim = if r.null() { None } else { Some(r.digest()?) };
        r.key(11)?;
        let key_mode = decode_key_mode(r)?;
        Ok(Self { epoch, previous, input, outcome, meter_used, module, configuration, cost_table, claim, key_mode })
    }
}

pub(crate) fn decode_key_mode(r: &mut Reader<'_>) -> Result<KeyMode, DecodeError> {
    let start = r.clone();
    KeyMode::from_number(r.uint()?).ok_or(start.error(DecodeReason::OutOfRange))
}
