//! The statement that two engines disagree about a step, signed by the runtime key. The layout is in `spec/receipt.md`,
//! section "Divergence statement".
//!
//! Such a step is not in the chain: neither body can be vouched for. The statement keeps both, so that whoever holds it
//! can replay the step and see which engine is wrong.

use alloc::string::String;
use alloc::vec::Vec;
use codec::decode::DecodeReason;
use codec::{DecodeError, Digest, Encoder, Reader};

use crate::body::Body;
use crate::cose::{Content, Sign1};
use crate::difference::first_difference;
use crate::error::FormatError;
use crate::genesis::Genesis;
use crate::keys::{KeyId, Signature, SigningKey};
use crate::limits::{DIVERGENCE_LEN_MAX, ENGINE_NAME_LEN_MAX};
use crate::snapshot::{StatementFault, decode_envelope, envelope, verify_statement};

/// What one engine made of a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// The engine's name and version: at most 64 bytes, no control characters. For people.
    pub engine: String,
    /// The body.
    pub body: Body,
}

/// What the runtime states of a step about which two engines disagree. Its two bodies are of the same epoch and differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Divergence {
    genesis: Digest,
    field: &'static str,
    running: Account,
    shadow: Account,
}

/// A signed divergence statement. Having one says that it is well formed; [`SignedDivergence::verify`] says that it is a
/// chain's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedDivergence {
    statement: Divergence,
    payload: Vec<u8>,
    key_id: KeyId,
    signature: Signature,
}

impl Divergence {
    /// The version that this program writes and reads.
    pub const VERSION: u64 = 1;

    /// Joins two accounts of one step in the chain of the genesis statement whose payload has this digest. The error tells
    /// of bodies that are the same or of different epochs, or of an engine's name that is too long or has control
    /// characters.
    pub fn new(genesis: Digest, running: Account, shadow: Account) -> Result<Self, FormatError> {
        if !is_name(&running.engine) || !is_name(&shadow.engine) {
            return Err(FormatError::EngineName);
        }
        if running.body.frame().epoch != shadow.body.frame().epoch {
            return Err(FormatError::NoDivergence);
        }
        let field = first_difference(&running.body, &shadow.body).ok_or(FormatError::NoDivergence)?;
        Ok(Self { genesis, field, running, shadow })
    }

    /// Digest of the genesis statement's payload.
    #[must_use]
    pub fn genesis(&self) -> Digest {
        self.genesis
    }

    /// The step.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.running.body.frame().epoch
    }

    /// The first field in which the bodies differ, such as `score.upper`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// What the engine that ran the container made of the step.
    #[must_use]
    pub fn running(&self) -> &Account {
        &self.running
    }

    /// What the engine that ran beside it made of the step.
    #[must_use]
    pub fn shadow(&self) -> &Account {
        &self.shadow
    }

    /// Signs the statement with the instance's runtime key.
    #[must_use]
    pub fn sign(self, runtime: &SigningKey) -> SignedDivergence {
        let payload = self.encode();
        let Sign1 { key_id, signature, .. } = Sign1::sign(runtime, Content::Divergence, None, &payload);
        SignedDivergence { statement: self, payload, key_id, signature }
    }

    fn encode(&self) -> Vec<u8> {
        let Self { genesis, field, running, shadow } = self;
        let mut bytes = Vec::with_capacity(DIVERGENCE_LEN_MAX);
        let mut encoder = Encoder::new(&mut bytes);
        encoder.map(8).uint(1).uint(Self::VERSION).uint(2).bytes(&genesis.0).uint(3).uint(self.epoch());
        encoder.uint(4).text(field).uint(5).bytes(&running.body.to_bytes()).uint(6).text(&running.engine);
        encoder.uint(7).bytes(&shadow.body.to_bytes()).uint(8).text(&shadow.engine);
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let Fields { genesis, epoch, field, running, shadow } =
            Fields::decode(Reader::new(bytes)).map_err(FormatError::Statement)?;
        let account =
            |(body, engine): (&[u8], &str)| Ok(Account { engine: String::from(engine), body: Body::decode(body)? });
        let statement = Self::new(genesis, account(running)?, account(shadow)?)?;
        // The epoch and the field are there for readers who do not look into bodies; they may not say anything else.
        if statement.epoch() != epoch || statement.field != field {
            return Err(FormatError::NoDivergence);
        }
        Ok(statement)
    }
}

/// The fields of the payload, not yet compared with each other.
struct Fields<'a> {
    genesis: Digest,
    epoch: u64,
    field: &'a str,
    running: (&'a [u8], &'a str),
    shadow: (&'a [u8], &'a str),
}

impl<'a> Fields<'a> {
    fn decode(mut r: Reader<'a>) -> Result<Self, DecodeError> {
        r.map_of(8)?;
        r.key(1)?;
        r.version(Divergence::VERSION)?;
        r.key(2)?;
        let genesis = r.digest()?;
        r.key(3)?;
        let epoch = r.uint()?;
        r.key(4)?;
        let field = r.text()?;
        r.key(5)?;
        let running = (r.bytes()?, engine_name(&mut r, 6)?);
        r.key(7)?;
        let shadow = (r.bytes()?, engine_name(&mut r, 8)?);
        r.finish()?;
        Ok(Self { genesis, epoch, field, running, shadow })
    }
}

fn engine_name<'a>(r: &mut Reader<'a>, key: u64) -> Result<&'a str, DecodeError> {
    r.key(key)?;
    let start = r.clone();
    let name = r.text()?;
    if is_name(name) { Ok(name) } else { Err(start.error(DecodeReason::OutOfRange)) }
}

/// A name is shown to people, so it may not steer a terminal.
fn is_name(name: &str) -> bool {
    name.len() <= ENGINE_NAME_LEN_MAX && !name.chars().any(char::is_control)
}

impl SignedDivergence {
    /// What is stated.
    #[must_use]
    pub fn statement(&self) -> &Divergence {
        &self.statement
    }

    /// The statement as bytes: a COSE_Sign1.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.payload.len() + 160);
        envelope(Content::Divergence, self.key_id, &self.payload, self.signature).encode(&mut bytes);
        assert!(bytes.len() <= DIVERGENCE_LEN_MAX, "a statement is never longer than the sum of its widest fields");
        bytes
    }

    /// Reads a signed statement; only what [`SignedDivergence::to_bytes`] writes is taken. Checks no signature.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > DIVERGENCE_LEN_MAX {
            return Err(FormatError::TooLong);
        }
        let Sign1 { key_id, payload, signature, .. } = decode_envelope(bytes, Content::Divergence)?;
        Ok(Self { statement: Divergence::decode(payload)?, payload: payload.to_vec(), key_id, signature })
    }

    /// Checks that the statement speaks of the chain that `genesis` opens and that this chain's runtime key signed it.
    pub fn verify(&self, genesis: &Genesis) -> Result<(), StatementFault> {
        let envelope = envelope(Content::Divergence, self.key_id, &self.payload, self.signature);
        verify_statement(genesis, self.statement.genesis, &envelope)?;
        if self.statement.epoch() <= crate::chain::Tip::start(genesis).epoch {
            return Err(StatementFault::BeforeTheStart);
        }
        Ok(())
    }
}
