//! What a sealed module says of its own sealing: the custom section `avouch:seal`, read back.
//!
//! The note is the sealer's word, not a proof: anybody can write such a section. It is for modules whose bytes somebody
//! vouches for, such as those of a pack, to see whether they were sealed in a way that this program runs.

use codec::decode::DecodeReason;
use codec::{DecodeError, Digest, Encoder, Reader, Sink};
use wasmparser::{Parser, Payload};

use crate::policy::{LoopCharge, MemoryRule, NanBits, Policy};
use crate::sealing::{SEAL_SECTION, SEAL_VERSION};

/// How a module was sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Note {
    /// The digest of the cost table that its meter charges by.
    pub cost_table: Digest,
    /// The call-depth limit, in frame units.
    pub depth_limit: u32,
    /// How large the memory may be.
    pub memory: MemoryRule,
    /// When counted loops are charged.
    pub loops: LoopCharge,
    /// What became of the bits of NaNs. A module whose NaNs are as made must not be receipted.
    pub nan: NanBits,
}

impl Note {
    /// The note of a sealed module; nothing if there is none, more than one, or one of another version.
    #[must_use]
    pub fn read(module: &[u8]) -> Option<Self> {
        let mut found = None;
        for payload in Parser::new(0).parse_all(module) {
            match payload {
                Ok(Payload::CustomSection(section)) if section.name() == SEAL_SECTION => {
                    let note = Self::decode(section.data()).ok()?;
                    if found.replace(note).is_some() {
                        return None;
                    }
                }
                Ok(_) => {}
                Err(_) => return None,
            }
        }
        found
    }

    /// What sealing under `policy` writes.
    pub(crate) fn of(policy: &Policy<'_>, cost_table: Digest) -> Self {
        Self {
            cost_table,
            depth_limit: policy.depth_limit,
            memory: policy.memory,
            loops: policy.loops,
            nan: policy.nan,
        }
    }

    pub(crate) fn encode<S: Sink>(&self, sink: &mut S) {
        let mut out = Encoder::new(sink);
        let leaves_nan = self.nan == NanBits::AsMade;
        out.map(5 + u64::from(leaves_nan)).uint(0).uint(SEAL_VERSION).uint(1).bytes(self.cost_table.as_bytes());
        out.uint(2).uint(self.depth_limit.into());
        match self.memory {
            MemoryRule::Fixed => out.uint(3).null(),
            MemoryRule::Capped { max_pages } => out.uint(3).uint(max_pages.into()),
        };
        out.uint(4).bool(self.loops == LoopCharge::Ahead);
        if leaves_nan {
            out.uint(5).bool(true);
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let start = r.clone();
        // The sixth entry is there only where it says something.
        let nan = match r.map()? {
            5 => NanBits::Canonical,
            6 => NanBits::AsMade,
            _ => return Err(start.error(DecodeReason::UnexpectedShape)),
        };
        r.key(0)?;
        r.version(SEAL_VERSION)?;
        r.key(1)?;
        let cost_table = r.digest()?;
        r.key(2)?;
        let depth_limit = r.u32()?;
        r.key(3)?;
        let memory = if r.null() { MemoryRule::Fixed } else { MemoryRule::Capped { max_pages: r.u32()? } };
        r.key(4)?;
        let loops = if r.bool()? { LoopCharge::Ahead } else { LoopCharge::EachTurn };
        if nan == NanBits::AsMade {
            r.key(5)?;
            if !r.bool()? {
                return Err(r.error(DecodeReason::UnexpectedShape));
            }
        }
        reader.finish()?;
        Ok(Self { cost_table, depth_limit, memory, loops, nan })
    }
}
