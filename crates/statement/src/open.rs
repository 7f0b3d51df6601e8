//! From foreign bytes and trusted keys to a statement, whether it came in a bare envelope or in a bundle.

use receipt::{CheckedKey, PublicKey};

use crate::bundle::Bundle;
use crate::dsse::Envelope;
use crate::error::{Field, Refusal};
use crate::intoto::Statement;
use crate::json;
use crate::limits::DOCUMENT_LEN_MAX;

/// A statement that a trusted key signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// What it came in.
    pub form: Form,
    /// The first of the trusted keys under which a signature verifies.
    pub key: PublicKey,
    /// The statement.
    pub statement: Statement,
}

/// What a statement comes in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A DSSE envelope.
    Envelope,
    /// A Sigstore bundle.
    Bundle,
}

/// A document that is well formed; nobody knows yet whether its signature verifies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// What it is.
    pub form: Form,
    /// The envelope; that within, if it is a bundle.
    pub envelope: Envelope,
}

/// Reads, verifies and reads on: the document, one of its signatures, then the statement.
pub fn open(bytes: &[u8], keys: &[CheckedKey]) -> Result<Opened, Refusal> {
    let Document { form, envelope } = read(bytes)?;
    let authentic = envelope.verify(keys)?;
    Ok(Opened { form, key: authentic.key, statement: Statement::from_authentic(&authentic)? })
}

/// Reads a document. One with a key `mediaType` is a bundle.
pub fn read(bytes: &[u8]) -> Result<Document, Refusal> {
    let object = json::parse(bytes, DOCUMENT_LEN_MAX)?;
    if object.has(Field::MediaType) {
        Ok(Document { form: Form::Bundle, envelope: Bundle::from_object(object)?.into_envelope() })
    } else {
        Ok(Document { form: Form::Envelope, envelope: Envelope::from_object(object, Field::Document)? })
    }
}
