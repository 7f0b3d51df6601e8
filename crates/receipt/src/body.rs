//! Frame and claim together: the part of a receipt that is a pure function of module, configuration, state and input.

use alloc::vec::Vec;
use codec::{Digest, Encoder, Reader, sha256};

use crate::claim::Claim;
use crate::error::FormatError;
use crate::frame::Frame;
use crate::limits::BODY_LEN_MAX;

/// The body of one step: on the wire `[frame, claim or null]`, the claim as a byte string so that its signed bytes stay
/// as they are. However it was made, its parts agree with each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Body {
    frame: Frame,
    claim: Option<(Vec<u8>, Claim)>,
}

/// The digest that the next step's `previous` holds: SHA-256 of the body's bytes.
#[must_use]
pub fn body_digest(body: &[u8]) -> Digest {
    sha256(body)
}

impl Body {
    /// Joins a frame and the bytes of a gate's claim. `frame.claim` must be the digest of `claim`.
    ///
    /// A claim's bytes come from a guest: what is wrong with them is told as an error. The runtime then makes another
    /// body, whose outcome is "denied: bad claim".
    pub fn new(frame: Frame, claim: Option<&[u8]>) -> Result<Self, FormatError> {
        if claim.map(sha256) != frame.claim {
            let presence = claim.is_some() == frame.claim.is_some();
            return Err(if presence { FormatError::ClaimDigest } else { FormatError::ClaimPresence });
        }
        if claim.is_some() != frame.outcome.completed().is_some() {
            return Err(FormatError::ClaimPresence);
        }
        let Some(bytes) = claim else {
            return Ok(Self { frame, claim: None });
        };
        let claim = Claim::decode(bytes).map_err(FormatError::Claim)?;
        agree(&frame, &claim)?;
        Ok(Self { frame, claim: Some((bytes.to_vec(), claim)) })
    }

    /// The runtime's part.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The guest's part as it was signed.
    #[must_use]
    pub fn claim_bytes(&self) -> Option<&[u8]> {
        self.claim.as_ref().map(|(bytes, _)| bytes.as_slice())
    }

    /// The guest's part, read as a gate's claim.
    #[must_use]
    pub fn gate_claim(&self) -> Option<&Claim> {
        self.claim.as_ref().map(|(_, claim)| claim)
    }

    /// The body as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BODY_LEN_MAX);
        let mut encoder = Encoder::new(&mut bytes);
        self.frame.encode(encoder.array(2));
        encoder.optional_bytes(self.claim_bytes());
        assert!(bytes.len() <= BODY_LEN_MAX, "a body is never longer than the sum of its widest fields");
        bytes
    }

    /// SHA-256 of the body's bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        body_digest(&self.to_bytes())
    }

    /// Reads a body; only what [`Body::to_bytes`] writes is taken.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > BODY_LEN_MAX {
            return Err(FormatError::TooLong);
        }
        let mut reader = Reader::new(bytes);
        reader.array_of(2).map_err(FormatError::Body)?;
        let frame = Frame::decode(&mut reader).map_err(FormatError::Body)?;
        let claim = if reader.null() { None } else { Some(reader.bytes().map_err(FormatError::Body)?) };
        reader.finish().map_err(FormatError::Body)?;
        Self::new(frame, claim)
    }
}

/// Claim and frame speak of the same step.
fn agree(frame: &Frame, claim: &Claim) -> Result<(), FormatError> {
    if frame.epoch != claim.epoch {
        return Err(FormatError::ClaimEpoch);
    }
    if frame.previous != claim.previous {
        return Err(FormatError::ClaimPrevious);
    }
    if frame.input != claim.input {
        return Err(FormatError::ClaimInput);
    }
    if frame.outcome.completed() != Some(claim.completed) {
        return Err(FormatError::ClaimComponents);
    }
    Ok(())
}
