//! The documented freedoms of an envelope: other spellings of the same statement, each accepted as the same; and spellings
//! next to them that are refused.

use proptest::prelude::*;
use receipt::{CheckedKey, SigningKey};
use statement::dsse::EnvelopeSignature;
use statement::{Envelope, Field, Problem, Refusal, Statement, base64, open};

use crate::fixture;

fn statement() -> Statement {
    fixture::run(&fixture::recorded()[0]).statement().expect("a consistent run")
}

/// White space around every token that is not in a string.
fn spaced(document: &str) -> String {
    let mut text = String::new();
    let mut in_string = false;
    for character in document.chars() {
        in_string ^= character == '"';
        if !in_string && "{}[]:,".contains(character) {
            text += &format!(" \t{character}\r\n");
        } else {
            text.push(character);
        }
    }
    text
}

/// Every character of every string as `\u00xx`.
fn escaped(document: &str) -> String {
    let mut text = String::new();
    let mut in_string = false;
    for character in document.chars() {
        if character == '"' {
            in_string = !in_string;
            text.push(character);
        } else if in_string {
            text += &format!("\\u{:04x}", character as u32);
        } else {
            text.push(character);
        }
    }
    text
}

/// The list in `spec/statement.md`, "What is not signed".
#[test]
fn same_statement_in_every_documented_spelling() {
    let [key, stranger] = fixture::keys();
    let keys = [fixture::checked(&key)];
    let statement = statement();
    let mut cases = envelope_spellings(&statement, &key, &stranger);
    cases.extend(bundle_spellings(&statement.bundle(&key).to_json(), &key));
    for (name, document) in &cases {
        let opened = open(document.as_bytes(), &keys).unwrap_or_else(|refusal| panic!("{name}: {refusal}\n{document}"));
        assert_eq!(opened.statement, statement, "{name}");
        assert_eq!(opened.key, key.public(), "{name}");
    }
    println!("{} spellings of one statement, all accepted as it", cases.len());
    assert_eq!(cases.len(), 16);
}

fn envelope_spellings(statement: &Statement, key: &SigningKey, stranger: &SigningKey) -> Vec<(&'static str, String)> {
    let plain = statement.sign(key).to_json();
    let payload = base64::encode(statement.payload());
    let sig = base64::encode(&statement.sign(key).signatures()[0].sig);
    let stranger_sig = base64::encode(&statement.sign(stranger).signatures()[0].sig);
    let stranger_id = statement::dsse::keyid(&stranger.public());
    let kind = statement::intoto::PAYLOAD_TYPE;
    let url_safe = |text: &str| text.replace('+', "-").replace('/', "_");
    let document = |payload: &str, signatures: &str| {
        format!(r#"{{"payload":"{payload}","payloadType":"{kind}","signatures":[{signatures}]}}"#)
    };
    let bare = format!(r#"{{"sig":"{sig}"}}"#);
    let with_id = |id: &str| format!(r#"{{"keyid":"{id}","sig":"{sig}"}}"#);
    vec![
        ("as written", plain.clone()),
        ("white space", spaced(&plain)),
        ("escapes", escaped(&plain)),
        ("other order", format!(r#"{{"signatures":[{bare}],"payloadType":"{kind}","payload":"{payload}"}}"#)),
        ("URL-safe payload", document(&url_safe(&payload), &bare)),
        ("URL-safe signature", document(&payload, &url_safe(&bare))),
        ("empty key id", document(&payload, &with_id(""))),
        ("a stranger's key id", document(&payload, &with_id(&stranger_id))),
        ("a stranger's signature too", document(&payload, &format!(r#"{{"sig":"{stranger_sig}"}},{bare}"#))),
        ("another scheme's signature too", document(&payload, &format!(r#"{{"sig":"AAAA"}},{bare}"#))),
    ]
}

fn bundle_spellings(bundle: &str, key: &SigningKey) -> Vec<(&'static str, String)> {
    let hint = statement::bundle::hint(&key.public());
    let keyid = format!(r#""keyid":"{}","#, statement::dsse::keyid(&key.public()));
    let cases = vec![
        ("bundle", bundle.to_owned()),
        ("bundle, white space", spaced(bundle)),
        ("bundle, escapes", escaped(bundle)),
        ("bundle, no entries spelt out", bundle.replace(r#"{"publicKey""#, r#"{"tlogEntries":[],"publicKey""#)),
        ("bundle, another hint", bundle.replace(&hint, "somebody")),
        ("bundle, no key id", bundle.replace(&keyid, "")),
    ];
    assert!(cases[1..].iter().all(|(_, case)| case != bundle));
    cases
}

/// What no documented freedom allows.
#[test]
fn other_spellings_are_refused() {
    let [key, _] = fixture::keys();
    let keys = [fixture::checked(&key)];
    let statement = statement();
    let plain = statement.sign(&key).to_json();
    let bundle = statement.bundle(&key).to_json();
    let sig = base64::encode(&statement.sign(&key).signatures()[0].sig);
    let unpadded = plain.replace(&sig, sig.trim_end_matches('='));
    assert_ne!(unpadded, plain, "64 bytes are padded");
    let field = Refusal::Field;
    let cases = [
        ("unpadded", unpadded, field(Field::Sig, Problem::NotBase64)),
        ("array for object", format!("[{plain}]"), field(Field::Document, Problem::NotObject)),
        ("unknown key", plain.replacen('{', r#"{"more":1,"#, 1), field(Field::Document, Problem::UnknownKey)),
        (
            "unknown key at a signature",
            plain.replace(r#"{"keyid""#, r#"{"cert":"","keyid""#),
            field(Field::Signature, Problem::UnknownKey),
        ),
        (
            "no signatures",
            r#"{"payload":"AAAA","payloadType":"t","signatures":[]}"#.into(),
            field(Field::Signatures, Problem::Empty),
        ),
        (
            "no payload",
            r#"{"payload":"","payloadType":"t","signatures":[{"sig":"AAAA"}]}"#.into(),
            field(Field::Payload, Problem::Empty),
        ),
        (
            "key id not a string",
            plain.replace(r#""keyid":""#, r#""keyid":1,"x":""#),
            field(Field::KeyId, Problem::NotText),
        ),
        ("a certificate", bundle.replace("publicKey", "certificate"), field(Field::PublicKey, Problem::Missing)),
        (
            "a certificate too",
            bundle.replace(r#"{"publicKey""#, r#"{"certificate":{},"publicKey""#),
            field(Field::VerificationMaterial, Problem::UnknownKey),
        ),
        (
            "an entry of a log",
            bundle.replace(r#"{"publicKey""#, r#"{"tlogEntries":[{}],"publicKey""#),
            field(Field::TlogEntries, Problem::OtherValue),
        ),
        ("another version", bundle.replace("v0.3", "v0.2"), field(Field::MediaType, Problem::OtherValue)),
    ];
    for (name, document, refusal) in &cases {
        assert_eq!(open(document.as_bytes(), &keys), Err(*refusal), "{name}");
    }
    let twice = plain.replacen('{', r#"{"payloadType":"text/plain","#, 1);
    assert!(matches!(open(twice.as_bytes(), &keys), Err(Refusal::KeyTwice { line: 1, .. })));
    for text in ["", "{", "null", "\u{feff}{}", "{}{}", "{\"payload\":\"\u{0}\"}"] {
        assert!(open(text.as_bytes(), &keys).is_err(), "{text:?}");
    }
    assert!(matches!(open(b"{\"payload\":\"\xff\"}", &keys), Err(Refusal::NotJson { .. })));
    println!("{} documents next to the documented spellings refused", cases.len() + 8);
}

/// Which key signed does not depend on the order of signatures, nor on key ids; and no key, no statement.
#[test]
fn the_key_is_the_first_trusted_one_that_verifies() {
    let [key, stranger] = fixture::keys();
    let (good, other) = (fixture::checked(&key), fixture::checked(&stranger));
    let statement = statement();
    let envelope = statement.sign(&key);
    let named = |keys: &[CheckedKey]| envelope.verify(keys).map(|authentic| authentic.key);
    assert_eq!(named(&[good]), Ok(key.public()));
    assert_eq!(named(&[other, good]), Ok(key.public()));
    assert_eq!(named(&[other]), Err(Refusal::NotVerified));
    assert_eq!(named(&[]), Err(Refusal::NotVerified));
    // A stranger who writes the trusted key's id beside his own signature gains nothing.
    let forged = statement.sign(&stranger).to_json();
    let forged = forged.replace(&statement::dsse::keyid(&stranger.public()), &statement::dsse::keyid(&key.public()));
    assert_eq!(open(forged.as_bytes(), &[good]), Err(Refusal::NotVerified));
    // A signature for one payload type is none for another, though the bytes are the same.
    let other_type = Envelope::sign(statement.payload().to_vec(), "text/plain", &key).expect("a payload");
    assert_eq!(open(other_type.to_json().as_bytes(), &[good]), Err(Refusal::OtherPayloadType));
    let relabelled = other_type.to_json().replace("text/plain", statement::intoto::PAYLOAD_TYPE);
    assert_eq!(open(relabelled.as_bytes(), &[good]), Err(Refusal::NotVerified));
    // Signatures of two statements, swapped.
    let second = fixture::pruned(&fixture::recorded()[0]).statement().expect("a consistent run").sign(&key);
    let sig = |envelope: &Envelope| base64::encode(&envelope.signatures()[0].sig);
    let swapped = envelope.to_json().replace(&sig(&envelope), &sig(&second));
    assert_eq!(open(swapped.as_bytes(), &[good]), Err(Refusal::NotVerified));
}

/// Other statements that are signed and are not of a run, or not in its one spelling.
#[test]
fn signed_and_yet_not_a_run() {
    let [key, _] = fixture::keys();
    let keys = [fixture::checked(&key)];
    let text = String::from_utf8(statement().payload().to_vec()).expect("JSON is text");
    let open_payload = |payload: &str| {
        let envelope =
            Envelope::sign(payload.as_bytes().to_vec(), statement::intoto::PAYLOAD_TYPE, &key).expect("a payload");
        open(envelope.to_json().as_bytes(), &keys)
    };
    assert!(open_payload(&text).is_ok());
    let cases = [
        (text.replace("in-toto.io/Statement/v1", "in-toto.io/Statement/v0.1"), Refusal::OtherStatementType),
        (text.replace(statement::run::PREDICATE_TYPE, "https://slsa.dev/provenance/v1"), Refusal::OtherPredicate),
        (text.replacen(':', ": ", 1), Refusal::OtherSpelling),
        (format!("{text}\n"), Refusal::OtherSpelling),
        (text.replace("\"wasmi\"", "\"\\u0077asmi\""), Refusal::OtherSpelling),
        ("{}".into(), Refusal::Field(Field::Type, Problem::Missing)),
        ("[]".into(), Refusal::Field(Field::Document, Problem::NotObject)),
    ];
    for (payload, refusal) in &cases {
        assert_eq!(open_payload(payload), Err(*refusal), "{payload}");
    }
    for (before, after) in [
        (r#""replay":{"#, r#""replayed":{"#),
        (r#""counts":{"#, r#""more":null,"counts":{"#),
        (r#""signed":15"#, r#""signed":15.0"#),
        (r#""signed":15"#, r#""signed":"15""#),
        (r#""signed":15"#, r#""signed":-15"#),
        (r#""keyMode":"root-secret""#, r#""keyMode":"root""#),
    ] {
        assert!(text.contains(before), "{before}");
        assert!(matches!(open_payload(&text.replace(before, after)), Err(Refusal::NotARun { .. })), "{after}");
    }
    let array = text.replace(r#"{"engine":"wasmi","stepsEqual":15}"#, r#"["wasmi",15]"#);
    assert_ne!(array, text);
    assert_eq!(open_payload(&array), Err(Refusal::OtherSpelling));
    println!("{} signed payloads refused", cases.len() + 7);
}

fn signature() -> impl Strategy<Value = EnvelopeSignature> {
    (proptest::option::of(".{0,20}"), proptest::collection::vec(any::<u8>(), 1..80))
        .prop_map(|(keyid, sig)| EnvelopeSignature { keyid, sig })
}

proptest! {
    /// Reading what was written gives it back, and bytes that nobody wrote are refused without a panic.
    #[test]
    fn round_trip(payload in proptest::collection::vec(any::<u8>(), 1..300), kind in ".{1,40}", more in signature()) {
        let [key, _] = fixture::keys();
        prop_assume!(kind.len() <= statement::limits::PAYLOAD_TYPE_LEN_MAX);
        let envelope = Envelope::sign(payload.clone(), &kind, &key).expect("within the limits");
        let json = envelope.to_json();
        prop_assert_eq!(Envelope::parse(json.as_bytes()), Ok(envelope));
        let keyid = more.keyid.as_ref().map_or(String::new(), |id| format!("\"keyid\":{},", serde_json_text(id)));
        let item = format!("[{{{keyid}\"sig\":\"{}\"}},", base64::encode(&more.sig));
        let both = Envelope::parse(json.replace("\"signatures\":[", &format!("\"signatures\":{item}")).as_bytes());
        let both = both.expect("two signatures");
        prop_assert_eq!(&both.signatures()[0], &more);
        prop_assert_eq!(both.verify(&[fixture::checked(&key)]).expect("the second verifies").payload, &payload[..]);
    }

    #[test]
    fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let [key, _] = fixture::keys();
        prop_assert!(open(&bytes, &[fixture::checked(&key)]).is_err());
        prop_assert!(Statement::parse(&bytes).is_err());
    }
}

/// A string as JSON, by the longest escapes.
fn serde_json_text(text: &str) -> String {
    let escapes: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{escapes}\"")
}
