//! The Sigstore bundle, version 0.3 (sigstore/protobuf-specs, `sigstore_bundle.proto`), with a plain public key.
//!
//! A bundle is an envelope with a hint at the key. It carries no certificate, no entry of a transparency log and no
//! timestamp: whoever verifies it brings the key, and asks for none of those.

use codec::sha256;
use receipt::{CheckedKey, PublicKey};
use serde::Serialize;

use crate::base64;
use crate::dsse::{Authentic, Envelope, EnvelopeWire};
use crate::error::{Field, Problem, Refusal};
use crate::json::{self, Object};
use crate::limits::{DOCUMENT_LEN_MAX, KEY_HINT_LEN_MAX};

/// The media type of this version.
pub const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// What precedes an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410, section 4).
const SPKI_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// An envelope with one signature and a hint at its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundle {
    hint: String,
    envelope: Envelope,
}

/// A key as SubjectPublicKeyInfo in DER (RFC 8410), the form that other tools load: 44 bytes.
#[must_use]
pub fn spki(key: &PublicKey) -> Vec<u8> {
    [&SPKI_HEAD[..], &key.0].concat()
}

/// The hint that this program writes for a key: the SHA-256 of its SubjectPublicKeyInfo in base64, which is a key's id in
/// RFC 6962 and what the bundle's specification recommends.
#[must_use]
pub fn hint(key: &PublicKey) -> String {
    base64::encode(&sha256(&spki(key)).0)
}

impl Bundle {
    /// A bundle around an envelope with one signature, by `key`. The error tells of another number of signatures.
    pub fn new(envelope: Envelope, key: &PublicKey) -> Result<Self, Refusal> {
        check_single(&envelope)?;
        Ok(Self { hint: hint(key), envelope })
    }

    /// Reads a bundle. As free and as strict as [`Envelope::parse`]; certificates, timestamps and entries of
    /// transparency logs are refused, because nothing here would check them.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        Self::from_object(json::parse(bytes, DOCUMENT_LEN_MAX)?)
    }

    pub(crate) fn from_object(mut object: Object) -> Result<Self, Refusal> {
        let media_type = object.required(Field::MediaType)?.text(Field::MediaType)?;
        if media_type != MEDIA_TYPE {
            return Err(Refusal::Field(Field::MediaType, Problem::OtherValue));
        }
        let material = object.required(Field::VerificationMaterial)?.object(Field::VerificationMaterial)?;
        let hint = read_material(material)?;
        let envelope = object.required(Field::DsseEnvelope)?.object(Field::DsseEnvelope)?;
        let envelope = Envelope::from_object(envelope, Field::DsseEnvelope)?;
        object.finish(Field::Document)?;
        check_single(&envelope)?;
        Ok(Self { hint, envelope })
    }

    /// The bundle as one line of JSON, in one spelling.
    #[must_use]
    pub fn to_json(&self) -> String {
        let wire = BundleWire {
            media_type: MEDIA_TYPE,
            verification_material: MaterialWire { public_key: KeyWire { hint: &self.hint } },
            dsse_envelope: self.envelope.wire(),
        };
        serde_json::to_string(&wire).expect("strings and arrays are JSON") + "\n"
    }

    /// As [`Envelope::verify`]; the hint decides nothing.
    pub fn verify(&self, keys: &[CheckedKey]) -> Result<Authentic<'_>, Refusal> {
        self.envelope.verify(keys)
    }

    /// Which key it is said to be. Not signed.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// The envelope within.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The envelope alone.
    #[must_use]
    pub fn into_envelope(self) -> Envelope {
        self.envelope
    }
}

/// The hint. Some writers spell out that there are no log entries; that is taken too.
fn read_material(mut material: Object) -> Result<String, Refusal> {
    let mut key = material.required(Field::PublicKey)?.object(Field::PublicKey)?;
    let hint = key.required(Field::Hint)?.text(Field::Hint)?;
    if hint.len() > KEY_HINT_LEN_MAX {
        return Err(Refusal::Field(Field::Hint, Problem::TooLong));
    }
    key.finish(Field::PublicKey)?;
    let entries = material.optional(Field::TlogEntries).map(|entries| entries.array(Field::TlogEntries)).transpose()?;
    if entries.is_some_and(|entries| !entries.is_empty()) {
        return Err(Refusal::Field(Field::TlogEntries, Problem::OtherValue));
    }
    material.finish(Field::VerificationMaterial)?;
    Ok(hint)
}

fn check_single(envelope: &Envelope) -> Result<(), Refusal> {
    if envelope.signatures().len() == 1 { Ok(()) } else { Err(Refusal::Field(Field::Signatures, Problem::OtherValue)) }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BundleWire<'a> {
    media_type: &'a str,
    verification_material: MaterialWire<'a>,
    dsse_envelope: EnvelopeWire<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MaterialWire<'a> {
    public_key: KeyWire<'a>,
}

#[derive(Serialize)]
struct KeyWire<'a> {
    hint: &'a str,
}
