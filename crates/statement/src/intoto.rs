//! The in-toto Statement v1 (in-toto/attestation, `spec/v1/statement.md`) around a run.
//!
//! A statement has one spelling: keys in fixed order, no white space, the shortest escapes. A reader takes a payload only if
//! writing what it read gives the same bytes, so that what is signed and what is understood cannot part.

use codec::Digest;
use receipt::SigningKey;

use crate::bundle::Bundle;
use crate::dsse::{Authentic, Envelope};
use crate::error::{Field, Refusal};
use crate::json;
use crate::limits::PAYLOAD_LEN_MAX;
use crate::run::{Inconsistency, PREDICATE_TYPE, Run};
use crate::wire::StatementWire;

/// The type of an in-toto Statement v1.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// The payload type of in-toto statements in DSSE.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A run that was found consistent, with the bytes that are signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    run: Run,
    payload: Vec<u8>,
}

/// What a statement is about: something whose bytes one can have in hand, by digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

impl Run {
    /// The statement of this run, if the run is consistent.
    pub fn statement(self) -> Result<Statement, Inconsistency> {
        self.check()?;
        let payload = serde_json::to_vec(&StatementWire::of(&self)).expect("strings, numbers and objects are JSON");
        debug_assert!(payload.len() <= PAYLOAD_LEN_MAX, "the limits of the parts add up to less");
        Ok(Statement { run: self, payload })
    }

    /// What the run's statement is about: the bytes of the last body (a receipt's payload), and the sealed module.
    #[must_use]
    pub fn subjects(&self) -> [Subject; 2] {
        let Self { instance, module, chain, .. } = self;
        let head = Subject { name: format!("{}/{instance}@{}", module.name, chain.last_epoch), digest: chain.head };
        [head, Subject { name: module.name.clone(), digest: module.digest }]
    }
}

impl Statement {
    /// Reads the bytes of a statement of a run. Checks no signature: see [`Statement::from_authentic`].
    pub fn parse(payload: &[u8]) -> Result<Self, Refusal> {
        check_types(payload)?;
        let wire: StatementWire = serde_json::from_slice(payload)
            .map_err(|error| Refusal::NotARun { line: error.line(), column: error.column() })?;
        let (run, subjects) = wire.read();
        if subjects != run.subjects() {
            return Err(Refusal::Inconsistent(Inconsistency::Subjects));
        }
        let statement = run.statement().map_err(Refusal::Inconsistent)?;
        if statement.payload == payload { Ok(statement) } else { Err(Refusal::OtherSpelling) }
    }

    /// Reads the statement of a run from a payload whose signature verified.
    pub fn from_authentic(authentic: &Authentic<'_>) -> Result<Self, Refusal> {
        Self::of(authentic.payload_type, authentic.payload)
    }

    /// Reads the statement of a run from an envelope, whether or not a signature of it verifies: for saying what a document
    /// claims before, or without, trusting it.
    pub fn from_unverified(envelope: &Envelope) -> Result<Self, Refusal> {
        Self::of(envelope.payload_type(), envelope.payload())
    }

    fn of(payload_type: &str, payload: &[u8]) -> Result<Self, Refusal> {
        if payload_type == PAYLOAD_TYPE { Self::parse(payload) } else { Err(Refusal::OtherPayloadType) }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The statement in an envelope, signed.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Envelope {
        Envelope::sign(self.payload.clone(), PAYLOAD_TYPE, key).expect("a statement is within the limits of a payload")
    }

    /// The statement in a Sigstore bundle, signed; the envelope within is that of [`Statement::sign`].
    #[must_use]
    pub fn bundle(&self, key: &SigningKey) -> Bundle {
        Bundle::new(self.sign(key), &key.public()).expect("there is one signature")
    }
}

/// The two types first, so that another kind of statement is called by its name and not by a column.
fn check_types(payload: &[u8]) -> Result<(), Refusal> {
    let mut object = json::parse(payload, PAYLOAD_LEN_MAX)?;
    let statement_type = object.required(Field::Type)?.text(Field::Type)?;
    if statement_type != STATEMENT_TYPE {
        return Err(Refusal::OtherStatementType);
    }
    let predicate_type = object.required(Field::PredicateType)?.text(Field::PredicateType)?;
    if predicate_type == PREDICATE_TYPE { Ok(()) } else { Err(Refusal::OtherPredicate) }
}
