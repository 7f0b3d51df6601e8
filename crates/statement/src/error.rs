//! Why bytes are refused: one closed table of reasons and one of fields.

use std::fmt;

use crate::run::Inconsistency;

/// Why bytes are not an envelope, a bundle or a statement that one may rely on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// More bytes than any such document has.
    TooLong {
        /// The most that is read.
        limit: usize,
    },
    /// Not JSON.
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A key stands twice in one object.
    KeyTwice {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A field of an envelope or a bundle is not what it must be.
    Field(Field, Problem),
    /// No signature verifies under any of the trusted keys.
    NotVerified,
    /// The payload is signed, but is not an in-toto statement.
    OtherPayloadType,
    /// `_type` is not that of an in-toto Statement v1.
    OtherStatementType,
    /// The statement has another predicate than a run.
    OtherPredicate,
    /// The statement has the predicate of a run, but not its shape.
    NotARun {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The statement is not in its one spelling.
    OtherSpelling,
    /// What the statement says does not agree with itself.
    Inconsistent(Inconsistency),
}

/// A field of an envelope or a bundle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    /// The document itself.
    Document,
    /// `payload`.
    Payload,
    /// `payloadType`.
    PayloadType,
    /// `signatures`.
    Signatures,
    /// One of `signatures`.
    Signature,
    /// `sig` of a signature.
    Sig,
    /// `keyid` of a signature.
    KeyId,
    /// `mediaType`.
    MediaType,
    /// `verificationMaterial`.
    VerificationMaterial,
    /// `publicKey` of the verification material.
    PublicKey,
    /// `hint` of the public key.
    Hint,
    /// `tlogEntries` of the verification material.
    TlogEntries,
    /// `dsseEnvelope`.
    DsseEnvelope,
    /// `_type` of a statement.
    Type,
    /// `predicateType` of a statement.
    PredicateType,
}

/// What is wrong with a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// It is not there.
    Missing,
    /// It is not a string.
    NotText,
    /// It is not an array.
    NotArray,
    /// It is not an object.
    NotObject,
    /// It holds a key that the format does not have, or that stands for something this program cannot check.
    UnknownKey,
    /// It is not strict base64.
    NotBase64,
    /// It is longer than its limit.
    TooLong,
    /// It is empty.
    Empty,
    /// It is not the value that it must have.
    OtherValue,
}

impl Field {
    /// The field's key in JSON; the document and one signature have none and are called so.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Payload => "payload",
            Self::PayloadType => "payloadType",
            Self::Signatures => "signatures",
            Self::Signature => "signature",
            Self::Sig => "sig",
            Self::KeyId => "keyid",
            Self::MediaType => "mediaType",
            Self::VerificationMaterial => "verificationMaterial",
            Self::PublicKey => "publicKey",
            Self::Hint => "hint",
            Self::TlogEntries => "tlogEntries",
            Self::DsseEnvelope => "dsseEnvelope",
            Self::Type => "_type",
            Self::PredicateType => "predicateType",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::NotText => "is not a string",
            Self::NotArray => "is not an array",
            Self::NotObject => "is not an object",
            Self::UnknownKey => "holds a key that this program does not know",
            Self::NotBase64 => "is not padded base64 with unused bits zero",
            Self::TooLong => "is longer than its limit",
            Self::Empty => "is empty",
            Self::OtherValue => "has another value than it must have",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit } => write!(f, "longer than {limit} bytes, the most that is read"),
            Self::NotJson { line, column } => write!(f, "not JSON: line {line}, column {column}"),
            Self::KeyTwice { line, column } => write!(f, "a key stands twice: line {line}, column {column}"),
            Self::Field(field, problem) => write!(f, "`{}` {problem}", field.name()),
            Self::NotVerified => f.write_str("no signature verifies under a trusted key"),
            Self::OtherPayloadType => f.write_str("signed, but its payload type is not that of an in-toto statement"),
            Self::OtherStatementType => f.write_str("signed, but not an in-toto Statement v1"),
            Self::OtherPredicate => f.write_str("an in-toto statement, but not of a run"),
            Self::NotARun { line, column } => {
                write!(f, "the predicate has not the shape of a run: line {line}, column {column}")
            }
            Self::OtherSpelling => f.write_str("the statement is not in its one spelling"),
            Self::Inconsistent(reason) => write!(f, "the statement does not agree with itself: {reason}"),
        }
    }
}

impl std::error::Error for Refusal {}
