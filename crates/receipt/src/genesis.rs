//! The operator's statement that opens a chain: which instance, which keys, which module and configuration.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use codec::decode::DecodeReason;
use codec::{DecodeError, Digest, Encoder, Reader, sha256};
use core::fmt;
use core::num::NonZeroU32;

use crate::cose::{Content, Sign1};
use crate::derive::{InstanceId, KeyMode};
use crate::error::FormatError;
use crate::frame::decode_key_mode;
use crate::keys::{CheckedKey, KeyId, PublicKey, Signature, SigningKey};
use crate::limits::{GENESIS_LEN_MAX, GENESIS_PAYLOAD_LEN_MAX, MODULE_NAME_LEN_MAX};
use crate::post_quantum::{PostQuantumKey, PostQuantumSignature};

/// What the operator states.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GenesisStatement {
    /// The instance id.
    pub instance: InstanceId,
    /// The key that signs this instance's bodies.
    pub runtime: PublicKey,
    /// The key that signs this instance's claims; `None` if no key enters the guest and the host signs.
    pub witness: Option<PublicKey>,
    /// Digest of the sealed module.
    pub module: Digest,
    /// Digest of the configuration.
    pub configuration: Digest,
    /// Digest of the cost table.
    pub cost_table: Digest,
    /// Where the instance's keys came from.
    pub key_mode: KeyMode,
    /// What the module was called before it was sealed: at most 128 bytes, no control characters. For people.
    pub module_name: String,
    /// Every receipt whose epoch this divides carries the runtime's signature; others may.
    pub signing_interval: NonZeroU32,
    /// SHA-256 of the runtime's ML-DSA-44 public key, if every signed receipt carries a second signature by it.
    pub post_quantum: Option<Digest>,
    /// The key that signs the heads of this instance's log.
    pub log: PublicKey,
    /// Where this chain forks off another one; `None` if it begins by itself.
    pub parent: Option<Parent>,
}

/// The step of another chain whose state a fork begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parent {
    /// The instance id of the parent.
    pub instance: InstanceId,
    /// The epoch of that step, below 2^64 − 1; the fork's first epoch is the next.
    pub epoch: u64,
    /// Digest of that step's body.
    pub body: Digest,
    /// Digest of the state after that step, as a snapshot encodes it.
    pub state: Digest,
}

/// A signed genesis statement. Having one says that it is well formed and its keys are usable; [`Genesis::trust`] says
/// whether an operator whom one trusts signed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Genesis {
    statement: GenesisStatement,
    runtime: CheckedKey,
    runtime_id: KeyId,
    witness: Option<CheckedKey>,
    log: CheckedKey,
    payload: Vec<u8>,
    key_id: KeyId,
    signature: Signature,
    post_quantum: Option<PostQuantumSignature>,
}

/// What is known of the signer of a genesis statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trust {
    /// This trusted operator signed it.
    Operator(PublicKey),
    /// None of the trusted keys is the one it names: the chain may be consistent with itself, its signer is unknown.
    SignerUnknown,
    /// It names a trusted key, whose signature does not verify.
    GenesisInvalid,
}

/// What is known of the operator's post-quantum signature on a genesis statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PostQuantumTrust {
    /// There is none, and the statement names no post-quantum key.
    None,
    /// It is by the trusted key with this digest.
    Operator(Digest),
    /// It is by none of the trusted keys, or it is wrong: an envelope does not say whose it is meant to be.
    SignerUnknown,
    /// This program was built without ML-DSA-44 and cannot tell.
    Unsupported,
}

impl GenesisStatement {
    /// The version that this program writes and reads.
    pub const VERSION: u64 = 2;

    /// Signs the statement with the operator's identity key. The error tells of a name that is too long or has control
    /// characters, of an unusable key, or of a post-quantum key, which wants [`GenesisStatement::sign_both`].
    pub fn sign(&self, operator: &SigningKey) -> Result<Genesis, FormatError> {
        self.sign_with(operator, None)
    }

    /// Signs a statement that names a post-quantum key with the operator's two keys. Errors as for
    /// [`GenesisStatement::sign`], and if the statement names no such key.
    #[cfg(feature = "post-quantum")]
    pub fn sign_both(
        &self,
        operator: &SigningKey,
        post_quantum: &crate::post_quantum::PostQuantumSigningKey,
    ) -> Result<Genesis, FormatError> {
        self.sign_with(operator, Some(post_quantum.sign(Content::Genesis, &self.encode())))
    }

    fn sign_with(&self, operator: &SigningKey, second: Option<PostQuantumSignature>) -> Result<Genesis, FormatError> {
        let payload = self.encode();
        let mut bytes = Vec::with_capacity(GENESIS_LEN_MAX);
        let post_quantum = second.as_ref().map(|signature| &*signature.0);
        Sign1 { post_quantum, ..Sign1::sign(operator, Content::Genesis, None, &payload) }.encode(&mut bytes);
        Genesis::decode(&bytes)
    }

    fn encode(&self) -> Vec<u8> {
        let Self { instance, runtime, witness, module, configuration, cost_table, key_mode, module_name, .. } = self;
        let Self { signing_interval, post_quantum, log, parent, .. } = self;
        let mut bytes = Vec::with_capacity(GENESIS_PAYLOAD_LEN_MAX);
        let mut encoder = Encoder::new(&mut bytes);
        encoder.map(13).uint(1).uint(Self::VERSION).uint(2).bytes(&instance.0).uint(3).bytes(&runtime.0);
        encoder.uint(4).optional_bytes(witness.as_ref().map(|key| &key.0[..]));
        encoder.uint(5).bytes(&module.0).uint(6).bytes(&configuration.0).uint(7).bytes(&cost_table.0);
        encoder.uint(8).uint(u64::from(*key_mode as u8)).uint(9).text(module_name);
        encoder.uint(10).uint(u64::from(signing_interval.get()));
        encoder.uint(11).optional_bytes(post_quantum.as_ref().map(|digest| &digest.0[..]));
        encoder.uint(12).bytes(&log.0).uint(13);
        match parent {
            None => encoder.null(),
            Some(Parent { instance, epoch, body, state }) => {
                encoder.array(4).bytes(&instance.0).uint(*epoch).bytes(&body.0).bytes(&state.0)
            }
        };
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        r.map_of(13)?;
        r.key(1)?;
        r.version(Self::VERSION)?;
        r.key(2)?;
        let instance = InstanceId(r.fixed()?);
        r.key(3)?;
        let runtime = PublicKey(r.fixed()?);
        r.key(4)?;
        let witness = if r.null() { None } else { Some(PublicKey(r.fixed()?)) };
        r.key(5)?;
        let module = r.digest()?;
        r.key(6)?;
        let configuration = r.digest()?;
        r.key(7)?;
        let cost_table = r.digest()?;
        r.key(8)?;
        let key_mode = decode_key_mode(r)?;
        r.key(9)?;
        let module_name = decode_name(r)?;
        r.key(10)?;
        let start = r.clone();
        let signing_interval = NonZeroU32::new(r.u32()?).ok_or(start.error(DecodeReason::OutOfRange))?;
        r.key(11)?;
        let post_quantum = if r.null() { None } else { Some(r.digest()?) };
        r.key(12)?;
        let log = PublicKey(r.fixed()?);
        r.key(13)?;
        let parent = if r.null() { None } else { Some(Parent::decode(r)?) };
        reader.finish()?;
        let statement = Self {
            instance,
            runtime,
            witness,
            module,
            configuration,
            cost_table,
            key_mode,
            module_name,
            signing_interval,
            post_quantum,
            log,
            parent,
        };
        Ok(statement)
    }
}

impl Parent {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array_of(4)?;
        let instance = InstanceId(r.fixed()?);
        let epoch = r.uint_at_most(u64::MAX - 1)?;
        Ok(Self { instance, epoch, body: r.digest()?, state: r.digest()? })
    }
}

impl Genesis {
    /// What the operator states.
    #[must_use]
    pub fn statement(&self) -> &GenesisStatement {
        &self.statement
    }

    /// The key that signs bodies.
    #[must_use]
    pub fn runtime_key(&self) -> &CheckedKey {
        &self.runtime
    }

    /// The id of the key that signs bodies.
    #[must_use]
    pub fn runtime_key_id(&self) -> KeyId {
        self.runtime_id
    }

    /// The key that signs claims, if the guest signs.
    #[must_use]
    pub fn witness_key(&self) -> Option<&CheckedKey> {
        self.witness.as_ref()
    }

    /// The key that signs the heads of the log.
    #[must_use]
    pub fn log_key(&self) -> &CheckedKey {
        &self.log
    }

    /// The bytes that the operator signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// What the first step's `previous` holds: SHA-256 of the payload.
    #[must_use]
    pub fn payload_digest(&self) -> Digest {
        sha256(&self.payload)
    }

    /// The id of the key that is said to have signed.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// What is known of the signer if these operators are trusted.
    #[must_use]
    pub fn trust(&self, operators: &[PublicKey]) -> Trust {
        let mut named = false;
        for operator in operators.iter().filter(|operator| operator.id() == self.key_id) {
            named = true;
            if operator.check().is_ok_and(|key| self.envelope().verify(&key).is_ok()) {
                return Trust::Operator(*operator);
            }
        }
        if named { Trust::GenesisInvalid } else { Trust::SignerUnknown }
    }

    /// What is known of the post-quantum signature if these keys are the operator's.
    #[must_use]
    pub fn post_quantum_trust(&self, operators: &[PostQuantumKey]) -> PostQuantumTrust {
        let Some(PostQuantumSignature(signature)) = &self.post_quantum else {
            return PostQuantumTrust::None;
        };
        for operator in operators {
            let Ok(key) = operator.check() else {
                return PostQuantumTrust::Unsupported;
            };
            if key.verify(Content::Genesis, &self.payload, signature).is_ok() {
                return PostQuantumTrust::Operator(operator.digest());
            }
        }
        PostQuantumTrust::SignerUnknown
    }

    /// The statement as bytes: a COSE_Sign1.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(GENESIS_LEN_MAX);
        self.envelope().encode(&mut bytes);
        bytes
    }

    /// Reads a signed statement; only what [`Genesis::to_bytes`] writes is taken. Checks no signature: see
    /// [`Genesis::trust`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > GENESIS_LEN_MAX {
            return Err(FormatError::TooLong);
        }
        let Sign1 { content: _, key_id, witness, post_quantum, payload, signature } =
            Sign1::decode(bytes, Content::Genesis).map_err(FormatError::Envelope)?;
        if witness.is_some() {
            return Err(FormatError::WitnessSignature);
        }
        let statement = GenesisStatement::decode(payload).map_err(FormatError::Genesis)?;
        if statement.post_quantum.is_some() != post_quantum.is_some() {
            return Err(FormatError::PostQuantumSignature);
        }
        let check = |key: &PublicKey| key.check().map_err(|_| FormatError::GenesisKey);
        let runtime = check(&statement.runtime)?;
        let witness = statement.witness.as_ref().map(check).transpose()?;
        let log = check(&statement.log)?;
        let post_quantum = post_quantum.map(|signature| PostQuantumSignature(Box::new(*signature)));
        let runtime_id = runtime.id();
        Ok(Self {
            statement,
            runtime,
            runtime_id,
            witness,
            log,
            payload: payload.to_vec(),
            key_id,
            signature,
            post_quantum,
        })
    }

    fn envelope(&self) -> Sign1<'_> {
        Sign1 {
            content: Content::Genesis,
            key_id: self.key_id,
            witness: None,
            post_quantum: self.post_quantum.as_ref().map(|signature| &*signature.0),
            payload: &self.payload,
            signature: self.signature,
        }
    }
}

/// A name is shown to people, so it may not steer a terminal.
fn decode_name(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    let start = r.clone();
    let name = r.text()?;
    if name.len() > MODULE_NAME_LEN_MAX || name.chars().any(char::is_control) {
        return Err(start.error(DecodeReason::OutOfRange));
    }
    Ok(String::from(name))
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(key) => write!(f, "signed by the trusted operator {key}"),
            Self::SignerUnknown => f.write_str("self-consistent, signer unknown"),
            Self::GenesisInvalid => f.write_str("the operator's signature on the genesis statement does not verify"),
        }
    }
}
