//! The trust store: what is read, what is refused, and what each state of a key is called.

use receipt::{PublicKey, RootSecret};
use verify::{Role, Standing, TrustStore};

fn key(n: u8) -> PublicKey {
    RootSecret::from_bytes([n; 32]).operator_key().public()
}

fn store() -> TrustStore {
    let text = format!(
        "version = 1\n\
         [[signer]]\nname = \"acme\"\nkey = \"{}\"\nroles = [\"operator\"]\n\
         [[signer]]\nname = \"old\"\nkey = \"avouch-ed25519 {} a comment\"\nroles = [\"operator\", \"statement\"]\n\
         not-before = 2020-01-01T00:00:00Z\nnot-after = 2026-01-01T00:00:00+01:00\n\
         [[signer]]\nname = \"lost\"\nkey = \"{}\"\nroles = [\"operator\"]\nrevoked = \"laptop stolen\"\n\
         [[signer]]\nname = \"narrow\"\nkey = \"{}\"\nroles = [\"operator\"]\nmodules = [\"sha256:{}\"]\n",
        key(1),
        key(2),
        key(3),
        key(4),
        codec::sha256(b"module"),
    );
    TrustStore::parse(&text).expect("a trust store")
}

#[test]
fn each_state_of_a_key_has_its_word() {
    let store = store();
    let at = |text: &str| text.parse().expect("a time");
    let now = at("2026-06-01T00:00:00Z");
    let (module, other) = (codec::sha256(b"module"), codec::sha256(b"other"));
    let judge = |n, role, module, now| store.judge(&key(n), role, module, now);
    assert_eq!(judge(1, Role::Operator, Some(&other), now), Standing::Accepted("acme".to_owned()));
    assert_eq!(judge(9, Role::Operator, None, now), Standing::Unknown);
    assert!(matches!(judge(1, Role::Statement, None, now), Standing::WrongRole { role: Role::Statement, .. }));
    assert!(matches!(judge(2, Role::Operator, None, now), Standing::Expired { .. }));
    assert!(matches!(judge(2, Role::Operator, None, at("2025-12-31T22:59:59Z")), Standing::Accepted(_)));
    assert!(matches!(judge(2, Role::Operator, None, at("2025-12-31T23:00:00Z")), Standing::Expired { .. }));
    assert!(matches!(judge(2, Role::Operator, None, at("2019-12-31T23:59:59Z")), Standing::NotYet { .. }));
    assert!(matches!(judge(3, Role::Operator, None, now), Standing::Revoked { .. }));
    assert!(matches!(judge(4, Role::Operator, Some(&module), now), Standing::Accepted(_)));
    assert!(matches!(judge(4, Role::Operator, Some(&other), now), Standing::WrongModule { .. }));
}

#[test]
fn what_is_not_a_store_is_refused_and_says_why() {
    let good = format!("version = 1\n[[signer]]\nname = \"a\"\nkey = \"{}\"\nroles = [\"operator\"]\n", key(1));
    let bad = [
        (good.replace("version = 1", "version = 2"), "version 2 is not known"),
        (good.replace("version = 1\n", ""), "missing field `version`"),
        (good.replace("roles = [\"operator\"]", "roles = []"), "no roles"),
        (good.replace("operator", "king"), "unknown variant `king`"),
        (good.replace("name = \"a\"", "name = \"\""), "a name has 1 to 128 bytes"),
        (good.replace("name = \"a\"", "name = \"\\u0007\""), "no control characters"),
        (good.replace(&key(1).to_string(), "12"), "key:"),
        (good.replace(&key(1).to_string(), &"0".repeat(64)), "small order"),
        (good.clone() + "until = 3\n", "unknown field `until`"),
        (good.clone() + "not-after = 2026-01-01\n", "needs a date, a time and an offset"),
        (good.clone() + "modules = [\"x\"]\n", "no SHA-256 digest"),
        (good.clone() + "ml-dsa-44 = \"00\"\n", "ml-dsa-44: a key file begins"),
        (good.clone() + &good.replace("version = 1\n", ""), "its key stands here twice"),
        (good.clone() + "x", "TOML parse error"),
    ];
    assert!(TrustStore::parse(&good).is_ok());
    for (text, words) in &bad {
        let error = TrustStore::parse(text).expect_err("not a store").to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
    println!("{} texts refused", bad.len());
}

#[test]
fn a_key_that_is_there_keeps_what_is_said_of_it() {
    let mut store = store();
    store.add_operator(key(3), "again".to_owned());
    let now = "2026-06-01T00:00:00Z".parse().expect("a time");
    assert!(matches!(store.judge(&key(3), Role::Operator, None, now), Standing::Revoked { .. }));
    store.add_operator(key(7), "new".to_owned());
    assert_eq!(store.judge(&key(7), Role::Operator, None, now), Standing::Accepted("new".to_owned()));
}
