//! The committed vectors of `spec/vectors/statement/`, byte for byte.
//!
//! `AVOUCH_BLESS=1 cargo test -p statement --test it vectors` writes them anew; they hold genesis statements and digests of
//! the receipt vectors, so those come first. Without it they are compared, and read by this crate. `.ci/stock` gives the
//! same files to other people's tools.

use codec::sha256;
use receipt::{CheckedKey, PublicKey};
use serde_json::{Value, json};
use statement::{Envelope, Statement, base64, open};

use crate::fixture;

fn compare(name: &str, made: &str) {
    let path = fixture::spec("statement").join(name);
    if std::env::var_os("AVOUCH_BLESS").is_some() {
        std::fs::create_dir_all(fixture::spec("statement")).expect("the folder can be made");
        std::fs::write(&path, made).expect("the vectors can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(committed == made, "{name} is not as committed: bless it if the change is meant");
}

fn statements() -> Vec<(String, Statement)> {
    let mut statements = Vec::new();
    for (index, recorded) in fixture::recorded().iter().enumerate() {
        for (word, run) in [("whole", fixture::run(recorded)), ("pruned", fixture::pruned(recorded))] {
            statements.push((format!("chain-{index}-{word}"), run.statement().expect("a consistent run")));
        }
    }
    statements
}

#[test]
fn files_for_stock_verifiers() {
    let [key, _] = fixture::keys();
    let (_, statement) = &statements()[0];
    compare("statement.json", &statement.sign(&key).to_json());
    compare("bundle.json", &statement.bundle(&key).to_json());
    compare("statement.pub", &format!("avouch-ed25519 {} signs the statement vectors\n", key.public()));
}

#[test]
fn accepted() {
    let [key, _] = fixture::keys();
    let mut cases = Vec::new();
    for (name, statement) in statements() {
        for (form, text) in [("envelope", statement.sign(&key).to_json()), ("bundle", statement.bundle(&key).to_json())]
        {
            cases.push(json!({
                "name": format!("{name}-{form}"),
                "key": key.public().to_string(),
                "payload_sha256": sha256(statement.payload()).to_string(),
                "text": text,
            }));
        }
    }
    compare("accept.json", &pretty(&cases));
    for case in read("accept.json") {
        let opened = open(text(&case, "text").as_bytes(), &[key_of(&case)]).expect("accepted");
        assert_eq!(sha256(opened.statement.payload()).to_string(), text(&case, "payload_sha256"), "{}", case["name"]);
    }
    println!("accept.json: {} documents accepted", cases.len());
    assert!(cases.len() >= 12);
}

#[test]
fn refused() {
    let [key, _] = fixture::keys();
    let keys = [fixture::checked(&key)];
    let (_, statement) = &statements()[0];
    let cases: Vec<Value> = refusals(statement)
        .into_iter()
        .map(|(name, text)| {
            let refusal = open(text.as_bytes(), &keys).expect_err(name);
            json!({ "name": name, "key": key.public().to_string(), "refusal": refusal.to_string(), "text": text })
        })
        .collect();
    compare("reject.json", &pretty(&cases));
    for case in read("reject.json") {
        let refusal = open(text(&case, "text").as_bytes(), &[key_of(&case)]).expect_err(text(&case, "name"));
        assert_eq!(refusal.to_string(), text(&case, "refusal"), "{}", case["name"]);
    }
    println!("reject.json: {} documents refused", cases.len());
    assert_eq!(cases.len(), 27);
}

/// What anybody could send: each is another way to be wrong.
fn refusals(statement: &Statement) -> Vec<(&'static str, String)> {
    let [key, stranger] = fixture::keys();
    let plain = statement.sign(&key).to_json();
    let bundle = statement.bundle(&key).to_json();
    let payload = base64::encode(statement.payload());
    let sig = base64::encode(&statement.sign(&key).signatures()[0].sig);
    let json = String::from_utf8(statement.payload().to_vec()).expect("JSON is text");
    let signed =
        |payload: String, kind: &str| Envelope::sign(payload.into_bytes(), kind, &key).expect("a payload").to_json();
    let kind = statement::intoto::PAYLOAD_TYPE;
    let other = base64::encode(json.replace("\"denied\":1", "\"denied\":0").as_bytes());
    vec![
        ("nothing", String::new()),
        ("not-json", "payload".into()),
        ("an-array", "[]".into()),
        ("cut-short", plain[..plain.len() - 3].into()),
        ("two-documents", format!("{plain}{plain}")),
        ("no-payload", plain.replacen("payload", "Payload", 1)),
        ("no-type", plain.replace("payloadType", "payloadtype")),
        ("no-signature", plain.replace(&plain[plain.find("[{").expect("signatures")..], "[]}")),
        ("unknown-key", plain.replacen('{', "{\"note\":\"\",", 1)),
        ("key-twice", plain.replacen('{', "{\"payloadType\":\"text/plain\",", 1)),
        ("loose-base64", plain.replace("==\"", "=\"")),
        ("another-payload", plain.replace(&payload, &other)),
        ("another-type", plain.replace("in-toto+json", "in-toto+cbor")),
        ("signature-changed", plain.replace(&sig, &changed(&sig))),
        ("a-strangers-signature", statement.sign(&stranger).to_json()),
        ("signed-as-another-type", signed(json.clone(), "text/plain")),
        ("signed-and-not-json", signed("a run".into(), kind)),
        ("signed-and-another-statement-version", signed(json.replace("Statement/v1", "Statement/v2"), kind)),
        ("signed-and-another-predicate", signed(json.replace("avouch-run-v1", "avouch-run-v2"), kind)),
        ("signed-and-a-field-missing", signed(json.replace(r#""covered":0,"#, ""), kind)),
        ("signed-and-a-field-too-many", signed(json.replace(r#""covered":0,"#, r#""covered":0,"tail":1,"#), kind)),
        ("signed-and-spelt-otherwise", signed(json.replacen(':', ": ", 1), kind)),
        ("signed-and-counts-do-not-add-up", signed(json.replace(r#""covered":0"#, r#""covered":1"#), kind)),
        ("signed-and-subjects-are-others", signed(json.replace("@15\"", "@16\""), kind)),
        ("bundle-of-version-0.2", bundle.replace("v0.3", "v0.2")),
        ("bundle-with-a-certificate", bundle.replace("{\"hint\"", "{\"rawBytes\"").replace("publicKey", "certificate")),
        (
            "bundle-with-two-signatures",
            bundle.replace("\"signatures\":[", &format!("\"signatures\":[{{\"sig\":\"{sig}\"}},")),
        ),
    ]
}

/// Another first digit.
fn changed(base64: &str) -> String {
    let digit = if base64.starts_with('A') { "B" } else { "A" };
    digit.to_owned() + &base64[1..]
}

fn pretty(cases: &[Value]) -> String {
    serde_json::to_string_pretty(cases).expect("JSON") + "\n"
}

fn read(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixture::spec("statement").join(name)).expect("committed");
    serde_json::from_str(&text).expect("an array of cases")
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_else(|| panic!("{key} of {}", case["name"]))
}

fn key_of(case: &Value) -> CheckedKey {
    PublicKey::from_hex(text(case, "key")).expect("64 digits").check().expect("a usable key")
}
