//! Keys: derivation separates roles and instances, text forms are strict, nothing secret is printed.

use codec::{Digest, sha256};
use receipt::keyfile::{KeyFileError, PublicKeyFile, SECRET_FILE_LEN};
use receipt::keys::KeyError;
use receipt::{DUMMY_SEED, InstanceId, InstanceName, KeyRole, PublicKey, RootSecret, SigningKey};

use crate::fixture;

#[test]
fn the_dummy_seed_is_the_digest_of_its_name() {
    assert_eq!(Digest(DUMMY_SEED), sha256(b"avouch/v1/replay-dummy"));
}

#[test]
fn every_role_instance_module_configuration_and_root_has_its_own_key() {
    let name = fixture::name();
    let other = sha256(b"other");
    let names = [
        name,
        InstanceName { module: other, ..name },
        InstanceName { configuration: other, ..name },
        InstanceName { instance: InstanceId([0; 16]), ..name },
    ];
    let insecure = RootSecret::insecure_from_configuration(&name.configuration);
    let mut keys = Vec::new();
    for root in [fixture::root(), RootSecret::insecure_from_configuration(&name.configuration)] {
        let signers = [root.operator_key(), root.statement_key(), root.publisher_key()];
        keys.extend(signers.map(|key| key.public()));
        // Seeds of the other algorithm: they must not be an Ed25519 key's either.
        let seeds = [root.operator_post_quantum_seed(), root.runtime_post_quantum_seed(&name)];
        keys.extend(seeds.map(|seed| SigningKey::from_seed(&seed).public()));
    }
    for root in [fixture::root(), RootSecret::from_bytes([7; 32]), insecure] {
        for name in &names {
            keys.extend(
                [KeyRole::Runtime, KeyRole::Witness, KeyRole::Log].map(|role| root.instance_key(role, name).public()),
            );
        }
    }
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count);
    println!("{count} different keys");
}

#[test]
fn printing_a_secret_shows_nothing_of_it() {
    let key = SigningKey::from_seed(&[0xab; 32]);
    assert_eq!(format!("{:?}", RootSecret::from_bytes([0xab; 32])), "RootSecret");
    let printed = format!("{key:?}");
    assert_eq!(printed, format!("SigningKey of {}", key.public()));
    assert!(!printed.contains("abab"));
    assert_eq!(*key.expose_seed(), [0xab; 32]);
}

#[test]
fn key_files_survive_printing() {
    let file = fixture::root().to_file();
    let text = core::str::from_utf8(file.as_ref()).expect("text");
    assert_eq!(text.len(), SECRET_FILE_LEN);
    assert_eq!(text, "avouch-secret-v1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    assert_eq!(RootSecret::parse(text).expect("parses").expose(), fixture::root().expose());
    let every = RootSecret::from_bytes(core::array::from_fn(|index| (index * 8 + index / 4) as u8));
    let printed = every.to_file();
    let text = core::str::from_utf8(printed.as_ref()).expect("text");
    assert_eq!(text[17..81], Digest(*every.expose()).to_string());
    for comment in ["", "me at home", "ünï"] {
        let file = PublicKeyFile { key: fixture::root().operator_key().public(), comment: comment.into() };
        let text = file.to_string();
        assert!(text.ends_with('\n'));
        assert_eq!(PublicKeyFile::parse(&text), Ok(file));
    }
}

#[test]
fn bad_key_files_are_named() {
    let key = fixture::root().operator_key().public();
    let zero = "0".repeat(64);
    let not_a_point = "f".repeat(64);
    let public = [
        (String::new(), KeyFileError::UnknownKind),
        (format!("ssh-ed25519 {key}"), KeyFileError::UnknownKind),
        (format!("avouch-secret-v1 {key}"), KeyFileError::SecretNotPublic),
        ("avouch-ed25519".into(), KeyFileError::NotHex),
        (format!("avouch-ed25519 {}", &key.to_string()[1..]), KeyFileError::NotHex),
        (format!("avouch-ed25519  {key}"), KeyFileError::NotHex),
        (format!("avouch-ed25519 {key}\nmore\n"), KeyFileError::NotOneLine),
        (format!("avouch-ed25519 {key} \u{1b}[2J"), KeyFileError::NotOneLine),
        (format!("avouch-ed25519 {key} {}", "c".repeat(129)), KeyFileError::CommentTooLong),
        ("x".repeat(513), KeyFileError::TooLong),
        (format!("avouch-ed25519 {zero}"), KeyFileError::Unusable(KeyError::SmallOrder)),
        (format!("avouch-ed25519 {not_a_point}"), KeyFileError::Unusable(KeyError::NotAPoint)),
    ];
    for (text, error) in &public {
        assert_eq!(PublicKeyFile::parse(text), Err(*error), "{text:?}");
    }
    let secret = [
        (format!("avouch-ed25519 {key}"), KeyFileError::PublicNotSecret),
        (format!("avouch-secret-v1 {key} x"), KeyFileError::TrailingText),
        (format!("avouch-secret-v2 {key}"), KeyFileError::UnknownKind),
        ("avouch-secret-v1 12".into(), KeyFileError::NotHex),
        (format!("avouch-secret-v1 {key}\n\n"), KeyFileError::NotOneLine),
    ];
    for (text, error) in &secret {
        assert_eq!(RootSecret::parse(text).err(), Some(*error), "{text:?}");
    }
    println!("{} bad key files refused", public.len() + secret.len());
}

#[test]
fn public_keys_print_as_they_are_read() {
    let key = fixture::root().operator_key().public();
    assert_eq!(PublicKey::from_hex(&key.to_string()), Some(key));
    assert_eq!(PublicKey::from_hex("12"), None);
}
