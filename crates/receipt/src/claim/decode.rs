//! Bytes as a claim: only what [`Claim::encode`] writes is taken.

use codec::decode::DecodeReason;
use codec::{DecodeError, Reader};

use super::{Claim, Components, Cut, Decision, Evidence, GraphSize, Refused, RefusedDelta, Role, Score, Signer, Work};
use crate::keys::PublicKey;
use crate::limits::REFUSED_LISTED_MAX;

impl Claim {
    /// Reads a claim.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        r.map_of(13)?;
        r.key(1)?;
        r.version(Self::VERSION)?;
        let epoch = field(r, 2, Reader::uint)?;
        let claim = Self {
            epoch,
            previous: field(r, 3, Reader::digest)?,
            input: field(r, 4, Reader::digest)?,
            signer: field(r, 5, Signer::decode)?,
            decision: field(r, 6, Decision::decode)?,
            completed: field(r, 7, completed)?,
            work: field(r, 8, Work::decode)?,
            graph: field(r, 9, GraphSize::decode)?,
            cut: field(r, 10, |r| optional(r, |r| Cut::decode(r, epoch)))?,
            score: field(r, 11, |r| optional(r, |r| Score::decode(r, epoch)))?,
            evidence: field(r, 12, Evidence::decode)?,
            refused: field(r, 13, Refused::decode)?,
        };
        reader.finish()?;
        Ok(claim)
    }
}

impl Signer {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(2)?;
        let role = if r.uint_at_most(1)? == 0 { Role::Guest } else { Role::Host };
        Ok(Self { role, key: PublicKey(r.fixed()?) })
    }
}

impl Decision {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(2)?;
        let start = r.clone();
        let kind = r.uint()?;
        let severity = r.u8()?;
        match (kind, severity) {
            (0, 0) => Ok(Self::Pass),
            (1, severity) => Ok(Self::Fail { severity }),
            (2, 0) => Ok(Self::Inconclusive),
            _ => Err(start.error(DecodeReason::OutOfRange)),
        }
    }
}

impl Work {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(6)?;
        Ok(Self {
            total: r.uint()?,
            ingest: r.uint()?,
            cut: r.uint()?,
            spectral: r.uint()?,
            evidence: r.uint()?,
            witness: r.uint()?,
        })
    }
}

impl GraphSize {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(5)?;
        Ok(Self {
            vertices: r.uint()?,
            edges: r.uint()?,
            core_vertices: r.uint()?,
            core_edges: r.uint()?,
            version: r.uint()?,
        })
    }
}

impl Cut {
    fn decode(r: &mut Reader<'_>, claim_epoch: u64) -> Result<Self, DecodeError> {
        r.array_of(6)?;
        Ok(Self {
            epoch: r.uint_at_most(claim_epoch)?,
            value: r.uint()?,
            components: r.u32()?,
            small_side: r.uint()?,
            family: r.uint()?,
            hash: r.digest()?,
        })
    }
}

impl Score {
    fn decode(r: &mut Reader<'_>, claim_epoch: u64) -> Result<Self, DecodeError> {
        r.array_of(5)?;
        Ok(Self {
            epoch: r.uint_at_most(claim_epoch)?,
            score: r.uint()?,
            lower: r.uint()?,
            upper: r.uint()?,
            neg_log2: r.u32()?,
        })
    }
}

impl Evidence {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(9)?;
        Ok(Self {
            hash: r.digest()?,
            statistic: optional(r, Reader::u32)?,
            fail_bits: bits(r)?,
            fail_threshold: bits(r)?,
            pass_bits: bits(r)?,
            pass_threshold: bits(r)?,
            episode: r.u32()?,
            latched: r.bool()?,
            observations: r.uint()?,
        })
    }
}

impl Refused {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(2)?;
        let mut refused = Self { count: r.uint()?, ..Self::NONE };
        let listed = refused.listed_len();
        debug_assert!(listed <= REFUSED_LISTED_MAX);
        r.array_of(listed as u64)?;
        for place in &mut refused.first[..listed] {
            r.array_of(2)?;
            *place = RefusedDelta { delta: r.uint()?, code: r.u8()? };
        }
        Ok(refused)
    }
}

/// The key `key`, and what `read` makes of the value.
fn field<'a, T>(
    r: &mut Reader<'a>,
    key: u64,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    r.key(key)?;
    read(r)
}

/// `null`, or what `read` makes of the value.
fn optional<'a, T>(
    r: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    if r.null() { Ok(None) } else { read(r).map(Some) }
}

fn completed(r: &mut Reader<'_>) -> Result<Components, DecodeError> {
    let start = r.clone();
    Components::from_mask(r.u8()?).ok_or(start.error(DecodeReason::OutOfRange))
}

fn bits(r: &mut Reader<'_>) -> Result<i32, DecodeError> {
    let start = r.clone();
    i32::try_from(r.int()?).map_err(|_| start.error(DecodeReason::OutOfRange))
}
