//! DSSE 1.0 (secure-systems-lab/dsse, `protocol.md` and `envelope.md`): a payload, its type, and signatures over both.
//!
//! What is verified is the payload's bytes, never what a JSON reader makes of them, and a verified payload is a type of its
//! own ([`Authentic`]). A `keyid` is not signed: here it decides nothing, not even which key is tried.

use receipt::{CheckedKey, PublicKey, Signature, SigningKey};
use serde::Serialize;

use crate::base64;
use crate::error::{Field, Problem, Refusal};
use crate::json::{self, Json, Object};
use crate::limits::{
    DOCUMENT_LEN_MAX, KEY_HINT_LEN_MAX, PAYLOAD_LEN_MAX, PAYLOAD_TYPE_LEN_MAX, SIGNATURE_LEN_MAX, SIGNATURES_MAX,
};

/// A payload that somebody signed, perhaps. Well formed and within its limits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    payload: Vec<u8>,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

/// One signature of an envelope, of whatever scheme.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnvelopeSignature {
    /// Whose it is said to be. Not signed; for people and for tools that look keys up.
    pub keyid: Option<String>,
    /// The signature's bytes; 64 if it is Ed25519.
    pub sig: Vec<u8>,
}

/// A payload whose signature verified.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Authentic<'a> {
    /// The signed bytes.
    pub payload: &'a [u8],
    /// What they are said to be; signed too.
    pub payload_type: &'a str,
    /// The first of the trusted keys under which a signature verifies.
    pub key: PublicKey,
}

/// The bytes that a signature is over: `DSSEv1 SP LEN(type) SP type SP LEN(body) SP body`, lengths in bytes as ASCII
/// decimals.
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = pae_head(payload_type, payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// The `keyid` that this program writes for a key: its id as in a COSE header, 16 hexadecimal digits.
#[must_use]
pub fn keyid(key: &PublicKey) -> String {
    key.id().0.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pae_head(payload_type: &str, payload_len: usize) -> String {
    format!("DSSEv1 {} {payload_type} {payload_len} ", payload_type.len())
}

impl Envelope {
    /// Signs a payload. The error tells of an empty or too long payload or type.
    pub fn sign(payload: Vec<u8>, payload_type: &str, key: &SigningKey) -> Result<Self, Refusal> {
        check_len(Field::Payload, payload.len(), PAYLOAD_LEN_MAX)?;
        check_len(Field::PayloadType, payload_type.len(), PAYLOAD_TYPE_LEN_MAX)?;
        let Signature(sig) = key.sign(&[pae_head(payload_type, payload.len()).as_bytes(), &payload]);
        let signature = EnvelopeSignature { keyid: Some(keyid(&key.public())), sig: sig.to_vec() };
        Ok(Self { payload, payload_type: payload_type.to_owned(), signatures: vec![signature] })
    }

    /// Reads an envelope. White space, the order of keys, escapes in strings and the alphabet of base64 are free;
    /// unknown keys, keys that stand twice and loose base64 are refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        Self::from_object(json::parse(bytes, DOCUMENT_LEN_MAX)?, Field::Document)
    }

    pub(crate) fn from_object(mut object: Object, place: Field) -> Result<Self, Refusal> {
        let payload = bytes(object.required(Field::Payload)?, Field::Payload, PAYLOAD_LEN_MAX)?;
        let payload_type = object.required(Field::PayloadType)?.text(Field::PayloadType)?;
        check_len(Field::PayloadType, payload_type.len(), PAYLOAD_TYPE_LEN_MAX)?;
        let signatures = object.required(Field::Signatures)?.array(Field::Signatures)?;
        check_len(Field::Signatures, signatures.len(), SIGNATURES_MAX)?;
        let signatures = signatures.into_iter().map(EnvelopeSignature::from_json).collect::<Result<_, _>>()?;
        object.finish(place)?;
        Ok(Self { payload, payload_type, signatures })
    }

    /// The envelope as one line of JSON: keys in fixed order, base64 in the standard alphabet.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.wire()).expect("strings and arrays are JSON") + "\n"
    }

    /// The payload, if a signature verifies (strictly) under one of `keys`. The first such key of the list is named,
    /// whatever the order of the signatures and whatever their key ids say.
    pub fn verify(&self, keys: &[CheckedKey]) -> Result<Authentic<'_>, Refusal> {
        let message = pae(&self.payload_type, &self.payload);
        let is_signer = |key: &&CheckedKey| {
            self.signatures.iter().filter_map(EnvelopeSignature::ed25519).any(|sig| key.verify(&message, &sig).is_ok())
        };
        let key = keys.iter().find(is_signer).ok_or(Refusal::NotVerified)?.public();
        Ok(Authentic { payload: &self.payload, payload_type: &self.payload_type, key })
    }

    /// The payload, of which nobody knows yet who signed it: see [`Envelope::verify`].
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload's type, as little known.
    #[must_use]
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// The signatures.
    #[must_use]
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }

    pub(crate) fn wire(&self) -> EnvelopeWire<'_> {
        let signature = |signature: &'_ EnvelopeSignature| SignatureWire {
            keyid: signature.keyid.clone(),
            sig: base64::encode(&signature.sig),
        };
        EnvelopeWire {
            payload: base64::encode(&self.payload),
            payload_type: &self.payload_type,
            signatures: self.signatures.iter().map(signature).collect(),
        }
    }
}

impl EnvelopeSignature {
    fn from_json(json: Json) -> Result<Self, Refusal> {
        let mut object = json.object(Field::Signature)?;
        let sig = bytes(object.required(Field::Sig)?, Field::Sig, SIGNATURE_LEN_MAX)?;
        let keyid = object.optional(Field::KeyId).map(|json| json.text(Field::KeyId)).transpose()?;
        if keyid.as_ref().is_some_and(|keyid| keyid.len() > KEY_HINT_LEN_MAX) {
            return Err(Refusal::Field(Field::KeyId, Problem::TooLong));
        }
        object.finish(Field::Signature)?;
        Ok(Self { keyid, sig })
    }

    /// The signature, if it has the length of one by Ed25519.
    fn ed25519(&self) -> Option<Signature> {
        self.sig.as_slice().try_into().ok().map(Signature)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvelopeWire<'a> {
    payload: String,
    payload_type: &'a str,
    signatures: Vec<SignatureWire>,
}

#[derive(Serialize)]
struct SignatureWire {
    #[serde(skip_serializing_if = "Option::is_none")]
    keyid: Option<String>,
    sig: String,
}

/// Bytes in base64: at least one, at most `limit`.
fn bytes(json: Json, field: Field, limit: usize) -> Result<Vec<u8>, Refusal> {
    let text = json.text(field)?;
    check_len(field, text.len() / 4 * 3, limit + 2)?;
    let bytes = base64::decode(&text).ok_or(Refusal::Field(field, Problem::NotBase64))?;
    check_len(field, bytes.len(), limit)?;
    Ok(bytes)
}

fn check_len(field: Field, len: usize, limit: usize) -> Result<(), Refusal> {
    match len {
        0 => Err(Refusal::Field(field, Problem::Empty)),
        len if len > limit => Err(Refusal::Field(field, Problem::TooLong)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of DSSE's `protocol.md`.
    #[test]
    fn published_pae() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    /// Lengths count bytes, not characters, and no two pairs share an encoding.
    #[test]
    fn lengths_are_of_bytes() {
        assert_eq!(pae("\u{e4}", b""), "DSSEv1 2 \u{e4} 0 ".as_bytes());
        assert_ne!(pae("a 1 b", b""), pae("a", b"b 0 "));
    }
}
